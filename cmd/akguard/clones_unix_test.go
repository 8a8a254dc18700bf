//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// upstream is a repository with an old leak on main, a branch of three commits, and an older version of that branch.
type upstream struct {
	t    *testing.T
	dir  string
	home string

	base, head, before, forced string // commits: main, the branch, one before it, the branch before it was forced
}

func newUpstream(t *testing.T) *upstream {
	u := &upstream{t: t, dir: t.TempDir(), home: t.TempDir()}
	u.git(u.dir, "init", "-q", "-b", "main")
	u.git(u.dir, "config", "uploadpack.allowFilter", "true")
	u.git(u.dir, "config", "uploadpack.allowAnySHA1InWant", "true")
	commit := func(name, text string) string {
		if err := os.WriteFile(filepath.Join(u.dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		u.git(u.dir, "add", "-A")
		u.git(u.dir, "commit", "-q", "-m", name)
		return u.git(u.dir, "rev-parse", "HEAD")
	}
	commit("old.yml", keyPair())
	for i := range 5 {
		commit("main.txt", fmt.Sprint(i))
	}
	u.git(u.dir, "checkout", "-q", "-b", "feature")
	commit("a.txt", "a")
	u.before = commit("b.txt", "b")
	u.forced = commit("gone.txt", "gone")
	u.git(u.dir, "reset", "-q", "--hard", u.before)
	u.head = commit("c.txt", "c")
	u.git(u.dir, "update-ref", "refs/keep/forced", u.forced)
	u.git(u.dir, "checkout", "-q", "main")
	u.base = commit("main.txt", "moved on")
	return u
}

func (u *upstream) run(dir string, env []string, name string, args ...string) (string, int) {
	u.t.Helper()
	cmd := exec.CommandContext(u.t.Context(), name, args...)
	cmd.Dir, cmd.Env = dir, append(append(isolation(u.home), "PATH="+os.Getenv("PATH")), env...)
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		u.t.Fatal(err)
	}
	return strings.TrimSpace(string(out)), cmd.ProcessState.ExitCode()
}

func (u *upstream) git(dir string, args ...string) string {
	u.t.Helper()
	out, code := u.run(dir, nil, "git", args...)
	if code != 0 {
		u.t.Fatalf("git %v: %s", args, out)
	}
	return out
}

// clone clones as a CI system does.
func (u *upstream) clone(flags ...string) string {
	u.t.Helper()
	dir := filepath.Join(u.t.TempDir(), "clone")
	u.git(u.dir, append(append([]string{"clone", "-q"}, flags...), "file://"+u.dir, dir)...)
	return dir
}

// judged is how many commits akguard ci says that it judged.
var judged = regexp.MustCompile(`judged (one|\d+) commits?`)

// printed is the command that akguard ci prints.
var printed = regexp.MustCompile(`git (fetch --no-tags [^\n(]*)`)

// A change is clean only in a clone in which it is known whole. In any other, the command that is printed makes it whole.
func TestClones(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	clones := map[string]func() string{
		"whole":         func() string { return u.clone("--branch", "feature") },
		"depth 1":       func() string { return u.clone("--depth", "1", "--no-single-branch", "--branch", "feature") },
		"depth 2":       func() string { return u.clone("--depth", "2", "--no-single-branch", "--branch", "feature") },
		"depth 4":       func() string { return u.clone("--depth", "4", "--no-single-branch", "--branch", "feature") },
		"single branch": func() string { return u.clone("--single-branch", "--branch", "feature") },
		"single, depth": func() string { return u.clone("--depth", "1", "--branch", "feature") },
		"partial":       func() string { return u.clone("--filter=blob:none", "--branch", "feature") },
		"base cut": func() string {
			dir := u.clone("--branch", "feature")
			u.git(dir, "fetch", "-q", "--depth=1", "origin", "main")
			return dir
		},
	}
	events := map[string]struct {
		event string
		count string // of commits
	}{
		"pull_request": {fmt.Sprintf(`{"pull_request":{"number":1,"commits":3,"head":{"sha":%q},"base":{"ref":"main"}}}`, u.head), "3"},
		"push":         {fmt.Sprintf(`{"ref":"refs/heads/feature","before":%q,"after":%q}`, u.before, u.head), "one"},
		"forced":       {fmt.Sprintf(`{"ref":"refs/heads/feature","before":%q,"after":%q}`, u.forced, u.head), ""},
	}
	for name, clone := range clones {
		for kind, e := range events {
			t.Run(name+", "+kind, func(t *testing.T) {
				u := *u
				u.t = t
				dir, other := clone(), clone()
				file := filepath.Join(t.TempDir(), "event.json")
				if err := os.WriteFile(file, []byte(e.event), 0o644); err != nil {
					t.Fatal(err)
				}
				env := []string{"GITHUB_ACTIONS=true", "GITHUB_EVENT_PATH=" + file, "GITHUB_EVENT_NAME=" + strings.Replace(kind, "forced", "push", 1)}
				out, code := u.run(dir, env, binary, "ci", "--no-verify")
				if code == 3 {
					fetch := printed.FindStringSubmatch(out)
					if fetch == nil {
						t.Fatalf("no command is printed:\n%s", out)
					}
					u.git(dir, strings.Fields(fetch[1])...)
					out, code = u.run(dir, env, binary, "ci", "--no-verify")
				}
				found := judged.FindStringSubmatch(out)
				if code != 0 || found == nil || e.count != "" && found[1] != e.count {
					t.Errorf("the exit code is %d:\n%s", code, out)
				}
				if out, code := u.run(other, env, binary, "ci", "--no-verify", "--fetch"); code != 0 {
					t.Errorf("with --fetch, the exit code is %d:\n%s", code, out)
				}
			})
		}
	}
}
