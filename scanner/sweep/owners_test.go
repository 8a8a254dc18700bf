package sweep

import (
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/finding"
)

// TestOwners has the examples of GitHub's documentation of CODEOWNERS, and what follows from its rules.
func TestOwners(t *testing.T) {
	o := parseOwners([]byte(`
# comment
*       @global1 @global2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
with\ space.env @spaced
!not.env @nobody
[ab].env @nobody
a/**/deep.env @deep
`))
	for path, want := range map[string]string{
		"README":                 "@global1 @global2",
		"x/y.js":                 "@js-owner",
		"y.go":                   "docs@example.com",
		"build/logs/today":       "@octocat", // **/logs comes later
		"docs/getting.md":        "@doctocat",
		"docs/build-app/trouble": "@doctocat",
		"x/apps/y":               "@octocat",
		"apps/github":            "",
		"apps/other":             "@octocat",
		"scripts/a/b":            "@doctocat @octocat",
		"deep/logs/x":            "@octocat",
		"with space.env":         "@spaced",
		"a/b/c/deep.env":         "@deep",
		"a/deep.env":             "@deep",
		"a.env":                  "@global1 @global2",
		"x.txt":                  "@octo-org/octocats",
	} {
		if got := o.of(path); got != want {
			t.Errorf("%s is owned by %q, want %q", path, got, want)
		}
	}
	if got := parseOwners([]byte("docs/* @docs\n")); got.of("docs/a.md") != "@docs" || got.of("docs/a/b.md") != "" {
		t.Error("docs/* is about the files of that folder alone")
	}
}

func TestOwn(t *testing.T) {
	place := func(repository, path string) finding.Occurrence {
		return finding.Occurrence{Place: finding.Place{
			Source: finding.SourceHistory, Path: path, Author: "Ada", Email: "ada@example.com", Origin: finding.Origin{Repository: repository},
		}}
	}
	got := own(finding.Finding{Occurrences: []finding.Occurrence{place("a/b", "x.env"), place("a/b.wiki", "x.env"), place("a/b", "y")}}, parseOwners([]byte("*.env @team")))
	for i, want := range []string{"@team", "Ada <ada@example.com>", "Ada <ada@example.com>"} {
		if got.Occurrences[i].Origin.Owner != want {
			t.Errorf("place %d is answered for by %q, want %q", i, got.Occurrences[i].Origin.Owner, want)
		}
	}
}

func FuzzOwners(f *testing.F) {
	f.Add("* @a\n/x/**/y @b\n", "x/1/2/y")
	f.Add("**/**/**/**/a @b", "a/a/a/a/a/a/b")
	f.Fuzz(func(t *testing.T, text, path string) {
		if len(path) > 200 || len(text) > 2000 {
			return
		}
		who := parseOwners([]byte(text)).of(path)
		if who != "" && !strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(text, `\ `, "\x00")), " "), strings.Fields(who)[0]) {
			t.Errorf("%q is not in the file", who)
		}
	})
}
