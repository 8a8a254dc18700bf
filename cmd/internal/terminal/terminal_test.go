package terminal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/akguard/akguard/cmd/internal/terminal"
)

// TestNotTerminals has what is easily taken for a terminal: above all a nil file and the null device.
func TestNotTerminals(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer out.Close()
	t.Setenv("TERM", "xterm")
	for name, stream := range map[string]any{
		"nothing": nil, "a buffer": &bytes.Buffer{}, "a file": file, "the null device": null, "a pipe": out,
		"a nil file": (*os.File)(nil),
	} {
		if terminal.Is(stream) || terminal.Color(stream) {
			t.Errorf("%s is taken for a terminal", name)
		}
	}
}
