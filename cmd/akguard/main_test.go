package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// binary is the program as users have it, built once. Scripts run the test binary under the same name instead,
// except where git runs it as a hook.
var binary string

func TestMain(m *testing.M) {
	testscript.Main(suite{m}, map[string]func(){"akguard": main})
}

// suite builds the program before the tests and removes it after them.
type suite struct{ m *testing.M }

func (s suite) Run() int {
	dir, err := os.MkdirTemp("", "akguard-test")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "akguard.exe")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building akguard: %v\n%s", err, out)
		return 1
	}
	return s.m.Run()
}

// TestScripts runs each script of testdata/script. commands_test.go says what the commands there do that
// testscript does not know.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                filepath.Join("testdata", "script"),
		RequireUniqueNames: true,
		Setup:              setUp,
		Cmds:               commands,
	})
}

// setUp gives a script a git that knows nothing of this machine's user, and no way to Alibaba Cloud.
func setUp(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, ".home")
	env.Vars = append(env.Vars, isolation(home)...)
	env.Vars = append(env.Vars, "BINARY="+binary)
	env.Values[vaultKey] = newVault(env.T(), env.WorkDir)
	return os.MkdirAll(home, 0o777)
}

// isolation is the environment of every program that a test runs.
func isolation(home string) []string {
	return []string{
		"HOME=" + home,
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=" + filepath.Join(home, "gitconfig"),
		"GIT_CONFIG_COUNT=3",
		"GIT_CONFIG_KEY_0=init.defaultBranch", "GIT_CONFIG_VALUE_0=main",
		"GIT_CONFIG_KEY_1=gc.auto", "GIT_CONFIG_VALUE_1=0",
		"GIT_CONFIG_KEY_2=protocol.file.allow", "GIT_CONFIG_VALUE_2=always",
		"GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Li Wei", "GIT_AUTHOR_EMAIL=li.wei@example.com", "GIT_AUTHOR_DATE=2026-03-02T08:00:00Z",
		"GIT_COMMITTER_NAME=Li Wei", "GIT_COMMITTER_EMAIL=li.wei@example.com", "GIT_COMMITTER_DATE=2026-03-02T08:00:00Z",
		"AKGUARD_ENDPOINT_STS=http://127.0.0.1:1", // nobody listens there, nor at the other services
		"AKGUARD_ENDPOINT_RAM=http://127.0.0.1:1", "AKGUARD_ENDPOINT_IMS=http://127.0.0.1:1",
		"AKGUARD_ENDPOINT_ACTIONTRAIL=http://127.0.0.1:1", "AKGUARD_ENDPOINT_RESOURCEMANAGER=http://127.0.0.1:1",
		"GORACE=atexit_sleep_ms=0", // else every run of akguard takes a second more with -race
	}
}

// hookEntry returns the command that .pre-commit-hooks.yaml has pre-commit run, and that a hook by hand runs too.
func hookEntry() (string, error) {
	name := filepath.Join("..", "..", ".pre-commit-hooks.yaml")
	data, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		if entry, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), "entry:"); ok {
			return strings.TrimSpace(entry), nil
		}
	}
	return "", fmt.Errorf("%s has no entry", name)
}
