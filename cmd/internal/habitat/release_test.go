//go:build habitat

package habitat_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestRelease has the action install akguard from the files of a release, and refuse an archive that is not the release's.
func TestRelease(t *testing.T) {
	p := newPlace(t)
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	files := p.at("download/v1.2.3")
	target := "TARGETS=" + runtime.GOOS + "/" + runtime.GOARCH
	p.with(target, "DIST="+files.dir).must("bash", filepath.Join(root, "packaging", "release.sh"), "v1.2.3")
	if formula, err := os.ReadFile(filepath.Join(files.dir, "akguard.rb")); err != nil || strings.Contains(string(formula), "@") || !strings.Contains(string(formula), `version "1.2.3"`) {
		t.Errorf("the formula: %v\n%s", err, formula)
	}

	lists := p.at(".").must("sh", "-c", "tar -tzf '"+files.dir+"'/akguard_*.tar.gz")
	for _, name := range []string{"man/man1/akguard-scan.1", "man/zh_CN/man1/akguard.1", "completions/akguard.zsh"} {
		if !strings.Contains(lists, "\n"+name+"\n") {
			t.Errorf("the archive lacks %s:\n%s", name, lists)
		}
	}

	install := filepath.Join(root, ".github", "action", "install.sh")
	output := filepath.Join(p.dir, "output")
	action := p.with("AKGUARD_RELEASES=file://"+p.dir, "AKGUARD_REF=v1.2.3", "GITHUB_OUTPUT="+output)
	if out := action.must("bash", install); !strings.HasPrefix(out, "akguard v1.2.3 ") {
		t.Errorf("it says %q", out)
	}
	if data, err := os.ReadFile(output); err != nil || !strings.HasPrefix(string(data), "program=/") {
		t.Errorf("output %q, %v", data, err)
	}

	archives, err := filepath.Glob(filepath.Join(files.dir, "akguard_*.tar.gz"))
	if err != nil || len(archives) != 1 {
		t.Fatal(archives, err)
	}
	files.write(filepath.Base(archives[0]), "another archive")
	refused(t, action, "the checksum of", "bash", install)
	refused(t, action.with("AKGUARD_VERSION=$(id)"), "not a version", "bash", install)
}
