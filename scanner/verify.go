package scanner

import (
	"context"
	"sync/atomic"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"golang.org/x/sync/errgroup"
)

// verifyAtOnce is how many credentials are checked at a time.
const verifyAtOnce = 8

// verify is the fifth stage: it asks the verifier about every credential and settles each cluster as soon as all of its
// groups are verified. Nothing that it cannot find out stops a scan. It returns when all clusters are settled.
func (s *Scanner) verify(ctx context.Context, clusters []*cluster) {
	var workers errgroup.Group
	workers.SetLimit(verifyAtOnce)
	verified := s.countVerified(clusters)
	for _, c := range clusters {
		for _, g := range c.groups {
			workers.Go(func() error {
				s.verifyGroup(ctx, g)
				verified()
				if c.pending.Add(-1) == 0 {
					s.settle(ctx, c)
					close(c.settled)
				}
				return nil
			})
		}
	}
	_ = workers.Wait()
}

// countVerified returns a function that reports the progress of the stage; it is called after each credential.
func (s *Scanner) countVerified(clusters []*cluster) func() {
	if s.opts.Phase == nil || s.opts.Verifier == nil {
		return func() {}
	}
	total := 0
	for _, c := range clusters {
		total += len(c.groups)
	}
	var done atomic.Int64
	s.opts.Phase(PhaseVerify, 0, total)
	return func() { s.opts.Phase(PhaseVerify, int(done.Add(1)), total) }
}

// verifyGroup asks about one credential. An interrupted scan asks no more.
func (s *Scanner) verifyGroup(ctx context.Context, g *group) {
	if s.opts.Verifier == nil || ctx.Err() != nil || s.opts.AllowLive && !g.suppression.IsZero() {
		return
	}
	g.verify(ctx, s.opts.Verifier, s.opts.MaxCandidates)
	if ctx.Err() != nil && g.verdict.Status == verifier.Unknown {
		g.verdict = verifier.Verdict{} // the answer did not come because the scan ended
	}
}

// verify tries the secrets of the credential, best first and no more than most of them, until the service says more than
// that the secret is not the ID's. A secret without an answer may be the right one, so it comes before those that were
// refused.
func (g *group) verify(ctx context.Context, v verifier.Verifier, most int) {
	g.verdict = v.Verify(ctx, g.credential)
	last, tried := g.verdict, 1
	for ; tried < min(len(g.secrets), most) && undecided(last); tried++ {
		c := g.with(g.secrets[tried])
		last = v.Verify(ctx, c)
		if g.verdict.Status == verifier.SecretMismatch && last.Status != verifier.SecretMismatch || !undecided(last) {
			g.credential, g.verdict = c, last
		}
	}
	if g.verdict.Status == verifier.SecretMismatch && (len(g.secrets) > 1 || g.more) {
		g.verdict.Status, g.verdict.Reason = verifier.Exists, g.noneFits(tried)
	}
}

// undecided reports whether another secret may be the ID's own: this one is not, or there was no answer.
func undecided(v verifier.Verdict) bool {
	return v.Status == verifier.SecretMismatch || v.Status == verifier.Unknown && !v.Offline
}

// noneFits is the reason why an ID exists without a secret that is known to be its own. One secret that is not the ID's
// own is a mismatch, which says something about the two. Several are only guesses.
func (g *group) noneFits(tried int) reason.Reason {
	if tried < len(g.secrets) || g.more {
		return reason.New("scan.some-secrets-tried", tried)
	}
	return reason.New("scan.no-secret-fits")
}
