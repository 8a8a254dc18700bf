package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/akguard/akguard/cmd/internal/cli"
	"github.com/akguard/akguard/cmd/internal/message"
)

// TestManual holds that every command has a page in both languages, with each of its flags, and that two builds of a release
// have the same pages.
func TestManual(t *testing.T) {
	t.Parallel()
	for language, name := range map[message.Language]string{message.English: "en", message.Chinese: "zh"} {
		helps, err := filepath.Glob(filepath.Join("testdata", "help", name, "*.txt"))
		pages, again := cli.Manual(language, "v1.2.3"), cli.Manual(language, "v1.2.3")
		if err != nil || len(helps) != len(pages) || len(helps) < 12 {
			t.Fatalf("%d pages for %d commands, %v", len(pages), len(helps), err)
		}
		for i, page := range pages {
			if !bytes.Equal(page.Text, again[i].Text) {
				t.Errorf("%s differs from build to build", page.Name)
			}
			checkPage(t, filepath.Join("testdata", "help", name, strings.TrimSuffix(page.Name, ".1")+".txt"), string(page.Text))
		}
	}
}

// checkPage compares a page with the help of its command.
func checkPage(t *testing.T, golden, page string) {
	t.Helper()
	help, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if sections := strings.Count(page, "\n.SH "); sections < 3 || !strings.Contains(page, `"akguard v1.2.3"`) {
		t.Errorf("%s: %d sections:\n%s", golden, sections, page)
	}
	flags := regexp.MustCompile(`(?m)^ +(?:-\w, )?--([a-z-]+) `).FindAllSubmatch(help, -1)
	if len(flags) == 0 {
		t.Errorf("%s has no flags", golden)
	}
	for _, flag := range flags {
		if name := strings.ReplaceAll("--"+string(flag[1]), "-", `\-`); !strings.Contains(page, name) {
			t.Errorf("%s: the page lacks %s", golden, name)
		}
	}
	if codes := bytes.Contains(help, []byte("\n  130  ")); codes != strings.Contains(page, "\n\\fB130\\fP\n") {
		t.Errorf("%s: the exit codes differ", golden)
	}
}
