package odb

import (
	"cmp"
	"errors"
	"sync"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
	"github.com/akguard/akguard/scanner/internal/git/zlibstream"
)

// pack is an open pack with its index.
type pack struct {
	*packfile.File
	idx   packfile.Index
	first Index // of its objects, which follow in the order of the index

	once   sync.Once
	layout *layout
}

// openPack opens a pack.
func openPack(path string, f object.Format, idx packfile.Index) (*pack, error) {
	file, err := packfile.OpenFile(path, f, packfile.MaxPackSize)
	if err != nil {
		return nil, errors.Join(err, idx.Close())
	}
	return &pack{File: file, idx: idx}, nil
}

// Close closes the files.
func (p *pack) Close() error { return errors.Join(p.File.Close(), p.idx.Close()) }

// find locates an object by the index.
func (p *pack) find(id object.ID) (offset int64, ok bool) {
	i, ok := p.idx.Find(id)
	if !ok {
		return 0, false
	}
	return p.idx.Offset(i), true
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
		e, err := p.EntryAt(offset)
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
	f := db.inflaters.Get().(*zlibstream.Inflater)
	defer db.inflaters.Put(f)
	from := offset + int64(e.Header)
	packed, err := p.Bytes(nil, from, min(p.Size(), from+packfile.MaxDeflated(e.Size)))
	if err != nil {
		return nil, err
	}
	content, _, err := f.Inflate(nil, packed, e.Size)
	return content, err
}
