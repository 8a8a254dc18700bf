package scanner

import (
	"cmp"
	"maps"
	"slices"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier"
)

// credentialGroup is one credential in the making: the hits of one ID, or of one secret without an ID.
type credentialGroup struct {
	credential rules.Credential
	secrets    []rules.Secret // those that stood near the ID, best first
	hits       []hit
	verdict    verifier.Verdict
}

// maxCandidates is how many other secrets of an ID a finding lists.
const maxCandidates = 5

// group gathers the hits of each credential: of an ID, or of a secret that stands without one.
func group(hits []hit) []*credentialGroup {
	sortHits(hits)
	groups := map[string]*credentialGroup{}
	for _, h := range hits {
		key := h.key()
		if groups[key] == nil {
			groups[key] = &credentialGroup{}
		}
		groups[key].hits = append(groups[key].hits, h)
	}
	out := make([]*credentialGroup, 0, len(groups))
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		groups[key].settle()
		out = append(out, groups[key])
	}
	return out
}

// settle decides what the credential is: its secret is the one that most hits pair with the ID, and what else
// belongs to it stands in the hit that knows most.
func (g *credentialGroup) settle() {
	g.secrets = rank(g.hits)
	g.credential = slices.MaxFunc(g.hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(g.known(a), g.known(b)), compareGeneric(b, a))
	}).credential
}

// compareGeneric puts what a specific rule reports before what a generic one does.
func compareGeneric(a, b hit) int {
	switch {
	case a.generic == b.generic:
		return 0
	case b.generic:
		return -1
	}
	return 1
}

// votes is what speaks for a secret to be an ID's.
type votes struct {
	paired int // hits that pair them
	near   int // hits where it stands near the ID
	place  int // its best place among the candidates of a hit
}

// rank returns the secrets that stand near an ID, each once, best first.
func rank(hits []hit) []rules.Secret {
	count := map[string]votes{}
	var out []rules.Secret
	for _, h := range hits {
		for i, s := range h.secrets {
			v, ok := count[s.Reveal()]
			if !ok {
				out, v.place = append(out, s.Secret), i
			}
			if i == 0 {
				v.paired++
			}
			v.near, v.place = v.near+1, min(v.place, i)
			count[s.Reveal()] = v
		}
	}
	slices.SortFunc(out, func(a, b rules.Secret) int {
		x, y := count[a.Reveal()], count[b.Reveal()]
		return cmp.Or(
			cmp.Compare(y.paired, x.paired), cmp.Compare(y.near, x.near), cmp.Compare(x.place, y.place),
			cmp.Compare(a.Reveal(), b.Reveal()))
	})
	return out
}

// known says how much of the credential stands at a hit.
func (g *credentialGroup) known(h hit) int {
	n := 0
	if len(g.secrets) > 0 && same(h.credential.Secret, g.secrets[0]) {
		n += 2
	}
	if !h.credential.Token.IsZero() {
		n++
	}
	return n
}

func same(a, b rules.Secret) bool { return a.Reveal() == b.Reveal() }

// adopt gives the hits of a secret that stands without an ID to the credential whose secret it is, if there is one, and
// drops what nothing tells to be a secret. It follows verification, which may decide whose it is.
func adopt(groups []*credentialGroup) []*credentialGroup {
	owners := map[string]*credentialGroup{}
	for _, g := range groups {
		if g.credential.ID.IsZero() || g.credential.Secret.IsZero() {
			continue
		}
		secret := g.credential.Secret.Reveal()
		if owner := owners[secret]; owner == nil || works(g.verdict) && !works(owner.verdict) {
			owners[secret] = g
		}
	}
	return slices.DeleteFunc(groups, func(g *credentialGroup) bool {
		owner := owners[g.credential.Secret.Reveal()]
		if owner == nil || !g.credential.ID.IsZero() {
			return g.unnamed()
		}
		owner.hits = append(owner.hits, g.hits...)
		return true
	})
}

// with returns the credential with another secret.
func (g *credentialGroup) with(secret rules.Secret) rules.Credential {
	c := g.credential
	c.Secret = secret
	return c
}

// others returns the candidates: all secrets but the credential's own.
func (g *credentialGroup) others() []rules.Secret {
	var out []rules.Secret
	for _, s := range g.secrets {
		if !same(s, g.credential.Secret) && len(out) < maxCandidates {
			out = append(out, s)
		}
	}
	return out
}
