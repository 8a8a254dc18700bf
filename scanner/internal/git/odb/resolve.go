package odb

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // the checksum of a pack
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"sync"

	"github.com/klauspost/compress/zlib"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
)

// resolve walks the delta trees of the received pack, to learn the IDs of the deltas and to visit them. A delta that names
// its base by ID can only be linked once that ID is known, so there may be several rounds; servers send deltas by
// offset, and then there is one.
func (r *receiver) resolve(ctx context.Context) error {
	for {
		unknown := r.unknown()
		if unknown == 0 && !slices.Contains(r.later, true) {
			return nil
		}
		if err := r.round(ctx); err != nil {
			return err
		}
		clear(r.later)
		if left := r.unknown(); left > 0 && left == unknown {
			return r.unresolved()
		}
	}
}

// unknown counts the entries without an ID.
func (r *receiver) unknown() int {
	n := 0
	for _, e := range r.entries {
		if e.ID.IsZero() {
			n++
		}
	}
	return n
}

// unresolved is the error for deltas whose base is neither in the pack nor in the database.
func (r *receiver) unresolved() error {
	for i, e := range r.entries {
		if !e.ID.IsZero() || r.kinds[i] != packfile.RefDelta {
			continue
		}
		var head [packfile.MaxEntryHeader]byte
		n, _ := r.file.ReadAt(head[:], e.Offset)
		if entry, err := packfile.ParseEntry(head[:n]); err == nil {
			return reason.NewError("git.base-missing", entry.Base.String())
		}
	}
	return errBase
}

// round walks the delta trees whose roots are known.
func (r *receiver) round(ctx context.Context) error {
	p, err := openPack(r.file.Name(), packfile.Index{})
	if err != nil {
		return err
	}
	defer p.Close()
	db := r.Bases
	if db == nil {
		db = Open(nil, r.Limits)
	}
	w := &packWalk{
		Walk: Walk{Types: r.Walk.Types, Screen: r.Walk.Screen}, db: db, pack: p,
		ids: make([]object.ID, len(r.entries)), layout: r.layout(),
	}
	for i, e := range r.entries {
		w.ids[i] = e.ID
	}
	failures := &failures{Visitor: r.Walk.Visitor}
	w.Visitor, w.newExaminer = failures, w.Walk.examiner
	if err := w.linkDeltas(ctx, p, db.limits.Workers); err != nil {
		return err
	}
	w.propagateTypes(db.typeOf)
	w.need = w.withBases(func(i int32) bool { return r.entries[i].ID.IsZero() || r.later[i] })
	if err := w.walkTrees(ctx); err != nil {
		return err
	}
	for i := range r.entries {
		r.entries[i].ID = w.ids[i]
	}
	return failures.first
}

// failures passes objects on and keeps the first object that could not be read: a pack that arrives must be whole.
type failures struct {
	Visitor
	mu    sync.Mutex
	first error
}

// Object implements Visitor.
func (f *failures) Object(ctx context.Context, o Object) error {
	o.Index = NoIndex
	return f.Visitor.Object(ctx, o)
}

// Unreadable implements Visitor.
func (f *failures) Unreadable(u Unreadable) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first == nil {
		f.first = u.Err
	}
}

// layout returns the layout of the received entries, without the links between them.
func (r *receiver) layout() *layout {
	l := &layout{external: map[int32]object.ID{}, visited: make([]bool, len(r.entries))}
	known := map[object.ID]int32{}
	for i, e := range r.entries {
		l.offsets, l.positions, l.crcs = append(l.offsets, e.Offset), append(l.positions, uint32(i)), append(l.crcs, e.CRC)
		l.visited[i] = !e.ID.IsZero() && !r.later[i]
		if !e.ID.IsZero() {
			known[e.ID] = int32(i)
		}
	}
	l.find = func(id object.ID) (int64, bool) {
		i, ok := known[id]
		if !ok {
			return 0, false
		}
		return r.entries[i].Offset, true
	}
	return l
}

// complete appends the bases that a thin pack lacks, corrects the header, and returns the checksum of the pack.
func (r *receiver) complete() (checksum [packfile.TrailerSize]byte, err error) {
	bases, err := r.externalBases()
	if err != nil {
		return checksum, err
	}
	if len(bases) == 0 {
		_, err := r.file.ReadAt(checksum[:], r.size-packfile.TrailerSize)
		return checksum, err
	}
	end := r.size - packfile.TrailerSize
	for _, id := range bases {
		if end, err = r.append(id, end); err != nil {
			return checksum, fmt.Errorf("completing a thin pack: %w", err)
		}
	}
	return r.seal(end)
}

// externalBases returns the bases that are not in the pack.
func (r *receiver) externalBases() ([]object.ID, error) {
	if !slices.Contains(r.kinds, packfile.RefDelta) {
		return nil, nil
	}
	here := map[object.ID]bool{}
	for _, e := range r.entries {
		here[e.ID] = true
	}
	var out []object.ID
	for i, e := range r.entries {
		if r.kinds[i] != packfile.RefDelta {
			continue
		}
		var head [packfile.MaxEntryHeader]byte
		n, err := r.file.ReadAt(head[:], e.Offset)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		entry, err := packfile.ParseEntry(head[:n])
		if err != nil {
			return nil, err
		}
		if !here[entry.Base] {
			here[entry.Base] = true
			out = append(out, entry.Base)
		}
	}
	return out, nil
}

// append writes an object of the database to the end of the pack, and returns the new end.
func (r *receiver) append(id object.ID, end int64) (int64, error) {
	if r.Bases == nil {
		return 0, fmt.Errorf("%w: %s", ErrMissing, id)
	}
	o, err := r.Bases.Read(id)
	if err != nil {
		return 0, err
	}
	var b bytes.Buffer
	b.Write(packfile.AppendEntryHeader(nil, o.Type, int64(len(o.Content))))
	z := zlib.NewWriter(&b)
	if _, err := z.Write(o.Content); err != nil {
		return 0, err
	}
	if err := z.Close(); err != nil {
		return 0, err
	}
	if _, err := r.file.WriteAt(b.Bytes(), end); err != nil {
		return 0, err
	}
	r.entries = append(r.entries, packfile.IndexEntry{ID: id, Offset: end, CRC: crc32.ChecksumIEEE(b.Bytes())})
	return end + int64(b.Len()), nil
}

// seal writes the number of objects into the header, and the checksum at the end.
func (r *receiver) seal(end int64) (checksum [packfile.TrailerSize]byte, err error) {
	var count [4]byte
	binary.BigEndian.PutUint32(count[:], uint32(len(r.entries)))
	if _, err := r.file.WriteAt(count[:], 8); err != nil {
		return checksum, err
	}
	h := sha1.New() //nolint:gosec // see above
	if _, err := io.Copy(h, bufio.NewReaderSize(io.NewSectionReader(r.file, 0, end), packfile.BufferSize)); err != nil {
		return checksum, err
	}
	h.Sum(checksum[:0])
	_, err = r.file.WriteAt(checksum[:], end)
	return checksum, errors.Join(err, r.file.Truncate(end+packfile.TrailerSize))
}
