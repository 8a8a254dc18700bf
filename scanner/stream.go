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
func (c *collector) stream(ctx context.Context, b Blob, account *Account) error {
	s := searches{collector: c, spare: make(chan *[]byte, cap(c.background)+2)}
	window := s.window()
	defer func() { s.end(window) }()
	filled, from := 0, 0
	var t match.Text
	for first := true; ; first = false {
		n, err := fill(ctx, b.Stream, (*window)[filled:])
		c.count(n)
		account.addBytes(int64(n))
		filled += n
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return err
		}
		if t.Content = (*window)[:filled]; first {
			t = match.NewText(t.Content, 0)
		}
		if last {
			c.find(b.Place, t, match.Section{From: from, To: filled, Part: true}, account)
			return nil
		}
		full, seen, section := window, t, match.Section{From: from, To: filled - c.margin, Part: true}
		cut := match.RuneStart(t.Content, filled-2*c.margin)
		t.Advance(cut)
		window = s.window()
		from = filled - c.margin - cut
		filled = copy(*window, t.Content)
		s.run(func() {
			c.find(b.Place, seen, section, account)
			s.spare <- full
		})
		skipped, err := c.skipZeros(b.Stream, (*window)[:filled])
		if err != nil {
			return err
		}
		account.addBytes(int64(skipped))
		t.SkipColumns(skipped)
	}
}

// searches are those of the windows of one stream. At most one window is read, one is searched by whoever reads, and one by each
// other processor.
type searches struct {
	*collector
	running sync.WaitGroup
	spare   chan *[]byte // windows that were searched; it has room for all
}

// window returns a window to read into.
func (s *searches) window() *[]byte {
	select {
	case w := <-s.spare:
		return w
	default:
		return s.windows.Get().(*[]byte)
	}
}

// run calls find, in the background if a processor may be without work: as many searches as there are other processors run at a time,
// of all streams.
func (s *searches) run(find func()) {
	select {
	case s.background <- struct{}{}:
		s.running.Go(func() {
			defer func() { <-s.background }()
			find()
		})
	default:
		find()
	}
}

// end waits for the searches, and gives the windows back.
func (s *searches) end(last *[]byte) {
	s.running.Wait()
	s.windows.Put(last)
	for len(s.spare) > 0 {
		s.windows.Put(<-s.spare)
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
	c.countLong(skipped)
	return int(skipped), nil
}

// countLong counts more bytes than an int may hold.
func (c *collector) countLong(n int64) {
	for left := n; left > 0; left -= maxCount {
		c.count(int(min(left, maxCount)))
	}
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
