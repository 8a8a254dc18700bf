// Package message puts akguard's facts into words, in English and Chinese. It is the only place that does: packages below
// cmd return reasons (package reason), and cmd names its own sentences by key.
//
// The catalogue is a table for each area, one file each, with both languages side by side. A test fails when a text
// lacks a translation, when the two languages take different arguments, and when code names a key that does not exist.
package message

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/cmd/internal/message/help"
	"github.com/akguard/akguard/cmd/internal/message/incident"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/printable"
)

// text is one sentence. {1} is replaced by its first argument, and so on.
type text struct {
	en, zh string
	one    string // the English text where the first argument is 1; en if empty
}

// texts is the catalogue of one area.
type texts map[string]text

// areas are the tables that make up the catalogue.
func areas() []texts {
	return []texts{commonTexts, commandTexts, leaf(help.Each), leaf(incident.Each), reportTexts, scanTexts, inputTexts, ruleTexts, builtInTexts, serviceTexts, gitTexts, archiveTexts, fileTexts, cloudTexts, revokeTexts, cleanupTexts, respondTexts, suppressTexts, hookTexts, ciTexts, githubTexts, sweepTexts, accountTexts, queueTexts, isolateTexts, notifyTexts, surveyTexts}
}

// leaf returns the texts of a package of its own.
func leaf(each func(visit func(key, en, zh, one string))) texts {
	out := texts{}
	each(func(key, en, zh, one string) { out[key] = text{en: en, zh: zh, one: one} })
	return out
}

// Language is a language that akguard speaks.
type Language string

// The languages.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// ErrLanguage is the error for a language that akguard does not speak.
var ErrLanguage = errors.New("unknown language")

// ParseLanguage returns the language with a name: en or zh. An empty name is the language of the locale.
func ParseLanguage(name string) (Language, error) {
	switch Language(name) {
	case English, Chinese:
		return Language(name), nil
	case "":
		return fromLocale(), nil
	}
	return "", fmt.Errorf("%w: %s", ErrLanguage, name)
}

// fromLocale follows POSIX: the first of these variables that is set decides.
func fromLocale() Language {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := os.Getenv(name); value != "" {
			if strings.HasPrefix(strings.ToLower(value), "zh") {
				return Chinese
			}
			return English
		}
	}
	return English
}

// Printer puts reasons into the words of one language. It is safe for concurrent use.
type Printer struct {
	language Language
	tables   []texts
}

// New returns a printer.
func New(l Language) *Printer { return &Printer{language: l, tables: areas()} }

// Language returns the printer's language.
func (p *Printer) Language() Language { return p.language }

// Text returns the text with a key, its arguments filled in.
func (p *Printer) Text(key string, args ...any) string { return p.Print(reason.New(key, args...)) }

// Has reports whether there is a text with a key.
func (p *Printer) Has(key string) bool {
	_, ok := p.find(key)
	return ok
}

// Print implements reason.Printer. A code without a text is printed with its arguments, because the report of a newer version may
// contain one. So may a file that somebody has forged: terminal escapes in it could hide what a person is about to approve.
func (p *Printer) Print(r reason.Reason) string {
	if r.IsZero() {
		return ""
	}
	if sentence, ok := r.Verbatim(); ok {
		return sentence
	}
	t, ok := p.find(r.Code)
	if !ok {
		return printable.Text(r.String())
	}
	args := make([]string, len(r.Args()))
	for i, arg := range r.Args() {
		args[i] = p.word(arg)
	}
	return fill(p.choose(t, args), args)
}

func (p *Printer) find(key string) (text, bool) {
	for _, table := range p.tables {
		if t, ok := table[key]; ok {
			return t, true
		}
	}
	return text{}, false
}

func (p *Printer) choose(t text, args []string) string {
	switch {
	case p.language == Chinese:
		return t.zh
	case t.one != "" && len(args) > 0 && args[0] == "1":
		return t.one
	}
	return t.en
}

// word returns an argument as a string.
func (p *Printer) word(arg any) string {
	switch v := arg.(type) {
	case reason.Reason:
		return p.Print(v)
	case time.Time:
		return v.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return fmt.Sprint(arg)
}

// fill puts the arguments in, nine at most. An argument that looks like a placeholder stays as it is. There is no strings.Replacer,
// because a report of thousands of findings has tens of thousands of texts, and making one takes longer than its use.
func fill(format string, args []string) string {
	if len(args) == 0 {
		return format
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(format, '{')
		if i < 0 || i+len("{1}") > len(format) {
			b.WriteString(format)
			return b.String()
		}
		b.WriteString(format[:i])
		if n := int(format[i+1]) - '0'; 1 <= n && n <= min(len(args), 9) && format[i+2] == '}' {
			b.WriteString(args[n-1])
			format = format[i+len("{1}"):]
			continue
		}
		b.WriteByte('{')
		format = format[i+1:]
	}
}

// Keys returns the keys of all texts, sorted.
func Keys() []string {
	var out []string
	for _, table := range areas() {
		out = slices.AppendSeq(out, maps.Keys(table))
	}
	slices.Sort(out)
	return out
}
