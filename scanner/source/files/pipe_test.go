//go:build unix

package files_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/files"
)

func mkfifo(t *testing.T, path string) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o644); err != nil {
		t.Fatal(err)
	}
}

// A pipe in a folder is not opened, because it may never have a writer.
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
}

// A cancelled scan leaves no goroutine behind, whatever it waited for: a FIFO without a writer, one whose writer is
// silent, standard input, or a reader that can be closed.
func TestCancelledWaits(t *testing.T) {
	silent, idle := filepath.Join(t.TempDir(), "silent"), filepath.Join(t.TempDir(), "idle")
	mkfifo(t, silent)
	mkfifo(t, idle)
	keepOpen, err := os.OpenFile(idle, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer keepOpen.Close()
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer out.Close()
	closable, _ := io.Pipe()
	for name, source := range map[string]scanner.Source{
		"no writer": files.NewFile(silent), "silent writer": files.NewFile(idle), "stdin": files.NewReader(in), "closable": files.NewReader(closable),
	} {
		before := runtime.NumGoroutine()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if err := source.Scan(ctx, new(planted.Sink)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: the error is %v", name, err)
		}
		cancel()
		for wait := time.Now(); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
			if time.Since(wait) > 10*time.Second {
				t.Fatalf("%s: %d goroutines, %d before the scan", name, runtime.NumGoroutine(), before)
			}
		}
	}
}
