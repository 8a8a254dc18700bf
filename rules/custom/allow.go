package custom

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
)

// maxAllow is how many allow lists a rule may have: place.lists has a bit for each.
const maxAllow = 32

// allowList is a compiled Allow.
type allowList struct {
	paths, regexes []*regexp.Regexp
	commits        []string
	words          []string
	target         Target
	all            bool
}

func (a Allow) compile(all *sizes) (allowList, error) {
	if len(a.Paths)+len(a.Commits)+len(a.Regexes)+len(a.StopWords) == 0 {
		return allowList{}, reason.NewError("custom.allow-empty")
	}
	out := allowList{target: a.Target, all: a.All}
	if err := all.add(len(a.StopWords) + len(a.Commits)); err != nil {
		return out, err
	}
	for _, word := range a.StopWords {
		if word == "" {
			return out, reason.NewError("custom.stop-word-empty")
		}
		out.words = append(out.words, strings.ToLower(word))
	}
	for _, commit := range a.Commits {
		out.commits = append(out.commits, strings.ToLower(strings.TrimSpace(commit)))
	}
	var err error
	if out.paths, err = all.compileAll(a.Paths); err != nil {
		return out, err
	}
	out.regexes, err = all.compileAll(a.Regexes)
	return out, err
}

func (s *sizes) compileAllow(list []Allow) ([]allowList, error) {
	if len(list) > maxAllow {
		return nil, reason.NewError("custom.too-many-allow", maxAllow)
	}
	var out []allowList
	for i, a := range list {
		compiled, err := a.compile(s)
		if err != nil {
			return nil, reason.NewError("custom.allow", i+1, err)
		}
		out = append(out, compiled)
	}
	return out, nil
}

func (s *sizes) compileAll(list []string) ([]*regexp.Regexp, error) {
	var out []*regexp.Regexp
	for _, expr := range list {
		re, _, err := s.compile(expr)
		if err != nil {
			return nil, reason.NewError("custom.expression", expr, err)
		}
		out = append(out, re)
	}
	return out, nil
}

// placed reports whether the list names places.
func (a allowList) placed() bool { return len(a.paths)+len(a.commits) > 0 }

// content reports whether the list allows a match by its content. A list that names only places allows it
// if all of its conditions must apply: the place decides then.
func (a allowList) content(m match) bool {
	byRegex := func() bool {
		text := a.text(m)
		return slices.ContainsFunc(a.regexes, func(re *regexp.Regexp) bool { return re.Match(text) })
	}
	byWord := func() bool {
		value := strings.ToLower(string(m.value()))
		return slices.ContainsFunc(a.words, func(word string) bool { return strings.Contains(value, word) })
	}
	if a.all {
		return (len(a.regexes) == 0 || byRegex()) && (len(a.words) == 0 || byWord())
	}
	return byRegex() || byWord()
}

// text is what the list's expressions are matched against.
func (a allowList) text(m match) []byte {
	switch a.target {
	case Whole:
		return bytes.Trim(m.content[m.from:m.to], "\n")
	case Line:
		return m.lines()
	}
	return m.value()
}

// place reports whether the list allows a match at a place. Marked is what content reported about the match.
func (a allowList) place(path, commit string, marked bool) bool {
	byPath := slices.ContainsFunc(a.paths, func(re *regexp.Regexp) bool { return path != "" && re.MatchString(path) })
	byCommit := commit != "" && slices.Contains(a.commits, commit)
	if a.all {
		return marked && a.placed() && (len(a.paths) == 0 || byPath) && (len(a.commits) == 0 || byCommit)
	}
	return byPath || byCommit
}
