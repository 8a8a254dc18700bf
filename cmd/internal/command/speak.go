package command

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

// Print puts a reason into the user's language. What it quotes cannot drive the terminal.
func (a *App) Print(r reason.Reason) string { return a.Words.Print(r.Map(printable.Text)) }

// Text is Print for a key and its arguments.
func (a *App) Text(key string, args ...any) string { return a.Print(reason.New(key, args...)) }

// Say writes one line to stderr, for a person.
func (a *App) Say(key string, args ...any) {
	_, _ = fmt.Fprintf(a.Err, "akguard: %s\n", a.Text(key, args...))
}

// Line writes one line of a result to stdout.
func (a *App) Line(key string, args ...any) { _, _ = fmt.Fprintln(a.Out, a.Text(key, args...)) }

// fail writes an error and its hint, if there is one, in the user's language. Parts of the command line that they quote may
// be a credential, and are masked.
func (a *App) fail(f *Failure) {
	hint := reason.Text(f.Hint)
	var known *reason.Error
	if errors.As(f.Err, &known) && hint.IsZero() && a.Words.Has(known.Hint.Code) {
		hint = known.Hint
	}
	a.Say("error", reason.Of(f.Err).Map(Quotable))
	if !hint.IsZero() {
		a.Say("hint", hint.Map(Quotable))
	}
}

// Usage returns an error of the user's: what is wrong, by key, with the hint that has the same key and ".hint".
func Usage(key string, args ...any) error { return Failed(ExitUsage, key, args...) }

// Failed returns an error with an exit code: what is wrong, by key, with the hint that has the same key and ".hint".
func Failed(code int, key string, args ...any) error {
	err := reason.NewError(key, args...)
	err.Hint = reason.New(key+".hint", args...)
	return &Failure{Err: err, Code: code}
}
