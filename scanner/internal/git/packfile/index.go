package packfile

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
	"sort"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// Index is the .idx file of a pack, version 1 or 2: sorted object IDs, and the offset of each in the pack. Where the system can
// do it, the file is mapped into memory: an index has 28 bytes for each object. Reading one that another process truncates
// faults.
type Index struct {
	mapped  []byte // the file, or nil
	format  object.Format
	n       int
	width   int    // bytes of an ID
	stride  int    // bytes from one ID to the next
	fanout  []byte // 256 big-endian counts
	ids     []byte // the first ID; then one every stride bytes
	crcs    []byte // one CRC for each ID; nil in version 1
	offsets []byte // version 2: 4 bytes for each ID; version 1: 4 bytes before each ID
	large   []byte // version 2: 8 bytes for each offset that has its top bit set

	buckets []uint32 // first ID of each bucket; a bucket is the ID's leading bits
	shift   uint     // reduces an ID's first 32 bits to its bucket
}

var (
	indexMagic = []byte{0xff, 't', 'O', 'c'}
	errIndex   = reason.NewError("git.pack-index-damaged")
)

const fanoutSize = 256 * 4

// OpenIndex opens a .idx file.
func OpenIndex(path string, f object.Format) (x Index, err error) {
	data, mapped, err := fileio.MapFile(path)
	if err != nil {
		return Index{}, fileio.WithoutPath(err)
	}
	err = fileio.CatchFaults(func() (err error) {
		x, err = ParseIndex(f, data)
		return err
	})
	if err != nil {
		return Index{}, errors.Join(err, fileio.Unmap(mapped))
	}
	x.mapped = mapped
	return x, nil
}

// Close closes an index. It must not be used afterwards.
func (x *Index) Close() error { return fileio.Unmap(x.mapped) }

// ParseIndex parses the content of a .idx file, which the Index keeps.
func ParseIndex(f object.Format, data []byte) (Index, error) {
	parse := parseIndexV1
	if bytes.HasPrefix(data, indexMagic) {
		parse = parseIndexV2
	}
	x, err := parse(f, data)
	if err == nil {
		x.fillBuckets()
	}
	return x, err
}

// newIndex returns an index with some bytes between IDs.
func newIndex(f object.Format, between int) Index {
	return Index{format: f, width: f.Size(), stride: f.Size() + between}
}

func parseIndexV2(f object.Format, data []byte) (Index, error) {
	if len(data) < 8+fanoutSize || binary.BigEndian.Uint32(data[4:]) != 2 {
		return Index{}, errIndex
	}
	x := newIndex(f, 0)
	x.fanout = data[8 : 8+fanoutSize]
	rest := data[8+fanoutSize:]
	if err := x.readCount(len(rest), x.width+4+4); err != nil {
		return Index{}, err
	}
	x.ids, rest = rest[:x.width*x.n], rest[x.width*x.n:]
	x.crcs, rest = rest[:4*x.n], rest[4*x.n:]
	x.offsets, x.large = rest[:4*x.n], rest[4*x.n:]
	return x, nil
}

func parseIndexV1(f object.Format, data []byte) (Index, error) {
	if len(data) < fanoutSize {
		return Index{}, errIndex
	}
	x := newIndex(f, 4)
	x.fanout = data[:fanoutSize]
	rest := data[fanoutSize:]
	if err := x.readCount(len(rest), x.stride); err != nil {
		return Index{}, err
	}
	if x.n == 0 {
		return x, nil
	}
	x.offsets, x.ids = rest, rest[4:]
	return x, nil
}

// readCount reads the number of IDs from the fan-out. That many records of recordSize bytes must fit into size bytes.
func (x *Index) readCount(size, recordSize int) error {
	last := uint32(0)
	for i := range 256 {
		next := binary.BigEndian.Uint32(x.fanout[4*i:])
		if next < last {
			return errIndex
		}
		last = next
	}
	if int64(last)*int64(recordSize) > int64(size) || last > math.MaxInt32 {
		return errIndex
	}
	x.n = int(last)
	return nil
}

// Len returns the number of objects in the index.
func (x *Index) Len() int { return x.n }

func (x *Index) idBytes(i int) []byte { return x.ids[i*x.stride:][:x.width] }

// ID returns the i-th object ID.
func (x *Index) ID(i int) object.ID { return x.format.ID(x.idBytes(i)) }

// Offset returns where the i-th object begins in the pack, or -1 if the index is damaged there.
func (x *Index) Offset(i int) int64 {
	if x.crcs == nil {
		return int64(binary.BigEndian.Uint32(x.offsets[i*x.stride:]))
	}
	v := binary.BigEndian.Uint32(x.offsets[4*i:])
	if v>>31 == 0 {
		return int64(v)
	}
	at := 8 * int(v&(1<<31-1))
	if at+8 > len(x.large) {
		return -1
	}
	return int64(binary.BigEndian.Uint64(x.large[at:]))
}

// HasCRCs reports whether the index has a checksum for each entry. Version 1 has none.
func (x *Index) HasCRCs() bool { return x.crcs != nil }

// CRC returns the checksum of the i-th entry's packed bytes.
func (x *Index) CRC(i int) uint32 { return binary.BigEndian.Uint32(x.crcs[4*i:]) }

// fillBuckets makes buckets of about four IDs each. IDs are hashes and spread evenly. The fan-out of the file has 256
// buckets whatever the size of the pack, which leaves a binary search over thousands of IDs.
func (x *Index) fillBuckets() {
	width := max(0, bits.Len(uint(x.n))-2)
	x.shift = uint(32 - width)
	x.buckets = make([]uint32, 1<<width+1)
	for i := range x.n {
		x.buckets[x.bucket(x.idBytes(i))+1] = uint32(i + 1)
	}
	for b := 1; b < len(x.buckets); b++ { // an empty bucket begins where the one before it ends
		x.buckets[b] = max(x.buckets[b], x.buckets[b-1])
	}
}

func (x *Index) bucket(id []byte) int {
	return int(uint64(binary.BigEndian.Uint32(id)) >> x.shift)
}

// Find returns the position of an object ID.
func (x *Index) Find(id object.ID) (int, bool) {
	b := x.bucket(id[:])
	return x.findIn(int(x.buckets[b]), int(x.buckets[b+1]), id)
}

// FindAll looks for each ID whose number in at is negative. If the index has it, the number becomes its position plus first.
// An index is larger than the caches of a processor, so a search mostly waits for memory. Here the waits of many searches
// overlap, because each loop reads from addresses that an earlier loop has computed.
func FindAll[T ~int32](x *Index, ids []object.ID, first T, at []T) {
	var buckets [64]struct{ lo, hi uint32 }
	var middles [len(buckets)]uint64
	for len(ids) > 0 {
		n := min(len(ids), len(buckets))
		for i := range n {
			if buckets[i].lo, buckets[i].hi = 0, 0; at[i] < 0 {
				b := x.bucket(ids[i][:])
				buckets[i].lo, buckets[i].hi = x.buckets[b], x.buckets[b+1]
			}
		}
		for i, b := range buckets[:n] {
			if b.lo < b.hi {
				middles[i] = binary.BigEndian.Uint64(x.idBytes(int((b.lo + b.hi) / 2)))
			}
		}
		for i, b := range buckets[:n] {
			lo, hi := int(b.lo), int(b.hi)
			if binary.BigEndian.Uint64(ids[i][:]) > middles[i] {
				lo = min((lo+hi)/2+1, hi)
			}
			if found, ok := x.findIn(lo, hi, ids[i]); ok {
				at[i] = first + T(found)
			}
		}
		ids, at = ids[n:], at[n:]
	}
}

// findIn returns the position of an ID between two positions. Eight bytes are compared as one number; only a forged index has
// many IDs that have them in common.
func (x *Index) findIn(lo, hi int, id object.ID) (int, bool) {
	want := binary.BigEndian.Uint64(id[:])
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		at := x.idBytes(mid)
		order := cmp.Compare(binary.BigEndian.Uint64(at), want)
		if order == 0 {
			order = bytes.Compare(at, id[:x.width])
		}
		switch {
		case order == 0:
			return mid, true
		case order < 0:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return 0, false
}

// Search returns the position of the first ID whose hex digits are not less than prefix.
func (x *Index) Search(prefix string) int {
	return sort.Search(x.n, func(i int) bool { return x.ID(i).String() >= prefix })
}
