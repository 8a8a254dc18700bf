//go:build habitat

package habitat_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// manager is a program that manages hooks. Each has a hook of its own that writes "the manager's hook".
type manager struct {
	name string
	set  func(t *testing.T) place // a repository in which it is installed
}

var managers = []manager{
	{"husky", withHusky},
	{"lefthook", withLefthook},
	{"pre-commit", withFramework},
	{"linked worktree", withWorktree},
}

func withHusky(t *testing.T) place {
	p := newPlace(t, filepath.Join(husky.dir(t), "node_modules", ".bin"))
	p.git("init", "--quiet", "-b", "main")
	p.must("husky")
	p.write(".husky/pre-commit", "echo \"the manager's hook\"\n")
	p.write(".husky/pre-push", "echo \"the manager's hook\"\n")
	return p
}

func withLefthook(t *testing.T) place {
	p := newPlace(t, filepath.Join(lefthook.dir(t), "node_modules", ".bin"))
	p.git("init", "--quiet", "-b", "main")
	p.write("lefthook.yml", "pre-commit:\n  commands:\n    own:\n      run: echo \"the manager's hook\"\npre-push:\n  commands:\n    own:\n      run: echo \"the manager's hook\"\n")
	p.must("lefthook", "install")
	return p
}

func withFramework(t *testing.T) place {
	p := newPlace(t, filepath.Join(preCommit.dir(t), "bin"))
	p.git("init", "--quiet", "-b", "main")
	hook := "  - id: ID\n    name: own\n    entry: echo \"the manager's hook\"\n    language: system\n    verbose: true\n    always_run: true\n    stages: [ID]\n"
	p.write(".pre-commit-config.yaml", "repos:\n- repo: local\n  hooks:\n"+strings.ReplaceAll(hook, "ID", "pre-commit")+strings.ReplaceAll(hook, "ID", "pre-push"))
	p.must("pre-commit", "install", "-t", "pre-commit", "-t", "pre-push")
	return p
}

// withWorktree is a linked worktree of a repository with hooks by hand, which git runs for it too.
func withWorktree(t *testing.T) place {
	p := newPlace(t)
	main := p.at("main")
	main.git("init", "--quiet", "-b", "main")
	for _, name := range []string{"pre-commit", "pre-push"} {
		main.write(".git/hooks/"+name, "#!/bin/sh\necho \"the manager's hook\"\n")
		if err := os.Chmod(filepath.Join(main.dir, ".git/hooks", name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	main.commit("empty")
	main.git("worktree", "add", "--quiet", "../linked", "-b", "linked")
	return p.at("linked")
}

// TestBesideManagers installs akguard's hooks beside those of each manager: all run, and uninstalling leaves no trace.
func TestBesideManagers(t *testing.T) {
	for _, m := range managers {
		t.Run(m.name, func(t *testing.T) {
			p := m.set(t)
			p.write(".gitignore", "node_modules\n")
			p.commit("clean")
			server := p.at("../server.git")
			server.git("init", "--quiet", "--bare")
			beside(t, p, server.dir)
		})
	}
}

func beside(t *testing.T, p place, server string) {
	t.Helper()
	status, before := p.git("status", "--porcelain", "--ignored"), hooks(p)
	p.must("akguard", "hook", "install", "--pre-push", "--commit-msg")
	p.must("akguard", "hook", "install", "--pre-push", "--commit-msg") // twice is once

	p.write("app.yml", leak)
	p.git("add", "app.yml")
	both(t, p, 1, "the commit is refused", "git", "commit", "-m", "leak")
	p.git("commit", "--quiet", "--no-verify", "-m", "leak")
	both(t, p, 1, "the push is refused", "git", "push", server, "HEAD:refs/heads/main")
	p.git("reset", "--quiet", "--hard", "HEAD~1")
	p.write("name.yml", "name: app\n")
	p.git("add", "name.yml")
	both(t, p, 0, "", "git", "commit", "-m", "no key")
	both(t, p, 0, "", "git", "push", server, "HEAD:refs/heads/main")
	p.git("reset", "--quiet", "--hard", "HEAD~1")

	p.must("akguard", "hook", "uninstall")
	if list := changed(before, hooks(p)); len(list) > 0 {
		t.Errorf("uninstalling left: %s", strings.Join(list, ", "))
	}
	if got := p.git("status", "--porcelain", "--ignored"); got != status {
		t.Errorf("git status: %q, before %q", got, status)
	}
}

// both runs git, and makes sure that the manager's hook and akguard's ran.
func both(t *testing.T, p place, code int, why string, args ...string) {
	t.Helper()
	out, got := p.run(args[0], args[1:]...)
	if got != code || !strings.Contains(out, "the manager's hook") || !strings.Contains(out, why) {
		t.Errorf("%s: exit code %d, want %d, %q\n%s", strings.Join(args, " "), got, code, why, out)
	}
}

// hooks returns the files of the working tree and of the git directory without what git itself writes when it commits.
func hooks(p place) map[string]string {
	p.t.Helper()
	out := p.files()
	common := place{t: p.t, dir: p.git("rev-parse", "--path-format=absolute", "--git-common-dir")}
	for name, content := range common.files() {
		out["git/"+name] = content
	}
	for name := range out {
		switch base := filepath.Base(name); {
		case base == "index", base == "COMMIT_EDITMSG", base == "ORIG_HEAD", strings.Contains(name, "refs/"), strings.Contains(name, "objects"), strings.Contains(name, "logs"):
			delete(out, name)
		}
	}
	return out
}

// TestManagersAfterwards has the managers write their hooks again after akguard was installed. Where akguard no longer runs,
// it has said so; it can be installed again, and uninstalling leaves no trace.
func TestManagersAfterwards(t *testing.T) {
	for _, m := range []struct {
		name  string
		set   func(t *testing.T) place
		again []string
		runs  bool
	}{
		{"husky", withHusky, []string{"husky"}, true},
		{"pre-commit", withFramework, []string{"pre-commit", "install", "-t", "pre-commit", "-t", "pre-push"}, true},
		{"lefthook", withLefthook, []string{"lefthook", "install"}, false},
	} {
		t.Run(m.name, func(t *testing.T) {
			p := m.set(t)
			p.commit("clean")
			if said := strings.Contains(p.must("akguard", "hook", "install", "--pre-push"), "lefthook.yml"); said == m.runs {
				t.Errorf("it said that akguard's hook may go: %t", said)
			}
			if m.name == "lefthook" {
				p.write("lefthook.yml", "pre-commit:\n  jobs:\n  - run: echo \"the manager's hook\"\npre-push:\n  jobs:\n  - run: echo\n")
				p.commit("another configuration")
			}
			p.must(m.again[0], m.again[1:]...)
			p.write("app.yml", leak)
			p.git("add", "app.yml")
			if m.runs {
				both(t, p, 1, "the commit is refused", "git", "commit", "-m", "leak")
			}
			p.must("akguard", "hook", "install")
			both(t, p, 1, "the commit is refused", "git", "commit", "-m", "leak")
			p.must(m.again[0], m.again[1:]...)
			p.must("akguard", "hook", "uninstall")
			after := hooks(p)
			p.must(m.again[0], m.again[1:]...)
			if list := changed(after, hooks(p)); len(list) > 0 || strings.Contains(strings.Join(keys(after), " "), "akguard") {
				t.Errorf("uninstalling left: %v %v", list, keys(after))
			}
		})
	}
}

// TestInLefthook runs akguard as lefthook's configuration has it, in the line that hook install shows.
func TestInLefthook(t *testing.T) {
	p := withLefthook(t)
	p.write("lefthook.yml", "pre-commit:\n  jobs:\n  - run: echo \"the manager's hook\"\n  - run: akguard hook pre-commit\n")
	p.commit("clean")
	p.write("app.yml", leak)
	p.git("add", "app.yml")
	both(t, p, 1, "the commit is refused", "git", "commit", "-m", "leak")
}

func keys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
