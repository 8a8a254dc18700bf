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
// its verdict.
func Reverify(ctx context.Context, list []finding.Finding, v verifier.Verifier, most int) []finding.Finding {
	out := slices.Clone(list)
	var workers errgroup.Group
	workers.SetLimit(verifyAtOnce)
	for i := range out {
		if out[i].Masked() {
			continue
		}
		workers.Go(func() error {
			g := regroup(out[i])
			g.verify(ctx, v, most)
			out[i] = renew(out[i], g)
			return nil
		})
	}
	_ = workers.Wait()
	slices.SortFunc(out, finding.CompareUrgency)
	return out
}

// regroup makes a finding what it was before it was verified.
func regroup(f finding.Finding) *group {
	g := &group{credential: f.Credential, verdict: f.Verdict}
	for _, s := range append([]rules.Secret{f.Credential.Secret}, f.Candidates...) {
		if !s.IsZero() && !finding.IsMasked(s) {
			g.secrets = append(g.secrets, s)
		}
	}
	return g
}

// renew returns a finding with what was found out now. That there is no answer now does not undo an earlier answer.
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
	return f
}
