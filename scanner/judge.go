package scanner

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
)

// baseValues are the places in the base of a change of each ID and each secret.
type baseValues map[string][]finding.Place

// judge sets by what the base of a change has which credentials are new. It must be called before findings are settled.
func judge(groups []*group, all []occurrence) {
	base := baseValues{}
	for i := range all {
		if o := &all[i]; o.role == roleBase {
			place := o.Place
			place.Member = o.Member
			for _, v := range o.values() {
				base[v.Reveal()] = append(base[v.Reveal()], place)
			}
		}
	}
	for _, g := range groups {
		g.base = base
	}
}

// state says what the change did to the credential. One with a part that the base does not have is new: the key that leaked
// before may have got its secret only now.
func (g *group) state() finding.State {
	if g.base == nil {
		return ""
	}
	var before []finding.Place
	for _, v := range []rules.Secret{g.credential.ID, g.credential.Secret} {
		if v.IsZero() {
			continue
		}
		places := g.base[v.Reveal()]
		if len(places) == 0 {
			return finding.StateNew
		}
		before = places // of the secret if there is one: it is what must not be there
	}
	if g.within(before) {
		return finding.StateExisting
	}
	return finding.StateMoved
}

// within reports whether the change has the credential in a file, or in a message, in which the base has it too.
func (g *group) within(base []finding.Place) bool {
	type spot struct {
		message      bool
		path, member string
	}
	at := func(p finding.Place) spot { return spot{p.Source == finding.SourceMessage, p.Path, p.Member} }
	before := map[spot]bool{}
	for _, p := range base {
		before[at(p)] = true
	}
	for _, o := range g.occurrences {
		if o.role == roleScanned && before[at(o.Place)] {
			return true
		}
	}
	return false
}
