package scanner

import (
	"context"
	"slices"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/match"
	"github.com/akguard/akguard/verifier"
)

// settle makes the findings of a cluster once all verdicts are known.
//
// A verdict about a pair says something about its secret only if the service confirmed the pair, or if the two clearly
// belong together and the service did not deny that. Otherwise the secret may be the live secret of another ID, and stays
// a finding of its own, whatever the verdict about this ID.
func (s *Scanner) settle(ctx context.Context, c *cluster) {
	groups := c.groups
	for _, g := range c.groups {
		groups = append(groups, s.release(ctx, g)...)
	}
	for _, g := range assignSecrets(groups) {
		rule, ok := s.opts.Rules.Rule(g.credential.Type)
		if !ok {
			continue // without a rule, its parts were found for the rule of another type
		}
		f := finding.Finding{
			Rule: rule, Credential: g.credential, Fingerprint: g.fingerprint(),
			Severity: severity(rule, g.verdict.Status), Occurrences: g.places(),
			Verdict: g.verdict, Candidates: g.others(s.opts.keptCandidates()), Guessed: g.guessed(),
			State: g.state(), Suppressed: g.suppression,
		}
		if f.Live() && !s.opts.AllowLive {
			f.Suppressed, f.Overruled = finding.Suppression{}, f.Suppressed
		}
		c.findings = append(c.findings, f)
	}
	slices.SortFunc(c.findings, func(a, b finding.Finding) int {
		return compareRanks(rankKey{a.Rule.Severity, a.Occurrences[0], a.Fingerprint}, rankKey{b.Rule.Severity, b.Occurrences[0], b.Fingerprint})
	})
	c.groups = nil // the findings have what is needed
}

// aboutID reports whether a verdict about a pair says something about the ID and nothing about the secret.
func aboutID(v verifier.Verdict) bool {
	switch v.Status {
	case verifier.NotFound, verifier.Inactive, verifier.SecretMismatch, verifier.Exists:
		return true
	}
	return false
}

// release returns the secrets of a group that are findings of their own after all, and takes a secret that was only
// guessed away from the ID.
func (s *Scanner) release(ctx context.Context, g *group) []*group {
	if !g.paired() || g.scheme.Temporary || !aboutID(g.verdict) {
		return nil
	}
	own, kept, refused := g.credential.Secret, g.together(), g.refused()
	var out []*group
	for _, secret := range g.secrets {
		guessed := same(secret, own) && !kept
		another := (!same(secret, own) || refused) && g.certain(secret)
		if !guessed && !another {
			continue
		}
		lone := g.loneGroup(secret)
		if len(lone.occurrences) == 0 {
			continue // a secret of another file of the folder has a group already
		}
		if s.opts.Verifier != nil {
			lone.verdict = s.opts.Verifier.Verify(ctx, lone.credential)
		}
		lone.suppression = s.suppression(lone)
		out = append(out, lone)
	}
	switch {
	case !kept || g.verdict.Status == verifier.Exists && g.certain(own):
		g.dropSecret()
	case refused && g.certain(own): // the secret is a finding of its own, and once is enough
		g.keepID()
	}
	return out
}

// refused reports whether the service said that the secret is not the ID's.
func (g *group) refused() bool {
	return g.verdict.Status == verifier.SecretMismatch || g.verdict.Status == verifier.Exists
}

// certain reports whether a secret near the ID counts without it.
func (g *group) certain(secret rules.Secret) bool {
	return slices.ContainsFunc(g.occurrences, func(o occurrence) bool {
		return slices.ContainsFunc(o.Secrets, func(s match.Secret) bool { return s.Certain && same(s.Secret, secret) })
	})
}

// loneGroup returns a group for a secret near the ID, with the places of the secret.
func (g *group) loneGroup(secret rules.Secret) *group {
	credential := rules.Credential{Type: g.scheme.SecretType, Secret: secret}
	lone := &group{credential: credential, scheme: g.scheme, claimed: true, released: true, base: g.base}
	for _, o := range g.occurrences {
		for _, near := range o.Secrets {
			if same(near.Secret, secret) {
				m := match.Match{
					Credential: credential, Scheme: g.scheme, Position: near.Position, SourceLine: near.SourceLine, Decoded: o.Decoded,
				}
				lone.occurrences = append(lone.occurrences, occurrence{Place: o.Place, Match: m, role: o.role})
			}
		}
	}
	return lone
}

// dropSecret makes the group an ID alone. STS's answer about the pair applies to the ID.
func (g *group) dropSecret() {
	g.keepID()
	if g.verdict.Status == verifier.SecretMismatch {
		g.verdict.Status, g.verdict.Reason = verifier.Exists, reason.New("scan.no-secret-fits")
	}
}

// keepID makes the group an ID alone, with the answer as it is.
func (g *group) keepID() {
	g.credential.Type, g.credential.Secret = g.scheme.IDType, rules.Secret{}
	g.secrets = nil
}

// assignSecrets gives the occurrences of a lone secret to the credential whose secret it is, if there is one, joins the
// groups of one lone secret, and drops values without any evidence of being a secret. Of several credentials with the secret, one that
// works gets it.
func assignSecrets(groups []*group) []*group {
	owners := map[string]*group{}
	for _, g := range groups {
		if g.paired() && !(g.refused() && g.certain(g.credential.Secret)) {
			if owner := owners[g.credential.Secret.Reveal()]; owner == nil || works(g.verdict) && !works(owner.verdict) {
				owners[g.credential.Secret.Reveal()] = g
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(groups), func(g *group) bool {
		if !g.lone() {
			return false
		}
		secret := g.credential.Secret.Reveal()
		if owner := owners[secret]; owner != nil {
			owner.addOccurrences(g)
			return true
		}
		if g.unnamed() && !g.claimed {
			return true
		}
		owners[secret] = g
		return false
	})
}

// addOccurrences adds the occurrences of a lone secret. Those of a released one are places of an ID, where the group may have
// the secret already.
func (g *group) addOccurrences(lone *group) {
	if !lone.released {
		g.occurrences = append(g.occurrences, lone.occurrences...)
		return
	}
	have := map[position]bool{}
	for _, o := range g.occurrences {
		have[o.position()] = true
		for _, s := range o.Secrets {
			if same(s.Secret, g.credential.Secret) {
				have[position{o.position().place, s.Position}] = true
			}
		}
	}
	for _, o := range lone.occurrences {
		if key := o.position(); !have[key] {
			have[key] = true
			g.occurrences = append(g.occurrences, o)
		}
	}
}

// works reports whether a credential works, as far as is known.
func works(v verifier.Verdict) bool {
	return v.Status == verifier.Live || v.Status == verifier.Restricted
}

// severity adjusts a rule's severity to what is known about the credential.
func severity(rule rules.Rule, status verifier.Status) rules.Severity {
	switch status {
	case verifier.Live, verifier.Restricted:
		return rules.Critical
	case verifier.Inactive, verifier.NotFound, verifier.Expired:
		return rules.Low
	case verifier.SecretMismatch, verifier.Exists:
		return min(rule.Severity, rules.Medium)
	}
	return rule.Severity
}
