// Package archive opens the archives that any source comes upon: it decorates a sink, and hands on to it, besides each
// content, what is packed in it, to any depth: zip (jar, war, apk, whl, nupkg, docx, …), tar, 7z, and files compressed with
// gzip, xz, zstd or bzip2. A container image (docker save, or an OCI layout in a tar) is a tar of tars: its layers,
// configuration and history are members like any other, and what a later layer deletes still lies in the earlier one.
//
// What an archive says of itself is not believed. Names are text for people and nothing is ever written to disk; an
// archive is told by its content, not its name; sizes are counted, not read. Time and memory are bounded by Options,
// whatever the archive holds. What is not read, being encrypted, damaged, past a cap or of a kind that this package
// knows but cannot open (rar), is told as a finding.Skip, each cause once for an outermost archive; what could be
// read before is scanned.
//
// Limits: bytes that lie in an archive outside its members (a zip's comments, a tar's headers) are scanned as a content
// of their own, so their lines are not those of the file; a tar's own bytes are not scanned again besides its members. A
// 7z is opened if it is packed by LZMA, LZMA2, deflate, bzip2, zstd or not at all, without a filter before that, and if
// the file begins with it.
package archive

import (
	"cmp"
	"context"
	"sync"

	"github.com/akguard/akguard/rules/literal"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
)

// Options caps what opening archives may cost. Zero means the default. All but MaxDepth count for one outermost
// archive, with all that it holds.
type Options struct {
	MaxDepth   int   // archives in one another, a compressed tar counting as one; default 10
	MaxMembers int   // members; default 100,000
	MaxBytes   int64 // unpacked bytes, at each level anew; default 4 GiB
	MaxRatio   int   // of a member's unpacked size to its packed one, where it unpacks to more than 16 MiB; default 250
	// MaxHeld is how much memory may hold archives that must be whole to be read (zip, 7z), and what decompression looks
	// back on; default 128 MiB. Of archives that need more than 16 MiB, one is open at a time.
	MaxHeld int64
}

func (o Options) withDefaults() Options {
	o.MaxDepth = cmp.Or(o.MaxDepth, 10)
	o.MaxMembers = cmp.Or(o.MaxMembers, 100_000)
	o.MaxBytes = cmp.Or(o.MaxBytes, 4<<30)
	o.MaxRatio = cmp.Or(o.MaxRatio, 250)
	o.MaxHeld = cmp.Or(o.MaxHeld, 128<<20)
	return o
}

// Open returns a sink that hands every content on to next and, where a content is an archive, its members too. It is a
// scanner.Screener when next is one.
func Open(next scanner.Sink, opts Options) scanner.Sink {
	o := &opener{Sink: next, opts: opts.withDefaults(), large: make(chan struct{}, 1)}
	o.workspaces.New = func() any { return new(workspace) }
	if s, ok := next.(scanner.Screener); ok {
		return &screener{opener: o, next: s, magics: newSearcher()}
	}
	return o
}

// In returns a source that yields what source does and, besides each archive, what is packed in it. It is a
// scanner.Locator when source is one.
func In(source scanner.Source, opts Options) scanner.Source {
	s := unpacked{source, opts}
	if l, ok := source.(scanner.Locator); ok {
		return unpackedLocator{s, l}
	}
	return s
}

type unpacked struct {
	source scanner.Source
	opts   Options
}

// Scan implements scanner.Source.
func (s unpacked) Scan(ctx context.Context, sink scanner.Sink) error {
	return s.source.Scan(ctx, Open(sink, s.opts))
}

type unpackedLocator struct {
	unpacked
	locator scanner.Locator
}

// Locate implements scanner.Locator.
func (s unpackedLocator) Locate(ctx context.Context, hits []finding.Place, sink scanner.Sink) ([][]finding.Place, error) {
	return s.locator.Locate(ctx, hits, sink)
}

// opener is the sink that Open returns.
type opener struct {
	scanner.Sink // next
	opts         Options
	large        chan struct{} // holds a token while an archive that needs much memory is open
	workspaces   sync.Pool
}

// Blob implements scanner.Sink.
func (s *opener) Blob(ctx context.Context, b scanner.Blob) error {
	if b.Stream == nil && kindOf(b.Content, true) == none {
		return s.Sink.Blob(ctx, b)
	}
	o := &opening{opener: s, ctx: ctx, workspace: s.workspaces.Get().(*workspace)}
	defer o.close()
	if b.Stream == nil {
		return o.open(&piece{place: b.Place, headerLines: b.HeaderLines, content: b.Content})
	}
	o.source.in = b.Stream
	p := &piece{place: b.Place, headerLines: b.HeaderLines}
	p.at, _ = b.Stream.(sized)
	return o.enter(p, &o.source)
}

// screener is an opener whose next can screen.
type screener struct {
	*opener
	next   scanner.Screener
	magics *literal.Searcher
}

// Screen implements scanner.Screener.
func (s *screener) Screen(piece []byte) bool {
	found := s.next.Screen(piece)
	if !found {
		s.magics.Each(piece, func(int, int) bool {
			found = true
			return false
		})
	}
	return found
}

// Reach implements scanner.Screener.
func (s *screener) Reach() int { return max(s.next.Reach(), longestMagic) }

// Dropped implements scanner.Screener.
func (s *screener) Dropped(size int64) { s.next.Dropped(size) }
