package message_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/rules/reason"
)

func TestPrint(t *testing.T) {
	p := message.New(message.English)
	for _, c := range []struct {
		r    reason.Reason
		want string
	}{
		{reason.Reason{}, ""},
		{reason.Text("as it is {1}"), "as it is {1}"},
		{reason.New("error", "{1}"), "error: {1}"},
		{reason.New("error", reason.New("hint", errors.New("inner"))), "error: hint: inner"},
		{reason.New("no.such-code", 7, "x"), "no.such-code(7, x)"},
		{reason.New("no.such\x1b[2J\r", "\u202ex"), `no.such\x1b[2J\r(\u202ex)`},
		{reason.New("hint", reason.New("no.such\x1b[2J")), `hint: no.such\x1b[2J`},
	} {
		if got := p.Print(c.r); got != c.want {
			t.Errorf("%v prints %q, want %q", c.r, got, c.want)
		}
	}
	if got := message.New(message.Chinese).Text("error", "x"); got != "错误：x" {
		t.Errorf("in Chinese: %q", got)
	}
}

func TestParseLanguage(t *testing.T) {
	for _, c := range []struct {
		name, all, messages, lang string
		want                      message.Language
	}{
		{"zh", "", "", "", message.Chinese}, {"en", "zh_CN.UTF-8", "", "", message.English},
		{"", "zh_CN.UTF-8", "en", "en", message.Chinese}, {"", "", "zh", "en", message.Chinese},
		{"", "", "", "zh_TW", message.Chinese}, {"", "C", "zh", "zh", message.English}, {"", "", "", "", message.English},
	} {
		t.Setenv("LC_ALL", c.all)
		t.Setenv("LC_MESSAGES", c.messages)
		t.Setenv("LANG", c.lang)
		if got, err := message.ParseLanguage(c.name); err != nil || got != c.want {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
	}
	if _, err := message.ParseLanguage("fr"); !errors.Is(err, message.ErrLanguage) {
		t.Errorf("fr: %v", err)
	}
}

var placeholder = regexp.MustCompile(`\{[1-9]\}`)

// TestComplete holds every text to both languages, with the same arguments in each.
func TestComplete(t *testing.T) {
	for _, key := range message.Keys() {
		en, one, zh := message.Raw(key)
		if en == "" || zh == "" {
			t.Errorf("%s lacks a language: %q, %q", key, en, zh)
		}
		if !regexp.MustCompile(`^[a-z0-9.-]+$`).MatchString(key) {
			t.Errorf("%s is no code: lower case, digits, dots and hyphens", key)
		}
		if strings.Contains(en+zh, "%[") || strings.Contains(en+zh, "%s") {
			t.Errorf("%s has a placeholder of package fmt: they are {1}, {2}", key)
		}
		if a, b := arguments(en), arguments(zh); !slices.Equal(a, b) {
			t.Errorf("%s takes %v in English and %v in Chinese", key, a, b)
		}
		if one != "" && !slices.Contains(arguments(en), "{1}") {
			t.Errorf("%s has a singular, and no number", key)
		}
	}
}

func arguments(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// used matches where code names a key: calls that take one, and constants declared for them.
var used = regexp.MustCompile(`(?:reason\.New|reason\.NewError|reason\.Code|\.Text|\b(?:a|r|t\.app|r\.app)\.(?:[sS]ay|[lL]ine|fail|tell|[tT]ext)|[uU]sage|[fF]ailed)\(\s*(?:(?:command\.)?[eE]xit\w+, )?"([a-z0-9-]+(?:\.[a-z0-9-]+)+)"`)

// TestKeysExist holds every key that code names to the catalogue.
func TestKeysExist(t *testing.T) {
	p := message.New(message.English)
	seen := 0
	for name, text := range sources(t) {
		for _, found := range used.FindAllStringSubmatch(text, -1) {
			seen++
			if !p.Has(found[1]) {
				t.Errorf("%s: no text for %q", name, found[1])
			}
		}
	}
	fmt.Fprintln(os.Stderr, "keys named in code:", seen)
}

// sources returns the Go files of the module without tests, by name.
func sources(t *testing.T) map[string]string {
	t.Helper()
	root := filepath.Join("..", "..", "..")
	out := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		out[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
