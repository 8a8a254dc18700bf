// Package custom compiles the rules that people write in configuration files: an expression, keywords that must occur,
// and lists of what is allowed.
//
// Expressions are those of package regexp, which match in linear time whatever the input. Most rules do not run on all
// content: the expression implies that one of a few strings occurs in every match, and how long a match can be. Then only
// the surroundings of those strings are searched, with the same result and much faster. If the expression implies
// nothing, the rule's keywords decide; a rule without keywords runs on everything, and Rule.Notes says so.
//
// A rule file is not trusted, because a repository brings its own: the number of rules and words, the compiled size of the
// expressions and the time that they take are limited, and what a rule does not search is reported.
//
// Limits: a match that is longer than the overlap of the windows of a large file, 64 KiB, may be missed there; for an
// expression of more than 200 instructions, in a content of more than 256 KiB. Paths and commits are compared after a match,
// because the contents of a history have neither until then.
package custom

import (
	"bytes"
	"fmt"
	"math"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/dfa"
	"github.com/akguard/akguard/rules/literal"
	"github.com/akguard/akguard/rules/reason"
)

// Rule is a rule as its author writes it. ID and Regex are required.
type Rule struct {
	ID          string         // letters and digits, with . _ - in between; also the type of its credentials. "generic…" makes the rule Generic
	Description string         // one sentence: what was found
	Help        string         // what to do about it
	Severity    rules.Severity // High if zero
	Regex       string
	Group       int      // the group of Regex that is the value; 0: the first group that matched something, or the whole match
	Keywords    []string // one of these must occur in the content, in any case; empty: no condition
	Entropy     float64  // the value must have more bits of entropy per character; 0: no condition
	Path        string   // an expression that the path must match; "": no condition
	Allow       []Allow
	Examples    rules.Examples
}

// Allow says which matches of a rule are not findings.
type Allow struct {
	Paths     []string // expressions
	Commits   []string // full IDs
	Regexes   []string
	Target    Target   // of Regexes
	StopWords []string // words in the value, in any case
	All       bool     // every kind that is given must apply, instead of any of them
}

// Target is what the expressions of an Allow are matched against.
type Target int

// The targets.
const (
	Value Target = iota // what would be reported
	Whole               // the match of the rule's expression
	Line                // the lines that the match is on
)

const maxID = 100

// Compile compiles the rules.
func Compile(list ...Rule) ([]rules.Rule, error) {
	if len(list) > maxRules {
		return nil, reason.NewError("custom.too-many-rules", len(list), maxRules)
	}
	quiet, pace, all, states := new(memo), newPace(len(list)), new(sizes), newStates()
	out := make([]rules.Rule, 0, len(list))
	for i, r := range list {
		f, err := r.finder(all)
		if err != nil {
			return nil, reason.NewError("config.rule", r.ID, err)
		}
		f.number, f.quiet, f.pace, f.states = i, quiet, pace, states
		out = append(out, r.rule(f))
	}
	return out, nil
}

func (r Rule) rule(f *finder) rules.Rule {
	out := rules.Rule{
		ID: r.ID, Type: rules.Type(r.ID), Severity: r.Severity, Description: reason.Text(printable(r.Description)), Help: reason.Text(printable(r.Help)), Examples: r.Examples,
		Generic: strings.HasPrefix(r.ID, "generic"), Matchers: []rules.Matcher{f},
	}
	if out.Severity == 0 {
		out.Severity = rules.High
	}
	if out.Description.IsZero() {
		out.Description = reason.New("custom.match", r.ID)
	}
	if out.Help.IsZero() {
		out.Help = reason.New("custom.help")
	}
	return out
}

// printable replaces control characters and what a terminal would not show, except line ends and tabs.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}

// Notes says what makes the rule slow, for its author.
func (r Rule) Notes() []reason.Reason {
	f, err := r.finder(new(sizes))
	switch {
	case err != nil:
		return nil
	case len(f.gate) == 0:
		return []reason.Reason{reason.New("custom.on-everything")}
	case f.literals == nil:
		return []reason.Reason{reason.New("custom.on-keyword")}
	case !f.around.known():
		return []reason.Reason{reason.New("custom.on-text")}
	}
	return nil
}

func (r Rule) finder(all *sizes) (*finder, error) {
	if !isID(r.ID) {
		return nil, reason.NewError("custom.id", maxID)
	}
	if r.Regex == "" {
		return nil, reason.NewError("custom.no-regex")
	}
	re, size, err := all.compile(r.Regex)
	if err != nil {
		return nil, reason.NewError("custom.regex", err)
	}
	if r.Group < 0 || r.Group > re.NumSubexp() {
		return nil, reason.NewError("custom.group", r.Group, re.NumSubexp())
	}
	if r.Entropy < 0 || r.Entropy > 8 || math.IsNaN(r.Entropy) {
		return nil, reason.NewError("custom.entropy", fmt.Sprint(r.Entropy))
	}
	f := &finder{id: r.ID, re: re, group: r.Group, entropy: r.Entropy, quiet: new(memo), pace: newPace(1), states: newStates(), size: size}
	if r.Path != "" {
		if f.path, _, err = all.compile(r.Path); err != nil {
			return nil, reason.NewError("custom.path", err)
		}
	}
	if f.allow, err = all.compileAllow(r.Allow); err != nil {
		return nil, err
	}
	f.local = !slices.ContainsFunc(f.allow, func(a allowList) bool { return a.target == Line && len(a.regexes) > 0 })
	if err := f.narrow(r.Regex, r.Keywords); err != nil {
		return nil, err
	}
	return f, all.add(len(r.Keywords) + len(f.gate))
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

// narrow finds out where the rule has to search.
func (f *finder) narrow(expr string, keywords []string) error {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return err
	}
	known := literals(re)
	if f.literals = known.list; known.list != nil {
		f.around = surroundings(re, known.lead)
		f.tail = sync.OnceValue(func() *dfa.Automaton { return automaton(known.tail, f.states.tails) })
	}
	f.whole = sync.OnceValue(func() *dfa.Automaton { return anywhere(re, f.states.whole) })
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

// tooShort reports whether a searcher cannot find a word in any case.
func tooShort(word string) bool { return len(word) < minLiteral || !isASCII(word) }

// oneOfThem returns a function that reports whether one of the words occurs in a content.
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

// implied reports whether every literal contains a word, or no word is required.
func implied(literals, words []string) bool {
	for _, text := range literals {
		if len(words) > 0 && !slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) }) {
			return false
		}
	}
	return true
}
