// Package reason carries facts from the lower floors to cmd, which puts them into words. A Reason is a code with arguments, such as
// "git.shallow" with the number of commits at which the history is cut. Package cmd/internal/message turns it into a
// sentence in the language of the reader, so that each sentence exists once and can be translated and tested.
//
// A code is lower case and dotted, the area first. Arguments are what varies: paths, counts, times, other reasons. They
// never hold a secret. The package is a leaf: every floor may import it.
package reason

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// MaxArgs is how many arguments a reason has at most.
const MaxArgs = 6

// Reason is a fact: a code and its arguments. The zero Reason says nothing. Reasons can be compared with ==.
type Reason struct {
	Code string
	n    int
	args [MaxArgs]any
}

// New returns the reason with a code and arguments, which fill the placeholders of the sentence: strings, integers,
// times, durations, other reasons, or errors, whose reason is kept. It panics on more than MaxArgs arguments.
func New(code string, args ...any) Reason {
	r := Reason{Code: code, n: len(args)}
	for i, arg := range args {
		if err, ok := arg.(error); ok {
			arg = Of(err)
		}
		r.args[i] = arg
	}
	return r
}

// Args returns the arguments.
func (r Reason) Args() []any { return r.args[:r.n] }

// verbatim is the code of a sentence that somebody else has written, such as the message of a custom rule.
const verbatim = "text"

// Text returns a reason that is a sentence in itself, written by somebody else: the author of a custom rule, or the
// report of an older version, which has no codes.
func Text(sentence string) Reason {
	if sentence == "" {
		return Reason{}
	}
	return New(verbatim, sentence)
}

// IsZero reports whether the reason says nothing.
func (r Reason) IsZero() bool { return r.Code == "" }

// Verbatim returns the sentence of a reason that Text made.
func (r Reason) Verbatim() (sentence string, ok bool) {
	if r.Code != verbatim || r.n != 1 {
		return "", false
	}
	sentence, ok = r.args[0].(string)
	return sentence, ok
}

// String returns the code and the arguments, for tests and for comparing: it is not meant for users.
func (r Reason) String() string {
	if sentence, ok := r.Verbatim(); ok {
		return sentence
	}
	if r.n == 0 {
		return r.Code
	}
	args := make([]string, r.n)
	for i, arg := range r.Args() {
		args[i] = fmt.Sprint(arg)
	}
	return r.Code + "(" + strings.Join(args, ", ") + ")"
}

// Error is an error that can be said in the language of the reader. Hint says what to do next; it may be zero.
type Error struct {
	Reason Reason
	Hint   Reason
	Err    error // the cause, for errors.Is and errors.As; may be nil
}

// Error implements error. The text is for logs and tests; cmd renders the reason.
func (e *Error) Error() string { return e.Reason.String() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// NewError returns an error with a reason. If the last argument is an error, it is the cause.
func NewError(code string, args ...any) *Error {
	e := &Error{Reason: New(code, args...)}
	if len(args) > 0 {
		e.Err, _ = args[len(args)-1].(error)
	}
	return e
}

// Of returns the reason of an error: that of the Error it wraps, or the error's own text. The most common errors of the
// system, if nothing wraps them, have reasons too, so that they can be translated.
func Of(err error) Reason {
	var known *Error
	switch {
	case err == nil:
		return Reason{}
	case errors.As(err, &known):
		return known.Reason
	case errors.Unwrap(err) == nil && errors.Is(err, fs.ErrNotExist):
		return New("files.not-exist")
	case errors.Unwrap(err) == nil && errors.Is(err, fs.ErrPermission):
		return New("files.permission-denied")
	}
	return Text(err.Error())
}

// Map returns the reason with f applied to each text among its arguments, also to those of reasons in it. It is how a
// report masks values that a path or an error quotes.
func (r Reason) Map(f func(string) string) Reason {
	for i, arg := range r.Args() {
		switch v := arg.(type) {
		case string:
			r.args[i] = f(v)
		case Reason:
			r.args[i] = v.Map(f)
		}
	}
	return r
}

// Printer puts reasons into words.
type Printer interface {
	Print(Reason) string
}

// Plain prints a reason as its String method does. It is for tests.
type Plain struct{}

// Print implements Printer.
func (Plain) Print(r Reason) string { return r.String() }
