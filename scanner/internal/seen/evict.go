package seen

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// maxFolder is how many bytes the records of all repositories may have.
const maxFolder = 4 << 30

// evict removes the records that were written longest ago, but for this one, until those that are left fit into a number of
// bytes. What cannot be removed stays.
func (r *Record) evict(limit int64) {
	dir := filepath.Dir(r.path)
	entries, _ := os.ReadDir(dir)
	var files []fs.FileInfo
	var total int64
	for _, e := range entries {
		switch filepath.Ext(e.Name()) {
		case ".seen", ".result", ".graph":
			if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
				files = append(files, info)
				total += info.Size()
			}
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int { return cmp.Compare(a.ModTime().UnixNano(), b.ModTime().UnixNano()) })
	for _, f := range files {
		path := filepath.Join(dir, f.Name())
		if total <= limit {
			return
		}
		if path != r.path && path != r.resultPath() && path != r.graphPath() && os.Remove(path) == nil {
			total -= f.Size()
		}
	}
}
