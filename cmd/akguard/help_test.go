package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestFlagsHaveScripts makes sure that no flag comes without a script that shows what it changes.
func TestFlagsHaveScripts(t *testing.T) {
	t.Parallel()
	used := scripts(t)
	for _, command := range []string{"scan", "verify", "revoke", "revoke undo", "revoke resume", "revoke watch", "respond"} {
		checkFlagsOf(t, command, used)
	}
}

func checkFlagsOf(t *testing.T, command, used string) {
	t.Helper()
	help, err := exec.CommandContext(t.Context(), binary, append(strings.Fields(command), "--help")...).Output()
	if err != nil {
		t.Fatal(err)
	}
	own, _, _ := strings.Cut(string(help), "Global Flags:") // one script for those is enough
	flags := regexp.MustCompile(`(?m)^ +(?:-\w, )?(--[a-z-]+)`).FindAllStringSubmatch(own, -1)
	if len(flags) < 4 {
		t.Fatalf("only %d flags found in the help", len(flags))
	}
	for _, flag := range flags {
		if name := flag[1]; !regexp.MustCompile(`akguard ` + command + ` .*` + name + `\b`).MatchString(used) {
			t.Errorf("no script uses %s %s", command, name)
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
