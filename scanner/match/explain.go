package match

import (
	"cmp"
	"slices"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// Rejected is a value that looks like a part of a credential and is not one.
type Rejected struct {
	Position
	Value  rules.Secret
	Rule   string // the ID of the rule that reports such a value by itself; "" if there is none
	Reason reason.Reason
}

// Explain returns what the rules rejected in the section of a content that Find was called for.
func (f *Finder) Explain(t Text, section Section, found Result) []Rejected {
	if found.searched == nil {
		return nil
	}
	used := found.searched.offsets()
	list := f.set.Explain(t.Content)
	values, _ := f.set.Find(t.Content)
	for _, m := range values {
		switch {
		case m.Kind == rules.KindID && m.Confidence == rules.Weak:
			list = append(list, rules.Rejected{Match: m, Reason: reason.New("rules.needs-secret")})
		case m.Kind == rules.KindSecret && m.Confidence != rules.Certain:
			list = append(list, rules.Rejected{Match: m, Reason: reason.New("rules.needs-id")})
		}
	}
	list = slices.DeleteFunc(list, func(r rules.Rejected) bool { return used[r.Start] || !section.holds(r.Start) })
	slices.SortStableFunc(list, func(a, b rules.Rejected) int { return cmp.Compare(a.Start, b.Start) })
	out := make([]Rejected, 0, len(list))
	for _, r := range list {
		value := rules.NewSecret(string(t.Content[r.Start:r.End]))
		out = append(out, Rejected{t.forward(r.Start), value, f.ruleOf(r.Match), r.Reason})
	}
	return out
}

// offsets returns where in the content itself the parts of the matches begin.
func (s *search) offsets() map[int]bool {
	used := map[int]bool{}
	for _, c := range s.found {
		for _, o := range append([]offset{c.at}, c.secrets...) {
			used[o.at] = used[o.at] || o.text == 0
		}
	}
	return used
}

// ruleOf returns the rule that reports a part of a credential where no other part was seen.
func (f *Finder) ruleOf(m rules.Match) string {
	if m.Scheme == nil {
		return ""
	}
	rule, _ := f.set.Rule(m.Scheme.Alone(m.Kind))
	return rule.ID
}
