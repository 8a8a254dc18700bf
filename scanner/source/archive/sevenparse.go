package archive

import (
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf16"
)

var (
	errSeven     = errors.New("7z: wrong format")
	errSevenSum  = errors.New("7z: wrong checksum of the header")
	errSevenMany = errors.New("7z: too many members")
)

// sevenZip is what the header of a 7z says (7zFormat.txt of the LZMA SDK).
type sevenZip struct {
	folders []sevenFolder
	listed  []string // names, also those of empty files and of folders in the other sense
}

// names returns all names as text.
func (s *sevenZip) names() []byte { return []byte(strings.Join(s.listed, "\n")) }

// sevenFolder is members that are packed as one.
type sevenFolder struct {
	coders  []sevenCoder
	streams int   // packed ones
	outs    int   // of all coders
	main    int   // the out stream that is unpacked
	packed  span  // in the file, of the first
	size    int64 // unpacked
	sum     uint32
	summed  bool
	parts   []sevenPart
}

// stored reports whether the folder is as it is.
func (f sevenFolder) stored() bool { return len(f.coders) == 1 && f.coders[0].method == sevenCopy }

// name is one to speak of the folder by.
func (f sevenFolder) name() string {
	if len(f.parts) > 0 {
		return f.parts[0].name
	}
	return ""
}

type sevenCoder struct{ method, properties string }

// sevenPart is a member in a folder.
type sevenPart struct {
	name   string
	size   int64
	sum    uint32
	summed bool
}

// What may stand in a header.
const (
	sevenEnd = iota
	sevenMain
	sevenProperties
	sevenMoreStreams
	sevenStreams
	sevenFiles
	sevenPackInfo
	sevenUnpackInfo
	sevenPartsInfo
	sevenSize
	sevenSum
	sevenFolderID
	sevenUnpackSize
	sevenPartCount
	sevenEmpty
	_
	_
	sevenNames
	sevenPacked = 0x17
)

// parseSeven parses a header. Packed says that it describes another header. Every count is held against the bytes that
// there are or the members that may be: memory stays within a few times the header.
func parseSeven(header []byte, maxMembers int) (s *sevenZip, packed bool, err error) {
	if len(header) == 0 {
		return new(sevenZip), false, nil // an archive of nothing
	}
	p := &sevenParser{left: header, max: maxMembers, s: new(sevenZip)}
	switch p.byte() {
	case sevenPacked:
		p.streams()
		return p.s, true, p.err
	case sevenMain:
		p.main()
	default:
		p.fail(errSeven)
	}
	return p.s, false, p.err
}

func (p *sevenParser) main() {
	if p.has(sevenProperties) {
		for p.number() != sevenEnd {
			p.bytes(p.count())
		}
	}
	if p.has(sevenMoreStreams) { // never seen
		p.fail(errSeven)
	}
	if p.has(sevenStreams) {
		p.streams()
	}
	if p.has(sevenFiles) {
		p.files()
	}
	p.expect(sevenEnd)
}

func (p *sevenParser) streams() {
	var packed []span
	if p.has(sevenPackInfo) {
		packed = p.packInfo()
	}
	if p.has(sevenUnpackInfo) {
		p.unpackInfo(packed)
	}
	parts := p.has(sevenPartsInfo)
	p.parts(parts)
	p.expect(sevenEnd)
}

func (p *sevenParser) packInfo() []span {
	at, n := sevenHead+p.number(), p.count()
	if n > maxSevenCoders*(p.max+1) {
		p.fail(errSevenMany)
		return nil
	}
	out := make([]span, n)
	if p.has(sevenSize) {
		for i := range out {
			out[i].from = at
			if at += p.number(); at > 1<<62 || at < 0 {
				p.fail(errSeven)
			}
			out[i].to = at
		}
	}
	if p.has(sevenSum) {
		p.sums(n, func(int, uint32) {})
	}
	p.expect(sevenEnd)
	return out
}

func (p *sevenParser) unpackInfo(packed []span) {
	p.expect(sevenFolderID)
	n := p.count()
	if n > p.max+1 { // of a header there is one too
		p.fail(errSevenMany)
		return
	}
	p.expect(0) // the folders stand here, not elsewhere
	for range n {
		f := p.folder()
		if p.err != nil || f.streams > len(packed) {
			p.fail(errSeven)
			return
		}
		f.packed = packed[0]
		packed = packed[f.streams:]
		p.s.folders = append(p.s.folders, f)
	}
	p.expect(sevenUnpackSize)
	for i := range p.s.folders {
		f := &p.s.folders[i]
		for out := range f.outs {
			if size := p.number(); out == f.main {
				f.size = size
			}
		}
	}
	if p.has(sevenSum) {
		p.sums(n, func(i int, sum uint32) { p.s.folders[i].sum, p.s.folders[i].summed = sum, true })
	}
	p.expect(sevenEnd)
}

// maxSevenCoders caps the coders of a folder, and their streams. More than four are not made.
const maxSevenCoders = 32

// folder reads how the coders of a folder hang together. What is unpacked in the end is the out stream that goes into no
// other.
func (p *sevenParser) folder() sevenFolder {
	var f sevenFolder
	ins := 0
	n := p.count()
	if n > maxSevenCoders {
		p.fail(errSeven)
		return f
	}
	for range n {
		flags := p.byte()
		c, in, out := sevenCoder{method: string(p.bytes(int(flags & 0xf)))}, 1, 1
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
	if f.streams = ins - pairs; pairs < 0 || f.streams < 1 || ins+f.outs > 2*maxSevenCoders {
		p.fail(errSeven)
		return f
	}
	bound := make([]bool, f.outs)
	for range pairs {
		_, out := p.number(), p.number()
		if out >= int64(f.outs) {
			p.fail(errSeven)
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

// parts reads how folders are split into members; without that, each is one.
func (p *sevenParser) parts(told bool) {
	counts := make([]int64, len(p.s.folders))
	given := told && p.has(sevenPartCount)
	for i := range counts {
		if counts[i] = 1; given {
			counts[i] = p.number()
		}
		if counts[i] > int64(p.max) {
			p.fail(errSevenMany)
			return
		}
		p.max -= int(counts[i])
	}
	sized := told && p.has(sevenSize)
	var open []*sevenPart // whose checksums are still to come
	for i := range p.s.folders {
		f := &p.s.folders[i]
		f.parts = p.split(f.size, int(counts[i]), sized)
		if len(f.parts) == 1 && f.summed {
			f.parts[0].sum, f.parts[0].summed = f.sum, true
			continue
		}
		for j := range f.parts {
			open = append(open, &f.parts[j])
		}
	}
	if !told {
		return
	}
	if p.has(sevenSum) {
		p.sums(len(open), func(i int, sum uint32) { open[i].sum, open[i].summed = sum, true })
	}
	p.expect(sevenEnd)
}

// split reads the sizes of the parts of a folder. That of the last is what is left.
func (p *sevenParser) split(size int64, n int, sized bool) []sevenPart {
	if p.err != nil || n == 0 {
		return nil
	}
	if n > 1 && (!sized || n-1 > len(p.left)) {
		p.fail(errSeven)
		return nil
	}
	out := make([]sevenPart, n)
	for i := range out[:n-1] {
		out[i].size = p.number()
		size -= out[i].size
	}
	if out[n-1].size = size; size < 0 {
		p.fail(errSeven)
	}
	return out
}

// files reads the names, and gives them to the parts of the folders: in that order, the empty ones left out.
func (p *sevenParser) files() {
	n := p.number()
	if n > int64(p.max+p.members()) {
		p.fail(errSevenMany)
		return
	}
	var empty []bool
	for p.err == nil {
		id := p.number()
		if id == sevenEnd {
			break
		}
		sub := &sevenParser{left: p.bytes(p.count())}
		switch id {
		case sevenEmpty:
			empty = sub.flags(int(n))
		case sevenNames:
			p.s.listed = sub.names(int(n))
		}
		if sub.err != nil {
			p.fail(sub.err)
		}
	}
	p.name(empty)
}

func (p *sevenParser) members() (n int) {
	for _, f := range p.s.folders {
		n += len(f.parts)
	}
	return n
}

// names reads names in UTF-16 that each end with a zero.
func (p *sevenParser) names(n int) []string {
	p.expect(0) // they stand here, not elsewhere
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

func (p *sevenParser) name(empty []bool) {
	var names []string
	for i, name := range p.s.listed {
		if i >= len(empty) || !empty[i] {
			names = append(names, name)
		}
	}
	for i := range p.s.folders {
		parts := p.s.folders[i].parts
		n := min(len(parts), len(names))
		for j, name := range names[:n] {
			parts[j].name = name
		}
		names = names[n:]
	}
}
