package ignore_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/ignore"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// ignoreTables are rules and the files that they may be about.
var ignoreTables = map[string]string{
	"names": "a.log\n*.tmp\n# comment\n\n", "negated": "*.txt\n!keep.txt\n", "folders": "build/\n", "anchored": "/top.txt\ndir/only.txt\n",
	"two stars": "**/deep.txt\ndir/**\n!dir/keep.txt\n", "stars inside": "a/**/z.txt\n", "classes": "[!a].txt\nx[0-9].txt\n",
	"escaped": "\\#hash\n\\!bang\n", "spaces": "trailing   \nkept\\ \n", "bom": "\ufeffbom.txt\n", "crlf": "win.txt\r\n*.dos\r\n",
	"question": "?.txt\n", "star folder": "*/\n!dir/\n", "only star": "*\n!*.txt\n!*/\n", "two slashes": "a//z.txt\n", "named class": "[[:alpha:]].txt\n",
	"stars and a slash": "a/**/\n", "a backslash at the end": "other\\\n", "a bracket in a set": "[]a].txt\n", "negated parent": "dir\n!/dir\n",
}

// A file that git does not ignore must be scanned. Scanning what git ignores would only waste time.
func TestIgnoreAsGitDoes(t *testing.T) {
	r := planted.New(t)
	for _, file := range []string{
		"a.log", "b.tmp", "a.txt", "b.txt", "keep.txt", "build/out", "dir/build/x", "top.txt", "dir/top.txt", "dir/only.txt", "x/dir/only.txt",
		"deep.txt", "dir/deep.txt", "dir/a/deep.txt", "dir/keep.txt", "a/z.txt", "a/b/c/z.txt", "x1.txt", "#hash", "!bang", "trailing",
		"kept ", "bom.txt", "win.txt", "x.dos", "1.txt", "other", "].txt", "é.txt",
	} {
		r.Write(file, "x")
	}
	for name, rules := range ignoreTables {
		compareIgnored(t, r, name, rules)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	atoms := []string{"a", "b", "z", ".txt", "/", "/", "*", "**", "?", "[a-c]", "[!a]", "\\", " ", "dir", "[", "]", "é"}
	for range 150 {
		var rules strings.Builder
		for range 1 + rng.IntN(3) {
			rules.WriteString([]string{"", "", "!"}[rng.IntN(3)])
			for range 1 + rng.IntN(5) {
				rules.WriteString(atoms[rng.IntN(len(atoms))])
			}
			rules.WriteString("\n")
		}
		compareIgnored(t, r, "random", rules.String())
	}
}

func compareIgnored(t *testing.T, r *planted.Repo, name, rules string) {
	t.Helper()
	write(t, filepath.Join(r.Dir, ".git", "info", "exclude"), []byte(rules))
	ignored := map[string]bool{}
	for _, file := range strings.Split(r.Git("ls-files", "-z", "-o", "-i", "--exclude-standard"), "\x00") {
		ignored[file] = true
	}
	opened, err := repo.OpenWorktree(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range strings.Split(strings.TrimSuffix(r.Git("ls-files", "-z", "-o"), "\x00"), "\x00") {
		if got := matched(opened.Ignore(), file); got != ignored[file] {
			t.Errorf("%s: rules %q: %q ignored here: %v, by git: %v", name, rules, file, got, ignored[file])
		}
	}
}

// matched reports whether a file, or a folder that it is in, matches.
func matched(rules ignore.Rules, file string) bool {
	elements := strings.Split(file, "/")
	for i := 1; i < len(elements); i++ {
		if rules.Match(elements[:i], true) {
			return true
		}
	}
	return rules.Match(elements, false)
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestMain(m *testing.M) {
	// What the user of this machine ignores must not matter.
	home, err := os.MkdirTemp("", "home")
	if err != nil {
		panic(err)
	}
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME"} {
		_ = os.Setenv(name, home)
	}
	code := m.Run()
	_ = os.RemoveAll(home)
	os.Exit(code)
}
