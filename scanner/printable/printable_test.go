package printable_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/akguard/akguard/scanner/printable"
)

var texts = map[string]string{
	"":                            "",
	"src/配置/a b.py":               "src/配置/a b.py",
	`C:\a "b" 'c' é 😀`:            `C:\a "b" 'c' é 😀`,
	"a\x1b[31mred\x07":            `a\x1b[31mred\a`,
	"two\r\nlines\tand":           `two\r\nlines\tand`,
	"c1 \u009b31m del \x7f":       `c1 \u009b31m del \x7f`,
	"bidi \u202etxt.exe\u2066":    `bidi \u202etxt.exe\u2066`,
	"zero\u200bwidth\ufeff\u00ad": `zero\u200bwidth\ufeff\u00ad`,
	"line\u2028paragraph\u2029":   `line\u2028paragraph\u2029`,
	"not utf-8 \xff\xc3(":         `not utf-8 \xff\xc3(`,
	"tags \U000e0041":             `tags \U000e0041`,
	"\ufffd is a character":       "\ufffd is a character",
	"a::b":                        "a::b",
	"::stop-commands::x":          `\::stop-commands::x`,
	"  ::add-mask::x":             `\  ::add-mask::x`,
	"me ##[stop-commands]x":       `me #\#[stop-commands]x`,
	"###[x":                       `##\#[x`,
	"##vso[task.complete]":        `#\#vso[task.complete]`,
	"## heading [1]":              "## heading [1]",
}

func TestText(t *testing.T) {
	for in, want := range texts {
		if got := printable.Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestShortCutsLongTexts(t *testing.T) {
	got := printable.Short("head" + strings.Repeat("界", 10_000) + "tail")
	if n := utf8.RuneCountInString(got); n > 300 {
		t.Errorf("%d characters remain", n)
	}
	if !strings.HasPrefix(got, "head") || !strings.Contains(got, "…") || !strings.HasSuffix(got, "tail") {
		t.Errorf("Short keeps %q", got)
	}
}

func FuzzText(f *testing.F) {
	for in := range texts {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got := printable.Text(in)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("Text(%q) = %q", in, got)
		}
		if strings.HasPrefix(strings.TrimSpace(got), "::") || strings.Contains(got, "##[") {
			t.Errorf("Text(%q) = %q, which a CI system obeys", in, got)
		}
	})
}
