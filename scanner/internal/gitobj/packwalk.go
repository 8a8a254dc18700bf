package gitobj

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// packWalk visits the objects of one pack. Each base is inflated once, and the deltas on it are applied depth
// first, so that few objects are alive at a time however long the chains are.
type packWalk struct {
	store   *store
	pack    *pack
	earlier []*pack // packs whose objects have been visited
	types   Types
	visitor Visitor

	// One element for each entry, in the order of the pack.
	offsets []int64
	names   []uint32      // position in the index
	kinds   []Type        // of the object; 0 until its base is known
	child   []int32       // first delta on it, or none
	sibling []int32       // next delta on the same base, or none
	weight  []uint32      // entries in its family from here on
	outside map[int32]OID // bases that are not in this pack
}

const none = -1

var errBase = errors.New("delta base is missing or damaged")

func (w *packWalk) run(ctx context.Context) error {
	w.sort()
	roots, err := w.link(ctx)
	if err != nil {
		return err
	}
	if err := w.settle(ctx, roots); err != nil {
		return err
	}
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range w.store.limits.Workers {
		g.Go(func() error {
			f := &family{walk: w}
			for {
				i := next.Add(1) - 1
				if i >= int64(len(roots)) {
					return nil
				}
				if err := f.visit(ctx, roots[i]); err != nil {
					return err
				}
			}
		})
	}
	return g.Wait()
}

// sort orders the entries as they stand in the pack.
func (w *packWalk) sort() {
	n := w.pack.idx.n
	w.names, w.offsets = make([]uint32, n), make([]int64, n)
	for i := range w.names {
		w.names[i] = uint32(i)
		w.offsets[i] = w.pack.idx.offset(i)
	}
	byOffset := w.offsets
	slices.SortFunc(w.names, func(a, b uint32) int { return cmp.Compare(byOffset[a], byOffset[b]) })
	w.offsets = make([]int64, n)
	for i, name := range w.names {
		w.offsets[i] = byOffset[name]
	}
}

// link reads every entry's header, makes the lists of deltas, and returns the entries that are no delta on
// another entry of the pack.
func (w *packWalk) link(ctx context.Context) (roots []int32, err error) {
	n := len(w.offsets)
	w.kinds, w.weight = make([]Type, n), make([]uint32, n)
	w.child, w.sibling = make([]int32, n), make([]int32, n)
	w.outside = map[int32]OID{}
	base := make([]int32, n)
	heads := windowReader{r: w.pack.file, end: w.pack.end()}
	for i := range n {
		w.child[i], w.sibling[i] = none, none
		if i%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		base[i] = w.baseOf(int32(i), &heads)
	}
	for i := n - 1; i >= 0; i-- {
		w.weight[i]++
		if b := base[i]; b != none {
			w.sibling[i], w.child[b] = w.child[b], int32(i)
			w.weight[b] += w.weight[i]
			continue
		}
		if _, ok := w.outside[int32(i)]; ok || w.kinds[i].valid() {
			roots = append(roots, int32(i))
		}
	}
	slices.Reverse(roots)
	return roots, nil
}

// baseOf reads the header of an entry and returns the entry that it is a delta on, or none.
func (w *packWalk) baseOf(i int32, heads *windowReader) int32 {
	head, err := heads.at(w.offsets[i])
	if err != nil {
		return none
	}
	e, err := parseEntry(head)
	switch {
	case err != nil:
		return none
	case e.typ == offsetDelta:
		return w.entryAt(w.offsets[i] - e.distance)
	case e.typ == refDelta:
		if at, ok := w.pack.idx.find(e.base); ok {
			return w.entryAt(w.pack.idx.offset(at))
		}
		w.outside[i] = e.base
		return none
	}
	w.kinds[i] = e.typ
	return none
}

func (w *packWalk) entryAt(offset int64) int32 {
	if i, ok := slices.BinarySearch(w.offsets, offset); ok {
		return int32(i)
	}
	return none
}

// settle gives every delta the type of its root. What has none afterwards hangs on nothing: on a damaged entry,
// or on itself.
func (w *packWalk) settle(ctx context.Context, roots []int32) error {
	var stack []int32
	for _, root := range roots {
		if id, ok := w.outside[root]; ok {
			w.kinds[root] = w.outsideType(id)
		}
		for stack = append(stack, root); len(stack) > 0; {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for c := w.child[i]; c != none; c = w.sibling[c] {
				w.kinds[c] = w.kinds[root]
				stack = append(stack, c)
			}
		}
	}
	for i, kind := range w.kinds {
		if kind != 0 || w.isEarlier(int32(i)) {
			continue
		}
		if err := w.lose(ctx, int32(i), errBase); err != nil {
			return err
		}
	}
	return nil
}

func (w *packWalk) outsideType(id OID) Type {
	o, err := w.store.Read(id)
	if err != nil {
		return 0
	}
	return o.Type
}

func (w *packWalk) id(i int32) OID { return w.pack.idx.id(int(w.names[i])) }

// wanted reports whether an entry is to be visited: it is of a wanted type and no earlier pack has it.
func (w *packWalk) wanted(i int32) bool {
	return w.types.Has(w.kinds[i]) && !w.isEarlier(i)
}

func (w *packWalk) isEarlier(i int32) bool {
	id := w.id(i)
	for _, p := range w.earlier {
		if _, ok := p.idx.find(id); ok {
			return true
		}
	}
	return false
}

// lose gives up an entry, unless another copy of the object can be read.
func (w *packWalk) lose(ctx context.Context, i int32, why error) error {
	id := w.id(i)
	if w.store.copies(id) > 1 {
		if o, err := w.store.Read(id); err == nil {
			if w.types.Has(o.Type) {
				return w.visitor.Object(ctx, o)
			}
			return nil
		}
	}
	w.visitor.Lost(Loss{What: id.String(), Why: why})
	return nil
}

// copies counts where an object stands.
func (s *store) copies(id OID) int {
	n := 0
	for _, p := range s.packs {
		if _, ok := p.idx.find(id); ok {
			n++
		}
	}
	for _, dir := range s.dirs {
		if isFile(loosePath(dir, id)) {
			n++
		}
	}
	return n
}

// family visits the deltas on one root. It is one worker's, with its buffers.
type family struct {
	walk     *packWalk
	inflater inflater
	packed   []byte
	delta    []byte
	free     [][]byte
	stack    []step
}

// step is an entry whose base has been built.
type step struct {
	entry int32
	depth int
	base  *built
}

// built is an object on which deltas wait.
type built struct {
	content []byte
	waiting int
}

func (f *family) visit(ctx context.Context, root int32) error {
	w := f.walk
	if !w.types.Has(w.kinds[root]) {
		return nil
	}
	f.stack = append(f.stack[:0], step{entry: root})
	if id, ok := w.outside[root]; ok {
		o, err := w.store.Read(id)
		if err != nil {
			return f.loseFrom(ctx, root, errBase)
		}
		f.stack[0].base = &built{content: o.Content, waiting: 2} // never returned to the free buffers
	}
	for len(f.stack) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		s := f.stack[len(f.stack)-1]
		f.stack = f.stack[:len(f.stack)-1]
		if err := f.step(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// step builds one object, visits it, and puts the deltas on it on the stack.
func (f *family) step(ctx context.Context, s step) error {
	w := f.walk
	content, err := f.build(ctx, s)
	f.release(s.base)
	var failed visitError
	switch {
	case errors.As(err, &failed):
		return failed.err
	case errors.Is(err, errStreamed):
		return f.loseChildren(ctx, s.entry, errBase)
	case err != nil:
		return f.loseFrom(ctx, s.entry, err)
	}
	if w.wanted(s.entry) {
		o := Object{ID: w.id(s.entry), Type: w.kinds[s.entry], Size: int64(len(content)), Content: content}
		if err := w.visitor.Object(ctx, o); err != nil {
			return err
		}
	}
	f.push(s, &built{content: content})
	return nil
}

// push puts the deltas on an object on the stack, the largest family at the bottom: when it is taken, the object
// is no longer needed.
func (f *family) push(s step, b *built) {
	w := f.walk
	from := len(f.stack)
	for c := w.child[s.entry]; c != none; c = w.sibling[c] {
		f.stack = append(f.stack, step{entry: c, depth: s.depth + 1, base: b})
		b.waiting++
	}
	slices.SortFunc(f.stack[from:], func(x, y step) int { return cmp.Compare(w.weight[y.entry], w.weight[x.entry]) })
	if b.waiting == 0 {
		b.waiting = 1
		f.release(b)
	}
}

// Buffers kept for reuse: enough for the base and the result of a chain, and none so large that it would be a
// burden.
const (
	keepBuffers    = 8
	keepBufferSize = 8 << 20
)

func (f *family) release(b *built) {
	if b == nil {
		return
	}
	if b.waiting--; b.waiting == 0 && len(f.free) < keepBuffers && cap(b.content) <= keepBufferSize {
		f.free = append(f.free, b.content)
	}
}

func (f *family) buffer() []byte {
	if len(f.free) == 0 {
		return nil
	}
	b := f.free[len(f.free)-1]
	f.free = f.free[:len(f.free)-1]
	return b
}

// errStreamed says that an object was visited as a stream, so that nothing can be built on it.
var errStreamed = errors.New("object was streamed")

// build reads the object of a step.
func (f *family) build(ctx context.Context, s step) ([]byte, error) {
	w := f.walk
	offset := w.offsets[s.entry]
	e, err := w.pack.entryAt(offset)
	switch {
	case err != nil:
		return nil, err
	case s.depth > w.store.limits.MaxDepth:
		return nil, fmt.Errorf("delta chain is longer than %d", w.store.limits.MaxDepth)
	case f.streams(s, e):
		return nil, f.stream(ctx, s, e)
	case e.size > w.store.limits.MaxObject:
		return nil, errTooLarge(e.size)
	}
	packed, err := f.read(s.entry, e)
	if err != nil {
		return nil, err
	}
	if s.base == nil {
		return f.inflater.inflate(f.buffer(), bytes.NewReader(packed), e.size)
	}
	if f.delta, err = f.inflater.inflate(f.delta, bytes.NewReader(packed), e.size); err != nil {
		return nil, err
	}
	if _, target, _, err := deltaSizes(f.delta); err == nil && target > w.store.limits.MaxObject {
		return nil, errTooLarge(target)
	}
	return applyDelta(f.buffer(), s.base.content, f.delta)
}

// streams reports whether a blob is too large to be held, and is not needed to build another.
func (f *family) streams(s step, e entry) bool {
	limits, large := f.walk.store.limits, f.walk.child[s.entry] == none
	return e.typ == Blob && (e.size > limits.MaxObject || large && e.size > limits.MaxStream)
}

func (f *family) stream(ctx context.Context, s step, e entry) error {
	w := f.walk
	if !w.wanted(s.entry) {
		return errStreamed
	}
	r, err := f.inflater.open(w.pack.packed(w.offsets[s.entry], e))
	if err != nil {
		return err
	}
	o := Object{ID: w.id(s.entry), Type: Blob, Size: e.size, Stream: &exactReader{r: r, left: e.size}}
	return cmp.Or(visitObject(ctx, w.visitor, o), errStreamed)
}

// read reads an entry's packed bytes and checks them against the index.
func (f *family) read(i int32, e entry) ([]byte, error) {
	w := f.walk
	from, to := w.offsets[i], w.pack.end()
	if int(i)+1 < len(w.offsets) {
		to = min(to, w.offsets[i+1])
	}
	if to-from < int64(e.header) || to-from > w.store.limits.MaxObject {
		return nil, errEntry
	}
	if int64(cap(f.packed)) < to-from {
		f.packed = make([]byte, to-from)
	}
	packed := f.packed[:to-from]
	if _, err := w.pack.file.ReadAt(packed, from); err != nil {
		return nil, fmt.Errorf("reading pack: %w", bare(err))
	}
	if sum, ok := w.pack.idx.crc(int(w.names[i])); ok && crc32.ChecksumIEEE(packed) != sum {
		return nil, errors.New("pack entry is damaged: its checksum is another")
	}
	return packed[e.header:], nil
}

// loseFrom gives up an entry and everything that is built on it.
func (f *family) loseFrom(ctx context.Context, i int32, why error) error {
	if f.walk.wanted(i) {
		if err := f.walk.lose(ctx, i, why); err != nil {
			return err
		}
	}
	return f.loseChildren(ctx, i, errBase)
}

func (f *family) loseChildren(ctx context.Context, i int32, why error) error {
	w := f.walk
	stack := []int32{i}
	for len(stack) > 0 {
		top := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for c := w.child[top]; c != none; c = w.sibling[c] {
			stack = append(stack, c)
			if w.wanted(c) {
				if err := w.lose(ctx, c, why); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// windowReader serves small reads at ascending offsets from large ones.
type windowReader struct {
	r    io.ReaderAt
	end  int64
	from int64
	buf  []byte
}

const windowSize = 1 << 20

// at returns the bytes at an offset, at most as many as an entry's header takes.
func (w *windowReader) at(offset int64) ([]byte, error) {
	if offset < packHeader || offset >= w.end {
		return nil, errEntry
	}
	to := min(w.end, offset+maxEntryBytes)
	if offset < w.from || to > w.from+int64(len(w.buf)) {
		if w.buf == nil {
			w.buf = make([]byte, windowSize)
		}
		n, err := w.r.ReadAt(w.buf[:windowSize], offset)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("reading pack: %w", err)
		}
		w.from, w.buf = offset, w.buf[:n]
	}
	return w.buf[offset-w.from : min(to-w.from, int64(len(w.buf)))], nil
}
