package odb

import (
	"bufio"
	"bytes"
	"context"
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
	for i := range r.objects.Len() {
		if r.objects.IDs.At(i).IsZero() {
			n++
		}
	}
	return n
}

// unresolved is the error for deltas whose base is neither in the pack nor in the database.
func (r *receiver) unresolved() error {
	for i, kind := range r.kinds {
		if !r.objects.IDs.At(i).IsZero() || kind != packfile.RefDelta {
			continue
		}
		if base, err := r.base(i); err == nil {
			return reason.NewError("git.base-missing", base.String())
		}
	}
	return errBase
}

// base returns the ID of the base that a delta names.
func (r *receiver) base(i int) (object.ID, error) {
	var head [packfile.MaxEntryHeader]byte
	n, err := r.file.ReadAt(head[:], r.objects.Offsets[i])
	if err != nil && !errors.Is(err, io.EOF) {
		return object.ID{}, err
	}
	entry, err := packfile.ParseEntry(r.Format, head[:n])
	return entry.Base, err
}

// round walks the delta trees whose roots are known.
func (r *receiver) round(ctx context.Context) error {
	p, err := openPack(r.file.Name(), r.Format, packfile.Index{})
	if err != nil {
		return err
	}
	defer p.Close()
	db := r.Bases
	if db == nil {
		db = Open(nil, r.Format, r.Limits)
	}
	w := &packWalk{
		Walk: Walk{Types: r.Walk.Types, Screen: r.Walk.Screen}, db: db, pack: p,
		ids: &r.objects.IDs, layout: r.layout(),
	}
	failures := &failures{Visitor: r.Walk.Visitor}
	w.Visitor, w.newExaminer = failures, w.Walk.examiner
	w.needed = func(i int32) bool { return w.id(i).IsZero() || r.later[i] }
	if err := w.linkDeltas(ctx, p, db); err != nil {
		return err
	}
	if err := w.walkTrees(ctx); err != nil {
		return err
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
	n := r.objects.Len()
	l := &layout{
		external: map[int32]object.ID{}, offsets: r.objects.Offsets, positions: make([]uint32, n), crcs: r.objects.CRCs, visited: make([]bool, n),
	}
	byID, known := slices.Contains(r.kinds, packfile.RefDelta), map[object.ID]int32{}
	for i := range n {
		id := r.objects.IDs.At(i)
		l.positions[i], l.visited[i] = uint32(i), !id.IsZero() && !r.later[i]
		if byID && !id.IsZero() {
			known[id] = int32(i)
		}
	}
	l.find = func(id object.ID) (int64, bool) {
		i, ok := known[id]
		if !ok {
			return 0, false
		}
		return r.objects.Offsets[i], true
	}
	return l
}

// complete appends the bases that a thin pack lacks, corrects the header, and returns the checksum of the pack.
func (r *receiver) complete() (checksum []byte, err error) {
	bases, err := r.externalBases()
	if err != nil {
		return nil, err
	}
	end := r.size - int64(r.Format.Size())
	if len(bases) == 0 {
		checksum = make([]byte, r.Format.Size())
		_, err := r.file.ReadAt(checksum, end)
		return checksum, err
	}
	for _, id := range bases {
		if end, err = r.append(id, end); err != nil {
			return nil, fmt.Errorf("completing a thin pack: %w", err)
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
	for i := range r.objects.Len() {
		here[r.objects.IDs.At(i)] = true
	}
	var out []object.ID
	for i, kind := range r.kinds {
		if kind != packfile.RefDelta {
			continue
		}
		base, err := r.base(i)
		if err != nil {
			return nil, err
		}
		if !here[base] {
			here[base] = true
			out = append(out, base)
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
	r.objects.Add(id, end, crc32.ChecksumIEEE(b.Bytes()))
	return end + int64(b.Len()), nil
}

// seal writes the number of objects into the header, and the checksum at the end.
func (r *receiver) seal(end int64) (checksum []byte, err error) {
	var count [4]byte
	binary.BigEndian.PutUint32(count[:], uint32(r.objects.Len()))
	if _, err := r.file.WriteAt(count[:], 8); err != nil {
		return nil, err
	}
	h := r.Format.New()
	if _, err := io.Copy(h, bufio.NewReaderSize(io.NewSectionReader(r.file, 0, end), packfile.BufferSize)); err != nil {
		return nil, err
	}
	checksum = h.Sum(nil)
	_, err = r.file.WriteAt(checksum, end)
	return checksum, errors.Join(err, r.file.Truncate(end+int64(len(checksum))))
}
