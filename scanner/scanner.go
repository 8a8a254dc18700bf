package scanner

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/verifier"
)

// Phase is a part of a scan that may take long.
type Phase string

// The phases after reading.
const (
	PhaseLocate Phase = "locate" // the commits and paths of what was found
	PhaseVerify Phase = "verify" // the credentials, one by one
)

// Options says what to scan and how. Sources and Rules are required.
type Options struct {
	Header         finding.Header    // opens the report; Rules, Verify and Change are filled in
	Sources        []Source          // scanned in this order
	Rules          *rules.Set        // what to look for
	Verifier       verifier.Verifier // checks findings; nil leaves them unchecked
	Suppressor     Suppressor        // says which findings do not count; nil: all count
	AllowLive      bool              // a suppression also holds for a credential that works
	ShowSuppressed bool              // report suppressed findings too; they are counted in any case
	// MaxPlaces is how many places of credentials are kept for each source; default 100,000. Past it, fewer are kept of the
	// credentials with the most of them, but at least one of each, and the scan is incomplete.
	MaxPlaces int
	// MaxCandidates is how many secrets are tried for one ID, best first; default 5.
	MaxCandidates int
	Progress      func(bytes int) // called after each piece of content, concurrently; may be nil
	// Phase is called when a phase after reading begins, and as it goes on, concurrently; it may be nil. A total of 0 is not
	// known.
	Phase   func(p Phase, done, total int)
	Explain func(Rejection) // called for what the rules rejected, after the content was read; may be nil
}

// Scanner runs scans. It is safe for concurrent use.
type Scanner struct{ opts Options }

const (
	defaultMaxPlaces     = 100_000
	defaultMaxCandidates = 5
)

// New returns a scanner.
func New(opts Options) *Scanner {
	opts.MaxPlaces = cmp.Or(opts.MaxPlaces, defaultMaxPlaces)
	opts.MaxCandidates = cmp.Or(opts.MaxCandidates, defaultMaxCandidates)
	opts.Header.Rules = opts.Rules.Rules()
	opts.Header.Verify = opts.Verifier != nil
	opts.Header.Change = slices.ContainsFunc(opts.Sources, func(s Source) bool { _, ok := s.(Change); return ok })
	return &Scanner{opts: opts}
}

// keptCandidates is how many secrets near an ID are kept: all that may be tried, and some to show.
func (o Options) keptCandidates() int { return max(o.MaxCandidates, minCandidates) }

// Run scans everything, writes the report to h and returns the summary.
//
// When ctx ends, Run reports what was found until then and returns ctx's error with the summary, which says that the scan
// was interrupted. With any other error the report has no summary.
func (s *Scanner) Run(ctx context.Context, h finding.Handler) (finding.Summary, error) {
	start := time.Now()
	if err := h.Header(s.opts.Header); err != nil {
		return finding.Summary{}, err
	}
	c, err := newCollector(s.opts)
	if err != nil {
		return finding.Summary{}, err
	}
	occurrences, err := s.collect(ctx, c)
	if err != nil && ctx.Err() == nil {
		return finding.Summary{}, err
	}
	for _, r := range c.rejections() {
		s.opts.Explain(r)
	}
	groups := groupOccurrences(occurrences)
	if s.opts.Header.Change {
		judge(groups, occurrences)
	}
	s.suppress(groups)
	summary, err := s.report(ctx, h, s.clustersOf(groups))
	if err != nil {
		return finding.Summary{}, err
	}
	c.complete(&summary)
	summary.Interrupted = ctx.Err() != nil
	summary.Complete = summary.Skips == 0 && !summary.Interrupted
	summary.Duration = time.Since(start)
	return summary, cmp.Or(c.report(h, summary), ctx.Err())
}

// collect runs the first two stages: it scans the sources and locates their matches. With an error it returns the matches
// until then.
func (s *Scanner) collect(ctx context.Context, c *collector) ([]occurrence, error) {
	var all []occurrence
	for _, source := range s.opts.Sources {
		err := scanSource(ctx, source, c)
		var matches []occurrence
		if err == nil || ctx.Err() != nil {
			var failed error
			if s.opts.Phase != nil {
				s.opts.Phase(PhaseLocate, 0, 0)
			}
			matches, failed = c.locate(ctx, source, c.take())
			err = cmp.Or(err, failed)
		}
		if t, ok := source.(Change); ok && err == nil && len(matches) > 0 {
			matches = append(matches, s.trace(ctx, c, t, matches)...)
		}
		all = append(all, matches...)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// abandonAfter is how long a source may take to end once the scan is interrupted. Sources look at the context often; a
// source that takes longer hangs in a system call, such as a read from a pipe without a writer, which no context ends.
const abandonAfter = 300 * time.Millisecond

// scanSource scans a source, and leaves it behind if it hangs when the scan is interrupted.
func scanSource(ctx context.Context, source Source, c *collector) error {
	done := make(chan error, 1)
	go func() { done <- source.Scan(ctx, c) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(abandonAfter):
		return ctx.Err()
	}
}

// complete fills in what was read.
func (c *collector) complete(s *finding.Summary) {
	s.Blobs, s.Bytes, s.Commits = c.blobs.Load(), c.bytes.Load(), c.commits.Load()
	s.Skips = len(c.skipped())
}

// report writes the end of the report: the skips and the summary.
func (c *collector) report(h finding.Handler, summary finding.Summary) error {
	for _, skip := range c.skipped() {
		if err := h.Skip(skip); err != nil {
			return err
		}
	}
	return h.Summary(summary)
}
