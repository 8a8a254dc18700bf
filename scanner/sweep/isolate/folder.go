package isolate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/akguard/akguard/verifier/osfile"
)

// Pools have folders with these names. A file in each is locked by the process that the pool is of, as long as that lives.
const (
	folderPrefix = "akguard-pool-"
	ownerFile    = "akguard-owner"
)

// owned is the folder of a pool.
type owned struct {
	path string
	lock *os.File
}

// newFolder makes a folder that this process owns, and removes those whose processes have been killed.
func newFolder(in string) (owned, error) {
	removeDead(in)
	path, err := os.MkdirTemp(in, folderPrefix)
	if err != nil {
		return owned{}, fmt.Errorf("making a folder for children: %w", err)
	}
	// The file is renamed after it is locked: another process removes the folders of files that are not locked.
	name := filepath.Join(path, ownerFile)
	lock, err := os.OpenFile(name+".new", os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		if err = osfile.Lock(lock); err == nil {
			err = os.Rename(name+".new", name)
		}
	}
	if err != nil {
		if lock != nil {
			_ = lock.Close()
		}
		return owned{}, errors.Join(fmt.Errorf("locking a folder for children: %w", err), os.RemoveAll(path))
	}
	return owned{path, lock}, nil
}

// remove removes the folder. The file is closed first: some systems do not remove an open one.
func (o owned) remove() {
	_ = o.lock.Close()
	_ = os.RemoveAll(o.path)
}

// removeDead removes the folders of processes that are no more. What cannot be removed is left.
func removeDead(in string) {
	entries, _ := os.ReadDir(in)
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), folderPrefix) {
			continue
		}
		path := filepath.Join(in, e.Name())
		if info, err := e.Info(); err != nil || osfile.IsForeign(info) {
			continue
		}
		if dead(filepath.Join(path, ownerFile)) {
			_ = os.RemoveAll(path)
		}
	}
}

// dead reports whether a file says that its process is no more. Without a file, a folder may be in the making.
func dead(name string) bool {
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() || osfile.IsForeign(info) {
		return false
	}
	file, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer file.Close()
	return osfile.Lock(file) == nil
}
