package odb

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"sync"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
)

// pack is an open pack with its index.
type pack struct {
	path string // of the .pack file
	file *os.File
	data []byte // the mapped file; nil if it could not be mapped
	size int64
	idx  packfile.Index

	first Index // of its objects, which follow in the order of the index

	once   sync.Once
	layout *layout
}

// openPack opens a pack.
func openPack(path string, idx packfile.Index) (*pack, error) {
	file, err := fileio.Open(path)
	if err != nil {
		return nil, reason.NewError("git.pack-unreadable", fileio.WithoutPath(err))
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(reason.NewError("git.pack-unreadable", fileio.WithoutPath(err)), file.Close())
	}
	if info.Size() > maxPackSize {
		return nil, errors.Join(reason.NewError("git.pack-too-large", int64(maxPackSize)>>30), file.Close())
	}
	head := make([]byte, packfile.HeaderSize)
	if _, err := file.ReadAt(head, 0); err != nil || string(head[:4]) != "PACK" {
		return nil, errors.Join(reason.NewError("git.pack-header"), file.Close())
	}
	return &pack{path: path, file: file, data: mapFile(file, info.Size()), size: info.Size(), idx: idx}, nil
}

// Close closes the pack's file.
func (p *pack) Close() error { return errors.Join(unmapFile(p.data), p.file.Close()) }

// count returns the number of objects in the pack's header, or -1 if it cannot be read.
func (p *pack) count() int {
	var head [packfile.HeaderSize]byte
	if _, err := p.file.ReadAt(head[:], 0); err != nil {
		return -1
	}
	return int(binary.BigEndian.Uint32(head[8:]))
}

// bytes returns a range of the file. If the file is not mapped, it reads into buf.
func (p *pack) bytes(buf []byte, from, to int64) ([]byte, error) {
	if from < 0 || to < from || to > p.size {
		return nil, packfile.ErrEntry
	}
	if p.data != nil {
		return p.data[from:to], nil
	}
	if int64(cap(buf)) < to-from {
		buf = make([]byte, to-from)
	}
	if _, err := p.file.ReadAt(buf[:to-from], from); err != nil {
		return nil, reason.NewError("git.pack-unreadable", fileio.WithoutPath(err))
	}
	return buf[:to-from], nil
}

// find locates an object by the index.
func (p *pack) find(id object.ID) (offset int64, ok bool) {
	i, ok := p.idx.Find(id)
	if !ok {
		return 0, false
	}
	return p.idx.Offset(i), true
}

// end is the offset where the entries end.
func (p *pack) end() int64 { return p.size - packfile.TrailerSize }

// entryAt reads the header of the entry at an offset.
func (p *pack) entryAt(offset int64) (packfile.Entry, error) {
	if offset < packfile.HeaderSize || offset >= p.end() {
		return packfile.Entry{}, packfile.ErrEntry
	}
	var buf [packfile.MaxEntryHeader]byte
	head, err := p.bytes(buf[:], offset, min(p.end(), offset+packfile.MaxEntryHeader))
	if err != nil {
		return packfile.Entry{}, err
	}
	return packfile.ParseEntry(head)
}

// stream returns a reader that begins with the zlib stream of an entry.
func (p *pack) stream(offset int64, e packfile.Entry) io.Reader {
	from := offset + int64(e.Header)
	if p.data != nil && from < p.end() {
		return bytes.NewReader(p.data[from:p.end()])
	}
	return bufio.NewReaderSize(io.NewSectionReader(p.file, from, max(0, p.end()-from)), int(min(max(e.Size, 512), 64<<10)))
}

// chainLink is one delta on the way from an object to its base.
type chainLink struct {
	offset int64
	entry  packfile.Entry
}

// packedObject reads the object at an offset of a pack by resolving its delta chain, which has come here through hops
// other packs.
func (db *DB) packedObject(p *pack, offset int64, hops int) (Object, error) {
	chain, base, err := db.chain(p, offset, hops)
	if err != nil {
		return Object{}, err
	}
	content := base.Content
	for i := len(chain) - 1; i >= 0; i-- {
		delta, err := db.inflateAt(p, chain[i].offset, chain[i].entry)
		if err != nil {
			return Object{}, err
		}
		if _, target, _, err := packfile.DeltaSizes(delta); err != nil || target > db.limits.MaxObject {
			return Object{}, cmp.Or(err, packfile.TooLarge(target))
		}
		if content, err = packfile.ApplyDelta(content, delta); err != nil {
			return Object{}, err
		}
		db.cache.put(cacheKey{p, chain[i].offset}, Object{Type: base.Type, Content: content})
	}
	return Object{Type: base.Type, Size: int64(len(content)), Content: content}, nil
}

// chain collects the deltas from an offset down to the first base that is not a delta or is in the cache.
func (db *DB) chain(p *pack, offset int64, hops int) (chain []chainLink, base Object, err error) {
	for {
		if o, ok := db.cache.get(cacheKey{p, offset}); ok {
			return chain, o, nil
		}
		e, err := p.entryAt(offset)
		switch {
		case err != nil:
			return nil, Object{}, err
		case len(chain) > db.limits.MaxDepth:
			return nil, Object{}, chainTooLong(db.limits.MaxDepth)
		case e.Type.Valid():
			content, err := db.inflateAt(p, offset, e)
			o := Object{Type: e.Type, Content: content}
			if err == nil {
				db.cache.put(cacheKey{p, offset}, o)
			}
			return chain, o, err
		}
		chain = append(chain, chainLink{offset, e})
		if e.Type == packfile.OffsetDelta {
			offset -= e.Distance
			continue
		}
		i, ok := p.idx.Find(e.Base)
		if !ok {
			base, err := db.readCopies(e.Base, hops+1)
			return chain, base, err
		}
		offset = p.idx.Offset(i)
	}
}

func chainTooLong(limit int) error { return reason.NewError("git.chain-too-long", limit) }

// inflateAt inflates one entry whole.
func (db *DB) inflateAt(p *pack, offset int64, e packfile.Entry) ([]byte, error) {
	if e.Size > db.limits.MaxObject {
		return nil, packfile.TooLarge(e.Size)
	}
	f := db.inflaters.Get().(*inflater)
	defer db.inflaters.Put(f)
	from := offset + int64(e.Header)
	packed, err := p.bytes(nil, from, min(p.size, from+maxDeflated(e.Size)))
	if err != nil {
		return nil, err
	}
	content, _, err := f.inflate(nil, packed, e.Size)
	return content, err
}

// maxDeflated returns an upper bound for the compressed size of content that does not compress: deflate adds 5 bytes
// to each stored block of up to 64 KiB, zlib 6 bytes, and careless compressors flush more often.
func maxDeflated(size int64) int64 { return size + size>>6 + 1024 }
