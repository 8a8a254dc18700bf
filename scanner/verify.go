package scanner

import (
	"context"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier"
	"golang.org/x/sync/errgroup"
)

// verifyAtOnce is how many credentials are checked at a time.
const verifyAtOnce = 8

// verify asks the verifier about every credential. What it cannot find out never stops a scan.
func (s *Scanner) verify(ctx context.Context, groups []*credentialGroup) {
	if s.opts.Verifier == nil {
		return
	}
	var g errgroup.Group
	g.SetLimit(verifyAtOnce)
	for _, group := range groups {
		g.Go(func() error {
			group.verify(ctx, s.opts.Verifier)
			return nil
		})
	}
	_ = g.Wait()
}

// verify tries the secrets of the credential, best first, until one is not refused as another's.
func (g *credentialGroup) verify(ctx context.Context, v verifier.Verifier) {
	g.verdict = v.Verify(ctx, g.credential)
	for i := 1; i < min(len(g.secrets), maxTries) && g.verdict.Status == verifier.SecretMismatch; i++ {
		c := g.with(g.secrets[i])
		if verdict := v.Verify(ctx, c); verdict.Status != verifier.SecretMismatch {
			g.credential, g.verdict = c, verdict
		}
	}
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
