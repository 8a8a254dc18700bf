// Package recent remembers what was read of a list that grows: of comments, of workflow runs, of release assets. Lists are asked for
// from a time on, and lag behind: an entry can appear after a later one, and a workflow run is listed by when it began, and has logs
// when it has ended. A list is therefore asked for from a day before the last that was read, and marks tell what is known.
package recent

import (
	"crypto/sha256"
	"slices"
	"time"
)

// Read is what was read of a list. It can be stored as JSON.
type Read struct {
	Until time.Time `json:"until,omitzero"` // the time of the latest, by the clock of whoever has the list
	// Marks are those of what is not older than a day before Until, markSize bytes each.
	Marks []byte `json:"marks,omitempty"`
}

const (
	overlap  = 24 * time.Hour
	markSize = 8
)

// Reading is one reading of a list.
type Reading struct {
	// Over is how many were left to the next reading.
	Over  int
	last  Read
	known map[[markSize]byte]bool
	now   map[[markSize]byte]time.Time
	until time.Time
	at    [markSize]byte // the mark of what Fresh was asked about last
}

// New begins a reading where the last one has ended.
func New(last Read) *Reading {
	r := &Reading{last: last, known: map[[markSize]byte]bool{}, now: map[[markSize]byte]time.Time{}, until: last.Until}
	for mark := range slices.Chunk(last.Marks, markSize) {
		if len(mark) == markSize {
			r.known[[markSize]byte(mark)] = true
		}
	}
	return r
}

// Since is the time from which a list is asked for; zero is the beginning.
func (r *Reading) Since() time.Time {
	if r.last.Until.IsZero() {
		return time.Time{}
	}
	return r.last.Until.Add(-overlap)
}

// Fresh notes something that was listed, and reports whether it is not known yet as it was changed at a time.
func (r *Reading) Fresh(name string, at time.Time) bool {
	if at.Before(r.Since()) {
		return false
	}
	sum := sha256.Sum256([]byte(name + "\x00" + at.UTC().Format(time.RFC3339)))
	mark := [markSize]byte(sum[:])
	_, twice := r.now[mark]
	r.now[mark], r.at = at, mark
	if at.After(r.until) {
		r.until = at
	}
	return !r.known[mark] && !twice
}

// Leave leaves what Fresh was asked about last to the next scan.
func (r *Reading) Leave() {
	delete(r.now, r.at)
	r.Over++
}

// maxMarks is how many marks are kept where a scan has left something: more would not fit in the store.
const maxMarks = 100_000

// Read is what to remember. If something was left, the next scan asks from the same time on, and what was read is known.
func (r *Reading) Read() Read {
	if r.Over > 0 {
		h := Read{Until: r.last.Until, Marks: slices.Clone(r.last.Marks)}
		for mark := range r.now {
			if !r.known[mark] && len(h.Marks) < maxMarks*markSize {
				h.Marks = append(h.Marks, mark[:]...)
			}
		}
		return h
	}
	h := Read{Until: r.until}
	for mark, at := range r.now {
		if !at.Before(h.Until.Add(-overlap)) {
			h.Marks = append(h.Marks, mark[:]...)
		}
	}
	return h
}
