// Package custom makes rules of what people write in configuration files: an expression, the words that must stand
// near, what is allowed.
//
// Expressions are those of package regexp, which match in linear time whatever the input. A rule is not run on all
// content: from its expression follows, mostly, that one of a few strings stands in every match, and how long a match
// can be. Then only the surroundings of those strings are looked at, which is the same and much faster. Where nothing
// follows, the rule's keywords decide, and where there are none, the rule runs on everything; Rule.Notes says so.
//
// What is limited: a match that is longer than the overlap of the windows of a large file, 64 KiB, may be missed there.
// Paths and commits are compared after a match: in a history, contents have none before.
package custom

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/literal"
)

// Rule is a rule as it is written. ID and Regex are required.
type Rule struct {
	ID          string         // letters, digits, and . _ - between; it is the type of its credentials too
	Description string         // one sentence: what was found
	Help        string         // what to do about it
	Severity    rules.Severity // High if zero
	Regex       string
	Group       int      // the group of Regex that is the value; 0: the first that matched something, else all of the match
	Keywords    []string // one of these must stand in the content, in whatever case; none: no matter
	Entropy     float64  // the value must have more bits of entropy per character; 0: no matter
	Path        string   // an expression that the path must match; "": no matter
	Allow       []Allow
	Examples    rules.Examples
}

// Allow says which matches of a rule are no findings.
type Allow struct {
	Paths     []string // expressions
	Commits   []string // full IDs
	Regexes   []string
	Target    Target   // of Regexes
	StopWords []string // in the value, in whatever case
	All       bool     // each kind that is given must apply, instead of any
}

// Target is what the expressions of an Allow are compared with.
type Target int

// The targets.
const (
	Value Target = iota // what would be reported
	Whole               // the match of the rule's expression
	Line                // the lines that it stands in
)

const (
	maxExpression = 64 << 10 // bytes
	maxID         = 100
)

const defaultHelp = "Replace the credential where it was issued, then where it is used. Taking it out of the code does not take it back."

// Compile makes rules of them.
func Compile(list ...Rule) ([]rules.Rule, error) {
	quiet := new(memo)
	out := make([]rules.Rule, 0, len(list))
	for i, r := range list {
		f, err := r.finder()
		if err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.ID, err)
		}
		f.number, f.quiet = i, quiet
		out = append(out, r.rule(f))
	}
	return out, nil
}

func (r Rule) rule(f *finder) rules.Rule {
	out := rules.Rule{
		ID: r.ID, Type: rules.Type(r.ID), Severity: r.Severity, Description: printable(r.Description), Help: printable(r.Help), Examples: r.Examples,
		Parts: []rules.Part{{Kind: rules.KindValue, Type: rules.Type(r.ID), Folded: f.gate, All: f.all}},
		Where: f.where,
	}
	if out.Severity == 0 {
		out.Severity = rules.High
	}
	if out.Description == "" {
		out.Description = "Match of rule " + r.ID
	}
	if out.Help == "" {
		out.Help = defaultHelp
	}
	return out
}

// printable replaces what a terminal would obey, or would not show, but keeps the ends of lines and tabs.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}

// Notes says what about the rule costs time, for who writes it.
func (r Rule) Notes() []string {
	f, err := r.finder()
	switch {
	case err != nil:
		return nil
	case len(f.gate) == 0:
		return []string{"runs on all content: give it keywords of three characters or more, or an expression that holds a fixed text"}
	case f.literals == nil:
		return []string{"runs on all of a content that holds a keyword: no fixed text of three characters or more stands in every match"}
	case f.around == nil:
		return []string{"runs on all of a content that holds its text: a match may go over any number of lines"}
	}
	return nil
}

func (r Rule) finder() (*finder, error) {
	if !isID(r.ID) {
		return nil, errors.New("an id is of letters, digits, and . _ - between them, 100 at most")
	}
	if r.Regex == "" {
		return nil, errors.New("regex is missing")
	}
	re, err := compile(r.Regex)
	if err != nil {
		return nil, fmt.Errorf("regex: %w", err)
	}
	if r.Group < 0 || r.Group > re.NumSubexp() {
		return nil, fmt.Errorf("group %d: the regex has %d", r.Group, re.NumSubexp())
	}
	if r.Entropy < 0 || r.Entropy > 8 || math.IsNaN(r.Entropy) {
		return nil, fmt.Errorf("entropy %v: it is bits per character, 0 to 8", r.Entropy)
	}
	f := &finder{re: re, group: r.Group, entropy: r.Entropy, quiet: new(memo)}
	if r.Path != "" {
		if f.path, err = compile(r.Path); err != nil {
			return nil, fmt.Errorf("path: %w", err)
		}
	}
	if f.allow, err = compileAllow(r.Allow); err != nil {
		return nil, err
	}
	return f, f.narrow(r.Regex, r.Keywords)
}

func isID(id string) bool {
	const inner = "._-"
	for i := range len(id) {
		c := id[i]
		alnum := '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
		if !alnum && (i == 0 || i == len(id)-1 || strings.IndexByte(inner, c) < 0) {
			return false
		}
	}
	return id != "" && len(id) <= maxID
}

func compile(expr string) (*regexp.Regexp, error) {
	if len(expr) > maxExpression {
		return nil, fmt.Errorf("longer than %d bytes", maxExpression)
	}
	return regexp.Compile(expr)
}

// narrow finds out where the rule has to look.
func (f *finder) narrow(expr string, keywords []string) error {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return err
	}
	known := literals(re)
	if f.literals = known.list; known.list != nil {
		f.around = surroundings(re, known.lead)
	}
	words := lowered(keywords)
	switch searchable := !slices.ContainsFunc(words, tooShort); {
	case f.literals == nil && searchable:
		f.gate = words
	case f.literals == nil || !implied(f.literals, words):
		f.gate = f.literals
		f.keyword, err = oneOfThem(words, searchable)
	default:
		f.gate = f.literals
	}
	slices.Sort(f.gate)
	f.gate = slices.Compact(f.gate)
	return err
}

func lowered(words []string) []string {
	out := make([]string, 0, len(words))
	for _, word := range words {
		out = append(out, strings.ToLower(word))
	}
	return out
}

// tooShort reports whether a word is none that a searcher finds in any case.
func tooShort(word string) bool { return len(word) < minLiteral || !isASCII(word) }

// oneOfThem returns what tells whether one of the words stands in a content.
func oneOfThem(words []string, searchable bool) (func(content []byte) bool, error) {
	if !searchable {
		return func(content []byte) bool {
			content = bytes.ToLower(content)
			return slices.ContainsFunc(words, func(word string) bool { return bytes.Contains(content, []byte(word)) })
		}, nil
	}
	s, err := literal.Compile(nil, words...)
	return func(content []byte) (found bool) {
		s.Each(content, func(int, int) bool {
			found = true
			return false
		})
		return found
	}, err
}

// implied reports whether a word stands wherever a literal does, or none has to.
func implied(literals, words []string) bool {
	for _, text := range literals {
		if len(words) > 0 && !slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) }) {
			return false
		}
	}
	return true
}
