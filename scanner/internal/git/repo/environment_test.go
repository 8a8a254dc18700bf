package repo_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// hookMode makes the test binary act as a pre-receive hook.
const hookMode = "AKGUARD_TEST_HOOK"

// TestMain runs the tests or, inside a hook, reads the objects that are being pushed.
func TestMain(m *testing.M) {
	if os.Getenv(hookMode) == "" {
		os.Exit(m.Run())
	}
	fmt.Println("without:", readable(repo.Options{}))
	fmt.Println("quarantine:", readable(repo.Options{ObjectDirs: repo.ObjectDirsFromEnv()}))
}

// readable reports whether the pushed objects can be read: the new value of the ref on standard input, and what that
// needs from the repository itself.
func readable(opts repo.Options) string {
	r, err := repo.Open(".", opts)
	if err != nil {
		return err.Error()
	}
	defer r.Close()
	id, _ := r.Format().ParseID(os.Getenv("PUSHED"))
	commit, err := r.Commit(id)
	if err != nil {
		return "no"
	}
	if _, err := r.Commit(commit.Parents[0]); err != nil {
		return "without its parent"
	}
	return "yes"
}

// A pre-receive hook of git finds the pushed objects only in the quarantine directory.
func TestQuarantine(t *testing.T) { planted.EachFormat(t, testQuarantine) }

func testQuarantine(t *testing.T) {
	bare := planted.New(t, "--bare")
	work := planted.New(t)
	work.Commit("one")
	work.Git("push", "-q", bare.Dir, "main")
	hook := fmt.Sprintf("#!/bin/sh\nread old new ref\nenv | sort | grep ^GIT_\n%s=1 PUSHED=$new exec %q\n", hookMode, os.Args[0])
	if err := os.WriteFile(filepath.Join(bare.Dir, "hooks", "pre-receive"), []byte(hook), 0o755); err != nil {
		t.Fatal(err)
	}
	work.Write("file", "two")
	work.Commit("two")
	out := work.Git("-c", "alias.p=!git push "+bare.Dir+" main 2>&1", "p")
	for _, want := range []string{"GIT_QUARANTINE_PATH=", "without: no", "quarantine: yes"} {
		if !strings.Contains(out, want) {
			t.Errorf("the hook does not print %q:\n%s", want, out)
		}
	}
}

func TestObjectDirsFromEnv(t *testing.T) {
	sep := string(os.PathListSeparator)
	abs := func(name string) string { p, _ := filepath.Abs(name); return p }
	for _, c := range []struct {
		objects, quarantine, alternates string
		want                            []string
	}{
		{"", "", "", nil},
		{"/q", "/q", "/main" + sep + "/other", []string{"/q", "/main", "/other"}},
		{"./objects/incoming", "", "", []string{abs("objects/incoming")}},
		{"", "", `"/with` + sep + `separator"` + sep + "/plain" + sep, []string{"/with" + sep + "separator", "/plain"}},
		{"", "", `"/tab\there"`, []string{"/tab\there"}},
		{"", "", `"unclosed`, []string{abs(`"unclosed`)}},
	} {
		t.Setenv("GIT_OBJECT_DIRECTORY", c.objects)
		t.Setenv("GIT_QUARANTINE_PATH", c.quarantine)
		t.Setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", c.alternates)
		if got := repo.ObjectDirsFromEnv(); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
