package gitobj

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"sort"
)

// packIndex is the .idx file of a pack, version 1 or 2: names in order, and the offset of each.
type packIndex struct {
	n       int
	stride  int    // bytes from one name to the next
	fanout  []byte // 256 big-endian counts
	names   []byte // the first name; then one every stride bytes
	crcs    []byte // one for each name; nil in version 1
	offsets []byte // version 2: 4 bytes for each name; version 1: stands before each name
	large   []byte // version 2: 8 bytes for each offset that has its top bit set

	buckets []uint32 // where the names begin, by their first bits
	shift   uint     // takes those from the first 32
}

var (
	idxMagic = []byte{0xff, 't', 'O', 'c'}
	errIndex = errors.New("pack index is damaged")
)

const fanoutSize = 256 * 4

func readPackIndex(path string) (packIndex, error) {
	data, err := readFile(path)
	if err != nil {
		return packIndex{}, fmt.Errorf("reading pack index: %w", err)
	}
	return parsePackIndex(data)
}

func parsePackIndex(data []byte) (packIndex, error) {
	parse := parseIndexV1
	if bytes.HasPrefix(data, idxMagic) {
		parse = parseIndexV2
	}
	x, err := parse(data)
	if err == nil {
		x.sortIn()
	}
	return x, err
}

func parseIndexV2(data []byte) (packIndex, error) {
	if len(data) < 8+fanoutSize || binary.BigEndian.Uint32(data[4:]) != 2 {
		return packIndex{}, errIndex
	}
	x := packIndex{fanout: data[8 : 8+fanoutSize], stride: len(OID{})}
	rest := data[8+fanoutSize:]
	if err := x.count(len(rest), 20+4+4); err != nil {
		return packIndex{}, err
	}
	x.names, rest = rest[:20*x.n], rest[20*x.n:]
	x.crcs, rest = rest[:4*x.n], rest[4*x.n:]
	x.offsets, x.large = rest[:4*x.n], rest[4*x.n:]
	return x, nil
}

func parseIndexV1(data []byte) (packIndex, error) {
	if len(data) < fanoutSize {
		return packIndex{}, errIndex
	}
	x := packIndex{fanout: data[:fanoutSize], stride: 4 + len(OID{})}
	rest := data[fanoutSize:]
	if err := x.count(len(rest), x.stride); err != nil {
		return packIndex{}, err
	}
	x.offsets, x.names = rest, rest[4:]
	return x, nil
}

// count reads the number of names, which must fit into size bytes of each.
func (x *packIndex) count(size, each int) error {
	last := uint32(0)
	for i := range 256 {
		next := x.fan(i)
		if next < last {
			return errIndex
		}
		last = next
	}
	if int64(last)*int64(each) > int64(size) || last > math.MaxInt32 {
		return errIndex
	}
	x.n = int(last)
	return nil
}

func (x *packIndex) fan(i int) uint32 { return binary.BigEndian.Uint32(x.fanout[4*i:]) }

func (x *packIndex) name(i int) []byte { return x.names[i*x.stride:][:len(OID{})] }

func (x *packIndex) id(i int) OID { return OID(x.name(i)) }

// offset returns where the i-th object begins in the pack, or -1 if the index does not say.
func (x *packIndex) offset(i int) int64 {
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

// crc returns the checksum of the i-th entry's packed bytes. Version 1 has none.
func (x *packIndex) crc(i int) uint32 { return binary.BigEndian.Uint32(x.crcs[4*i:]) }

// sortIn makes the buckets, of about four names each: names are hashes, and lie evenly. The index's own fan-out has
// 256 buckets, whatever it holds.
func (x *packIndex) sortIn() {
	width := max(0, bits.Len(uint(x.n))-2)
	x.shift = uint(32 - width)
	x.buckets = make([]uint32, 1<<width+1)
	for i := range x.n {
		x.buckets[x.bucket(x.name(i))+1] = uint32(i + 1)
	}
	for b := 1; b < len(x.buckets); b++ { // those without names
		x.buckets[b] = max(x.buckets[b], x.buckets[b-1])
	}
}

func (x *packIndex) bucket(name []byte) int {
	return int(uint64(binary.BigEndian.Uint32(name)) >> x.shift)
}

// find returns the position of a name.
func (x *packIndex) find(id OID) (int, bool) {
	b := x.bucket(id[:])
	lo, hi := int(x.buckets[b]), int(x.buckets[b+1])
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		switch bytes.Compare(x.name(mid), id[:]) {
		case 0:
			return mid, true
		case -1:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return 0, false
}

// from returns the position of the first name that begins with prefix, or of the name behind where it would be.
func (x *packIndex) from(prefix string) int {
	return sort.Search(x.n, func(i int) bool { return x.id(i).String() >= prefix })
}
