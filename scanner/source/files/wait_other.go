//go:build !unix

package files

import "os"

// canWait says that waitReadable works on the files of this system.
const canWait = false

func openStream(name string) (*os.File, error) { return os.Open(name) }

func waitReadable(*os.File) (bool, error) { return true, nil }
