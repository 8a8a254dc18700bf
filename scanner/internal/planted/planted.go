// Package planted is for the scanner's tests: it makes git repositories with the git command, so that they are exactly what
// git makes, keys to plant in them, and recorders of what a scan finds.
//
// The git commands see neither the configuration of the machine nor its clock. Authors and times are fixed, so that a
// failing test can be repeated.
//
// Limits: it needs git, and only tests may import it.
package planted

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

// Repo is a repository, or another working tree of one.
type Repo struct {
	Dir    string
	Format object.Format

	t     testing.TB
	clock *int64 // Unix seconds; shared by the working trees of a test
	who   string
}

// start is the time of the first command: 2024-01-01T00:00:00Z.
const start = 1704067200

// formatVariable is the environment variable with the object format of new repositories. It is not git's own, which may be
// set on the machine.
const formatVariable = "AKGUARD_TEST_FORMAT"

// EachFormat runs a test for each object format: New makes repositories of that format. The test must not run in parallel;
// its subtests may.
func EachFormat(t *testing.T, test func(t *testing.T)) {
	for _, f := range []object.Format{object.SHA1, object.SHA256} {
		t.Run(f.String(), func(t *testing.T) {
			SetFormat(t, f)
			test(t)
		})
	}
}

// SetFormat sets the object format of the repositories that a test makes.
func SetFormat(t testing.TB, f object.Format) { t.Setenv(formatVariable, f.String()) }

// New makes an empty repository in a new folder. The flags are those of git init.
func New(t testing.TB, flags ...string) *Repo {
	t.Helper()
	clock := int64(start)
	r := &Repo{Dir: filepath.Join(t.TempDir(), "repo"), t: t, clock: &clock, who: "Ada"}
	r.Format, _ = object.ParseFormat(os.Getenv(formatVariable))
	if err := os.Mkdir(r.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	r.Git(append([]string{"init", "-q", "-b", "main", "--object-format=" + r.Format.String()}, flags...)...)
	return r
}

// At returns the repository in another folder, relative to r.
func (r *Repo) At(dir string) *Repo {
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(r.Dir, dir)
	}
	other := *r
	other.Dir = dir
	return &other
}

// As returns the repository with another author and committer, whose email address is derived from the name.
func (r *Repo) As(name string) *Repo {
	other := *r
	other.who = name
	return &other
}

// Copy copies the repository and its working tree to a new folder.
func (r *Repo) Copy() *Repo {
	r.t.Helper()
	other, clock := *r, *r.clock
	other.Dir, other.clock = filepath.Join(r.t.TempDir(), "repo"), &clock
	if err := os.CopyFS(other.Dir, os.DirFS(r.Dir)); err != nil {
		r.t.Fatal(err)
	}
	return &other
}

// Git runs git and returns its output without the last newline. The clock of each command is a minute later than that of
// the one before.
func (r *Repo) Git(args ...string) string {
	r.t.Helper()
	return r.Feed("", args...)
}

// Feed is Git with standard input.
func (r *Repo) Feed(stdin string, args ...string) string {
	r.t.Helper()
	out, err := r.run(stdin, args)
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.TrimSuffix(out, "\n")
}

// Fails runs git and reports whether it failed, for merges that must conflict.
func (r *Repo) Fails(args ...string) bool {
	_, err := r.run("", args)
	return err != nil
}

func (r *Repo) run(stdin string, args []string) (string, error) {
	*r.clock += 60
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = r.Dir, r.env()
	cmd.Stdin = strings.NewReader(stdin)
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s: %w\n%s", strings.Join(args, " "), err, problem.String())
	}
	return out.String(), nil
}

// env is the whole environment of git.
func (r *Repo) env() []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "GIT_DEFAULT_HASH=" + r.Format.String(), "HOME=" + os.DevNull, "LC_ALL=C",
		"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_SYSTEM=" + os.DevNull, "GIT_CONFIG_COUNT=6",
	}
	for i, setting := range []string{
		"gc.auto=0", "protocol.file.allow=always", "core.quotePath=false", "advice.detachedHead=false",
		"core.autocrlf=false", "core.fsync=none",
	} {
		key, value, _ := strings.Cut(setting, "=")
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, key), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, value))
	}
	for _, role := range []string{"AUTHOR", "COMMITTER"} {
		env = append(env,
			fmt.Sprintf("GIT_%s_NAME=%s", role, r.who), fmt.Sprintf("GIT_%s_EMAIL=%s@example.com", role, strings.ToLower(r.who)),
			fmt.Sprintf("GIT_%s_DATE=@%d +0800", role, *r.clock))
	}
	return env
}

// ID parses an ID that git prints.
func (r *Repo) ID(text string) object.ID {
	r.t.Helper()
	id, ok := r.Format.ParseID(text)
	if !ok {
		r.t.Fatalf("%q is no ID", text)
	}
	return id
}

// Write writes a file of the working tree and makes its folders.
func (r *Repo) Write(name, content string) {
	r.t.Helper()
	path := filepath.Join(r.Dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// Link makes a symbolic link in the working tree.
func (r *Repo) Link(to, name string) {
	r.t.Helper()
	if err := os.Symlink(to, filepath.Join(r.Dir, filepath.FromSlash(name))); err != nil {
		r.t.Fatal(err)
	}
}

// Commit commits everything in the working tree that is not ignored, and returns the commit's ID.
func (r *Repo) Commit(message string) string {
	r.t.Helper()
	r.Git("add", "-A")
	r.Git("commit", "-q", "--allow-empty", "-m", message)
	return r.Git("rev-parse", "HEAD")
}

// Blob writes a loose object that nothing refers to, and returns its ID.
func (r *Repo) Blob(content string) string {
	r.t.Helper()
	return r.Feed(content, "hash-object", "-w", "--stdin")
}

// Lines runs git and returns the lines that it prints.
func (r *Repo) Lines(args ...string) []string {
	r.t.Helper()
	out := r.Git(args...)
	if out == "" {
		return nil
	}
	return strings.Split(out, "\n")
}
