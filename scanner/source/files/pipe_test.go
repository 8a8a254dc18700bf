//go:build unix

package files_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/files"
)

func mkfifo(t *testing.T, path string) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o644); err != nil {
		t.Fatal(err)
	}
}

// A pipe in a folder is not opened: nobody may ever write to it.
func TestPipes(t *testing.T) {
	root := write(t, map[string]string{"a": "1", "z": "2"})
	mkfifo(t, filepath.Join(root, "pipe"))
	if s := read(t, root); !slices.Equal(s.Paths(), []string{"a", "z"}) || len(s.Skips) > 0 {
		t.Errorf("read %q, skips %v", s.Paths(), s.Skips)
	}
}

// A file that becomes a link or a pipe after its folder was listed is not followed and not waited for.
func TestReplaced(t *testing.T) {
	outside := write(t, map[string]string{"key": "outside"})
	s := meddled(t, func(path string) {
		_ = os.Remove(path)
		_ = os.Symlink(filepath.Join(outside, "key"), path)
	})
	if s.Holds("outside") || len(s.Skips) != 1 {
		t.Errorf("read %d contents, skips %v", len(s.Blobs), s.Skips)
	}
	s = meddled(t, func(path string) {
		_ = os.Remove(path)
		mkfifo(t, path)
	})
	if s.Holds("outside") {
		t.Errorf("read %d contents", len(s.Blobs))
	}
}

// A pipe that the user names is read, and waited for until the scan is interrupted.
func TestNamedPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	mkfifo(t, path)
	go func() { _ = os.WriteFile(path, []byte("through the pipe"), 0) }()
	if s := planted.Read(t, files.NewFile(path)); !s.Holds("through the pipe") {
		t.Errorf("read %d contents", len(s.Blobs))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := files.NewFile(path).Scan(ctx, new(planted.Sink)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v", err)
	}
	if f, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil { // the goroutine left behind ends
		_ = f.Close()
	}
}
