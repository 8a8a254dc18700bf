package scanner

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/verifier"
)

// Options says what to scan and how. Sources and Rules are required.
type Options struct {
	Header   finding.Header    // opens the report; Rules and Verify are filled in
	Sources  []Source          // scanned in this order
	Rules    *rules.Set        // what to look for
	Verifier verifier.Verifier // checks findings; nil leaves them unchecked
	MaxHits  int               // hits kept; default 100,000. Past it the scan is incomplete
	// MaxCandidates is how many secrets are tried for one ID, best first; default 5.
	MaxCandidates int
	Progress      func(bytes int) // called after each piece of content, concurrently; may be nil
	Explain       func(Rejection) // takes what was not taken for a credential, after the content has been read; may be nil
}

// Scanner runs scans. It is safe for concurrent use.
type Scanner struct{ opts Options }

const (
	defaultMaxHits       = 100_000
	defaultMaxCandidates = 5
)

// New returns a scanner.
func New(opts Options) *Scanner {
	opts.MaxHits = cmp.Or(opts.MaxHits, defaultMaxHits)
	opts.MaxCandidates = cmp.Or(opts.MaxCandidates, defaultMaxCandidates)
	opts.Header.Rules = opts.Rules.Rules()
	opts.Header.Verify = opts.Verifier != nil
	return &Scanner{opts: opts}
}

// Run scans everything, writes it to h and returns the summary. An error means that the scan did not come to its
// end; when ctx ends, it is ctx's.
func (s *Scanner) Run(ctx context.Context, h finding.Handler) (finding.Summary, error) {
	start := time.Now()
	if err := h.Header(s.opts.Header); err != nil {
		return finding.Summary{}, err
	}
	c, err := newCollector(s.opts)
	if err != nil {
		return finding.Summary{}, err
	}
	hits, err := s.collect(ctx, c)
	if err != nil {
		return finding.Summary{}, err
	}
	for _, r := range c.rejections() {
		s.opts.Explain(r)
	}
	groups := group(hits)
	introduce(groups)
	s.verify(ctx, groups)
	if err := ctx.Err(); err != nil {
		return finding.Summary{}, err
	}
	findings := s.findings(adopt(groups))
	summary := c.summary(findings)
	summary.Duration = time.Since(start)
	return summary, report(h, findings, c.skipped(), summary)
}

// collect scans the sources and returns their hits, located.
func (s *Scanner) collect(ctx context.Context, c *collector) ([]hit, error) {
	var all []hit
	for _, source := range s.opts.Sources {
		if err := source.Scan(ctx, c); err != nil {
			return nil, orInterrupted(ctx, err)
		}
		hits := c.take()
		if l, ok := source.(Locator); ok {
			var err error
			if hits, err = c.locate(ctx, l, hits); err != nil {
				return nil, orInterrupted(ctx, err)
			}
		}
		all = append(all, c.inPlace(hits)...)
	}
	return all, nil
}

// inPlace leaves out the hits of rules that are not for their places.
func (c *collector) inPlace(hits []hit) []hit {
	return slices.DeleteFunc(hits, func(h hit) bool {
		return h.where != nil && !h.where.Counts(cmp.Or(h.place.Member, h.place.Path), h.place.Commit)
	})
}

// orInterrupted is ctx's error where there is one: what else failed then, failed of it.
func orInterrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// locate asks a source where the content of hits stands, and returns a hit for each of the places. Past the limit
// of hits it keeps one place for each.
func (c *collector) locate(ctx context.Context, l Locator, hits []hit) ([]hit, error) {
	index := map[string]int{}
	var asked []finding.Place
	for _, h := range hits {
		key := placeKey(h.place)
		if _, ok := index[key]; !ok {
			index[key] = len(asked)
			asked = append(asked, h.place)
		}
	}
	places, err := l.Locate(ctx, asked, c)
	if err != nil {
		return nil, err
	}
	if len(places) != len(asked) {
		return nil, fmt.Errorf("locating hits: %d answers to %d questions", len(places), len(asked))
	}
	var out []hit
	for _, h := range hits {
		for i, place := range places[index[placeKey(h.place)]] {
			if i > 0 && len(out) >= c.maxHits {
				c.Skip(c.crowded())
				break
			}
			place.Member = h.place.Member
			h.place = place
			out = append(out, h)
		}
	}
	return out, nil
}

// placeKey tells the places of one source apart, before they are located. Where an archive is, its members are.
func placeKey(p finding.Place) string {
	return p.Source + "\x00" + p.Path + "\x00" + p.Blob + "\x00" + p.Commit
}

func report(h finding.Handler, findings []finding.Finding, skips []finding.Skip, summary finding.Summary) error {
	for _, f := range findings {
		if err := h.Finding(f); err != nil {
			return err
		}
	}
	for _, s := range skips {
		if err := h.Skip(s); err != nil {
			return err
		}
	}
	return h.Summary(summary)
}
