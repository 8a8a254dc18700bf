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

// maxTries is how many secrets are tried for one ID.
const maxTries = 5

// group gathers the hits of each credential. A secret that stands alone somewhere joins the ID that it belongs to
// elsewhere.
func group(hits []hit) []*credentialGroup {
	sortHits(hits)
	groups := map[string]*credentialGroup{}
	add := func(key string, h hit) {
		g := groups[key]
		if g == nil {
			g = &credentialGroup{}
			groups[key] = g
		}
		g.hits = append(g.hits, h)
	}
	owner := map[string]string{} // secret → ID
	for _, h := range hits {
		if h.credential.ID.IsZero() {
			continue
		}
		id := h.credential.ID.Reveal()
		add(id, h)
		if secret := h.credential.Secret.Reveal(); secret != "" && owner[secret] == "" {
			owner[secret] = id
		}
	}
	for _, h := range hits {
		if h.credential.ID.IsZero() {
			secret := h.credential.Secret.Reveal()
			add(cmp.Or(owner[secret], secret), h)
		}
	}
	out := make([]*credentialGroup, 0, len(groups))
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		groups[key].settle()
		out = append(out, groups[key])
	}
	return out
}

// settle decides what the credential is: the secret that most hits pair with the ID comes first.
func (g *credentialGroup) settle() {
	type ranking struct {
		secret      rules.Secret
		best, other int
	}
	ranks := map[string]*ranking{}
	rank := func(s rules.Secret) *ranking {
		if ranks[s.Reveal()] == nil {
			ranks[s.Reveal()] = &ranking{secret: s}
		}
		return ranks[s.Reveal()]
	}
	for _, h := range g.hits {
		if g.credential.Type == "" || !h.credential.Secret.IsZero() && g.credential.Secret.IsZero() {
			g.credential = h.credential
		}
		if !h.credential.ID.IsZero() && !h.credential.Secret.IsZero() {
			rank(h.credential.Secret).best++
		}
		for _, s := range h.candidates {
			rank(s).other++
		}
	}
	order := slices.Collect(maps.Values(ranks))
	slices.SortFunc(order, func(a, b *ranking) int {
		return cmp.Or(cmp.Compare(b.best, a.best), cmp.Compare(b.other, a.other), cmp.Compare(a.secret.Reveal(), b.secret.Reveal()))
	})
	for _, r := range order {
		g.secrets = append(g.secrets, r.secret)
	}
	g.settleSecret()
}

// settleSecret makes the credential whole: the first hit that holds the ID with its best secret is it.
func (g *credentialGroup) settleSecret() {
	if len(g.secrets) == 0 {
		return
	}
	for _, h := range g.hits {
		if !h.credential.ID.IsZero() && h.credential.Secret.Reveal() == g.secrets[0].Reveal() {
			g.credential = h.credential
			return
		}
	}
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
		if s.Reveal() != g.credential.Secret.Reveal() && len(out) < maxTries {
			out = append(out, s)
		}
	}
	return out
}
