package scanner

import (
	"context"
	"slices"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/verifier"
	"golang.org/x/sync/errgroup"
)

// Reverify asks v again about the findings of a saved report, and returns them, the most urgent first. It tries the
// candidates of an ID as a scan does, as many as most. A finding whose values are masked, or that v does not check, keeps
// its verdict. As in a scan, the secret of a guessed pair that v does not confirm becomes a finding of its own.
func Reverify(ctx context.Context, list []finding.Finding, set *rules.Set, v verifier.Verifier, most int) []finding.Finding {
	renewed := make([][]finding.Finding, len(list))
	var workers errgroup.Group
	workers.SetLimit(verifyAtOnce)
	for i, f := range list {
		if f.Masked() {
			renewed[i] = []finding.Finding{f}
			continue
		}
		workers.Go(func() error {
			renewed[i] = reverify(ctx, f, set, v, most)
			return nil
		})
	}
	_ = workers.Wait()
	out := slices.Concat(renewed...)
	slices.SortFunc(out, finding.CompareUrgency)
	return out
}

func reverify(ctx context.Context, f finding.Finding, set *rules.Set, v verifier.Verifier, most int) []finding.Finding {
	g := regroup(f)
	g.verify(ctx, v, most)
	scheme := set.Scheme(f.Credential.Type)
	if guess := f.Guessed || !seenTogether(f.Occurrences); scheme == nil || scheme.Temporary || !guess || !aboutID(g.verdict) {
		return []finding.Finding{renew(f, g)}
	}
	g.scheme = scheme
	secret := rules.Credential{Type: scheme.SecretType, Secret: g.credential.Secret}
	g.dropSecret()
	return []finding.Finding{
		part(f, g.credential, set, g.verdict, finding.PartID), part(f, secret, set, v.Verify(ctx, secret), finding.PartSecret),
	}
}

// seenTogether reports whether some place has both parts of a credential.
func seenTogether(list []finding.Occurrence) bool {
	return slices.ContainsFunc(list, func(o finding.Occurrence) bool { return o.Parts == finding.PartBoth })
}

// part makes a finding of one part of a pair, with the places of that part. A report has no column for a secret that is
// near its ID, so the finding is at the start of its line.
func part(f finding.Finding, c rules.Credential, set *rules.Set, v verifier.Verdict, which finding.Parts) finding.Finding {
	rule, _ := set.Rule(c.Type)
	out := finding.Finding{
		Rule: rule, Credential: c, Severity: severity(rule, v.Status), Fingerprint: c.Fingerprint(), Verdict: v,
	}
	for _, o := range f.Occurrences {
		if o.Parts != which && o.Parts != finding.PartBoth {
			continue
		}
		if o.Parts == finding.PartBoth && which == finding.PartSecret {
			o.Line, o.Column, o.URLExpires = o.SecretLine, 1, time.Time{}
		}
		o.Parts, o.SecretLine = which, 0
		out.Occurrences = append(out.Occurrences, o)
	}
	if len(out.Occurrences) == 0 { // akguard did not write the report
		out.Occurrences = slices.Clone(f.Occurrences[:1])
	}
	return out
}

// regroup restores a finding to its state before verification.
func regroup(f finding.Finding) *group {
	g := &group{credential: f.Credential, verdict: f.Verdict}
	for _, s := range append([]rules.Secret{f.Credential.Secret}, f.Candidates...) {
		if !s.IsZero() && !finding.IsMasked(s) {
			g.secrets = append(g.secrets, s)
		}
	}
	return g
}

// renew returns a finding with its new verdict. If there is no answer now, the earlier answer stays.
func renew(f finding.Finding, g *group) finding.Finding {
	old := f.Verdict
	switch {
	case g.verdict.Status == verifier.Unchecked:
		return f
	case g.verdict.Status == verifier.Unknown && old.Status != verifier.Unknown && old.Status != verifier.Unchecked:
		g.verdict.Reason = reason.New("scan.earlier-verdict", g.verdict.Reason, old.Status.String(), old.CheckedAt.Format(time.RFC3339))
	}
	f.Verdict, f.Severity = g.verdict, severity(f.Rule, g.verdict.Status)
	if !same(f.Credential.Secret, g.credential.Secret) {
		f.Credential, f.Candidates = g.credential, g.others(max(minCandidates, len(f.Candidates)))
	}
	f.Guessed = f.Guessed && !works(g.verdict)
	return f
}
