//go:build unix

package fileio_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/akguard/akguard/scanner/internal/fileio"
)

// TestWithMapped reads a file without a copy. One that is truncated meanwhile is an error and no crash.
func TestWithMapped(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "index")
	if err := os.WriteFile(name, make([]byte, 3*os.Getpagesize()), 0o600); err != nil {
		t.Fatal(err)
	}
	size := 0
	if done, err := fileio.WithMapped(name, func(data []byte) error { size = len(data); return nil }); !done || err != nil || size != 3*os.Getpagesize() {
		t.Errorf("%v, %v, %d bytes", done, err, size)
	}
	own := errors.New("no index")
	if done, err := fileio.WithMapped(name, func([]byte) error { return own }); !done || !errors.Is(err, own) {
		t.Errorf("%v, %v", done, err)
	}
	sum := byte(0)
	done, err := fileio.WithMapped(name, func(data []byte) error {
		if err := os.Truncate(name, 0); err != nil {
			return err
		}
		for _, b := range data {
			sum += b
		}
		return nil
	})
	if !done || !errors.Is(err, fileio.ErrFault) {
		t.Errorf("truncated: %v, %v", done, err)
	}
	for name, path := range map[string]string{"empty": name, "a folder": filepath.Dir(name), "missing": name + "x"} {
		if done, err := fileio.WithMapped(path, func([]byte) error { return nil }); done || name != "empty" && err == nil {
			t.Errorf("%s: %v, %v", name, done, err)
		}
	}
}
