package history

import (
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/seen"
)

// result is what the scan of a history came to. It has no matches: the objects that have some are read again.
type result struct {
	read   scanner.Tally  // of the objects that are not read again
	notes  []note         // the objects that are
	skips  []finding.Skip // of the history itself; those of a content come with it
	places map[content][]finding.Place
}

// note is an object that the report depends on.
type note struct {
	id       object.ID
	streamed bool // it was too large to hold
}

// content is what identifies a matched content before its places are known.
type content struct{ source, blob, commit string }

func contentOf(p finding.Place) content { return content{p.Source, p.Blob, p.Commit} }

// of returns the places of matches. ok is false if the result does not have them all.
func (r *result) of(matches []finding.Place) (out [][]finding.Place, ok bool) {
	out = make([][]finding.Place, len(matches))
	for i, h := range matches {
		if out[i], ok = r.places[contentOf(h)]; !ok {
			return nil, false
		}
	}
	return out, true
}

// encode returns the result as bytes. It fails if a reason has an argument of an unknown type.
func (r *result) encode(f object.Format) ([]byte, error) {
	e := seen.NewEncoder()
	e.Uint(uint64(r.read.Blobs))
	e.Uint(uint64(r.read.Bytes))
	e.Uint(uint64(r.read.Commits))
	e.Uint(uint64(len(r.notes)))
	for _, n := range r.notes {
		e.Raw(n.id[:f.Size()])
		e.Bool(n.streamed)
	}
	e.Uint(uint64(len(r.skips)))
	for _, s := range r.skips {
		e.Text(s.Path)
		e.Reason(s.Reason)
	}
	e.Uint(uint64(len(r.places)))
	for c, list := range r.places {
		e.Texts([]string{c.source, c.blob, c.commit})
		e.Uint(uint64(len(list)))
		for _, p := range list {
			encodePlace(e, p)
		}
	}
	return e.Bytes()
}

func encodePlace(e *seen.Encoder, p finding.Place) {
	e.Texts([]string{p.Source, p.Path, p.Blob, p.Commit, p.Author, p.Email, p.Removed.Commit})
	e.Time(p.Date)
	e.Time(p.Removed.Date)
	e.Texts(p.Refs)
	e.Uint(uint64(p.MoreRefs))
	e.Texts(p.Reflog)
	e.Bool(p.Reachable)
}

// decodeResult returns the result that encode has written.
func decodeResult(f object.Format, data []byte) (*result, error) {
	d := seen.NewDecoder(data)
	r := &result{places: map[content][]finding.Place{}}
	r.read = scanner.Tally{Blobs: int64(d.Uint()), Bytes: int64(d.Uint()), Commits: int64(d.Uint())}
	for range d.Len(f.Size() + 1) {
		if id := d.Raw(f.Size()); id != nil {
			r.notes = append(r.notes, note{f.ID(id), d.Bool()})
		}
	}
	for range d.Len(2) {
		r.skips = append(r.skips, finding.Skip{Path: d.Text(), Reason: d.Reason()})
	}
	for range d.Len(2) {
		c := content{}
		decodeTexts(d, &c.source, &c.blob, &c.commit)
		list := make([]finding.Place, 0)
		for range d.Len(8) {
			list = append(list, decodePlace(d))
		}
		r.places[c] = list
	}
	return r, d.Err()
}

func decodePlace(d *seen.Decoder) finding.Place {
	var p finding.Place
	decodeTexts(d, &p.Source, &p.Path, &p.Blob, &p.Commit, &p.Author, &p.Email, &p.Removed.Commit)
	p.Date = d.Time()
	p.Removed.Date = d.Time()
	p.Refs = d.Texts()
	p.MoreRefs = int(d.Uint())
	p.Reflog = d.Texts()
	p.Reachable = d.Bool()
	return p
}

func decodeTexts(d *seen.Decoder, to ...*string) {
	list := d.Texts()
	for i := range min(len(list), len(to)) {
		*to[i] = list[i]
	}
}
