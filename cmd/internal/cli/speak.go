package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/printable"
)

// languageOf returns the language that the command line asks for with --lang, or that of the locale. The help texts
// depend on it, so it must be known before the flags are parsed. An unknown language is refused later, in English.
func languageOf(args []string) message.Language {
	name := ""
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if value, ok := strings.CutPrefix(arg, "--lang="); ok {
			name = value
		} else if arg == "--lang" && i+1 < len(args) {
			name = args[i+1]
		}
	}
	language, err := message.ParseLanguage(name)
	if err != nil {
		return message.English
	}
	return language
}

// print puts a reason into the user's language. What it quotes cannot drive the terminal.
func (a *app) print(r reason.Reason) string { return a.words.Print(r.Map(printable.Text)) }

// text is print for a key and its arguments.
func (a *app) text(key string, args ...any) string { return a.print(reason.New(key, args...)) }

// say writes one line to stderr, for a person.
func (a *app) say(key string, args ...any) {
	_, _ = fmt.Fprintf(a.Err, "akguard: %s\n", a.text(key, args...))
}

// line writes one line of a result to stdout.
func (a *app) line(key string, args ...any) { _, _ = fmt.Fprintln(a.Out, a.text(key, args...)) }

// fail writes an error and, where there is one, its hint, in the user's language as far as their reasons are known. What
// they quote of the command line may be a credential, and is masked then.
func (a *app) fail(f *failure) {
	hint := reason.Text(f.hint)
	var known *reason.Error
	if errors.As(f.err, &known) && hint.IsZero() && a.words.Has(known.Hint.Code) {
		hint = known.Hint
	}
	a.say("error", reason.Of(f.err).Map(quotable))
	if !hint.IsZero() {
		a.say("hint", hint.Map(quotable))
	}
}

// usage returns an error of the user's: what is wrong, by key, with the hint that has the same key and ".hint".
func usage(key string, args ...any) error { return failed(exitUsage, key, args...) }

// failed returns an error with an exit code: what is wrong, by key, with the hint that has the same key and ".hint".
func failed(code int, key string, args ...any) error {
	err := reason.NewError(key, args...)
	err.Hint = reason.New(key+".hint", args...)
	return &failure{err: err, code: code}
}
