package gitobj

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// pack is one pack file with its index.
type pack struct {
	path string // of the .pack file
	file *os.File
	data []byte // the file, mapped; nil where it cannot be
	size int64
	idx  packIndex

	first Number // of its objects, which are numbered as the index has them

	once   sync.Once
	layout *layout
}

// entry is the header of one object in a pack.
type entry struct {
	typ      Type
	size     int64 // inflated, of the delta where it is one
	header   int   // bytes of the header
	base     OID   // of a refDelta
	distance int64 // of an offsetDelta: how far before it its base begins
}

const (
	packHeader    = 12
	packTrailer   = 20
	maxEntryBytes = 40 // an entry's header is never longer
)

var errEntry = errors.New("pack entry is damaged")

// openPack opens a pack.
func openPack(path string, idx packIndex) (*pack, error) {
	file, err := openFile(path)
	if err != nil {
		return nil, fmt.Errorf("opening pack: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening pack: %w", err), file.Close())
	}
	if info.Size() > maxPackSize {
		return nil, errors.Join(fmt.Errorf("pack is larger than %d GiB", int64(maxPackSize)>>30), file.Close())
	}
	head := make([]byte, packHeader)
	if _, err := file.ReadAt(head, 0); err != nil || string(head[:4]) != "PACK" {
		return nil, errors.Join(errors.New("not a pack: its header is damaged"), file.Close())
	}
	return &pack{path: path, file: file, data: mapFile(file, info.Size()), size: info.Size(), idx: idx}, nil
}

// Close closes the pack's file.
func (p *pack) Close() error { return errors.Join(unmapFile(p.data), p.file.Close()) }

// count is how many objects the pack says that it has, or -1 if that cannot be read.
func (p *pack) count() int {
	var head [packHeader]byte
	if _, err := p.file.ReadAt(head[:], 0); err != nil {
		return -1
	}
	return int(binary.BigEndian.Uint32(head[8:]))
}

// bytes returns the file's content from one offset to another, in buf where it is not mapped.
func (p *pack) bytes(buf []byte, from, to int64) ([]byte, error) {
	if from < 0 || to < from || to > p.size {
		return nil, errEntry
	}
	if p.data != nil {
		return p.data[from:to], nil
	}
	if int64(cap(buf)) < to-from {
		buf = make([]byte, to-from)
	}
	if _, err := p.file.ReadAt(buf[:to-from], from); err != nil {
		return nil, fmt.Errorf("reading pack: %w", bare(err))
	}
	return buf[:to-from], nil
}

// end is where the entries end.
func (p *pack) end() int64 { return p.size - packTrailer }

// parseEntry reads an entry's header from the beginning of b.
func parseEntry(b []byte) (entry, error) {
	var e entry
	if len(b) == 0 {
		return e, errEntry
	}
	e.typ, e.size = Type(b[0]>>4&7), int64(b[0]&15)
	n := 1
	for shift := 4; b[n-1] >= 0x80; shift += 7 {
		if n >= len(b) || shift > 56 {
			return e, errEntry
		}
		e.size |= int64(b[n]&0x7f) << shift
		n++
	}
	e.header = n
	switch {
	case e.typ == offsetDelta:
		return e, e.readDistance(b[n:])
	case e.typ == refDelta:
		if copy(e.base[:], b[n:]) < len(e.base) {
			return e, errEntry
		}
		e.header += len(e.base)
	case !e.typ.valid():
		return e, errEntry
	}
	return e, nil
}

func (e *entry) readDistance(b []byte) error {
	for i := range min(len(b), 8) { // more do not fit into a pack, or into the number
		if i > 0 {
			e.distance++
		}
		e.distance = e.distance<<7 | int64(b[i]&0x7f)
		if b[i] < 0x80 {
			e.header += i + 1
			return nil
		}
	}
	return errEntry
}

// entryAt reads the header at an offset.
func (p *pack) entryAt(offset int64) (entry, error) {
	if offset < packHeader || offset >= p.end() {
		return entry{}, errEntry
	}
	var buf [maxEntryBytes]byte
	head, err := p.bytes(buf[:], offset, min(p.end(), offset+maxEntryBytes))
	if err != nil {
		return entry{}, err
	}
	return parseEntry(head)
}

// chainLink is one delta on the way from an object to its base.
type chainLink struct {
	offset int64
	entry  entry
}

// object reads the object at an offset of the pack, by its chain of deltas. It was reached by hops from other
// packs.
func (s *store) object(p *pack, offset int64, hops int) (Object, error) {
	chain, base, err := s.chain(p, offset, hops)
	if err != nil {
		return Object{}, err
	}
	content := base.Content
	for i := len(chain) - 1; i >= 0; i-- {
		delta, err := s.inflateAt(p, chain[i].offset, chain[i].entry)
		if err != nil {
			return Object{}, err
		}
		if _, target, _, err := deltaSizes(delta); err != nil || target > s.limits.MaxObject {
			return Object{}, cmp.Or(err, errTooLarge(target))
		}
		if content, err = applyDelta(content, delta); err != nil {
			return Object{}, err
		}
		s.cache.put(cacheKey{p, chain[i].offset}, Object{Type: base.Type, Content: content})
	}
	return Object{Type: base.Type, Size: int64(len(content)), Content: content}, nil
}

// chain collects the deltas from an offset down to a base that can be read as it is, or that the cache has.
func (s *store) chain(p *pack, offset int64, hops int) (chain []chainLink, base Object, err error) {
	for {
		if o, ok := s.cache.get(cacheKey{p, offset}); ok {
			return chain, o, nil
		}
		e, err := p.entryAt(offset)
		switch {
		case err != nil:
			return nil, Object{}, err
		case len(chain) > s.limits.MaxDepth:
			return nil, Object{}, fmt.Errorf("delta chain is longer than %d", s.limits.MaxDepth)
		case e.typ.valid():
			content, err := s.inflateAt(p, offset, e)
			o := Object{Type: e.typ, Content: content}
			if err == nil {
				s.cache.put(cacheKey{p, offset}, o)
			}
			return chain, o, err
		}
		chain = append(chain, chainLink{offset, e})
		if e.typ == offsetDelta {
			offset -= e.distance
			continue
		}
		i, ok := p.idx.find(e.base)
		if !ok {
			base, err := s.readBeside(e.base, hops+1)
			return chain, base, err
		}
		offset = p.idx.offset(i)
	}
}

// inflateAt inflates one entry whole.
func (s *store) inflateAt(p *pack, offset int64, e entry) ([]byte, error) {
	if e.size > s.limits.MaxObject {
		return nil, errTooLarge(e.size)
	}
	f := s.inflaters.Get().(*inflater)
	defer s.inflaters.Put(f)
	from := offset + int64(e.header)
	packed, err := p.bytes(nil, from, min(p.size, from+mostPacked(e.size)))
	if err != nil {
		return nil, err
	}
	content, _, err := f.inflate(nil, packed, e.size)
	return content, err
}

// mostPacked is how many bytes a compressor can make of size bytes that do not compress.
func mostPacked(size int64) int64 { return size + size>>6 + 1024 }

// packed streams the zlib stream of an entry, and what follows it.
func (p *pack) packed(offset int64, e entry) io.Reader {
	from := offset + int64(e.header)
	if p.data != nil && from < p.end() {
		return bytes.NewReader(p.data[from:p.end()])
	}
	return bufio.NewReaderSize(io.NewSectionReader(p.file, from, max(0, p.end()-from)), int(min(max(e.size, 512), 64<<10)))
}

func errTooLarge(size int64) error {
	return fmt.Errorf("object of %d bytes is larger than what may be held in memory; --max-memory raises that", size)
}
