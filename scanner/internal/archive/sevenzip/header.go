package sevenzip

import (
	"encoding/binary"
	"unicode/utf16"

	"github.com/akguard/akguard/scanner/internal/archive/codec"
)

// Archive is what the header of a 7z file says (7zFormat.txt of the LZMA SDK).
type Archive struct {
	Folders  []Folder
	Names    []string // of all files, the empty ones and directories included
	Unpacked int64    // bytes of headers that were unpacked to read this one
}

// Folder is a unit of compression: one or more members that are packed as one stream.
type Folder struct {
	Packed codec.Span // in the file
	Size   int64      // unpacked
	Parts  []Part

	coders  []coder
	streams int // packed streams
	outs    int // output streams of all coders
	main    int // the output stream that is the unpacked data
	sum     uint32
	summed  bool
}

// Stored reports whether the folder is not compressed.
func (f Folder) Stored() bool { return len(f.coders) == 1 && f.coders[0].method == methodCopy }

// Name returns the name of the first member, to refer to the folder by.
func (f Folder) Name() string {
	if len(f.Parts) > 0 {
		return f.Parts[0].Name
	}
	return ""
}

type coder struct{ method, properties string }

// Part is a member of a folder.
type Part struct {
	Name   string
	Size   int64
	Sum    uint32
	Summed bool // Sum is known
}

// The IDs of the parts of a header.
const (
	idEnd = iota
	idMain
	idProperties
	idMoreStreams
	idStreams
	idFiles
	idPackInfo
	idUnpackInfo
	idPartsInfo
	idSize
	idSum
	idFolder
	idUnpackSize
	idPartCount
	idEmpty
	_
	_
	idNames
	idPackedHeader = 0x17
)

// parseHeader parses a header. packed reports that it describes another, compressed header. Every count is checked
// against the bytes that are left or the members that are allowed, so that memory stays within a few times the header.
func parseHeader(header []byte, maxMembers int) (s *Archive, packed bool, err error) {
	if len(header) == 0 {
		return new(Archive), false, nil // an archive without members
	}
	p := &parser{left: header, max: maxMembers, archive: new(Archive)}
	switch p.byte() {
	case idPackedHeader:
		p.streams()
		return p.archive, true, p.err
	case idMain:
		p.main()
	default:
		p.fail(errFormat)
	}
	return p.archive, false, p.err
}

func (p *parser) main() {
	if p.has(idProperties) {
		for p.number() != idEnd {
			p.bytes(p.count())
		}
	}
	if p.has(idMoreStreams) { // no known program writes these
		p.fail(errFormat)
	}
	if p.has(idStreams) {
		p.streams()
	}
	if p.has(idFiles) {
		p.files()
	}
	p.expect(idEnd)
}

func (p *parser) streams() {
	var packed []codec.Span
	if p.has(idPackInfo) {
		packed = p.packInfo()
	}
	if p.has(idUnpackInfo) {
		p.unpackInfo(packed)
	}
	parts := p.has(idPartsInfo)
	p.parts(parts)
	p.expect(idEnd)
}

func (p *parser) packInfo() []codec.Span {
	at, n := headSize+p.number(), p.count()
	if n > maxCoders*(p.max+1) {
		p.fail(ErrTooManyMembers)
		return nil
	}
	out := make([]codec.Span, n)
	if p.has(idSize) {
		for i := range out {
			out[i].From = at
			if at += p.number(); at > 1<<62 || at < 0 {
				p.fail(errFormat)
			}
			out[i].To = at
		}
	}
	if p.has(idSum) {
		p.sums(n, func(int, uint32) {})
	}
	p.expect(idEnd)
	return out
}

func (p *parser) unpackInfo(packed []codec.Span) {
	p.expect(idFolder)
	n := p.count()
	if n > p.max+1 { // one more for a compressed header
		p.fail(ErrTooManyMembers)
		return
	}
	p.expect(0) // the folders follow here; 1 would mean in another stream
	for range n {
		f := p.folder()
		if p.err != nil || f.streams > len(packed) {
			p.fail(errFormat)
			return
		}
		f.Packed = packed[0]
		packed = packed[f.streams:]
		p.archive.Folders = append(p.archive.Folders, f)
	}
	p.expect(idUnpackSize)
	for i := range p.archive.Folders {
		f := &p.archive.Folders[i]
		for out := range f.outs {
			if size := p.number(); out == f.main {
				f.Size = size
			}
		}
	}
	if p.has(idSum) {
		p.sums(n, func(i int, sum uint32) { p.archive.Folders[i].sum, p.archive.Folders[i].summed = sum, true })
	}
	p.expect(idEnd)
}

// maxCoders caps the coders of a folder and their streams. The reference implementation allows as many; four are usual.
const maxCoders = 32

// folder reads how the coders of a folder are connected. The unpacked data is the one output stream that is no input of
// another coder.
func (p *parser) folder() Folder {
	var f Folder
	ins := 0
	n := p.count()
	if n > maxCoders {
		p.fail(errFormat)
		return f
	}
	for range n {
		flags := p.byte()
		c, in, out := coder{method: string(p.bytes(int(flags & 0xf)))}, 1, 1
		if flags&0x10 != 0 {
			in, out = p.count(), p.count()
		}
		if flags&0x20 != 0 {
			c.properties = string(p.bytes(p.count()))
		}
		f.coders = append(f.coders, c)
		ins, f.outs = ins+in, f.outs+out
	}
	pairs := f.outs - 1
	if f.streams = ins - pairs; pairs < 0 || f.streams < 1 || ins+f.outs > 2*maxCoders {
		p.fail(errFormat)
		return f
	}
	bound := make([]bool, f.outs)
	for range pairs {
		_, out := p.number(), p.number()
		if out >= int64(f.outs) {
			p.fail(errFormat)
			return f
		}
		bound[out] = true
	}
	for i, b := range bound {
		if !b {
			f.main = i
		}
	}
	if f.streams > 1 {
		for range f.streams {
			p.number()
		}
	}
	return f
}

// parts reads how folders are split into members. Without that, each folder is one member.
func (p *parser) parts(given bool) {
	counts := make([]int64, len(p.archive.Folders))
	counted := given && p.has(idPartCount)
	for i := range counts {
		if counts[i] = 1; counted {
			counts[i] = p.number()
		}
		if counts[i] > int64(p.max) {
			p.fail(ErrTooManyMembers)
			return
		}
		p.max -= int(counts[i])
	}
	sized := given && p.has(idSize)
	var open []*Part // parts whose checksums are still to come
	for i := range p.archive.Folders {
		f := &p.archive.Folders[i]
		f.Parts = p.split(f.Size, int(counts[i]), sized)
		if len(f.Parts) == 1 && f.summed {
			f.Parts[0].Sum, f.Parts[0].Summed = f.sum, true
			continue
		}
		for j := range f.Parts {
			open = append(open, &f.Parts[j])
		}
	}
	if !given {
		return
	}
	if p.has(idSum) {
		p.sums(len(open), func(i int, sum uint32) { open[i].Sum, open[i].Summed = sum, true })
	}
	p.expect(idEnd)
}

// split reads the sizes of the parts of a folder. The last one is the rest.
func (p *parser) split(size int64, n int, sized bool) []Part {
	if p.err != nil || n == 0 {
		return nil
	}
	if n > 1 && (!sized || n-1 > len(p.left)) {
		p.fail(errFormat)
		return nil
	}
	out := make([]Part, n)
	for i := range out[:n-1] {
		out[i].Size = p.number()
		size -= out[i].Size
	}
	if out[n-1].Size = size; size < 0 {
		p.fail(errFormat)
	}
	return out
}

// files reads the names and assigns them, in order and without those of empty files, to the parts of the folders.
func (p *parser) files() {
	n := p.number()
	if n > int64(p.max+p.members()) {
		p.fail(ErrTooManyMembers)
		return
	}
	var empty []bool
	for p.err == nil {
		id := p.number()
		if id == idEnd {
			break
		}
		sub := &parser{left: p.bytes(p.count())}
		switch id {
		case idEmpty:
			empty = sub.flags(int(n))
		case idNames:
			p.archive.Names = sub.names(int(n))
		}
		if sub.err != nil {
			p.fail(sub.err)
		}
	}
	p.name(empty)
}

func (p *parser) members() (n int) {
	for _, f := range p.archive.Folders {
		n += len(f.Parts)
	}
	return n
}

// names reads zero-terminated names in UTF-16.
func (p *parser) names(n int) []string {
	p.expect(0) // they follow here; 1 would mean in another stream
	var out []string
	var name []uint16
	for len(p.left) >= 2 && len(out) < n {
		c := binary.LittleEndian.Uint16(p.bytes(2))
		if c != 0 {
			name = append(name, c)
			continue
		}
		out = append(out, string(utf16.Decode(name)))
		name = name[:0]
	}
	return out
}

func (p *parser) name(empty []bool) {
	var names []string
	for i, name := range p.archive.Names {
		if i >= len(empty) || !empty[i] {
			names = append(names, name)
		}
	}
	for i := range p.archive.Folders {
		parts := p.archive.Folders[i].Parts
		n := min(len(parts), len(names))
		for j, name := range names[:n] {
			parts[j].Name = name
		}
		names = names[n:]
	}
}
