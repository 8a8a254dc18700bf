package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestFlagsHaveScripts makes sure that no flag of scan comes without a script that shows what it changes.
func TestFlagsHaveScripts(t *testing.T) {
	t.Parallel()
	help, err := exec.CommandContext(t.Context(), binary, "scan", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	used := scripts(t)
	flags := regexp.MustCompile(`(?m)^ +(?:-\w, )?(--[a-z-]+)`).FindAllSubmatch(help, -1)
	if len(flags) < 10 {
		t.Fatalf("only %d flags found in the help", len(flags))
	}
	for _, flag := range flags {
		if name := string(flag[1]); !regexp.MustCompile(`akguard scan .*` + name + `\b`).MatchString(used) {
			t.Errorf("no script uses scan %s", name)
		}
	}
}

// scripts returns all scripts, one after the other.
func scripts(t *testing.T) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", "script", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range names {
		script, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(script)
	}
	return all.String()
}
