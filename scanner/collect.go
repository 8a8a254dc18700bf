package scanner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/pair"
)

// hit is one credential at one place of one content.
type hit struct {
	place      Place
	credential rules.Credential
	candidates []rules.Secret
	line       int
	column     int
	secretLine int
}

// collector is the Sink of a scan: it matches content and keeps the hits.
type collector struct {
	set      *rules.Set
	maxHits  int
	progress func(int)
	windows  sync.Pool // *[]byte of windowSize

	blobs, bytes, commits atomic.Int64

	mu    sync.Mutex
	hits  []hit
	kept  int
	skips map[Skip]bool
}

func newCollector(opts Options) *collector {
	c := &collector{set: opts.Rules, maxHits: opts.MaxHits, progress: opts.Progress, skips: map[Skip]bool{}}
	c.windows.New = func() any { b := make([]byte, windowSize); return &b }
	return c
}

// Blob implements Sink.
func (c *collector) Blob(ctx context.Context, b Blob) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if b.Source != SourceMessage { // messages count with their commits
		c.blobs.Add(1)
	}
	if b.Stream != nil {
		return c.stream(ctx, b)
	}
	c.count(len(b.Content))
	t := newText(b.Content)
	t.line -= b.HeaderLines
	c.match(b.Place, b.Content, t, 0, len(b.Content))
	return nil
}

func (c *collector) count(n int) {
	c.bytes.Add(int64(n))
	if c.progress != nil {
		c.progress(n)
	}
}

// Streams are scanned in windows. Each overlaps the one before by twice the margin, so that a credential is seen
// whole, with all that stands near it, in exactly one of them.
const (
	windowSize = 4 << 20
	margin     = 64 << 10
)

func (c *collector) stream(ctx context.Context, b Blob) error {
	buf := c.windows.Get().(*[]byte)
	defer c.windows.Put(buf)
	window, filled, from := *buf, 0, 0
	t := newText(nil)
	for {
		n, err := io.ReadFull(b.Stream, window[filled:])
		c.count(n)
		filled += n
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return fmt.Errorf("reading: %w", err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		t.content = window[:filled]
		to := filled
		if !last {
			to -= margin
		}
		c.match(b.Place, window[:filled], t, from, to)
		if last {
			return nil
		}
		keep := 2 * margin
		t.advance(filled - keep)
		copy(window, window[filled-keep:filled])
		filled, from = keep, margin
	}
}

// match finds the credentials that begin in content[from:to].
func (c *collector) match(place Place, content []byte, t text, from, to int) {
	parts := c.set.Find(content)
	if len(parts) == 0 {
		return
	}
	var found []hit
	for _, j := range pair.Join(content, parts, pair.Options{}) {
		at := j.ID
		if at.End == 0 {
			at = j.Secret
		}
		if at.Start < from || at.Start >= to {
			continue
		}
		t.forward(at.Start)
		h := hit{place: place, credential: j.Credential, candidates: j.Candidates, line: max(1, t.line), column: t.column}
		if j.ID.End > 0 && j.Secret.End > 0 {
			h.secretLine = max(1, t.lineAt(j.Secret.Start))
		}
		found = append(found, h)
	}
	c.keep(found)
}

func (c *collector) keep(found []hit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if room := c.maxHits - c.kept; len(found) > room {
		c.skips[Skip{Path: ".", Reason: fmt.Sprintf("more than %d hits: only the first %d are reported", c.maxHits, c.maxHits)}] = true
		found = found[:room]
	}
	c.kept += len(found)
	c.hits = append(c.hits, found...)
}

// Skip implements Sink.
func (c *collector) Skip(s Skip) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.skips[s] = true
}

// Commit implements Sink.
func (c *collector) Commit() { c.commits.Add(1) }

// take returns the hits since the last call.
func (c *collector) take() []hit {
	c.mu.Lock()
	defer c.mu.Unlock()
	hits := c.hits
	c.hits = nil
	return hits
}

func (c *collector) skipped() []Skip {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Skip, 0, len(c.skips))
	for s := range c.skips {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Skip) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Reason, b.Reason)) })
	return out
}

func (c *collector) summary(findings []Finding) Summary {
	skips := len(c.skipped())
	s := Summary{
		Blobs: c.blobs.Load(), Bytes: c.bytes.Load(), Commits: c.commits.Load(),
		Findings: len(findings), Skips: skips, Complete: skips == 0,
	}
	for _, f := range findings {
		if f.Live() {
			s.Live++
		}
	}
	return s
}
