//go:build habitat

package habitat_test

import (
	"errors"
	"hash/fnv"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules/rulestest"
)

// place is a folder in which a test works, with an environment that knows nothing of this machine's user.
type place struct {
	t    *testing.T
	dir  string
	env  []string
	keys *rulestest.Keys
}

// newPlace returns an empty folder. Programs are found in the folders of path first, and akguard after them.
func newPlace(t *testing.T, path ...string) place {
	t.Helper()
	home := t.TempDir()
	h := fnv.New64a()
	_, _ = h.Write([]byte(t.Name()))
	path = append(path, programs, os.Getenv("PATH"))
	p := place{t: t, dir: t.TempDir(), keys: rulestest.NewKeys(h.Sum64() ^ uint64(time.Now().UnixNano()))}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY", "GOFLAGS", "GOSUMDB"} {
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		p.env = append(p.env, name+"="+strings.TrimSpace(string(out)))
	}
	p.env = append(p.env,
		"PATH="+strings.Join(path, string(os.PathListSeparator)), "HOME="+home, "TMPDIR="+t.TempDir(),
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+filepath.Join(home, "gitconfig"), "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Li Wei", "GIT_AUTHOR_EMAIL=li.wei@example.com", "GIT_COMMITTER_NAME=Li Wei", "GIT_COMMITTER_EMAIL=li.wei@example.com",
		"AKGUARD_ENDPOINT_STS=http://127.0.0.1:1", // nobody listens there
	)
	return p
}

// at returns the place in another folder, which is made.
func (p place) at(dir string) place {
	p.t.Helper()
	p.dir = filepath.Join(p.dir, dir)
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		p.t.Fatal(err)
	}
	return p
}

// with returns the place with more variables.
func (p place) with(env ...string) place {
	p.env = append(append([]string{}, p.env...), env...)
	return p
}

// run runs a program and returns what it wrote and its exit code.
func (p place) run(program string, args ...string) (string, int) {
	p.t.Helper()
	cmd := exec.Command("env", append([]string{program}, args...)...) // env looks for the program in the PATH of the place
	cmd.Dir, cmd.Env = p.dir, p.env
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		p.t.Fatalf("%s %s: %v", program, strings.Join(args, " "), err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// must runs a program that succeeds, and returns what it wrote without the last line end.
func (p place) must(program string, args ...string) string {
	p.t.Helper()
	out, code := p.run(program, args...)
	if code != 0 {
		p.t.Fatalf("%s %s: exit code %d\n%s", program, strings.Join(args, " "), code, out)
	}
	return strings.TrimSuffix(out, "\n")
}

func (p place) git(args ...string) string { p.t.Helper(); return p.must("git", args...) }

// write writes a file; {id24} and {secret} in it become random keys.
func (p place) write(name, template string) {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(p.keys.Expand(template)), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// leak is the template of a file with an AccessKey pair.
const leak = "oss:\n  accessKeyId: {id24}\n  accessKeySecret: {secret}\n"

// commit commits everything without hooks, and returns the ID.
func (p place) commit(message string) string {
	p.t.Helper()
	p.git("add", "-A")
	p.git("commit", "--quiet", "--no-verify", "--allow-empty", "-m", message)
	return p.git("rev-parse", "HEAD")
}

// files returns mode and content of every file and link below the folder, git's objects and logs apart: they only grow.
func (p place) files() map[string]string {
	p.t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(p.dir, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(p.dir, path)
		switch {
		case err != nil:
			return err
		case name == filepath.Join(".git", "objects"), name == filepath.Join(".git", "logs"), name == "node_modules":
			return fs.SkipDir
		case d.IsDir():
			out[name] = "folder"
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		out[name] = info.Mode().String() + "\n" + string(data)
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return out
}

// changed lists what differs between two results of files.
func changed(before, after map[string]string) []string {
	var out []string
	for name, content := range before {
		if got, ok := after[name]; !ok {
			out = append(out, name+" is gone")
		} else if got != content {
			out = append(out, name+" differs")
		}
	}
	for name := range maps.Keys(after) {
		if _, ok := before[name]; !ok {
			out = append(out, name+" is new")
		}
	}
	return out
}
