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

// ResolveRange parses a range:
//
//	A..B   what B reaches and A does not
//	A...B  what one of them reaches and the other does not
//	A      what A reaches
//
// A right end that is left out is HEAD. A left end that is left out would be HEAD too; it is refused, because it is
// more likely a variable of a script that was not set. The zero ID, which git hands to hooks for a ref that is being
// created or deleted, reaches nothing. Neither does the parent of a root commit, so that ROOT^..HEAD includes ROOT.
func (r *Repository) ResolveRange(spec string) (Range, error) {
	dots := "..."
	left, right, found := strings.Cut(spec, dots)
	if !found {
		dots = ".."
		left, right, found = strings.Cut(spec, dots)
	}
	if left == "" || strings.HasPrefix(right, ".") {
		return Range{}, ErrRangeSyntax
	}
	var out Range
	var err error
	if found {
		err = out.addHead(r, right)
	}
	switch {
	case err != nil:
	case dots == ".." && found:
		err = out.addBase(r, left)
	default:
		err = out.addHead(r, left)
	}
	out.Symmetric = found && dots == "..." && len(out.Heads) == 2
	return out, err
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

func isZero(rev string) bool {
	id, ok := object.ParseID(rev)
	return ok && id.IsZero()
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
