// Package words says in another language what the code says in English. A catalogue is keyed by the English sentence,
// with {} where something is put in, and so the code that speaks needs no ifs and knows no language. What a catalogue
// does not hold stays English: better understood by some than by nobody.
//
// Only whole lines and sentences are looked up, and of what is put in only the parts that the catalogue marks: a user
// whose name is a word of ours keeps it.
package words

import (
	_ "embed"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

//go:embed zh.txt
var chinese string

// Catalogue holds the sentences of one language. A nil Catalogue is English.
type Catalogue struct {
	whole    map[string]string
	patterns []pattern // what says most comes first
}

// pattern is a sentence that something is put into.
type pattern struct {
	english *regexp.Regexp
	fixed   int // letters that are not put in
	other   string
}

// Chinese returns the catalogue of simplified Chinese.
func Chinese() (*Catalogue, error) { return Read(chinese) }

// Read reads a catalogue: an English sentence on one line, the same in the other language on the next, and an empty line.
// In the other language {1} is what the first {} of the English one stands for, as it is, and <1> the same translated.
// Of several sentences that fit, the one that says most itself is taken. Lines that begin with # are comments.
func Read(text string) (*Catalogue, error) {
	c := &Catalogue{whole: map[string]string{}}
	english := ""
	for n, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, "#"):
		case line == "" && english != "":
			return nil, fmt.Errorf("line %d: %q has no translation", n+1, english)
		case line == "":
		case english == "":
			english = line
		default:
			if err := c.add(english, line); err != nil {
				return nil, fmt.Errorf("line %d: %w", n+1, err)
			}
			english = ""
		}
	}
	slices.SortStableFunc(c.patterns, func(a, b pattern) int { return b.fixed - a.fixed })
	return c, nil
}

// hole is where something is put in: {1} or <1>.
var hole = regexp.MustCompile(`\{([1-9])\}|<([1-9])>`)

func (c *Catalogue) add(english, other string) error {
	parts := strings.Split(english, "{}")
	for _, found := range hole.FindAllStringSubmatch(other, -1) {
		if n, _ := strconv.Atoi(found[1] + found[2]); n >= len(parts) {
			return fmt.Errorf("%s stands for nothing", found[0])
		}
	}
	switch _, twice := c.whole[english]; {
	case twice:
		return fmt.Errorf("%q is there twice", english)
	case strings.Join(parts, "") == "":
		return fmt.Errorf("%q says nothing", english)
	}
	c.whole[english] = other
	if len(parts) == 1 {
		return nil
	}
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	expression := "^" + strings.Join(parts[:len(parts)-1], "(.*?)") + "(.*)" + parts[len(parts)-1] + "$"
	c.patterns = append(c.patterns, pattern{regexp.MustCompile(expression), len(english) - 2*(len(parts)-1), other})
	return nil
}

// Has reports whether the catalogue holds a sentence, which has {} where something is put in.
func (c *Catalogue) Has(english string) bool {
	_, ok := c.whole[english]
	return ok
}

// Say says an English sentence in the language of the catalogue.
func (c *Catalogue) Say(english string) string {
	if c == nil || english == "" {
		return english
	}
	if other, ok := c.whole[english]; ok {
		return other
	}
	for _, p := range c.patterns {
		if parts := p.english.FindStringSubmatch(english); parts != nil {
			return c.fill(p.other, parts)
		}
	}
	return english
}

func (c *Catalogue) fill(other string, parts []string) string {
	return hole.ReplaceAllStringFunc(other, func(h string) string {
		part := parts[h[1]-'0']
		if h[0] == '<' {
			return c.Say(part)
		}
		return part
	})
}

// Writer says what is written to it, each Write one line or a question, in another language.
type Writer struct {
	Catalogue *Catalogue
	To        io.Writer
}

// Unwrap returns what the writer writes to.
func (w Writer) Unwrap() io.Writer { return w.To }

// Write says a line.
func (w Writer) Write(line []byte) (int, error) {
	text := strings.TrimRight(string(line), " \n")
	if _, err := io.WriteString(w.To, w.Catalogue.Say(text)+string(line[len(text):])); err != nil {
		return 0, err
	}
	return len(line), nil
}
