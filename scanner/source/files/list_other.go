//go:build !linux

package files

import "os"

// list returns what is in the folder, in the order of names.
func (d *directory) list([]byte) ([]entry, error) {
	list, err := os.ReadDir(d.name)
	out := make([]entry, 0, len(list))
	for _, e := range list {
		out = append(out, entry{name: e.Name(), folder: e.IsDir(), regular: e.Type().IsRegular()})
	}
	return out, err
}
