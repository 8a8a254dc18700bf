//go:build !unix

package files

import "os"

type file = os.File

func openFile(name string) (*file, error) { return os.Open(name) }
