// Package order puts findings in the order in which reports show them, and joins occurrences that a reader would look at
// once. Where a format has room for some only, it writes the first of them.
package order

import (
	"cmp"
	"slices"

	"github.com/akguard/akguard/scanner/finding"
)

// Worst sorts findings: those that count before those that are suppressed; among them what works first, then what a change
// made appear before what was there already, and then as finding.CompareUrgency does.
func Worst(findings []finding.Finding) {
	pointers := make([]*finding.Finding, len(findings))
	for i := range findings {
		pointers[i] = &findings[i]
	}
	WorstOf(pointers)
	sorted := make([]finding.Finding, len(findings))
	for i, f := range pointers {
		sorted[i] = *f
	}
	copy(findings, sorted)
}

// WorstOf is Worst for pointers. A finding has a thousand bytes, so it is cheaper to move pointers.
func WorstOf(findings []*finding.Finding) {
	slices.SortStableFunc(findings, func(a, b *finding.Finding) int {
		if c := cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(age(a), age(b))); c != 0 {
			return c
		}
		return finding.CompareUrgency(*a, *b)
	})
}

func rank(f *finding.Finding) int {
	switch {
	case !f.Suppressed.IsZero():
		return 2
	case f.Live():
		return 0
	}
	return 1
}

func age(f *finding.Finding) int {
	switch f.State {
	case finding.StateMoved:
		return 1
	case finding.StateExisting:
		return 2
	}
	return 0
}

// Place is where a reader of a report would look: a line of a file, of an archive's member, or of content without a path.
// A credential that is there in several versions and sources is there once.
type Place struct {
	Finding finding.Finding
	Index   int                  // among the places of the finding, the first exposure first
	All     []finding.Occurrence // here; the earliest first
}

// First returns the earliest occurrence at the place.
func (p Place) First() finding.Occurrence { return p.All[0] }

// Now returns the occurrence that is there today if there is one, else the earliest: its column is the one to show.
func (p Place) Now() finding.Occurrence {
	for _, o := range p.All {
		if Present(o) {
			return o
		}
	}
	return p.All[0]
}

// Present reports whether an occurrence is in a file that is on the disk.
func Present(o finding.Occurrence) bool {
	return o.Source == finding.SourceWorktree || o.Source == finding.SourceFile
}

// Places returns the places of findings: the first of each finding, then the others, each in the order of the findings. So
// a limit cuts off places before it hides a credential.
func Places(findings []finding.Finding) []Place {
	var first, rest []Place
	for _, f := range findings {
		places := Of(f)
		first, rest = append(first, places[0]), append(rest, places[1:]...)
	}
	return append(first, rest...)
}

// Of returns the places of one finding.
func Of(f finding.Finding) []Place {
	type key struct {
		repository, path, member, object string
		line                             int
	}
	index := make(map[key]int)
	var places []Place
	for _, o := range f.Occurrences {
		k := key{repository: o.Origin.Repository, path: o.Path, member: o.Member, line: o.Line}
		if o.Path == "" {
			k.object = cmp.Or(o.Blob, o.Commit, o.Source)
		}
		i, ok := index[k]
		if !ok {
			i = len(places)
			index[k] = i
			places = append(places, Place{Finding: f, Index: i})
		}
		places[i].All = append(places[i].All, o)
	}
	return places
}
