// Package config parses git's configuration files (git-config(1)), as leniently as git does: names in any encoding, a
// byte order mark, a key on the line of its section, quoted and continued values.
//
// It does not follow include and includeIf, because those lead out of the repository. If a line cannot be parsed, git
// reads nothing; Parse goes on with the next line and returns the error as well.
package config

import (
	"bytes"
	"iter"
	"strings"

	"github.com/akguard/akguard/rules/reason"
)

// Config has the values of a configuration file. The zero Config is empty.
type Config struct {
	values map[key]string
}

// key names a variable. Section and name are in lower case.
type key struct{ section, subsection, name string }

// Get returns the last value of a variable; "" if it is not set. Section and name must be in lower case. A variable
// without "=" has the value "true".
func (c Config) Get(section, subsection, name string) string {
	return c.values[key{section, subsection, name}]
}

// Section yields the names and values of a section without a subsection, in no particular order.
func (c Config) Section(section string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for k, value := range c.values {
			if k.section == section && k.subsection == "" && !yield(k.name, value) {
				return
			}
		}
	}
}

// Any reports whether any subsection of a section sets a variable to a value.
func (c Config) Any(section, name, value string) bool {
	for k, v := range c.values {
		if k.section == section && k.name == name && v == value {
			return true
		}
	}
	return false
}

// Parse parses a configuration file. The error names the first line that cannot be parsed.
func Parse(data []byte) (Config, error) {
	data = bytes.ReplaceAll(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), []byte("\r\n"), []byte("\n"))
	p := parser{data: data, line: 1, values: map[key]string{}}
	var first error
	for p.at < len(p.data) {
		line := p.line
		if p.next() {
			continue
		}
		if first == nil {
			first = reason.NewError("git.config-line", line)
		}
		p.skipLine()
	}
	return Config{p.values}, first
}

// parser reads a file from front to back.
type parser struct {
	data    []byte
	at      int
	line    int
	section key // of the variables that follow; its name is ""
	values  map[key]string
}

// peek returns the next byte, and a newline at the end of the file.
func (p *parser) peek() byte {
	if p.at >= len(p.data) {
		return '\n'
	}
	return p.data[p.at]
}

func (p *parser) skip() {
	if p.peek() == '\n' {
		p.line++
	}
	p.at++
}

func (p *parser) skipLine() {
	for p.at < len(p.data) && p.peek() != '\n' {
		p.skip()
	}
}

func (p *parser) skipBlanks() {
	for c := p.peek(); c != '\n' && isSpace(c); c = p.peek() {
		p.skip()
	}
}

// next reads a section, a variable, a comment or a blank. It returns false for anything else.
func (p *parser) next() bool {
	p.skipBlanks()
	switch c := p.peek(); {
	case c == '\n':
		p.skip()
		return true
	case c == '#' || c == ';':
		p.skipLine()
		return true
	case c == '[':
		p.skip()
		return p.header()
	case isLetter(c):
		return p.variable()
	}
	return false
}

// header reads [section], [section.subsection] or [section "subsection"], after its first bracket.
func (p *parser) header() bool {
	name := strings.ToLower(p.word("-."))
	section, subsection, _ := strings.Cut(name, ".")
	p.skipBlanks()
	if p.peek() == '"' {
		var ok bool
		p.skip()
		section = name
		if subsection, ok = p.quoted(); !ok {
			return false
		}
	}
	if p.peek() != ']' {
		return false
	}
	p.skip()
	p.section = key{section: section, subsection: subsection}
	return true
}

// quoted reads the name of a subsection after its first quote.
func (p *parser) quoted() (string, bool) {
	var b strings.Builder
	for {
		switch c := p.peek(); c {
		case '\n':
			return "", false
		case '"':
			p.skip()
			return b.String(), true
		case '\\':
			p.skip()
			if p.peek() == '\n' {
				return "", false
			}
		}
		b.WriteByte(p.peek())
		p.skip()
	}
}

// variable reads "name = value" or "name".
func (p *parser) variable() bool {
	k := p.section
	k.name = strings.ToLower(p.word("-"))
	p.skipBlanks()
	switch p.peek() {
	case '=':
		p.skip()
		value, ok := p.value()
		if ok {
			p.values[k] = value
		}
		return ok
	case '\n':
		p.values[k] = "true"
		return true
	}
	return false
}

// value reads the rest of a line, and of those after it that a backslash joins to it.
func (p *parser) value() (string, bool) {
	var b strings.Builder
	p.skipBlanks()
	end, quoted := 0, false // end is where the value ends without the blanks after it
	for {
		c := p.peek()
		switch {
		case c == '\n':
			return b.String()[:end], !quoted
		case c == '"':
			quoted = !quoted
			p.skip()
			end = b.Len()
			continue
		case (c == '#' || c == ';') && !quoted:
			p.skipLine()
			return b.String()[:end], true
		case c == '\\':
			p.skip()
			if !p.escape(&b) {
				return "", false
			}
			end = b.Len()
			continue
		}
		b.WriteByte(c)
		p.skip()
		if quoted || !isSpace(c) {
			end = b.Len()
		}
	}
}

// escape reads what follows a backslash in a value.
func (p *parser) escape(b *strings.Builder) bool {
	switch c := p.peek(); c {
	case '\n': // the value goes on in the next line
	case 'n':
		b.WriteByte('\n')
	case 't':
		b.WriteByte('\t')
	case 'b':
		b.WriteByte('\b')
	case '"', '\\':
		b.WriteByte(c)
	default:
		return false
	}
	p.skip()
	return true
}

// word reads letters, digits and the other bytes.
func (p *parser) word(others string) string {
	start := p.at
	for c := p.peek(); isLetter(c) || c >= '0' && c <= '9' || strings.IndexByte(others, c) >= 0; c = p.peek() {
		p.skip()
	}
	return string(p.data[start:p.at])
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isSpace(c byte) bool { return strings.IndexByte(" \t\n\r\v\f", c) >= 0 }
