package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/report/reporttest"
)

// TestFlagsHaveScripts makes sure that no flag comes without a script that shows what it changes.
func TestFlagsHaveScripts(t *testing.T) {
	t.Parallel()
	used := scripts(t)
	for _, command := range []string{"scan", "verify", "revoke", "revoke undo", "revoke resume", "revoke watch", "respond", "report convert"} {
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

// TestHelp holds the help of every command, in both languages, to a golden file.
func TestHelp(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "zh"} {
		seen := 0
		helpOf(t, language, nil, &seen)
		if seen < 12 {
			t.Errorf("only %d commands found", seen)
		}
	}
}

// helpOf compares the help of a command and of those below it.
func helpOf(t *testing.T, language string, command []string, seen *int) {
	t.Helper()
	*seen++
	help, err := exec.CommandContext(t.Context(), binary, append(slices.Clone(command), "--help", "--lang", language)...).Output()
	if err != nil {
		t.Fatal(command, err)
	}
	name := strings.Join(append([]string{"akguard"}, command...), "-") + ".txt"
	reporttest.Golden(t, filepath.Join("help", language, name), help)
	_, list, _ := strings.Cut(string(help), map[string]string{"en": "\nCommands:\n", "zh": "\n命令：\n"}[language])
	list, _, _ = strings.Cut(list, "\n\n")
	for _, line := range strings.Split(list, "\n") {
		if below, _, ok := strings.Cut(strings.TrimSpace(line), " "); ok && below != "help" {
			helpOf(t, language, append(slices.Clone(command), below), seen)
		}
	}
	if language == "zh" && !regexp.MustCompile(`(?m)^用法：$`).Match(help) {
		t.Errorf("the help of %v is not in Chinese", command)
	}
}

// TestHelpIsTranslated finds words of one language in the help of the other.
func TestHelpIsTranslated(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(filepath.Join("testdata", "help", "zh", "*.txt"))
	if err != nil || len(names) < 12 {
		t.Fatal(names, err)
	}
	english := regexp.MustCompile(`(?m)^ +--?\S.* {2,}[ -~]{12,}$`) // a flag whose description has no Chinese character
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range english.FindAll(text, -1) {
			if bytes.Contains(line, []byte("ram:")) {
				continue // permissions have no translation
			}
			t.Errorf("%s: %s", name, line)
		}
	}
}

// maxColumns is the width of a terminal in which no line of help breaks. A Chinese character takes two columns.
const maxColumns = 120

// TestHelpFits holds every line of help to the width of a terminal.
func TestHelpFits(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(filepath.Join("testdata", "help", "*", "*.txt"))
	if err != nil || len(names) < 24 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			if n := columns(line); n > maxColumns {
				t.Errorf("%s: %d columns: %s", name, n, line)
			}
		}
	}
}

func columns(line string) int {
	n := 0
	for _, r := range line {
		n++
		if r >= 0x2e80 { // Han characters and full-width punctuation
			n++
		}
	}
	return n
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
