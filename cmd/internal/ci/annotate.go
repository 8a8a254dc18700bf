package ci

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Annotation is a message that GitHub Actions shows at a line.
type Annotation struct {
	Level   string // error, warning or notice
	File    string // "" for none
	Line    int    // 0 for none
	Column  int
	Title   string
	Message string
}

// Limits of GitHub Actions: what is over is dropped without a word.
const (
	MaxAnnotations = 10   // of a level, in a step
	maxMessage     = 4096 // characters
	// MaxSummary is the size of a job summary in bytes. A larger one is not shown at all.
	MaxSummary = 1 << 20
)

// Write writes annotations as commands of the runner, at most MaxAnnotations of each level. More returns the last annotation
// of a level in place of those that do not fit.
func Write(w io.Writer, list []Annotation, more func(level string, n int) Annotation) error {
	left := map[string]int{}
	for _, a := range list {
		left[a.Level]++
	}
	shown := map[string]int{}
	for _, a := range list {
		switch n := shown[a.Level]; {
		case n == MaxAnnotations:
			continue
		case n == MaxAnnotations-1 && left[a.Level] > MaxAnnotations:
			a = more(a.Level, left[a.Level]-n)
		}
		shown[a.Level]++
		if _, err := fmt.Fprintln(w, a.command()); err != nil {
			return err
		}
	}
	return nil
}

// command returns the command of the runner.
func (a Annotation) command() string {
	var properties []string
	add := func(name, value string) {
		if value != "" {
			properties = append(properties, name+"="+property(value))
		}
	}
	add("file", a.File)
	if a.Line > 0 {
		add("line", fmt.Sprint(a.Line))
		add("col", fmt.Sprint(max(1, a.Column)))
	}
	add("title", a.Title)
	return "::" + a.Level + " " + strings.Join(properties, ",") + "::" + data(cut(a.Message))
}

// data escapes the message of a command.
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", "##[", "# #[").Replace(s)
}

// property escapes a property of a command.
func property(s string) string { return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(data(s)) }

func cut(s string) string {
	if utf8.RuneCountInString(s) <= maxMessage {
		return s
	}
	return string([]rune(s)[:maxMessage-1]) + "…"
}

// Filter is a writer that breaks what the runner of GitHub Actions would take for a command: ##[ anywhere in a line, and :: at its
// beginning. An author may have such a name. It must be closed, because it holds back the line that is not complete.
type Filter struct {
	to   io.Writer
	held []byte
}

// NewFilter returns a filter before a writer.
func NewFilter(to io.Writer) *Filter { return &Filter{to: to} }

// maxHeld is how much of a line is held back, in bytes.
const maxHeld = 1 << 20

var commands = regexp.MustCompile(`(?m)##\[|^([ \t]*)::`)

// Write implements io.Writer.
func (f *Filter) Write(text []byte) (int, error) {
	f.held = append(f.held, text...)
	end := bytes.LastIndexByte(f.held, '\n') + 1
	if end == 0 && len(f.held) > maxHeld {
		end = len(f.held) - len("##") // which may be the beginning of a command
	}
	if err := f.flush(end); err != nil {
		return 0, err
	}
	return len(text), nil
}

// Close writes what was held back.
func (f *Filter) Close() error { return f.flush(len(f.held)) }

// flush writes the first bytes of what is held.
func (f *Filter) flush(end int) error {
	if end == 0 {
		return nil
	}
	out := commands.ReplaceAllFunc(f.held[:end], func(found []byte) []byte {
		if string(found) == "##[" {
			return []byte("# #[")
		}
		return []byte(strings.TrimSuffix(string(found), "::") + ": :")
	})
	f.held = append(f.held[:0], f.held[end:]...)
	_, err := f.to.Write(out)
	return err
}
