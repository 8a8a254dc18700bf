package gitobj

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
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
	if !bytes.HasPrefix(data, idxMagic) {
		return parseIndexV1(data)
	}
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

// crc returns the checksum of the i-th entry's packed bytes; ok is false where the index has none.
func (x *packIndex) crc(i int) (sum uint32, ok bool) {
	if x.crcs == nil {
		return 0, false
	}
	return binary.BigEndian.Uint32(x.crcs[4*i:]), true
}

// find returns the position of a name. Names are hashes, and so lie evenly: the first guess is nearly right.
func (x *packIndex) find(id OID) (int, bool) {
	lo, hi := 0, int(x.fan(int(id[0])))
	if id[0] > 0 {
		lo = int(x.fan(int(id[0]) - 1))
	}
	want := binary.BigEndian.Uint64(id[:])
	guess := lo + int(want<<8>>32*uint64(hi-lo)>>32)
	for step := 4; lo < hi; step *= 4 {
		switch at := x.prefix(guess); {
		case at == want:
			return x.findAmong(id, guess)
		case at < want:
			lo = guess + 1
			guess = min(guess+step, (lo+hi)/2)
		default:
			hi = guess
			guess = max(guess-step, (lo+hi)/2)
		}
		guess = max(lo, min(guess, hi-1))
	}
	return 0, false
}

func (x *packIndex) prefix(i int) uint64 { return binary.BigEndian.Uint64(x.names[i*x.stride:]) }

// findAmong looks through the names around i, which begin with the same eight bytes.
func (x *packIndex) findAmong(id OID, i int) (int, bool) {
	for i > 0 && x.prefix(i-1) == x.prefix(i) {
		i--
	}
	for want := x.prefix(i); i < x.n && x.prefix(i) == want; i++ {
		if x.id(i) == id {
			return i, true
		}
	}
	return 0, false
}

// from returns the position of the first name that begins with prefix, or of the name behind where it would be.
func (x *packIndex) from(prefix string) int {
	return sort.Search(x.n, func(i int) bool { return x.id(i).String() >= prefix })
}
