package scanner

import (
	"context"
	"io"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/match"
)

// Source yields content. Scan hands every piece of it to sink once, and reports everything that it could not read as a
// Skip. It returns an error only if it could not go on at all.
type Source interface {
	Scan(ctx context.Context, sink Sink) error
}

// Sink takes content. It is safe for concurrent use.
type Sink interface {
	// Blob scans one piece of content before it returns; the content may be reused afterwards.
	// Its error is not about the content: the source stops and returns it.
	Blob(ctx context.Context, b Blob) error
	// Skip records what was not read.
	Skip(finding.Skip)
	// Commit counts one commit as read.
	Commit()
}

// Screener is a Sink that can decide by a piece of content whether the whole is worth handing over. A source that knows
// what has changed in a content since it was last screened can then leave out the rest.
type Screener interface {
	Sink
	// Screen reports whether a piece may hold a credential. If the piece is cut at least Reach bytes away from a place,
	// the answer for that place is at least that for the whole.
	Screen(piece []byte) bool
	// Reach is in bytes.
	Reach() int
	// Hints returns what shows that a content is worth screening. Screen is true of no content without a hint, but perhaps of
	// some that holds one of the other texts, which a decorator looks for.
	Hints(also ...string) match.Hints
	// Dropped counts content that was left out as if it had been handed over.
	Dropped(size int64)
	// Remembered counts content that an earlier scan has read, in which it found nothing.
	Remembered(Tally)
}

// Tally is how much was read.
type Tally struct{ Blobs, Bytes, Commits int64 }

// Add adds another tally.
func (t *Tally) Add(other Tally) {
	t.Blobs += other.Blobs
	t.Bytes += other.Bytes
	t.Commits += other.Commits
}

// Locator is a Source that finds out where its content is only when asked, because that costs much more than scanning.
// Locate is called once after Scan, with the places of the content that had matches (perhaps none), and returns, in the
// same order, every place of each content. A match without a place is left out of the findings.
type Locator interface {
	Source
	Locate(ctx context.Context, matched []finding.Place, sink Sink) ([][]finding.Place, error)
}

// Change is a Source of what a change adds to a history: a range of commits, or what is staged. Content that a change
// touches holds old credentials too, so whether a credential is new, and who introduced it, are questions for the history.
type Change interface {
	Source
	// Whole returns the source of the whole history. It is a Locator.
	Whole() Source
	// Base returns the source of the part that the change builds on, or nil if it builds on nothing. It is a Locator that
	// is only asked about content of Whole.
	Base(ctx context.Context) (Source, error)
}

// Sparse is a Stream that knows where its content is nothing but zeros, as in the holes of a sparse file. A sink that has
// read enough zeros need not read the others.
type Sparse interface {
	io.Reader
	// SkipZeros skips the zero bytes that come next, as far as that costs nothing, and returns how many it skipped. Reading
	// continues after them.
	SkipZeros() (int64, error)
}

// Blob is one piece of content.
type Blob struct {
	finding.Place
	Content []byte    // the content, or nil if it is too large to hold: then Stream reads it
	Stream  io.Reader // read once, by Sink.Blob; it may be a Sparse
	// HeaderLines is how many lines of Content precede the first line that git shows: the headers of a commit before its
	// message. Matches in them are reported on line 1.
	HeaderLines int
}
