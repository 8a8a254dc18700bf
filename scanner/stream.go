package scanner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/akguard/akguard/scanner/match"
)

// Streams are scanned in windows. Each overlaps the one before by twice the margin, so that a credential is seen
// whole, with everything near it that counts, in exactly one of them.
const (
	windowSize = 4 << 20
	margin     = 64 << 10
)

// stream scans a stream. While one window is read, others are searched, if there are processors without work.
func (c *collector) stream(ctx context.Context, b Blob) error {
	var searches sync.WaitGroup
	defer searches.Wait()
	window := c.windows.Get().(*[]byte)
	defer func() { c.windows.Put(window) }()
	filled, from := 0, 0
	var t match.Text
	for first := true; ; first = false {
		n, err := fill(ctx, b.Stream, (*window)[filled:])
		c.count(n)
		filled += n
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return err
		}
		if t.Content = (*window)[:filled]; first {
			t = match.NewText(t.Content, 0)
		}
		if last {
			c.find(b.Place, t, match.Section{From: from, To: filled, Part: true})
			return nil
		}
		full, seen, section := window, t, match.Section{From: from, To: filled - c.margin, Part: true}
		cut := match.RuneStart(t.Content, filled-2*c.margin)
		t.Advance(cut)
		window = c.windows.Get().(*[]byte)
		from = filled - c.margin - cut
		filled = copy(*window, t.Content)
		c.search(&searches, func() {
			c.find(b.Place, seen, section)
			c.windows.Put(full)
		})
		skipped, err := c.skipZeros(b.Stream, (*window)[:filled])
		if err != nil {
			return err
		}
		t.SkipColumns(skipped)
	}
}

// search calls find, in the background if a processor may be without work: as many searches as there are other processors
// run at a time, of all streams.
func (c *collector) search(searches *sync.WaitGroup, find func()) {
	select {
	case c.background <- struct{}{}:
		searches.Go(func() {
			defer func() { <-c.background }()
			find()
		})
	default:
		find()
	}
}

// skipZeros skips the rest of a hole, if everything that is kept of the last window is within the hole too. Zeros hold no
// credential and end no line, and the kept ones are enough that what is before the hole and what is after it do not see
// each other. The kept ones then serve as the last ones of the hole.
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

// maxCount is how much is counted at once: an int may have 32 bits.
const maxCount = 1 << 30

// fill reads until buf is full. The end is io.EOF; io.ErrUnexpectedEOF is an error of the reader itself.
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
