package scanner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/decode"
	"github.com/akguard/akguard/scanner/finding"
)

// hit is one credential at one place of one content.
type hit struct {
	place      finding.Place
	credential rules.Credential
	line       int
	column     int
	secrets    []secretAt        // near an ID: the credential's own first, then the candidates, best first
	decoded    string            // the encodings that hide it, the outermost first
	expires    time.Time         // when the presigned URL does in which the ID stands
	single     bool              // it is one value
	where      rules.PlaceFilter // decides by the place whether it counts; nil: anywhere
	length     rules.Length      // of the value that it begins with
	generic    bool              // its rule is
	bare       bool              // it is a secret that is all of its content: its name has to tell that it is one
}

// secretAt is a secret and its line.
type secretAt struct {
	rules.Secret
	line int
}

// collector is the Sink of a scan: it matches content and keeps the hits.
type collector struct {
	set      *rules.Set
	decoding decode.Options
	maxHits  int
	progress func(int)
	margin   int
	windows  sync.Pool // *[]byte, all of one size

	blobs, bytes, commits atomic.Int64

	explains bool

	mu       sync.Mutex
	rejected []Rejection
	hits     []hit
	kept     int
	skips    map[finding.Skip]bool
}

// maxDecoded is how many bytes are decoded of one content.
const maxDecoded = 32 << 20

func newCollector(opts Options) (*collector, error) {
	set, err := withMarks(opts.Rules)
	if err != nil {
		return nil, err
	}
	c := &collector{
		set: set, decoding: decode.Options{MaxBytes: maxDecoded},
		maxHits: opts.MaxHits, progress: opts.Progress, skips: map[finding.Skip]bool{}, explains: opts.Explain != nil,
	}
	c.setWindows(windowSize, margin)
	return c, nil
}

func (c *collector) setWindows(size, margin int) {
	c.margin = margin
	c.windows.New = func() any { b := make([]byte, size); return &b }
}

// Blob implements Sink.
func (c *collector) Blob(ctx context.Context, b Blob) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if b.Source != finding.SourceMessage { // messages count with their commits
		c.blobs.Add(1)
	}
	if b.Stream != nil {
		return c.stream(ctx, b)
	}
	c.count(len(b.Content))
	t := newText(b.Content)
	t.line -= b.HeaderLines
	c.match(b.Place, t, section{to: len(b.Content)})
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
	var t text
	for first := true; ; first = false {
		n, err := fill(ctx, b.Stream, window[filled:])
		c.count(n)
		filled += n
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return err
		}
		if t.content = window[:filled]; first {
			t = newText(t.content)
		}
		if last {
			c.match(b.Place, t, section{from, filled, true})
			return nil
		}
		c.match(b.Place, t, section{from, filled - c.margin, true})
		cut := runeStart(window, filled-2*c.margin)
		t.advance(cut)
		from = filled - c.margin - cut
		filled = copy(window, window[cut:filled])
		skipped, err := c.skipZeros(b.Stream, window[:filled])
		if err != nil {
			return err
		}
		t.column += skipped
	}
}

// skipZeros skips what is left of a hole, if all that is kept of the last window is in it too: zeros hold no credential and
// end no line, and so many stand between what is before and behind them that neither sees the other. The kept ones then
// stand for the last ones of the hole.
func (c *collector) skipZeros(in io.Reader, kept []byte) (int, error) {
	sparse, ok := in.(Sparse)
	if !ok || bytes.Count(kept, []byte{0}) < len(kept) {
		return 0, nil
	}
	skipped, err := sparse.SkipZeros()
	if err != nil {
		return 0, fmt.Errorf("reading: %w", err)
	}
	for left := skipped; left > 0; left -= maxCount {
		c.count(int(min(left, maxCount)))
	}
	return int(skipped), nil
}

// maxCount is how much is counted at once: an int may be small.
const maxCount = 1 << 30

// fill reads until buf is full; the end is io.EOF, and io.ErrUnexpectedEOF an error of the reader's own.
func fill(ctx context.Context, r io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		var m int
		m, err = r.Read(buf[n:])
		n += m
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return n, fmt.Errorf("reading: %w", err)
	}
	return n, err
}

func (c *collector) keep(found []hit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if room := c.maxHits - c.kept; len(found) > room {
		c.skips[c.crowded()] = true
		found = found[:room]
	}
	c.kept += len(found)
	c.hits = append(c.hits, found...)
}

// crowded is the Skip for hits past the limit, and for places of hits past it.
func (c *collector) crowded() finding.Skip {
	return finding.Skip{Path: ".", Reason: reason.Text(fmt.Sprintf("more than %d hits: not all are reported", c.maxHits))}
}

// Screen implements Screener.
func (c *collector) Screen(piece []byte) bool {
	if _, only := c.set.OnlySecret(piece); only {
		return true
	}
	matchable, encoded := look(c.set, piece)
	return encoded || matchable && c.set.Screen(piece)
}

// Reach implements Screener.
func (c *collector) Reach() int { return c.set.Reach() }

// Dropped implements Screener.
func (c *collector) Dropped(size int64) {
	c.blobs.Add(1)
	c.count(int(size))
}

// Skip implements Sink.
func (c *collector) Skip(s finding.Skip) {
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

func (c *collector) skipped() []finding.Skip {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]finding.Skip, 0, len(c.skips))
	for s := range c.skips {
		out = append(out, s)
	}
	slices.SortFunc(out, finding.CompareSkips)
	return out
}

func (c *collector) summary(findings []finding.Finding) finding.Summary {
	skips := len(c.skipped())
	s := finding.Summary{
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
