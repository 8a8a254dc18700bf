// Package decode finds what content says once it is decoded. A leak scanner matches text, and much text is hidden from
// it: by the encoding of a whole file (UTF-16, UTF-32, GBK, gzip, zlib, zstd), and by encodings that cover a stretch of it
// (base64, base32, hex, backslash, percent and entity escapes, quoted-printable), which may be nested in each other.
//
// Strings that were cut into pieces ("a" + "b") are joined, and so are lines that a backslash or a mail continues.
//
// Each yields views. A view of a whole content replaces it; a view of a stretch is that stretch with every encoded
// value in it decoded in place and a few lines around it kept as they are, so that values that belong together stay
// together: the two values of a Kubernetes Secret, an ID and its secret in a JSON string in a JSON string. A view knows
// where each of its bytes comes from.
//
// Nothing here knows what a credential looks like. Values are decoded where the result is text, and escapes
// wherever they are. Marks returns what an encoded word looks like, so that a prefilter can leave out all other content.
//
// Limits: text in UTF-7 is not decoded, nor is a run of fewer than 16 characters of base64 or hex, or of 24 of base32. Mails are
// recognized by the name of their encoding or an escaped equals sign. A value that was split is joined again only if its lines are long, as encoders make them. Archives are not
// opened, but the tar in a .tar.gz is searched as it is. A UTF-8 byte order mark hides nothing, and so gets no view.
// Content that is cut in the middle of compressed data cannot be decoded after the cut.
package decode

import (
	"cmp"
	"errors"
	"math"

	"github.com/akguard/akguard/rules/reason"
)

// Errors of Each: some of the content was not decoded. All views before that were visited.
var (
	ErrTooDeep  = reason.NewError("decode.too-deep")
	ErrTooLarge = reason.NewError("decode.too-large")
)

// Options limits the work on one content.
type Options struct {
	MaxDepth int // how many encodings may be nested, 4 by default
	MaxBytes int // how many bytes are decoded in all, 64 MiB by default
}

const (
	defaultMaxDepth = 4
	defaultMaxBytes = 64 << 20
)

// Each decodes content and calls visit for every view of it, in the order of their ends, and for each view before the views
// of its own content. Views may be kept as long as content does not change. The error is ErrTooDeep, ErrTooLarge, or both
// joined.
//
// The work and the size of all views together grow with the size of content and with the depth, no faster, except
// for what compressed data unpacks to, which only MaxBytes limits.
func Each(content []byte, opts Options, visit func(*View)) error {
	if len(content) > math.MaxInt32 {
		return ErrTooLarge // offsets are kept in 32 bits
	}
	d := &decoder{
		root: content, visit: visit,
		maxDepth: cmp.Or(opts.MaxDepth, defaultMaxDepth),
		left:     min(cmp.Or(opts.MaxBytes, defaultMaxBytes), math.MaxInt32),
	}
	defer d.readers.close()
	d.decode(nil, content, 0)
	return errors.Join(d.deep, d.large)
}

// decoder is one run of Each.
type decoder struct {
	root        []byte
	visit       func(*View)
	maxDepth    int
	left        int // of MaxBytes
	deep, large error
	readers     readers
}

// decode visits the views of content, which is parent's, or the root if that is nil.
func (d *decoder) decode(parent *View, content []byte, depth int) {
	if !d.whole(parent, content, depth) {
		d.embedded(parent, content, depth)
	}
}

// whole visits the view of content that is compressed or in another character set as a whole, and reports whether it is.
func (d *decoder) whole(parent *View, content []byte, depth int) bool {
	unpack := compression(content)
	decode := charset(content)
	if unpack == nil && decode == nil {
		return false
	}
	if depth >= d.maxDepth {
		d.deep = ErrTooDeep
		return true
	}
	var t text
	if unpack != nil {
		t = d.unpack(content, unpack)
	} else {
		t = d.transcode(content, decode)
	}
	if len(t.bytes) == 0 {
		return false
	}
	v := d.view(parent, t)
	v.seen = parent == nil || parent.seen
	d.visit(v)
	d.decode(v, v.Content, depth+1)
	return true
}

// raw looks into bytes that were encoded as text without being text: compressed data or UTF-16 in base64.
func (d *decoder) raw(parent *View, t text, depth int) {
	if len(t.bytes) > d.left {
		d.large = ErrTooLarge
		return
	}
	v := d.view(parent, t)
	d.whole(v, v.Content, depth+1)
}

// embedded visits the views of the stretches of content that hold something encoded.
func (d *decoder) embedded(parent *View, content []byte, depth int) {
	f := newFinder(content)
	b := block{d: d, parent: parent, content: content, depth: depth}
	for {
		s, ok := f.next()
		if !ok {
			break
		}
		if depth >= d.maxDepth && s.encodings != plain {
			d.deep = ErrTooDeep
			return
		}
		if s.raw {
			d.raw(parent, s.text.clone(), depth)
			continue
		}
		if !b.add(s) {
			d.large = ErrTooLarge
			break
		}
	}
	b.flush()
}

// view makes a view of a text, and takes its size from what may still be decoded.
func (d *decoder) view(parent *View, t text) *View {
	d.left -= len(t.bytes)
	v := &View{Content: t.bytes, mapping: t.mapping, parent: parent, root: d.root}
	v.Encoding = t.encodings.String()
	if parent != nil {
		v.Encoding = parent.Encoding + "+" + v.Encoding
	}
	return v
}
