package archive

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync/atomic"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/archive/codec"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
)

// The beginnings of packs and bundles of git. A bundle is a pack after a list of refs.
const (
	packMagic   = "PACK\x00\x00\x00\x02"
	bundleMagic = " git bundle\n" // after "# v2" or "# v3"
)

// isBundle reports whether a content is a bundle.
func isBundle(b []byte) bool {
	head := string(b[:min(len(b), 16)])
	return strings.HasPrefix(head, "# v2"+bundleMagic) || strings.HasPrefix(head, "# v3"+bundleMagic)
}

// bundle scans the objects of a bundle, and its list of refs.
func (o *opening) bundle(p *piece) error {
	in := bufio.NewReaderSize(p.reader(), maxBundleLine)
	var refs []byte
	format := object.SHA1
	for {
		line, err := in.ReadSlice('\n')
		if err != nil || len(refs) > maxBundleRefs {
			return o.settle(p.place, codec.Refuse(reason.New("archive.git-bundle")))
		}
		refs = append(refs, line...)
		if strings.HasPrefix(string(line), "@object-format=sha256") {
			format = object.SHA256
		}
		if len(line) == 1 {
			break
		}
	}
	if err := o.pass(&piece{place: p.place, content: refs}); err != nil {
		return err
	}
	return o.pack(p, in, format)
}

// How long a line of a list of refs, and the list, can be, in bytes.
const maxBundleLine, maxBundleRefs = 64 << 10, 16 << 20

// pack scans the objects of a pack. It must be whole: what it refers to outside of it makes it unreadable. The objects are on
// the disk while they are read, in a folder for temporary files, because deltas need bases that may be anywhere.
func (o *opening) pack(p *piece, in io.Reader, format object.Format) error {
	dir, err := os.MkdirTemp("", "akguard-pack-")
	if err != nil {
		return o.settle(p.place, err)
	}
	defer os.RemoveAll(dir)
	inner := o.opts
	inner.MaxDepth -= p.depth + 1
	sink := scanner.Sink(o.Sink)
	if inner.MaxDepth > 0 {
		sink = Open(o.Sink, inner)
	}
	left := o.opts.MaxBytes - o.budget.bytes
	v := &packed{sink: sink, place: p.place, left: left, members: int64(o.opts.MaxMembers - o.budget.members)}
	_, err = odb.Receive(o.ctx, in, odb.ReceiveOptions{
		Dir: dir, Format: format, MaxSize: left, MaxObject: left, Limits: odb.LimitsFor(o.opts.MaxHeld),
		Walk: odb.Walk{Types: object.TypesOf(object.Blob, object.Commit, object.Tag), Visitor: v},
	})
	o.budget.bytes += v.read.Load()
	o.budget.members += int(v.count.Load())
	switch {
	case v.failed.Load() != nil:
		return *v.failed.Load()
	case errors.Is(err, errTooLarge), errors.Is(err, packfile.ErrTooLarge):
		err = o.tooLarge()
	case errors.Is(err, errTooMany):
		err = o.tooMany()
	case err != nil:
		err = codec.Refuse(reason.New("archive.git-pack", err))
	}
	return o.settle(p.place, err)
}

var (
	errTooLarge = errors.New("the pack unpacks to too much")
	errTooMany  = errors.New("the pack has too many objects")
)

// packed hands the objects of a pack to a sink. It is an odb.Visitor.
type packed struct {
	sink          scanner.Sink
	place         finding.Place
	left, members int64
	read, count   atomic.Int64
	failed        atomic.Pointer[error] // of the sink
}

// Object implements odb.Visitor.
func (v *packed) Object(ctx context.Context, o odb.Object) error {
	switch {
	case v.read.Add(o.Size) > v.left:
		return errTooLarge
	case v.count.Add(1) > v.members:
		return errTooMany
	}
	err := v.sink.Blob(ctx, scanner.Blob{Place: within(v.place, o.Type.String()+" "+o.ID.String()), Content: o.Content, Stream: o.Stream})
	if err != nil {
		v.failed.Store(&err)
	}
	return err
}

// Unreadable implements odb.Visitor. A pack with an object that cannot be read is refused as a whole.
func (*packed) Unreadable(odb.Unreadable) {}
