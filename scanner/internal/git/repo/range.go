package repo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// Range is a set of commits: those that a head reaches and no base does.
type Range struct {
	Heads []object.ID
	Bases []object.ID // none: everything that the heads reach
	Tags  []object.ID // annotated tags that were named as heads
	// Symmetric leaves out what both of two heads reach. Then there are no bases until MergeBases has found them.
	Symmetric bool
}

// ErrRangeSyntax is the error for a text that is not a range.
var ErrRangeSyntax = reason.NewError("git.range-syntax")

// ErrEmptyRange is the error for ..B where B is HEAD: a left end that is left out is HEAD too. More likely, a variable of a
// script was not set.
var ErrEmptyRange = reason.NewError("git.range-empty")

// ResolveRange parses a range, or several terms of one between spaces:
//
//	A..B   what B reaches and A does not
//	A...B  what one of them reaches and the other does not
//	A      what A reaches
//	^A     not what A reaches
//	A^!    the commit A alone
//
// An end that is left out is HEAD. The zero ID, which git hands to hooks for a ref that is being created or deleted,
// reaches nothing. Neither does the parent of a root commit, so that ROOT^..HEAD includes ROOT.
func (r *Repository) ResolveRange(spec string) (Range, error) {
	var out Range
	terms := strings.Fields(spec)
	if len(terms) == 0 {
		return Range{}, ErrRangeSyntax
	}
	for _, term := range terms {
		if err := out.addTerm(r, term); err != nil {
			return Range{}, err
		}
	}
	if out.Symmetric && len(terms) > 1 { // merge bases are looked for between two heads
		return Range{}, ErrRangeSyntax
	}
	return out, nil
}

func (o *Range) addTerm(r *Repository, term string) error {
	if left, right, ok := strings.Cut(term, "..."); ok {
		return o.addSymmetric(r, left, right)
	}
	if left, right, ok := strings.Cut(term, ".."); ok {
		return o.addDifference(r, left, right)
	}
	if rev, ok := strings.CutPrefix(term, "^"); ok {
		return o.addBase(r, rev)
	}
	if rev, ok := strings.CutSuffix(term, "^!"); ok {
		return o.addAlone(r, rev)
	}
	return o.addHead(r, term)
}

func (o *Range) addSymmetric(r *Repository, left, right string) error {
	if left == "" || strings.HasPrefix(right, ".") {
		return ErrRangeSyntax
	}
	if err := o.addHead(r, right); err != nil {
		return err
	}
	err := o.addHead(r, left)
	o.Symmetric = len(o.Heads) == 2
	return err
}

func (o *Range) addDifference(r *Repository, left, right string) error {
	if err := o.addHead(r, right); err != nil {
		return err
	}
	if err := o.addBase(r, left); err != nil {
		return err
	}
	if left == "" && len(o.Heads) == 1 && len(o.Bases) == 1 && o.Heads[0] == o.Bases[0] {
		return ErrEmptyRange
	}
	return nil
}

// addAlone adds a commit without its parents.
func (o *Range) addAlone(r *Repository, rev string) error {
	if err := o.addHead(r, rev); err != nil || len(o.Heads) == 0 {
		return err
	}
	c, err := r.Commit(o.Heads[len(o.Heads)-1])
	o.Bases = append(o.Bases, c.Parents...)
	return err
}

func (o *Range) addHead(r *Repository, rev string) error {
	if isZero(rev) {
		return nil
	}
	id, tags, err := r.resolve(rev)
	if err != nil {
		return err
	}
	o.Heads, o.Tags = append(o.Heads, id), append(o.Tags, tags...)
	return nil
}

func (o *Range) addBase(r *Repository, rev string) error {
	if isZero(rev) {
		return nil
	}
	id, _, err := r.resolve(rev)
	if errors.Is(err, errBeforeRoot) {
		return nil
	}
	if err != nil {
		return err
	}
	o.Bases = append(o.Bases, id)
	return nil
}

// isZero reports whether a revision is the zero ID. Some tools write that of SHA-1 whatever the repository's format is.
func isZero(rev string) bool {
	return strings.Trim(rev, "0") == "" && (len(rev) == 2*object.SHA1.Size() || len(rev) == 2*object.SHA256.Size())
}

// MergeBases returns the best common ancestors of two commits, and perhaps some that are not the best. Like git, it
// walks from both ends at once, the latest commit first, until only ancestors of common ancestors are left. Where the
// clocks of committers were wrong it may miss one; then a range has commits too many, and never too few.
func (r *Repository) MergeBases(ctx context.Context, a, b object.ID) ([]object.ID, error) {
	w := mergeBaseWalk{repo: r, seen: map[object.ID]*mergeBaseNode{}}
	for i, id := range []object.ID{a, b} {
		if err := w.push(id, 1<<i); err != nil {
			return nil, fmt.Errorf("looking for a common ancestor: %w", err)
		}
	}
	return w.run(ctx)
}
