// Package terminal owns what is said on a terminal: whether there is one, whether it has colours, and the form of
// messages, errors and hints.
package terminal

import (
	"fmt"
	"io"
	"os"

	"github.com/akguard/akguard/scanner/printable"
	"github.com/mattn/go-isatty"
	"golang.org/x/term"
)

// Is reports whether a stream is a terminal, or a writer that unwraps to one.
func Is(stream any) bool {
	if w, ok := stream.(interface{ Unwrap() io.Writer }); ok {
		return Is(w.Unwrap())
	}
	f, ok := stream.(*os.File)
	return ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()))
}

// Color reports whether colours may be written to a stream: it is a terminal with colours, and the user has not
// turned them off (https://no-color.org).
func Color(stream any) bool {
	return Is(stream) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// Width returns the number of columns of a terminal. It is 0 if the stream is not a terminal or does not report a width.
func Width(stream any) int {
	if w, ok := stream.(interface{ Unwrap() io.Writer }); ok {
		return Width(w.Unwrap())
	}
	f, ok := stream.(*os.File)
	if !ok || !Is(f) {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

// Say writes one line to a person. What its arguments quote cannot drive the terminal, nor begin a line that looks
// like one of akguard's own: names come from untrusted repositories.
func Say(w io.Writer, format string, args ...any) {
	Line(w, "akguard: "+format, args...)
}

// Line writes one line of a report to a person, as safe as Say's.
func Line(w io.Writer, format string, args ...any) { Ask(w, format+"\n", args...) }

// Ask writes a question, after which a person types on the same line, as safe as Say's.
func Ask(w io.Writer, format string, args ...any) {
	for i, arg := range args {
		switch arg := arg.(type) {
		case string:
			args[i] = printable.Text(arg)
		case error:
			args[i] = printable.Text(arg.Error())
		}
	}
	_, _ = fmt.Fprintf(w, format, args...)
}
