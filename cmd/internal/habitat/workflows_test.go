//go:build habitat

package habitat_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestWorkflows has actionlint check the workflows of this repository, and those in its documentation.
func TestWorkflows(t *testing.T) {
	p := newPlace(t, actionlint.dir(t))
	root := filepath.Join("..", "..", "..")
	own, err := filepath.Glob(filepath.Join(root, ".github", "workflows", "*.yml"))
	if err != nil || len(own) == 0 {
		t.Fatal(own, err)
	}
	var files []string
	for _, name := range own {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, add(t, p, filepath.Base(name), string(data)))
	}
	documents, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(documents, filepath.Join(root, "README.md"), filepath.Join(root, "README.zh-CN.md")) {
		for i, block := range blocks(t, name, "yaml") {
			if regexp.MustCompile(`(?m)^jobs:`).MatchString(block) {
				files = append(files, add(t, p, fmt.Sprintf("%s.%d.yml", filepath.Base(name), i), block))
			}
		}
	}
	if len(files) < len(own)+2 {
		t.Errorf("the READMEs have %d workflows", len(files)-len(own))
	}
	p.git("init", "--quiet")
	if out, code := p.run("actionlint", append([]string{"-no-color"}, files...)...); code != 0 {
		t.Errorf("actionlint: exit code %d\n%s", code, out)
	}
}

func add(t *testing.T, p place, name, content string) string {
	t.Helper()
	name = filepath.Join(".github", "workflows", name)
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// blocks returns the code blocks of a language in a document.
func blocks(t *testing.T, name, language string) []string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, found := range regexp.MustCompile("(?s)\n```"+language+"\n(.*?)\n```").FindAllStringSubmatch(string(data), -1) {
		out = append(out, found[1]+"\n")
	}
	return out
}

// TestPinned makes sure that every action of another repository is named by the hash of a commit, with its version.
func TestPinned(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	names, err := filepath.Glob(filepath.Join(root, ".github", "workflows", "*.yml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(names, filepath.Join(root, "action.yml")) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(data), "\n") {
			if strings.Contains(line, "uses:") && !regexp.MustCompile(`uses: [\w/-]+@[0-9a-f]{40} # v\d`).MatchString(line) {
				t.Errorf("%s: not pinned: %s", name, line)
			}
		}
	}
}
