package fileio_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/fileio"
)

func write(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// Lines gives each line, the start of one that is too long, and nothing from a NUL on.
func TestLines(t *testing.T) {
	long := strings.Repeat("x", 64<<10)
	for _, test := range []struct {
		content string
		want    []string
		err     string
	}{
		{"", nil, ""},
		{"a\n\nb\r\nc", []string{"a", "", "b", "c"}, ""},
		{long + "rest\nb\n", []string{long, "b"}, ""},
		{"a\nb\x00c\nd\n", []string{"a"}, "files.nul"},
		{long + "re\x00st\nb\n", []string{long}, "files.nul"},
	} {
		var got []string
		err := fileio.Lines(write(t, test.content), func(line []byte) { got = append(got, string(line)) })
		if !slices.Equal(got, test.want) || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%.20q: %d lines, error %v; want %d, %q", test.content, len(got), err, len(test.want), test.err)
		}
	}
}

// ReadSmall reads a file up to its limit, and none of one that is larger.
func TestReadSmall(t *testing.T) {
	name := write(t, "12345")
	if data, err := fileio.ReadSmall(name, 5); err != nil || string(data) != "12345" {
		t.Errorf("%q, error %v", data, err)
	}
	if data, err := fileio.ReadSmall(name, 4); err == nil || !strings.Contains(err.Error(), "files.too-large") || data != nil {
		t.Errorf("%q, error %v", data, err)
	}
}
