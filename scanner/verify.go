package scanner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/verifier"
	"golang.org/x/sync/errgroup"
)

// verifyAtOnce is how many credentials are checked at a time.
const verifyAtOnce = 8

// verify asks the verifier about every credential. What it cannot find out never stops a scan.
func (s *Scanner) verify(ctx context.Context, groups []*credentialGroup) {
	if s.opts.Verifier != nil {
		verifyAll(ctx, groups, s.opts.Verifier, s.opts.MaxCandidates)
	}
}

func verifyAll(ctx context.Context, groups []*credentialGroup, v verifier.Verifier, most int) {
	var g errgroup.Group
	g.SetLimit(verifyAtOnce)
	for _, group := range groups {
		g.Go(func() error {
			group.verify(ctx, v, most)
			return nil
		})
	}
	_ = g.Wait()
}

// verify tries the secrets of the credential, best first and no more than most of them, until the service says more than
// that one is not the ID's own. What was not answered may be the right one: it goes before those that were refused.
func (g *credentialGroup) verify(ctx context.Context, v verifier.Verifier, most int) {
	g.verdict = v.Verify(ctx, g.credential)
	last, tried := g.verdict, 1
	for ; tried < min(len(g.secrets), most) && undecided(last); tried++ {
		c := g.with(g.secrets[tried])
		last = v.Verify(ctx, c)
		if g.verdict.Status == verifier.SecretMismatch && last.Status != verifier.SecretMismatch || !undecided(last) {
			g.credential, g.verdict = c, last
		}
	}
	if g.verdict.Status == verifier.SecretMismatch && len(g.secrets) > 1 {
		g.disown(tried)
	}
}

// undecided reports whether another secret may be the ID's own: this one is not, or was not looked at.
func undecided(v verifier.Verdict) bool {
	return v.Status == verifier.SecretMismatch || v.Status == verifier.Unknown && !v.Offline
}

// disown says that the ID exists without a secret that is known to be its own. One secret that stood with its ID and is
// not its own is SecretMismatch: that says something of the two; of several, each is only a guess.
func (g *credentialGroup) disown(tried int) {
	g.verdict.Status = verifier.Exists
	g.verdict.Reason = reason.Text("the ID exists, and none of the secrets nearby is its secret")
	if tried < len(g.secrets) {
		g.verdict.Reason = reason.Text(fmt.Sprintf("the ID exists, and of the %d secrets nearby, none of the %d that were tried is its secret", len(g.secrets), tried))
	}
}

// Reverify asks v again about the findings of a saved report, and returns them in a report's order. It tries candidates of
// an ID as a scan does, as many as most. A finding whose values are masked, or that v does not check, keeps its verdict.
func Reverify(ctx context.Context, list []finding.Finding, v verifier.Verifier, most int) []finding.Finding {
	out := slices.Clone(list)
	groups := make([]*credentialGroup, 0, len(out))
	var asked []int // which finding each group is
	for i, f := range out {
		if !f.Masked() {
			groups, asked = append(groups, regroup(f)), append(asked, i)
		}
	}
	verifyAll(ctx, groups, v, most)
	for i, g := range groups {
		out[asked[i]] = with(out[asked[i]], g)
	}
	sortFindings(out)
	return out
}

// regroup makes a finding what it was before it was verified.
func regroup(f finding.Finding) *credentialGroup {
	g := &credentialGroup{credential: f.Credential, verdict: f.Verdict}
	for _, s := range append([]rules.Secret{f.Credential.Secret}, f.Candidates...) {
		if !s.IsZero() && !finding.IsMasked(s) {
			g.secrets = append(g.secrets, s)
		}
	}
	return g
}

// with returns f with what was found out now. That there is no answer now does not undo an older one.
func with(f finding.Finding, g *credentialGroup) finding.Finding {
	old := f.Verdict
	switch {
	case g.verdict.Status == verifier.Unchecked:
		return f
	case g.verdict.Status == verifier.Unknown && old.Status != verifier.Unknown && old.Status != verifier.Unchecked:
		g.verdict.Reason = reason.Text(fmt.Sprintf("%s; it was %s at %s", g.verdict.Reason, old.Status, old.CheckedAt.Format(time.RFC3339)))
	}
	f.Verdict, f.Severity = g.verdict, severity(f.Rule, g.verdict.Status)
	if !same(f.Credential.Secret, g.credential.Secret) {
		f.Credential, f.Candidates = g.credential, g.others()
	}
	return f
}

// works reports whether a credential works, as far as is known.
func works(v verifier.Verdict) bool {
	return v.Status == verifier.Live || v.Status == verifier.Restricted
}

// severity adjusts a rule's severity to what is known of the credential.
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
