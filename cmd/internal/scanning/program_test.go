package scanning

import (
	"bytes"
	"strings"
	"testing"
)

func TestBuildID(t *testing.T) {
	id := strings.Repeat("a", 20) + "/" + strings.Repeat("b", 20)
	note := "\x04\x00\x00\x00" + string(rune(len(id))) + "\x00\x00\x00" + "\x04\x00\x00\x00Go\x00\x00" + id
	tests := map[string]struct{ program, want string }{
		"ELF":                {"\x7fELF..." + note + "code", id},
		"others":             {"MZ...\xff Go build ID: \"" + id + "\"\n \xffcode", id},
		"none":               {"MZ...", ""},
		"empty":              {"", ""},
		"removed":            {"MZ...\xff Go build ID: \"\"\n \xffcode", ""},
		"too short":          {"MZ...\xff Go build ID: \"a/b\"\n \xffcode", ""},
		"note cut short":     {"\x7fELF..." + note[:30], ""},
		"too far inside":     {strings.Repeat("x", buildIDWithin) + note, ""},
		"not what Go writes": {"MZ...\xff Go build ID: \"" + strings.Repeat("a", 50) + "\"\n", ""},
	}
	for name, test := range tests {
		if got := string(buildID(bytes.NewReader([]byte(test.program)))); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestProgramKey(t *testing.T) {
	a, err := ProgramKey()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := ProgramKey(); err != nil || a != b || a == [32]byte{} {
		t.Errorf("%x, then %x: %v", a, b, err)
	}
}
