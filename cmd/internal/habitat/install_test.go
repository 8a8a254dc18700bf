//go:build habitat

package habitat_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// strict is the variable that makes what cannot be installed a failure.
const strict = "AKGUARD_HABITAT_STRICT"

// tool is a program of a registry. Its version is fixed, so that a new one does not break this repository.
type tool struct {
	name     string // with its version
	only     string // system and architecture for which it is; "" for all
	install  func(dir string) []*exec.Cmd
	packages []string // of npm, by name
	once     sync.Once
	err      error
}

var (
	preCommit = &tool{name: "pre-commit-4.7.0", install: venv("pre-commit==4.7.0")}
	husky     = &tool{name: "husky-9.1.7", install: npm("husky@9.1.7"), packages: []string{"husky"}}
	lefthook  = &tool{name: "lefthook-2.2.2", install: npm("lefthook@2.2.2"), packages: []string{"lefthook"}}
	payloads  = &tool{name: "webhooks-examples-7.6.1", install: npm("@octokit/webhooks-examples@7.6.1"), packages: []string{"@octokit/webhooks-examples"}}
	// openapi is GitHub's description of its API.
	openapi = &tool{name: "openapi-23.0.2", install: npm("@octokit/openapi@23.0.2"), packages: []string{"@octokit/openapi"}}
	// graphql is the schema of GitHub's GraphQL API, and a program that reads it.
	graphql = &tool{name: "graphql-schema-15.26.1-16.11.0", install: npm("@octokit/graphql-schema@15.26.1", "graphql@16.11.0"), packages: []string{"@octokit/graphql-schema", "graphql"}}
	// multitool is Microsoft's validator of SARIF, which has rules for what GitHub takes.
	multitool = &tool{name: "sarif-multitool-5.7.0", only: "linux/amd64", install: npm("@microsoft/sarif-multitool-linux@5.7.0"), packages: []string{"@microsoft/sarif-multitool-linux"}}
	// auditor drives a browser, and finds what hinders people on a page.
	auditor = &tool{name: "playwright-axe-1.65.1-4.14.1", install: npm("playwright-core@1.65.1", "axe-core@4.14.1"), packages: []string{"playwright-core", "axe-core"}}
	// renderer makes HTML of Markdown as GitHub does.
	renderer   = &tool{name: "micromark-4.0.3-3.0.0", install: npm("micromark@4.0.3", "micromark-extension-gfm@3.0.0"), packages: []string{"micromark", "micromark-extension-gfm"}}
	act        = &tool{name: "act-0.2.89", install: golang("github.com/nektos/act@v0.2.89")}
	actionlint = &tool{name: "actionlint-1.7.12", install: golang("github.com/rhysd/actionlint/cmd/actionlint@v1.7.12")}
)

func venv(packages ...string) func(string) []*exec.Cmd {
	return func(dir string) []*exec.Cmd {
		return []*exec.Cmd{
			exec.Command("python3", "-m", "venv", dir),
			exec.Command(filepath.Join(dir, "bin", "pip"), append([]string{"install", "--quiet", "--disable-pip-version-check"}, packages...)...),
		}
	}
}

func npm(packages ...string) func(string) []*exec.Cmd {
	return func(dir string) []*exec.Cmd {
		args := []string{"install", "--prefix", dir, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"}
		return []*exec.Cmd{exec.Command("npm", append(args, packages...)...)}
	}
}

func golang(program string) func(string) []*exec.Cmd {
	return func(dir string) []*exec.Cmd {
		install := exec.Command("go", "install", program)
		install.Env = append(os.Environ(), "GOBIN="+dir)
		return []*exec.Cmd{install}
	}
}

// patience is how long one step of an installation may take: a registry that does not answer is left alone.
const patience = 3 * time.Minute

// dir returns the folder in which a tool is installed. If it cannot be, the test is left out.
func (i *tool) dir(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cache, "akguard-habitat", i.name)
	i.once.Do(func() { i.err = i.installInto(dir) })
	if i.err == nil {
		return dir
	}
	if os.Getenv(strict) != "" {
		t.Fatal(i.err)
	}
	fmt.Printf("habitat: left out %s: %v\n", t.Name(), i.err)
	t.SkipNow()
	return ""
}

func (i *tool) installInto(dir string) error {
	if here := runtime.GOOS + "/" + runtime.GOARCH; i.only != "" && i.only != here {
		return fmt.Errorf("%s is for %s", i.name, i.only)
	}
	whole := filepath.Join(dir, ".whole") // written last: a folder without it is left over from an installation that ended early
	if _, err := os.Stat(whole); err == nil {
		return nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, step := range i.install(dir) {
		if err := patiently(step); err != nil {
			return fmt.Errorf("%s cannot be installed: %w", i.name, err)
		}
	}
	return os.WriteFile(whole, nil, 0o644)
}

// patiently runs a step of an installation. The error has the last line that it wrote.
func patiently(step *exec.Cmd) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, step.Path, step.Args[1:]...)
	cmd.Env, cmd.Dir, cmd.WaitDelay = step.Env, os.TempDir(), time.Second
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return fmt.Errorf("%s: %w: %s", filepath.Base(step.Path), err, lines[len(lines)-1])
}
