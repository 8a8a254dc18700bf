// Package message is the source of the message of a commit that is being made: what git will keep of a file that an editor has
// written. Git drops the lines that are comments and everything below the scissors line, where git commit -v shows the change;
// a secret that is being removed is in there too.
package message

import (
	"bytes"
	"context"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/fileio"
)

// maxSize is larger than any message. Git commit -v adds the whole change.
const maxSize = 256 << 20

// Options say how git cleans a message up. File is required.
type Options struct {
	File    string
	Comment string // what a comment begins with; "auto" is the character that git has chosen; "" is #
	Keep    bool   // comments are part of the message, because no editor was used
}

// Source is a commit message.
type Source struct{ opts Options }

// New returns the message in a file.
func New(opts Options) *Source { return &Source{opts} }

// Scan implements scanner.Source.
func (s *Source) Scan(ctx context.Context, sink scanner.Sink) error {
	text, err := fileio.ReadSmall(s.opts.File, maxSize)
	if err != nil {
		return reason.NewError("git.message-unreadable", fileio.WithoutPath(err))
	}
	if !s.opts.Keep {
		text = Clean(text, s.opts.Comment)
	}
	place := finding.Place{Source: finding.SourceMessage}
	sink.Commit()
	return sink.Blob(ctx, scanner.Blob{Place: place, Content: text})
}

// autoComments are the characters of which git chooses one for core.commentChar=auto.
const autoComments = "#;@!$%^&|:"

// scissors follow the comment character and a space on the line below which nothing is kept.
const scissors = "------------------------ >8 ------------------------"

// Clean returns what git keeps of a message. Lines that it drops are empty, so that the others keep their numbers. Comment is
// that of Options.
func Clean(text []byte, comment string) []byte {
	if comment == "" {
		comment = "#"
	}
	if comment == "auto" {
		comment = chosen(text)
	}
	if comment == "" {
		return text
	}
	var out bytes.Buffer
	for line := range bytes.Lines(text) {
		switch {
		case bytes.Equal(bytes.TrimRight(line, "\r\n"), []byte(comment+" "+scissors)):
			return out.Bytes()
		case bytes.HasPrefix(line, []byte(comment)):
			out.WriteByte('\n')
		default:
			out.Write(line)
		}
	}
	return out.Bytes()
}

// chosen returns the comment character that git has chosen, or "". Git's own comments end the text, or begin with the scissors.
func chosen(text []byte) string {
	for _, c := range autoComments {
		if bytes.Contains(text, []byte("\n"+string(c)+" "+scissors+"\n")) {
			return string(c)
		}
	}
	lines := bytes.Split(bytes.TrimRight(text, "\r\n"), []byte("\n"))
	if last := lines[len(lines)-1]; len(last) > 0 && bytes.IndexByte([]byte(autoComments), last[0]) >= 0 {
		return string(last[0])
	}
	return ""
}
