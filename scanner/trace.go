package scanner

import (
	"context"
	"slices"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
)

// role says why an occurrence is known.
type role uint8

const (
	roleScanned    role = iota // it is in what was scanned
	roleIntroduced             // it is where a credential of a change was introduced
	roleBase                   // it is in the base of a change
)

// trace searches the history of a change for the credentials in it. It returns their occurrences in the base and, for each,
// the first occurrence in the whole history, if that is older than those in the change. It scans the whole history, which
// costs much more than the change, so only if the change has matches.
//
// Some people split a pair over two files. If the change has an ID without a secret, or a secret without an ID, the other
// half may be in the same folder of the base, so trace returns what is incomplete there too.
func (s *Scanner) trace(ctx context.Context, c *collector, change Change, matches []occurrence) []occurrence {
	found, err := s.search(ctx, change, newTraced(matches))
	if err != nil && ctx.Err() == nil {
		c.Skip(finding.Skip{Path: ".", Reason: reason.New("scan.untraced", err)})
	}
	return found
}

func (s *Scanner) search(ctx context.Context, change Change, t *traced) ([]occurrence, error) {
	base, err := change.Base(ctx)
	if err != nil {
		return nil, err
	}
	opts := s.opts
	opts.Progress, opts.Phase, opts.Explain = nil, nil, nil
	c, err := newCollector(opts)
	if err != nil {
		return nil, err
	}
	whole := change.Whole()
	if err := scanSource(ctx, whole, c); err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(c.take().take(), func(o occurrence) bool { return !t.concerns(&o) })
	out, err := t.introductions(ctx, c, whole, found)
	if err != nil || base == nil {
		return out, err
	}
	inBase, err := t.inBase(ctx, c, base, found)
	return append(out, inBase...), err
}

// traced is what is looked for in the history of a change.
type traced struct {
	first   map[string]occurrence // of each credential in the change
	values  map[string]bool       // the IDs and secrets
	folders map[string]bool       // of IDs without a secret, and of secrets without an ID
}

func newTraced(matches []occurrence) *traced {
	t := &traced{first: map[string]occurrence{}, values: map[string]bool{}, folders: map[string]bool{}}
	for _, o := range matches {
		keepFirst(t.first, o)
		for _, v := range o.values() {
			t.values[v.Reveal()] = true
		}
		if dir, ok := folderOf(o.Place); ok && o.incomplete() {
			t.folders[dir] = true
		}
	}
	return t
}

// values returns the ID and every secret of an occurrence.
func (o *occurrence) values() []rules.Secret {
	out := []rules.Secret{o.Credential.ID, o.Credential.Secret}
	for _, near := range o.Secrets {
		out = append(out, near.Secret)
	}
	return slices.DeleteFunc(out, rules.Secret.IsZero)
}

// incomplete reports whether the occurrence is an ID without a secret, or a secret without an ID.
func (o *occurrence) incomplete() bool {
	return o.Scheme != nil && !o.Scheme.Temporary && (o.Credential.ID.IsZero() || len(o.Secrets) == 0)
}

// shares reports whether an occurrence has a value that the change has too.
func (t *traced) shares(o *occurrence) bool {
	return slices.ContainsFunc(o.values(), func(v rules.Secret) bool { return t.values[v.Reveal()] })
}

// concerns reports whether an occurrence may say something about a credential of the change, wherever it is.
func (t *traced) concerns(o *occurrence) bool {
	return t.shares(o) || len(t.folders) > 0 && o.incomplete()
}

// inBase returns the occurrences in the base that say something about a credential of the change.
func (t *traced) inBase(ctx context.Context, c *collector, base Source, found []occurrence) ([]occurrence, error) {
	located, err := c.locate(ctx, base, placesOf(found))
	var out []occurrence
	for _, o := range located {
		o.role = roleBase
		if dir, _ := folderOf(o.Place); t.shares(&o) || t.folders[dir] && o.incomplete() {
			out = append(out, o)
		}
	}
	return out, err
}

// introductions returns the first occurrence of each credential of the change, if it is older than those in the change.
func (t *traced) introductions(ctx context.Context, c *collector, whole Source, found []occurrence) ([]occurrence, error) {
	known := slices.DeleteFunc(slices.Clone(found), func(o occurrence) bool { _, ok := t.first[o.Key()]; return !ok })
	located, err := c.locate(ctx, whole, placesOf(known))
	older := map[string]occurrence{}
	for _, o := range located {
		if first := t.first[o.Key()]; dated(o, first) && before(o, first) {
			o.role = roleIntroduced
			keepFirst(older, o)
		}
	}
	out := make([]occurrence, 0, len(older))
	for _, o := range older {
		out = append(out, o)
	}
	return out, err
}

func placesOf(list []occurrence) *places {
	p := newPlaces(defaultMaxPlaces)
	for _, o := range list {
		p.add(o)
	}
	return p
}

func keepFirst(first map[string]occurrence, o occurrence) {
	if old, ok := first[o.Key()]; !ok || before(o, old) {
		first[o.Key()] = o
	}
}

// dated reports whether it is known which of two occurrences is older, one in the history and one in a change. What is not
// committed yet has no date.
func dated(past, changed occurrence) bool {
	return !past.Date.IsZero() && !past.Date.Equal(changed.Date)
}

func before(a, b occurrence) bool {
	return finding.CompareOccurrences(
		finding.Occurrence{Place: a.Place, Line: a.Line, Column: a.Column},
		finding.Occurrence{Place: b.Place, Line: b.Line, Column: b.Column}) < 0
}
