package scanner

import (
	"cmp"
	"slices"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
)

// Rejection is what looks like a part of a credential at first and was not taken for one.
type Rejection struct {
	finding.Place
	Line, Column int // as in finding.Occurrence
	Value        rules.Secret
	Rule         string // the ID of the rule that would report it alone; "" if there is none
	Reason       string
}

// maxRejections caps how many are kept.
const maxRejections = 10_000

const (
	needsSecret = "it has not the form of today's IDs, and counts only where a secret belongs to it"
	needsID     = "its key name does not tell whose it is, and counts only near an ID"
)

// explain notes what the rules did not take in a section of a content. Joined are the credentials found there.
func (c *collector) explain(place finding.Place, t text, cut section, joined []sighting) {
	if !c.explains {
		return
	}
	used := map[int]bool{}
	for _, s := range joined {
		for _, at := range append([]spot{s.at}, s.secrets...) {
			used[at.offset] = used[at.offset] || at.text == 0
		}
	}
	list := c.set.Explain(t.content)
	found, _ := c.set.Find(t.content)
	for _, m := range found {
		switch {
		case m.Kind == rules.KindID && m.Confidence == rules.Weak:
			list = append(list, rules.Rejected{Match: m, Reason: needsSecret})
		case m.Kind == rules.KindSecret && m.Confidence != rules.Certain:
			list = append(list, rules.Rejected{Match: m, Reason: needsID})
		}
	}
	list = slices.DeleteFunc(list, func(r rules.Rejected) bool { return used[r.Start] })
	slices.SortStableFunc(list, func(a, b rules.Rejected) int { return cmp.Compare(a.Start, b.Start) })
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range list {
		if r.Start < cut.from || r.Start >= cut.to || len(c.rejected) >= maxRejections {
			continue
		}
		t.forward(r.Start)
		c.rejected = append(c.rejected, Rejection{
			Place: place, Line: max(1, t.line), Column: t.column, Rule: c.ruleOf(r.Match), Reason: r.Reason,
			Value: rules.NewSecret(string(t.content[r.Start:r.End])),
		})
	}
}

// ruleOf returns the rule that reports a part of a credential where no other part was seen.
func (c *collector) ruleOf(m rules.Match) string {
	if m.Scheme == nil {
		return ""
	}
	rule, _ := c.set.Rule(m.Scheme.Alone(m.Kind))
	return rule.ID
}

// rejections returns what was not taken, in an order that does not depend on how it was found.
func (c *collector) rejections() []Rejection {
	slices.SortFunc(c.rejected, func(a, b Rejection) int {
		return cmp.Or(comparePlaces(a.Place, b.Place), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Reason, b.Reason))
	})
	return c.rejected
}
