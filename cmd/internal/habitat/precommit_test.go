//go:build habitat

package habitat_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// local is a configuration of pre-commit with the akguard that is installed.
const local = `repos:
- repo: local
  hooks:
  - id: akguard
    name: akguard
    entry: akguard hook pre-commit
    language: system
    require_serial: true
    always_run: true
    stages: [pre-commit, pre-merge-commit, manual]
  - id: akguard-pre-push
    name: akguard (pre-push)
    entry: akguard hook pre-push
    language: system
    pass_filenames: false
    always_run: true
    stages: [pre-push]
  - id: akguard-commit-msg
    name: akguard (commit-msg)
    entry: akguard hook commit-msg
    language: system
    always_run: true
    stages: [commit-msg]
`

// framework is a repository in which pre-commit is configured, with two commits.
func framework(t *testing.T) place {
	t.Helper()
	p := newPlace(t, filepath.Join(preCommit.dir(t), "bin"))
	p.git("init", "--quiet", "-b", "main")
	p.write(".pre-commit-config.yaml", local)
	p.write("app.yml", "name: app\n")
	p.write("other.yml", "name: other\n")
	p.commit("clean")
	return p
}

// TestFrameworkCells has the pre-commit framework run the hook in each of its ways on a leak in each state.
func TestFrameworkCells(t *testing.T) {
	states := []struct {
		name string
		make func(p place)
	}{
		{"none", func(place) {}},
		{"committed", func(p place) { p.write("app.yml", leak); p.commit("leak") }},
		{"staged", func(p place) { p.write("app.yml", leak); p.git("add", "app.yml") }},
		{"on disk", func(p place) { p.write("app.yml", leak) }},
		{"on disk, staged without it", func(p place) {
			p.write("app.yml", "name: changed\n")
			p.git("add", "app.yml")
			p.write("app.yml", leak)
		}},
		{"on disk, in a new file", func(p place) { p.write("new.yml", leak) }},
	}
	ways := []struct {
		name string
		args []string
		fail string // states in which the hook fails
	}{
		{"plain", nil, "|staged|"},
		{"--all-files", []string{"--all-files"}, "|committed|staged|on disk|on disk, staged without it|"},
		{"--files with the leak", []string{"--files", "app.yml", "new.yml"}, "|committed|staged|on disk|on disk, staged without it|on disk, in a new file|"},
		{"--files without it", []string{"--files", "other.yml"}, ""},
		{"--from-ref --to-ref", []string{"--from-ref", "HEAD~1", "--to-ref", "HEAD"}, "|committed|"},
	}
	preCommit.dir(t)
	for _, state := range states {
		for _, way := range ways {
			t.Run(way.name+"/"+state.name, func(t *testing.T) {
				t.Parallel()
				p := framework(t)
				p.commit("nothing")
				state.make(p)
				out, code := p.run("pre-commit", append([]string{"run", "--verbose"}, way.args...)...)
				want := 0
				if strings.Contains(way.fail, "|"+state.name+"|") {
					want = 1
				}
				if code != want || !strings.Contains(out, "akguard...") {
					t.Errorf("exit code %d, want %d\n%s", code, want, out)
				}
			})
		}
	}
}

// TestFrameworkFirstCommit judges the commit in which everything is staged, where --all-files looks like any commit.
func TestFrameworkFirstCommit(t *testing.T) {
	t.Parallel()
	p := newPlace(t, filepath.Join(preCommit.dir(t), "bin"))
	p.git("init", "--quiet", "-b", "main")
	p.write(".pre-commit-config.yaml", local)
	p.write("app.yml", leak)
	p.git("add", ".")
	for _, args := range [][]string{nil, {"--all-files"}} {
		if out, code := p.run("pre-commit", append([]string{"run"}, args...)...); code != 1 {
			t.Errorf("%v: exit code %d\n%s", args, code, out)
		}
	}
	p.write("app.yml", "name: app\n")
	if out, code := p.run("pre-commit", "run", "--all-files"); code != 0 {
		t.Errorf("exit code %d\n%s", code, out)
	}
	p.git("add", ".")
	p.write("app.yml", leak)
	if out, code := p.run("pre-commit", "run", "--all-files"); code != 1 {
		t.Errorf("a leak on disk: exit code %d\n%s", code, out)
	}
}

// TestFrameworkCommits has git run the hooks that pre-commit installs.
func TestFrameworkCommits(t *testing.T) {
	t.Parallel()
	p := framework(t)
	p.must("pre-commit", "install", "-t", "pre-commit", "-t", "pre-push", "-t", "commit-msg")
	p.write("app.yml", leak)
	p.git("add", ".")
	refused(t, p, "app.yml:2", "git", "commit", "-m", "leak")
	p.with("SKIP=akguard").git("commit", "--quiet", "-m", "leak")

	p.write("note", p.keys.Expand(leak))
	refused(t, p, "akguard (commit-msg)", "git", "commit", "--allow-empty", "-F", "note")
	if err := os.Remove(filepath.Join(p.dir, "note")); err != nil {
		t.Fatal(err)
	}

	server := p.at("../server.git")
	server.git("init", "--quiet", "--bare")
	p.git("remote", "add", "origin", server.dir)
	refused(t, p, "akguard (pre-push)", "git", "push", "origin", "main")
	p.with("SKIP=akguard-pre-push").git("push", "--quiet", "origin", "main")
	p.git("commit", "--quiet", "--allow-empty", "-m", "no key")
	p.git("push", "--quiet", "origin", "main")
	p.git("checkout", "--quiet", "-b", "side")
	p.write("other.yml", leak)
	p.with("SKIP=akguard").git("commit", "--quiet", "-am", "another leak")
	refused(t, p, "other.yml:2", "git", "push", "origin", "side")
	p.git("push", "--quiet", "origin", "main:again")
}

func refused(t *testing.T, p place, why string, program string, args ...string) {
	t.Helper()
	out, code := p.run(program, args...)
	if code == 0 || !strings.Contains(out, why) {
		t.Errorf("%s: exit code %d, without %q\n%s", strings.Join(args, " "), code, why, out)
	}
}

// TestFrameworkHooks has pre-commit build akguard from this repository's own hooks.
func TestFrameworkHooks(t *testing.T) {
	t.Parallel()
	p := framework(t)
	source := p.at("../source")
	checkout(t, source)
	p.write("app.yml", leak)
	p.git("add", ".")
	for _, id := range []string{"akguard", "akguard-system"} {
		out, code := p.run("pre-commit", "try-repo", source.dir, id, "--verbose")
		if code != 1 || !strings.Contains(out, "app.yml:2") {
			t.Errorf("%s: exit code %d\n%s", id, code, out)
		}
	}
}

// checkout makes a repository of the files of this one that git tracks or would.
func checkout(t *testing.T, p place) {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	p.must("sh", "-c", fmt.Sprintf("cd '%s' && git ls-files -co --exclude-standard -z | xargs -0 tar -cf - | tar -xf - -C '%s'", root, p.dir))
	p.git("init", "--quiet", "-b", "main")
	p.commit("akguard")
}
