package sweep

import (
	"bufio"
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/akguard/akguard/scanner/finding"
)

// owners are the rules of a CODEOWNERS file, in its order. The last one that matches a path decides.
type owners []ownership

type ownership struct {
	pattern string // without the slashes at its ends
	rooted  bool   // it is relative to the root, and not to any folder
	folder  bool   // it ends in a slash: what is below it
	names   string // divided by spaces; "" for nobody
}

// The limits on a CODEOWNERS file are GitHub's: 3 MB.
const maxOwners = 3 << 20

// parseOwners reads a CODEOWNERS file. Lines that GitHub does not understand are left out, as GitHub does.
func parseOwners(text []byte) owners {
	var out owners
	lines := bufio.NewScanner(bytes.NewReader(text[:min(len(text), maxOwners)]))
	lines.Buffer(nil, maxOwners+1)
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), " #")
		fields := strings.Fields(strings.ReplaceAll(line, `\ `, "\x00"))
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") || strings.HasPrefix(fields[0], "!") || strings.ContainsAny(fields[0], "[]") {
			continue
		}
		pattern := strings.ReplaceAll(fields[0], "\x00", " ")
		o := ownership{folder: strings.HasSuffix(pattern, "/"), names: strings.Join(fields[1:], " ")}
		pattern = strings.TrimSuffix(pattern, "/")
		o.rooted = strings.Contains(pattern, "/")
		o.pattern = strings.TrimPrefix(pattern, "/")
		out = append(out, o)
	}
	return out
}

// of returns the owners of a path; "" if nobody is named.
func (o owners) of(name string) string {
	for i := len(o) - 1; i >= 0; i-- {
		if o[i].matches(name) {
			return o[i].names
		}
	}
	return ""
}

// matches reports whether a rule is about a path: the path itself, unless the rule is about a folder, or a folder that it is
// in. A rule that ends in /* is about the files of that folder alone. The cost is linear in both, whatever the pattern.
func (o ownership) matches(name string) bool {
	if o.pattern == "" || o.pattern == "*" || o.pattern == "**" {
		return true
	}
	elements, pattern := strings.Split(name, "/"), strings.Split(o.pattern, "/")
	at := make([]bool, len(elements)+1) // how many elements the pattern so far may cover
	for i := range elements {
		at[i] = i == 0 || !o.rooted
	}
	for _, p := range pattern {
		at = step(p, elements, at)
	}
	inFolder := !o.rooted || pattern[len(pattern)-1] != "*"
	for i, ok := range at {
		if ok && (i < len(elements) && inFolder || i == len(elements) && !o.folder) {
			return true
		}
	}
	return false
}

// step covers one more element of a pattern.
func step(p string, elements []string, at []bool) []bool {
	next, any := make([]bool, len(at)), false
	for i := range at {
		any = any || at[i]
		switch {
		case p == "**":
			next[i] = any
		case at[i] && i < len(elements):
			ok, err := path.Match(p, elements[i])
			next[i+1] = ok && err == nil
		}
	}
	return next
}

// own says who answers for each place of a finding: those that CODEOWNERS names for its path, or whoever committed it.
func own(f finding.Finding, o owners) finding.Finding {
	for i := range f.Occurrences {
		place := &f.Occurrences[i].Place
		if place.Origin.Owner != "" {
			continue
		}
		if inCode(*place) {
			place.Origin.Owner = o.of(place.Path)
		}
		if place.Origin.Owner == "" {
			place.Origin.Owner = committer(*place)
		}
	}
	return f
}

// hasCode reports whether CODEOWNERS may name somebody for a finding.
func hasCode(f finding.Finding) bool {
	return slices.ContainsFunc(f.Occurrences, func(o finding.Occurrence) bool { return inCode(o.Place) })
}

// inCode reports whether CODEOWNERS is about a place.
func inCode(p finding.Place) bool {
	return p.Path != "" && p.Source == finding.SourceHistory && !strings.HasSuffix(p.Origin.Repository, wikiSuffix)
}

func committer(p finding.Place) string {
	if p.Email == "" {
		return p.Author
	}
	return strings.TrimSpace(p.Author + " <" + p.Email + ">")
}
