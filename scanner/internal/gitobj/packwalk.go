package gitobj

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// packWalk visits the objects of one pack. Each base is inflated once, and the deltas on it are applied depth
// first, so that few objects are alive at a time however long the chains are.
type packWalk struct {
	Walk
	*layout
	store       *store
	pack        *pack
	need        []bool // entries that are to be read; nil for all
	newExaminer func() examiner
}

// examiner looks at an object before it is visited. It is one worker's.
type examiner interface {
	// whole examines an object, and remembers in it what its deltas will need.
	whole(kind Type, o *built) (keep bool, err error)
	// delta examines an object by what it differs in from its base. Whether it keeps the object or not, it will not
	// be asked again.
	delta(kind Type, base *built, d *patched) (keep bool, err error)
	// shown is told of each object that is wanted and not kept.
	shown(n Number, o *patched)
}

var errBase = errors.New("delta base is missing or damaged")

func (w *packWalk) run(ctx context.Context) (err error) {
	if w.allKnown() {
		return nil
	}
	if w.layout, err = w.store.arrange(ctx, w.pack); err != nil {
		return err
	}
	if err := w.loseOrphans(ctx); err != nil {
		return err
	}
	w.findNeeded()
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range w.store.limits.Workers {
		g.Go(func() error {
			f := &family{walk: w, examiner: w.newExaminer()}
			for {
				i := next.Add(1) - 1
				if i >= int64(len(w.roots)) {
					return nil
				}
				if err := f.visit(ctx, w.roots[i]); err != nil {
					return err
				}
			}
		})
	}
	return g.Wait()
}

// allKnown reports whether nothing of the pack is to be read, and saves its layout.
func (w *packWalk) allKnown() bool {
	if w.Known == nil {
		return false
	}
	for i := range w.pack.idx.n {
		n := w.pack.first + Number(i)
		if w.pack.first > 0 {
			n = w.store.packed(w.pack.idx.id(i))
		}
		if n >= w.pack.first && !w.Known(n) {
			return false
		}
	}
	return true
}

// loseOrphans gives up the entries that hang on nothing.
func (w *packWalk) loseOrphans(ctx context.Context) error {
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

func (w *packWalk) id(i int32) OID { return w.pack.idx.id(int(w.names[i])) }

func (w *packWalk) number(i int32) Number {
	if w.numbers != nil {
		return w.numbers[i]
	}
	return w.pack.first + Number(w.names[i])
}

// wanted reports whether an entry is to be visited: it is of a wanted type, no earlier pack has it, and it is not
// known.
func (w *packWalk) wanted(i int32) bool {
	return w.Types.Has(w.kinds[i]) && !w.isEarlier(i) && (w.Known == nil || !w.Known(w.number(i)))
}

func (w *packWalk) isEarlier(i int32) bool { return w.numbers != nil && w.numbers[i] < w.pack.first }

// findNeeded finds which entries are to be read: those that are wanted, and what they are built on.
func (w *packWalk) findNeeded() {
	if w.Known == nil {
		return
	}
	type link struct{ entry, base int32 }
	w.need = make([]bool, len(w.names))
	var family []link
	for _, root := range w.roots {
		family = append(family[:0], link{root, none})
		for k := 0; k < len(family); k++ {
			i := family[k].entry
			for c := w.child[i]; c != none; c = w.sibling[c] {
				family = append(family, link{c, i})
			}
		}
		for _, l := range slices.Backward(family) {
			w.need[l.entry] = w.need[l.entry] || w.wanted(l.entry)
			if w.need[l.entry] && l.base != none {
				w.need[l.base] = true
			}
		}
	}
}

// needs reports whether an entry is to be read.
func (w *packWalk) needs(i int32) bool {
	if w.need != nil {
		return w.need[i]
	}
	return w.Types.Has(w.kinds[i])
}

// lose gives up an entry, unless another copy of the object can be read.
func (w *packWalk) lose(ctx context.Context, i int32, why error) error {
	id := w.id(i)
	if w.store.copies(id) > 1 {
		if o, err := w.store.Read(id); err == nil {
			if o.Number = w.number(i); w.Types.Has(o.Type) {
				return w.Visitor.Object(ctx, o)
			}
			return nil
		}
	}
	w.Visitor.Lost(Loss{What: id.String(), Why: why})
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
	examiner examiner
	inflater inflater
	packed   []byte
	inflated []byte // the delta that is being applied
	script   script
	object   patched // the one that is being looked at
	heavy    bool    // it holds large objects, and no other worker does
	stack    []step

	free        [][]byte // buffers for reuse
	freeEntries []treeEntries
	freeBases   []*built
}

// step is an entry whose base has been built.
type step struct {
	entry int32
	depth int
	base  *built
}

// built is an object on which deltas wait.
type built struct {
	number  Number // NoNumber for an object that is not of this pack
	content []byte // nil where nobody needed it
	size    int
	waiting int

	hit bool // a screen kept it
	treeEntries
}

// patched is an object in the making: a base and what a delta makes of it.
type patched struct {
	built
	family *family
	base   *built
	script *script
	leaf   bool // no delta is built on it
}

// build makes the content, once.
func (p *patched) build() []byte {
	if p.content == nil {
		p.content = p.script.patch(p.family.buffer(), p.base.content)
	}
	return p.content
}

func (f *family) visit(ctx context.Context, root int32) error {
	w := f.walk
	if !w.needs(root) {
		return nil
	}
	f.stack = append(f.stack[:0], step{entry: root})
	if id, ok := w.outside[root]; ok {
		o, err := w.store.Read(id)
		if err != nil {
			return f.loseFrom(ctx, root, errBase)
		}
		base := &built{number: NoNumber, content: o.Content, waiting: 2} // so that it never joins the free buffers
		if base.hit, err = f.examiner.whole(w.kinds[root], base); err != nil {
			return f.loseFrom(ctx, root, errBase)
		}
		f.stack[0].base = base
	}
	err := guarded(func() error { return f.descend(ctx) })
	f.lighten()
	if errors.Is(err, errFault) {
		return f.loseFrom(ctx, root, err)
	}
	return err
}

// descend takes the steps on the stack, until there are none.
func (f *family) descend(ctx context.Context) error {
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

// step examines one object, visits it if it is kept, and puts the deltas on it on the stack.
func (f *family) step(ctx context.Context, s step) error {
	o := &f.object
	*o = patched{family: f, base: s.base, script: &f.script, leaf: f.walk.child[s.entry] == none}
	err := f.open(ctx, s, o)
	if err == nil {
		err = f.show(ctx, s, o)
	}
	if err == nil {
		f.push(s, o)
	}
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
	return nil
}

// show visits an object, if the examiner keeps it.
func (f *family) show(ctx context.Context, s step, o *patched) error {
	w := f.walk
	keep, err := f.examine(w.kinds[s.entry], o)
	if err != nil || !w.wanted(s.entry) {
		return err
	}
	if !keep {
		f.examiner.shown(w.number(s.entry), o)
		return nil
	}
	err = w.Visitor.Object(ctx, Object{
		ID: w.id(s.entry), Number: w.number(s.entry), Type: w.kinds[s.entry], Size: int64(o.size), Content: o.build(),
	})
	if err != nil {
		return visitError{err}
	}
	return nil
}

func (f *family) examine(kind Type, o *patched) (keep bool, err error) {
	if n := len(f.freeEntries); n > 0 {
		o.treeEntries, f.freeEntries = f.freeEntries[n-1], f.freeEntries[:n-1]
	}
	if o.base == nil {
		o.hit, err = f.examiner.whole(kind, &o.built)
	} else {
		o.hit, err = f.examiner.delta(kind, o.base, o)
	}
	return o.hit, err
}

// push puts the deltas on an object on the stack, the largest family at the bottom: when it is taken, the object
// is no longer needed.
func (f *family) push(s step, o *patched) {
	w := f.walk
	from := len(f.stack)
	base := &o.built
	if !o.leaf {
		o.build()
		base = f.newBase()
		*base = o.built
		base.number = w.number(s.entry)
	}
	for c := w.child[s.entry]; c != none; c = w.sibling[c] {
		if w.needs(c) {
			f.stack = append(f.stack, step{entry: c, depth: s.depth + 1, base: base})
		}
	}
	if base.waiting = len(f.stack) - from; base.waiting == 0 {
		base.waiting = 1
		f.release(base)
		return
	}
	if base.waiting > 1 {
		slices.SortFunc(f.stack[from:], func(x, y step) int { return w.byWeight(x.entry, y.entry) })
	}
}

func (f *family) newBase() *built {
	n := len(f.freeBases)
	if n == 0 {
		return new(built)
	}
	base := f.freeBases[n-1]
	f.freeBases = f.freeBases[:n-1]
	return base
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
	if b.waiting--; b.waiting > 0 {
		return
	}
	if b.content != nil && len(f.free) < keepBuffers && cap(b.content) <= keepBufferSize {
		f.free = append(f.free, b.content)
	}
	if b.starts != nil && len(f.freeEntries) < keepBuffers {
		f.freeEntries = append(f.freeEntries, treeEntries{b.starts[:0], b.kept[:0]})
	}
	b.content, b.treeEntries = nil, treeEntries{}
	if b != &f.object.built {
		f.freeBases = append(f.freeBases, b)
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

// reserve waits, before an object is held that is large, until no other worker holds large ones.
func (f *family) reserve(ctx context.Context, size int64) error {
	if f.heavy || size <= f.walk.store.limits.MaxStream {
		return nil
	}
	select {
	case f.walk.store.heavy <- struct{}{}:
		f.heavy = true
		return nil
	case <-ctx.Done():
		return visitError{ctx.Err()}
	}
}

func (f *family) lighten() {
	if f.heavy {
		<-f.walk.store.heavy
		f.heavy, f.packed, f.inflated = false, nil, nil
	}
}

// errStreamed says that an object was visited as a stream, so that nothing can be built on it.
var errStreamed = errors.New("object was streamed")

// open reads the entry of a step into o: an object as it is, or the delta that makes it of its base.
func (f *family) open(ctx context.Context, s step, o *patched) error {
	w := f.walk
	e, err := w.pack.entryAt(w.offsets[s.entry])
	switch {
	case err != nil:
		return err
	case s.depth > w.store.limits.MaxDepth:
		return fmt.Errorf("delta chain is longer than %d", w.store.limits.MaxDepth)
	case f.streams(s, e):
		return f.stream(ctx, s, e)
	case e.size > w.store.limits.MaxObject:
		return errTooLarge(e.size)
	}
	if err := f.reserve(ctx, e.size); err != nil {
		return err
	}
	if s.base == nil {
		o.size = int(e.size)
		o.content, err = f.inflate(f.buffer(), s.entry, e)
		return err
	}
	if f.inflated, err = f.inflate(f.inflated, s.entry, e); err != nil {
		return err
	}
	if err = f.script.parse(f.inflated, len(s.base.content)); err != nil {
		return err
	}
	if o.size = f.script.size; int64(o.size) > w.store.limits.MaxObject {
		return errTooLarge(int64(o.size))
	}
	return f.reserve(ctx, int64(o.size))
}

// streams reports whether a blob is too large to be held, and is not needed to build another.
func (f *family) streams(s step, e entry) bool {
	limits, leaf := f.walk.store.limits, f.walk.child[s.entry] == none
	return e.typ == Blob && (e.size > limits.MaxObject || leaf && e.size > limits.MaxStream)
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
	o := Object{ID: w.id(s.entry), Number: w.number(s.entry), Type: Blob, Size: e.size, Stream: &exactReader{r: r, left: e.size}}
	return cmp.Or(visitObject(ctx, w.Visitor, o), errStreamed)
}

// inflate decompresses an entry into dst[:0], after its packed bytes have been checked against the index.
func (f *family) inflate(dst []byte, i int32, e entry) ([]byte, error) {
	w := f.walk
	from, to := w.offsets[i], w.pack.end()
	if int(i)+1 < len(w.offsets) {
		to = min(to, w.offsets[i+1])
	}
	if to-from < int64(e.header) || to-from > w.store.limits.MaxObject {
		return nil, errEntry
	}
	const beyond = 16 // what follows makes the end quicker to decode
	packed, err := w.pack.bytes(f.packed, from, min(w.pack.size, to+beyond))
	if err != nil {
		return nil, err
	}
	if w.pack.data == nil {
		f.packed = packed
	}
	if w.sums != nil && crc32.ChecksumIEEE(packed[:to-from]) != w.sums[i] {
		return nil, errors.New("pack entry is damaged: its checksum is another")
	}
	f.inflater.decoder.Unchecked = w.sums != nil
	content, n, err := f.inflater.inflate(dst, packed[e.header:], e.size)
	if end := int64(e.header + n); err == nil && (end > to-from || end < to-from && w.sums != nil) {
		return nil, errEntry // but where the index is not the pack's own, it may leave out what follows
	}
	return content, err
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
