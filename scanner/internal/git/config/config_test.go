package config_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/config"
)

var files = []string{
	"[core]\n\tbare = false\n\tFileMode = true\n",
	"[a] b = c\n[d]e=f",
	"\xef\xbb\xbf[core]\nbare\n",
	"[a \"\"] b = c\n[a \"x.Y \\\" \\\\ \\z\"]\nb-1 = 1\n",
	"[A.Sub.Two]\nKey = v # comment\nkey2 = \"v # ; kept\" ; gone\n",
	"[branch \"\xd6\xd0\xce\xc4\"]\nremote = \xb7\xd6\xd6\xa7\n",
	"[a]\nb = one \\\n  two\\t\\\"x\\\"\nc = \"  quoted  \"  \nd =\ne = a\"b c\"d\n",
	"[a]\r\nb = c\r\nd\r\n",
	"[a]\nb = c\n[a]\nb = d\n; comment\n  # another\n\t[e] f\n",
	"[a]\nb = in  the   middle\nb = \\\\\\\\server\\\\share\n",
	"[a]\nb = c \\\n",
	"[include]\npath = ../outside\n[a]\nb = c\n",
}

var damaged = []string{"[a]\nb = \"open\n", "[a\nb = c\n", "[a]\n1b = c\n", "[a]\nb = \\q\n", "[a \"b\nc\"]\n", "[a]\nb c\n", "[a b]\n", "=\n"}

// Git says what each file sets.
func TestParseAsGitDoes(t *testing.T) {
	for _, file := range files {
		want := list(t, file)
		got, err := config.Parse([]byte(file))
		if err != nil {
			t.Errorf("%q: %v", file, err)
		}
		for name, value := range want {
			section, rest, _ := strings.Cut(name, ".")
			subsection, last := "", rest
			if i := strings.LastIndexByte(rest, '.'); i >= 0 {
				subsection, last = rest[:i], rest[i+1:]
			}
			if v := got.Get(section, subsection, last); v != value {
				t.Errorf("%q: %s is %q, git says %q", file, name, v, value)
			}
		}
	}
}

// A damaged line is an error, as it is to git, and the lines around it are read.
func TestParseDamaged(t *testing.T) {
	for _, file := range damaged {
		if _, err := config.Parse([]byte("[x]\ny = z\n" + file + "\n[after]\ny = z\n")); err == nil {
			t.Errorf("%q is parsed", file)
		}
	}
	got, err := config.Parse([]byte("[x]\ny = z\n!\n[after]\ny = w\n"))
	if err == nil || got.Get("x", "", "y") != "z" || got.Get("after", "", "y") != "w" {
		t.Errorf("%v, %v", got, err)
	}
}

// list returns what git reads from a file.
func list(t *testing.T, file string) map[string]string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "git", "config", "--no-includes", "-z", "--list", "--file", path)
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%q: git refuses it: %v", file, err)
	}
	values := map[string]string{}
	for _, entry := range strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		name, value, ok := strings.Cut(entry, "\n")
		if !ok {
			value = "true"
		}
		values[name] = value
	}
	return values
}

func FuzzParse(f *testing.F) {
	for _, file := range append(files, damaged...) {
		f.Add([]byte(file))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, _ := config.Parse(data)
		for name, value := range c.Section("a") {
			if len(name)+len(value) > len(data)+len("true") {
				t.Fatalf("%q is %q", name, value)
			}
		}
	})
}
