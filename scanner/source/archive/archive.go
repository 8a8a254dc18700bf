// Package archive opens the archives that any source comes upon. It decorates a sink: it hands every content on and, if a
// content is an archive, what is packed in it, to any depth: zip (jar, war, apk, whl, nupkg, docx, ...), tar, 7z, and files
// compressed with gzip, xz, zstd or bzip2, the rows of SQLite databases, and the objects of packs and bundles of git. A container image (docker save, or an OCI layout in a tar) is a tar of tars:
// its layers, configuration and history are members, and what a later layer deletes is still in the earlier one.
//
// This package decides what is an archive, enforces the limits and keeps track of nesting; the formats are in
// scanner/internal/archive. Nothing that an archive says about itself is trusted: names are text for people, but for packs of git nothing is
// written to disk, an archive is recognized by its content and not by its name, and sizes are counted. Options bounds
// time and memory. What is not read (encrypted, damaged, beyond a limit, or rar, which is recognized but not supported)
// is reported as a Skip, each cause once for an outermost archive; what precedes it is scanned.
//
// Limits: bytes of an archive that belong to no member (comments of a zip, headers of a tar) are scanned as one content,
// so their line numbers are not those of the file. The bytes of a tar itself are not scanned again. A 7z with a filter,
// or one that does not begin at the start of its file, is not opened.
package archive

import (
	"cmp"
	"context"
	"sync"

	"github.com/akguard/akguard/rules/literal"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/match"
)

// Options bounds what opening archives may cost. Zero means the default. All but MaxDepth apply to one outermost archive
// with everything in it.
type Options struct {
	MaxDepth   int   // nesting of archives; a compressed tar counts as one; default 10
	MaxMembers int   // members; default 100,000
	MaxBytes   int64 // unpacked bytes, counted again at each level; default 4 GiB
	MaxRatio   int   // unpacked to packed size of a member that unpacks to more than 16 MiB; default 250
	// MaxHeld is the memory for archives that must be whole to be read (zip, 7z) and for the windows of decompressors;
	// default 128 MiB. Of the archives that need more than 16 MiB, one is open at a time.
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

// Open returns a sink that hands every content to next and, if a content is an archive, its members too. It is a
// scanner.Screener if next is one.
func Open(next scanner.Sink, opts Options) scanner.Sink {
	o := &opener{Sink: next, opts: opts.withDefaults(), large: make(chan struct{}, 1)}
	o.workspaces.New = func() any { return new(workspace) }
	if s, ok := next.(scanner.Screener); ok {
		o.repeats = newRepeats(s)
		return &screener{opener: o, next: s, magics: newSearcher()}
	}
	return o
}

// In returns a source that yields the contents of another source and what is packed in them. It is a scanner.Locator or
// a scanner.Change, or both, as the other source is.
func In(source scanner.Source, opts Options) scanner.Source {
	s := unpacked{source, opts}
	locator, locates := source.(scanner.Locator)
	change, changes := source.(scanner.Change)
	switch {
	case locates && changes:
		return unpackedBoth{unpackedLocator{s, locator}, unpackedChange{s, change}}
	case locates:
		return unpackedLocator{s, locator}
	case changes:
		return unpackedChange{s, change}
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

type unpackedChange struct {
	unpacked
	change scanner.Change
}

// Whole implements scanner.Change.
func (s unpackedChange) Whole() scanner.Source { return In(s.change.Whole(), s.opts) }

// Base implements scanner.Change. It is not scanned.
func (s unpackedChange) Base(ctx context.Context) (scanner.Source, error) { return s.change.Base(ctx) }

type unpackedBoth struct {
	unpackedLocator
	unpackedChange
}

// Scan implements scanner.Source.
func (s unpackedBoth) Scan(ctx context.Context, sink scanner.Sink) error {
	return s.unpackedLocator.Scan(ctx, sink)
}

// opener is the sink that Open returns.
type opener struct {
	scanner.Sink // next
	opts         Options
	large        chan struct{} // full while an archive that needs much memory is open
	workspaces   sync.Pool
	repeats      *repeats // nil if the sink is no Screener
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

// screener is an opener whose next sink is a Screener.
type screener struct {
	*opener
	next   scanner.Screener
	magics *literal.Searcher
}

// Screen implements scanner.Screener.
func (s *screener) Screen(piece []byte) bool {
	return s.next.Screen(piece) || s.hasMagic(piece)
}

// hasMagic reports whether a piece holds what archives begin with.
func (s *screener) hasMagic(piece []byte) (found bool) {
	s.magics.Each(piece, func(int, int) bool {
		found = true
		return false
	})
	return found
}

// Hints implements scanner.Screener.
func (s *screener) Hints(also ...string) match.Hints {
	return s.next.Hints(append(also, Magics()...)...)
}

// Reach implements scanner.Screener.
func (s *screener) Reach() int { return max(s.next.Reach(), longestMagic) }

// Dropped implements scanner.Screener.
func (s *screener) Dropped(size int64) { s.next.Dropped(size) }

// Remembered implements scanner.Screener.
func (s *screener) Remembered(t scanner.Tally) { s.next.Remembered(t) }
