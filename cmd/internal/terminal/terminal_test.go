package terminal_test

import (
	"bytes"
	"errors"
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

func TestFail(t *testing.T) {
	for _, test := range []struct {
		name, err, hint string
		want            string
	}{
		{"with a hint", "no such file", "name another", "akguard: error: no such file\nakguard: hint: name another\n"},
		{"without", "no such file", "", "akguard: error: no such file\n"},
		{"percent signs", "%s%d", "%v", "akguard: error: %s%d\nakguard: hint: %v\n"},
		{"letters of any script", "文件不存在 é", "", "akguard: error: 文件不存在 é\n"},
		{"an escape sequence", "\x1b[2Jx", "", `akguard: error: \x1b[2Jx` + "\n"},
		{"a line like ours", "a\nakguard: clean", "", `akguard: error: a\nakguard: clean` + "\n"},
		{"a direction override", "a\u202eb", "", `akguard: error: a\u202eb` + "\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b bytes.Buffer
			terminal.Fail(&b, errors.New(test.err), test.hint)
			if b.String() != test.want {
				t.Errorf("got %q, want %q", b.String(), test.want)
			}
		})
	}
}
