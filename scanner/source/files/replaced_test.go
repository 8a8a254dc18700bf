//go:build unix

package files_test

import (
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/files"
)

// folderMeddler is a Filter that changes a folder after it was listed and before it is opened.
type folderMeddler struct{ meddle func() }

func (m folderMeddler) Folder(name string) (files.Filter, bool) {
	if name == "victim" {
		m.meddle()
	}
	return m, true
}

func (m folderMeddler) File(string) bool { return true }

// What replaces a file or a folder between listing and opening is not followed, does not make the scan hang, and is
// reported.
func TestReplacedOnTheWay(t *testing.T) {
	outside := write(t, map[string]string{"key": "outside", "folder/key": "outside"})
	link := func(to string) func(string) error {
		return func(path string) error { return os.Symlink(filepath.Join(outside, to), path) }
	}
	fifo := func(path string) error { return syscall.Mkfifo(path, 0o600) }
	file := func(path string) error { return os.WriteFile(path, nil, 0o600) }
	folder := func(path string) error { return os.Mkdir(path, 0o700) }
	replace := func(path string, by func(string) error) {
		if err := os.Rename(path, path+".old"); err != nil {
			t.Error(err)
		}
		if err := by(path); err != nil {
			t.Error(err)
		}
	}
	check := func(name string, s *planted.Sink) {
		if s.Holds("outside") || len(s.Skips) != 1 || s.Skips[0].Reason != reason.New("files.unreadable", reason.New("files.replaced")) {
			t.Errorf("%s: read %q, skips %v", name, s.Paths(), s.Skips)
		}
	}
	for name, by := range map[string]func(string) error{"link": link("key"), "FIFO": fifo, "folder": folder} {
		check("file, now a "+name, meddled(t, func(path string) { replace(path, by) }))
	}
	for name, by := range map[string]func(string) error{"link": link("folder"), "FIFO": fifo, "file": file} {
		root := write(t, map[string]string{"victim/key": "inside"})
		m := folderMeddler{func() { replace(filepath.Join(root, "victim"), by) }}
		check("folder, now a "+name, planted.Read(t, files.New(files.Options{Root: root, Filter: m})))
	}
}

// A folder above the files that is replaced by a link again and again, at any moment, never leads outside.
func TestParentReplaced(t *testing.T) {
	outside := write(t, map[string]string{"b/c/key": "outside"})
	root := write(t, map[string]string{"a/b/c/key": "inside"})
	a, aside := filepath.Join(root, "a"), filepath.Join(t.TempDir(), "a")
	var stop atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !stop.Load() {
			_ = os.Rename(a, aside)
			_ = os.Symlink(outside, a)
			_ = os.Remove(a)
			_ = os.Rename(aside, a)
		}
	}()
	for range 3000 {
		if s := read(t, root); s.Holds("outside") {
			t.Error("the scan followed a link")
			break
		}
	}
	stop.Store(true)
	<-done
}
