package config_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/cmd/internal/config"
	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const own = `
[[rules]]
id = "acme-token"
description = "Token of Acme"
severity = "critical"
regex = '''acme_([0-9a-f]{20})'''
secret-group = 1
keywords = ["acme"]
entropy = 2.5
path = '''\.py$'''
match = ["acme_{hex:20}"]
no-match = ["acme_00000000000000000000"]

[[rules.allow]]
description = "the documentation's"
paths = ["^docs/"]
target = "line"
regexes = ["example"]
all = true
`

func TestOwn(t *testing.T) {
	c, err := config.Load(write(t, ".akguard.toml", own))
	if err != nil {
		t.Fatal(err)
	}
	set, err := c.Rules()
	if err != nil {
		t.Fatal(err)
	}
	rule, ok := set.Rule("acme-token")
	if !ok || rule.Severity.String() != "critical" || rule.Description.String() != "Token of Acme" || rule.Help.IsZero() || !c.BuiltIn() {
		t.Errorf("rule %+v", rule)
	}
	if failures, tried, err := c.Try(); len(failures) > 0 || tried != 2 || err != nil {
		t.Errorf("%d examples: %v, %v", tried, failures, err)
	}
	for _, test := range []struct {
		line, path string
		want       bool
	}{{"x", "a.rb", false}, {"x", "a.py", true}, {"x", "docs/a.py", true}, {"example", "docs/a.py", false}, {"example", "a.py", true}} {
		matches, _ := set.Find([]byte(test.line + " acme_0123456789abcdef0123"))
		own := slices.IndexFunc(matches, func(m rules.Match) bool { return m.Type == "acme-token" })
		if own < 0 || matches[own].Where.Counts(test.path, "") != test.want {
			t.Errorf("the rule counts on a line with %q at %s: want %v", test.line, test.path, test.want)
		}
	}
}

func TestWithoutBuiltIn(t *testing.T) {
	c, err := config.Load(write(t, ".akguard.toml", "built-in = false\n"+own))
	if err != nil {
		t.Fatal(err)
	}
	if set, err := c.Rules(); err != nil || len(set.Rules()) != 1 || c.BuiltIn() {
		t.Errorf("%d rules, %v", len(set.Rules()), err)
	}
}

func TestErrors(t *testing.T) {
	tests := []struct{ name, file, content, says string }{
		{"unknown key", "a.toml", "[[rules]]\nid = \"a\"\ncolour = 1\n", `a.toml:3: unknown key "rules.colour"`},
		{"unknown table", "a.toml", "\n[allowlist]\n", `a.toml:2: unknown key "allowlist"`},
		{"syntax", "a.toml", "rules = [\n\nx", "a.toml:3: "},
		{"wrong kind", "a.toml", "[[rules]]\nid = 7\n", "a.toml:2: "},
		{"regex", "a.toml", "[[rules]]\nid = \"a\"\nregex = \"(\"\n", "rule a: regex: missing closing ): ("},
		{"severity", "a.toml", "[[rules]]\nid = \"a\"\nregex = \"abc\"\nseverity = \"bad\"\n", `unknown severity "bad"`},
		{"target", "a.toml", "[[rules]]\nid = \"a\"\nregex = \"abc\"\n[[rules.allow]]\ntarget = \"x\"\npaths = [\"a\"]\n", `unknown target "x"`},
		{"twice", "a.toml", "[[rules]]\nid = \"a\"\nregex = \"abc\"\n[[rules]]\nid = \"a\"\nregex = \"abc\"\n", "rule a: another rule of the file has this id"},
		{"a type of ours", "a.toml", "[[rules]]\nid = \"accesskey\"\nregex = \"abc\"\n", "rule accesskey: a built-in rule has this id"},
		{"gitleaks condition", ".gitleaks.toml", "[allowlist]\ncondition = \"XOR\"\npaths = [\"a\"]\n", `condition "XOR"`},
		{"gitleaks extends", ".gitleaks.toml", "[extend]\npath = \"other\"\n", "extend by path"},
		{"long", "a.toml", "#" + strings.Repeat("x", 5<<20), "larger than"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := config.Load(write(t, test.file, test.content))
			if err == nil || !strings.Contains(said(err), test.says) {
				t.Errorf("%s, want an error that says %q", said(err), test.says)
			}
		})
	}
	if _, err := config.Load(t.TempDir()); err == nil {
		t.Error("a folder is no configuration")
	}
}

func TestGitleaks(t *testing.T) {
	c, err := config.Load(write(t, ".gitleaks.toml", `
title = "ours"
unknown = "is fine"
[extend]
useDefault = true
[allowlist]
paths = ['''^vendor/''']
[[rules]]
id = "acme"
regex = '''acme_([0-9a-f]{20})'''
keywords = ["ACME"]
tags = ["x"]
[rules.allowlist]
stopwords = ["dead"]
[[rules]]
id = "file"
path = '''\.p12$'''
[[allowlists]]
targetRules = ["acme"]
regexes = ['''^0+$''']
`))
	if err != nil {
		t.Fatal(err)
	}
	set, err := c.Rules()
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := set.Rule("acme"); !ok || len(c.Custom) != 1 || len(c.Ignored) != 2 || !c.BuiltIn() {
		t.Fatalf("%+v, ignored %v", c.Custom, c.Ignored)
	}
	for content, want := range map[string]int{
		"acme_1234567890abcdef1234": 1, "acme_dead567890abcdef1234": 0, "acme_00000000000000000000": 0, "nothing": 0,
	} {
		if got, _ := set.Find([]byte(content)); len(got) != want {
			t.Errorf("%d matches in %q, want %d", len(got), content, want)
		}
	}
	found, _ := set.Find([]byte("acme_1234567890abcdef1234"))
	if where := found[0].Where; where.Counts("vendor/a", "") || !where.Counts("src/vendor/a", "") {
		t.Error("the global allow list is not the rule's")
	}
}

func TestFind(t *testing.T) {
	top := t.TempDir()
	sub := filepath.Join(top, "repo", "a", "b")
	if err := os.MkdirAll(sub, 0o700); err != nil {
		t.Fatal(err)
	}
	place := func(parts ...string) string {
		name := filepath.Join(append([]string{top}, parts...)...)
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	outside := place(config.Name)
	if got := config.Find(sub); got != outside {
		t.Errorf("without a repository: %q", got)
	}
	place("repo", ".git")
	if got := config.Find(sub); got != "" {
		t.Errorf("outside of the repository: %q", got)
	}
	inside := place("repo", config.Name)
	file := place("repo", "a", "b", "c.txt")
	for _, path := range []string{sub, file, filepath.Dir(inside)} {
		if got := config.Find(path); got != inside {
			t.Errorf("of %s: %q", path, got)
		}
	}
}

// A rule with an ID that is taken is refused, and the error says what to do.
func TestTakenIDs(t *testing.T) {
	rule := func(id string) string { return "[[rules]]\nid = \"" + id + "\"\nregex = \"acme_[0-9]{4}\"\n" }
	for content, want := range map[string]string{
		rule("alibaba-accesskey-id"):                        "rule alibaba-accesskey-id: a built-in rule has this id",
		rule("accesskey-id"):                                "rule accesskey-id: a built-in rule has this id",
		rule("x") + rule("x"):                               "rule x: another rule of the file has this id",
		"built-in = false\n" + rule("alibaba-accesskey-id"): "",
	} {
		_, err := config.Load(write(t, ".akguard.toml", content))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(said(err), want) || !strings.Contains(said(err), "choose another")) {
			t.Errorf("%q: %v, want %q", content, err, want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(own, false)
	f.Add("built-in = false\n[[rules]]\nid = \"a\"\nregex = '(?s).*(x)?'\nsecret-group = 1\nmatch = [\"{hex:9999}\"]\n", false)
	f.Add("[extend]\nuseDefault = true\n[[rules]]\nid = \"a\"\nregex = 'a'\n[rules.allowlist]\nstopwords = [\"x\"]\n[allowlist]\npaths = ['y']\n", true)
	f.Fuzz(func(t *testing.T, content string, gitleaks bool) {
		name := ".akguard.toml"
		if gitleaks {
			name = ".gitleaks.toml"
		}
		c, err := config.Load(write(t, name, content))
		if err != nil {
			return
		}
		set, err := c.Rules()
		if err != nil {
			t.Fatalf("loaded, but: %v", err)
		}
		text := []byte(content)
		found, _ := set.Find(text)
		for _, m := range found {
			if m.Start < 0 || m.Start >= m.End || m.End > len(text) {
				t.Fatalf("match %+v in %d bytes", m, len(text))
			}
		}
		if _, _, err := c.Try(); err != nil {
			t.Fatal(err)
		}
	})
}

// said returns an error as the command line writes it.
func said(err error) string { return message.New(message.English).Print(reason.Of(err)) }
