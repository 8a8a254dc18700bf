package reftable

import (
	"encoding/binary"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

// deletion is the kind of a record that hides the records of its key in older tables. The others are those of a ref.
const (
	deletion = 0
	direct   = 1
	peeled   = 2 // an annotated tag, with the object that it leads to
	symbolic = 3
)

// logUpdate is the kind of a log record that is no deletion.
const logUpdate = 1

// maxName is in bytes. Git's blocks of 4 KiB have no room for names that are nearly as long.
const maxName = 64 << 10

// record is a record of a ref or a log. It is overwritten by the next.
type record struct {
	key      []byte // the name of the ref
	kind     byte
	id       object.ID // of the object, or in a log the new one
	symbolic []byte
	update   uint64 // of a log: the transaction
	marker   bool   // of a log: it only says that the log exists
}

// records visits the records of a block, whose content begins at an offset from its start.
func (w *walker) records(content []byte, offset int) error {
	end := restarts(content, offset)
	if end < 0 {
		return errBlock
	}
	c := cursor(content[:end])
	var key []byte
	for len(c) > 0 {
		var kind byte
		var ok bool
		if key, kind, ok = c.key(key); !ok {
			return errBlock
		}
		if w.names -= len(key); w.names < 0 {
			return errExpansion
		}
		rec := record{key: key, kind: kind}
		if w.kind == refBlock {
			ok = c.ref(&rec, w.format)
		} else {
			ok = c.log(&rec, w.format)
		}
		if !ok {
			return errBlock
		}
		if !w.visit(&rec) {
			w.stopped = true
			return nil
		}
	}
	return nil
}

// isIndex reports whether a block is one of an index, and not one of refs with a damaged type.
func isIndex(content []byte, offset int) bool {
	end := restarts(content, offset)
	if end < 0 {
		return false
	}
	c := cursor(content[:end])
	var key []byte
	for len(c) > 0 {
		var kind byte
		var ok bool
		if key, kind, ok = c.key(key); !ok || kind != 0 {
			return false
		}
		if _, ok = c.varint(); !ok { // the position of a block
			return false
		}
	}
	return true
}

// restarts returns where the records of a block end, or -1. After them comes a list of those with a whole key. Git
// searches in it, so that offsets that are out of order or out of bounds count as damage.
func restarts(content []byte, offset int) int {
	if len(content) < 2 {
		return -1
	}
	count := int(binary.BigEndian.Uint16(content[len(content)-2:]))
	end := len(content) - 2 - 3*count
	if count == 0 || end <= 0 {
		return -1
	}
	last := -1
	for list := content[end : len(content)-2]; len(list) > 0; list = list[3:] {
		at := be24(list) - offset
		if at <= last || at >= end || content[at] != 0 { // a whole key shares 0 bytes with the key before
			return -1
		}
		last = at
	}
	return end
}

// cursor reads the records of a block.
type cursor []byte

// take returns the next n bytes.
func (c *cursor) take(n uint64) ([]byte, bool) {
	if n > uint64(len(*c)) {
		return nil, false
	}
	out := (*c)[:n]
	*c = (*c)[n:]
	return out, true
}

// varint reads a number as pack entries have it: seven bits in a byte, and one is added to continue.
func (c *cursor) varint() (uint64, bool) {
	var value uint64
	for i, b := range *c {
		if i > 0 {
			value++
		}
		if i > 9 || value>>57 != 0 {
			return 0, false
		}
		value = value<<7 | uint64(b&0x7f)
		if b&0x80 == 0 {
			*c = (*c)[i+1:]
			return value, true
		}
	}
	return 0, false
}

// text reads bytes after their length.
func (c *cursor) text() ([]byte, bool) {
	n, ok := c.varint()
	if !ok {
		return nil, false
	}
	return c.take(n)
}

// key reads a key, of which the beginning is that of the last one, and the kind of its record.
func (c *cursor) key(last []byte) (key []byte, kind byte, ok bool) {
	shared, ok1 := c.varint()
	length, ok2 := c.varint()
	if !ok1 || !ok2 || shared > uint64(len(last)) {
		return nil, 0, false
	}
	suffix, ok := c.take(length >> 3)
	if !ok || int(shared)+len(suffix) > maxName+9 || int(shared)+len(suffix) == 0 {
		return nil, 0, false
	}
	return append(last[:shared], suffix...), byte(length & 7), true
}

func (c *cursor) ref(rec *record, f object.Format) bool {
	if _, ok := c.varint(); !ok { // the transaction
		return false
	}
	var id []byte
	var ok bool
	switch rec.kind {
	case deletion:
		return true
	case direct:
		id, ok = c.take(uint64(f.Size()))
	case peeled:
		id, ok = c.take(2 * uint64(f.Size()))
	case symbolic:
		rec.symbolic, ok = c.text()
	}
	if len(id) > 0 {
		rec.id = f.ID(id)
	}
	return ok
}

func (c *cursor) log(rec *record, f object.Format) bool {
	var ok bool
	if rec.key, rec.update, ok = splitLogKey(rec.key); !ok || rec.kind > logUpdate {
		return false
	}
	if rec.kind == deletion {
		return true
	}
	ids, ok := c.take(2 * uint64(f.Size()))
	if !ok {
		return false
	}
	rec.id = f.ID(ids[f.Size():])
	rec.marker = f.ID(ids).IsZero() && rec.id.IsZero()
	_, name := c.text()
	_, email := c.text()
	_, when := c.varint()
	_, zone := c.take(2)
	_, message := c.text()
	return name && email && when && zone && message
}

func be24(b []byte) int    { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }
func be64(b []byte) uint64 { return binary.BigEndian.Uint64(b) }
