package odb

import (
	"cmp"
	"context"
	"errors"
	"hash/crc32"
	"slices"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
	"github.com/akguard/akguard/scanner/internal/git/zlibstream"
	"github.com/akguard/akguard/scanner/internal/prefetch"
)

// deltaWorker walks delta trees, one after the other, with its own buffers.
type deltaWorker struct {
	walk     *packWalk
	examiner examiner
	inflater zlibstream.Inflater
	packed   []byte       // packed bytes, where the pack is not mapped
	inflated []byte       // the delta that is being applied
	ops      packfile.Ops // of that delta
	object   deltaObject  // the object that is being examined
	hasToken bool         // it holds large objects, and no other worker does
	stack    []step
	typ      object.Type // of the objects of the delta tree
	tree     []treeEntry // of the delta tree, while it is decided which of them are needed

	freeBuffers [][]byte
	freeEntries []treeEntries
	freeBases   []*baseObject
}

// step is an entry whose base has been built.
type step struct {
	entry int32
	depth int
	base  *baseObject // nil for a root
}

// baseObject is an object that deltas will be applied to.
type baseObject struct {
	index   Index  // NoIndex for an object from outside the pack
	content []byte // nil if nothing needed it
	size    int
	waiting int // deltas still to be applied

	matched bool  // the examiner kept it
	leaf    bool  // no delta depends on it
	hints   hints // of the screen, if it is neither matched nor a leaf
	treeEntries
}

// deltaObject is an object that is built only if somebody asks for its content. An object stored whole has no base and
// comes with its content.
type deltaObject struct {
	baseObject
	worker *deltaWorker
	base   *baseObject
	ops    *packfile.Ops
}

// build returns the content, and applies the delta on the first call.
func (d *deltaObject) build() []byte {
	if d.content == nil {
		d.content = d.ops.Apply(d.worker.takeBuffer(), d.base.content)
	}
	return d.content
}

// walkTree walks the delta tree of a root.
func (d *deltaWorker) walkTree(ctx context.Context, root int32) error {
	w := d.walk
	if d.typ = w.types[root]; !d.needsTree(root) {
		return nil
	}
	d.stack = append(d.stack[:0], step{entry: root})
	if id, ok := w.external[root]; ok {
		base, err := d.externalBase(id)
		if err != nil {
			return d.reportSubtree(ctx, root, errBase)
		}
		d.stack[0].base = base
	}
	err := fileio.CatchFaults(func() error { return d.descend(ctx) })
	d.releaseLarge()
	if errors.Is(err, fileio.ErrFault) {
		return d.reportSubtree(ctx, root, err)
	}
	return err
}

// treeEntry is an entry of a delta tree, and the one it is a delta on.
type treeEntry struct{ entry, base int32 }

// needsTree reports whether anything in the delta tree of a root is to be read, and marks what is. All objects of a delta tree have
// the same type. Without an index, it does not matter whether that is a wanted one, because the IDs of the objects are not known yet.
func (d *deltaWorker) needsTree(root int32) bool {
	w := d.walk
	if w.ids == nil && !w.Types.Has(d.typ) {
		return false
	}
	if w.needed == nil {
		return true
	}
	d.tree = append(d.tree[:0], treeEntry{root, noEntry})
	for k := 0; k < len(d.tree); k++ {
		i := d.tree[k].entry
		for c := w.firstChild[i]; c != noEntry; c = w.nextSibling[c] {
			d.tree = append(d.tree, treeEntry{c, i})
		}
	}
	for _, t := range slices.Backward(d.tree) {
		w.need[t.entry] = w.need[t.entry] || w.needed(t.entry)
		if w.need[t.entry] && t.base != noEntry {
			w.need[t.base] = true
		}
	}
	return w.need[root]
}

// needs reports whether an entry of the delta tree is to be read.
func (d *deltaWorker) needs(i int32) bool { return d.walk.need == nil || d.walk.need[i] }

// wants reports whether an entry of the delta tree is to be visited.
func (d *deltaWorker) wants(i int32) bool { return d.walk.Types.Has(d.typ) && d.walk.unknown(i) }

// externalBase reads the base of a delta tree that is in another pack. Its content belongs to the cache: waiting starts
// at 2, so that it never reaches 0 and the buffer is never reused.
func (d *deltaWorker) externalBase(id object.ID) (*baseObject, error) {
	o, err := d.walk.db.Read(id)
	if err != nil {
		return nil, err
	}
	base := &baseObject{index: NoIndex, content: o.Content, waiting: 2}
	base.matched, err = d.examiner.base(d.typ, base)
	return base, err
}

// descend takes steps from the stack until it is empty.
func (d *deltaWorker) descend(ctx context.Context) error {
	for len(d.stack) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		s := d.stack[len(d.stack)-1]
		if d.stack = d.stack[:len(d.stack)-1]; len(d.stack) > 0 {
			d.prefetch(d.stack[len(d.stack)-1].entry)
		}
		if err := d.step(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// prefetch says that an entry is read soon. The deltas of a tree are all over the pack, so the processor cannot guess which is next.
func (d *deltaWorker) prefetch(i int32) {
	w := d.walk
	w.pack.Prefetch(w.offsets[i])
	prefetch.Load(&w.firstChild[i])
	if w.crcs != nil {
		prefetch.Load(&w.crcs[i])
	}
}

// step examines one object, visits it if it is kept, and pushes the deltas on it.
func (d *deltaWorker) step(ctx context.Context, s step) error {
	o := &d.object
	*o = deltaObject{worker: d, base: s.base, ops: &d.ops}
	child := d.walk.firstChild[s.entry]
	o.leaf = child == noEntry
	err := d.open(ctx, s, o)
	if !o.leaf {
		d.prefetch(child) // most bases have one delta, and it is next
	}
	if err == nil {
		err = d.examineAndVisit(ctx, s, o)
	}
	if err == nil {
		d.push(s, o)
	}
	d.release(s.base)
	if err != nil {
		return d.failed(ctx, s.entry, err)
	}
	return nil
}

// failed reports what cannot be read because of an error in a step. It returns the error if the walk must end.
func (d *deltaWorker) failed(ctx context.Context, i int32, err error) error {
	var failed visitError
	switch {
	case errors.As(err, &failed):
		return failed.err
	case errors.Is(err, errStreamed):
		return d.reportDescendants(ctx, i, errBase)
	}
	return d.reportSubtree(ctx, i, err)
}

// examineAndVisit visits an object if it is wanted and the examiner keeps it.
func (d *deltaWorker) examineAndVisit(ctx context.Context, s step, o *deltaObject) error {
	w := d.walk
	if w.ids != nil && w.id(s.entry).IsZero() {
		w.ids.Set(int(s.entry), w.db.format.Hash(d.typ, o.build()))
	}
	keep, err := d.examine(o)
	if err != nil || !d.wants(s.entry) {
		return err
	}
	if !keep {
		d.examiner.skipped(w.index(s.entry), o)
		return nil
	}
	err = w.Visitor.Object(ctx, Object{
		ID: w.id(s.entry), Index: w.index(s.entry), Type: d.typ, Size: int64(o.size), Content: o.build(),
	})
	if err != nil {
		return visitError{err}
	}
	return nil
}

func (d *deltaWorker) examine(o *deltaObject) (keep bool, err error) {
	if n := len(d.freeEntries); n > 0 {
		o.treeEntries, d.freeEntries = d.freeEntries[n-1], d.freeEntries[:n-1]
	}
	if o.base == nil {
		o.matched, err = d.examiner.base(d.typ, &o.baseObject)
	} else {
		o.matched, err = d.examiner.delta(d.typ, o.base, o)
	}
	return o.matched, err
}

// push puts the deltas on an object on the stack. The largest subtree goes to the bottom: by the time it is taken, the
// other deltas are done and the object itself can be released, so that a chain of thousands keeps few objects alive.
func (d *deltaWorker) push(s step, o *deltaObject) {
	w := d.walk
	from := len(d.stack)
	base := &o.baseObject
	if !o.leaf {
		o.build()
		base = d.newBase()
		*base = o.baseObject
		base.index = w.index(s.entry)
	}
	for c := w.firstChild[s.entry]; c != noEntry; c = w.nextSibling[c] {
		if d.needs(c) {
			d.stack = append(d.stack, step{entry: c, depth: s.depth + 1, base: base})
		}
	}
	if base.waiting = len(d.stack) - from; base.waiting == 0 {
		base.waiting = 1
		d.release(base)
		return
	}
	if base.waiting > 1 {
		slices.SortFunc(d.stack[from:], func(x, y step) int { return w.bySubtree(x.entry, y.entry) })
	}
}

func (d *deltaWorker) newBase() *baseObject {
	n := len(d.freeBases)
	if n == 0 {
		return new(baseObject)
	}
	base := d.freeBases[n-1]
	d.freeBases = d.freeBases[:n-1]
	return base
}

// A worker keeps a few free buffers: enough for the base and the result at each of the first levels of a tree, and
// none so large that idle memory would matter.
const (
	keepBuffers    = 8
	keepBufferSize = 8 << 20
)

// release counts one delta on b as done, and takes its buffers back after the last one.
func (d *deltaWorker) release(b *baseObject) {
	if b == nil {
		return
	}
	if b.waiting--; b.waiting > 0 {
		return
	}
	if b.content != nil && len(d.freeBuffers) < keepBuffers && cap(b.content) <= keepBufferSize {
		d.freeBuffers = append(d.freeBuffers, b.content)
	}
	if b.starts != nil && len(d.freeEntries) < keepBuffers {
		d.freeEntries = append(d.freeEntries, treeEntries{b.starts[:0], b.kept[:0], b.keptAt[:0]})
	}
	b.content, b.treeEntries = nil, treeEntries{}
	if b != &d.object.baseObject {
		d.freeBases = append(d.freeBases, b)
	}
}

func (d *deltaWorker) takeBuffer() []byte {
	if len(d.freeBuffers) == 0 {
		return nil
	}
	b := d.freeBuffers[len(d.freeBuffers)-1]
	d.freeBuffers = d.freeBuffers[:len(d.freeBuffers)-1]
	return b
}

// reserve waits, before a large object is held, until no other worker holds large objects.
func (d *deltaWorker) reserve(ctx context.Context, size int64) error {
	if d.hasToken || size <= d.walk.db.limits.MaxStream {
		return nil
	}
	select {
	case d.walk.db.largeToken <- struct{}{}:
		d.hasToken = true
		return nil
	case <-ctx.Done():
		return visitError{ctx.Err()}
	}
}

// releaseLarge drops the large buffers and lets another worker hold large objects.
func (d *deltaWorker) releaseLarge() {
	if d.hasToken {
		<-d.walk.db.largeToken
		d.hasToken, d.packed, d.inflated = false, nil, nil
	}
}

// errStreamed means that an object was visited as a stream. Its content is gone, so no delta can be applied to it.
var errStreamed = errors.New("object was streamed")

// open reads the entry of a step into o: the object's content, or the operations that produce it from its base.
func (d *deltaWorker) open(ctx context.Context, s step, o *deltaObject) error {
	w := d.walk
	e, err := w.pack.EntryAt(w.offsets[s.entry])
	switch {
	case err != nil:
		return err
	case s.depth > w.db.limits.MaxDepth:
		return chainTooLong(w.db.limits.MaxDepth)
	case d.streams(s, e):
		return d.stream(ctx, s, e)
	case e.Size > w.db.limits.MaxObject:
		return packfile.TooLarge(e.Size)
	}
	if err := d.reserve(ctx, e.Size); err != nil {
		return err
	}
	if s.base == nil {
		o.size = int(e.Size)
		o.content, err = d.inflate(d.takeBuffer(), s.entry, e)
		return err
	}
	if d.inflated, err = d.inflate(d.inflated, s.entry, e); err != nil {
		return err
	}
	if err = d.ops.Parse(d.inflated, len(s.base.content)); err != nil {
		return err
	}
	if o.size = d.ops.Size; int64(o.size) > w.db.limits.MaxObject {
		return packfile.TooLarge(int64(o.size))
	}
	return d.reserve(ctx, int64(o.size))
}

// streams reports whether a blob is too large to be held and can be streamed instead.
func (d *deltaWorker) streams(s step, e packfile.Entry) bool {
	limits, leaf := d.walk.db.limits, d.walk.firstChild[s.entry] == noEntry
	return e.Type == object.Blob && (e.Size > limits.MaxObject || leaf && e.Size > limits.MaxStream)
}

func (d *deltaWorker) stream(ctx context.Context, s step, e packfile.Entry) error {
	w := d.walk
	if !d.wants(s.entry) {
		return errStreamed
	}
	r, err := d.inflater.Open(w.pack.Stream(w.offsets[s.entry], e))
	if err != nil {
		return err
	}
	o := Object{ID: w.id(s.entry), Index: w.index(s.entry), Type: object.Blob, Size: e.Size, Stream: &zlibstream.Reader{R: r, Left: e.Size}}
	return cmp.Or(visit(ctx, w.Visitor, o), errStreamed)
}

var errCRC = reason.NewError("git.entry-checksum")

// inflate decompresses an entry into dst[:0], after its packed bytes have been checked against the index.
func (d *deltaWorker) inflate(dst []byte, i int32, e packfile.Entry) ([]byte, error) {
	w := d.walk
	from, to := w.offsets[i], w.pack.End()
	if int(i)+1 < len(w.offsets) {
		to = min(to, w.offsets[i+1])
	}
	if to-from < int64(e.Header) || to-from > w.db.limits.MaxObject {
		return nil, packfile.ErrEntry
	}
	const lookahead = 16 // bytes of the next entry: the decoder is faster when 8 bytes follow its position
	packed, err := w.pack.Bytes(d.packed, from, min(w.pack.Size(), to+lookahead))
	if err != nil {
		return nil, err
	}
	if !w.pack.Mapped() {
		d.packed = packed
	}
	if w.crcs != nil && crc32.ChecksumIEEE(packed[:to-from]) != w.crcs[i] {
		return nil, errCRC
	}
	d.inflater.Decoder.Unchecked = w.crcs != nil
	content, n, err := d.inflater.Inflate(dst, packed[e.Header:], e.Size)
	if end := int64(e.Header + n); err == nil && (end > to-from || end < to-from && w.crcs != nil) {
		// Without CRCs, the index was built from a multi-pack-index. It may lack the next entry, so a gap is no error.
		return nil, packfile.ErrEntry
	}
	return content, err
}

// reportSubtree reports an entry and everything that depends on it.
func (d *deltaWorker) reportSubtree(ctx context.Context, i int32, why error) error {
	if d.wants(i) {
		if err := d.walk.reportUnreadable(ctx, i, why); err != nil {
			return err
		}
	}
	return d.reportDescendants(ctx, i, errBase)
}

// reportDescendants reports everything that depends on an entry.
func (d *deltaWorker) reportDescendants(ctx context.Context, i int32, why error) error {
	w := d.walk
	stack := []int32{i}
	for len(stack) > 0 {
		top := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for c := w.firstChild[top]; c != noEntry; c = w.nextSibling[c] {
			stack = append(stack, c)
			if d.wants(c) {
				if err := w.reportUnreadable(ctx, c, why); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
