package gitobj

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"path/filepath"
	"slices"
)

// multiPackIndex is the file that git writes beside the indexes of many packs: all names, each with one pack and
// the offset there. Here it stands in for the index of a pack that has none or a damaged one. Every object of the
// others is found by their own.
type multiPackIndex struct {
	n       int
	packs   []string // names of the packs' indexes
	names   []byte
	offsets []byte // number of the pack and offset in it, 4 bytes each
	large   []byte // 8 bytes for each offset that has its top bit set
}

var errMultiPack = errors.New("multi-pack-index is damaged")

func readMultiPackIndex(packs string) (*multiPackIndex, error) {
	data, err := readFile(filepath.Join(packs, "multi-pack-index"))
	if err != nil {
		return nil, err
	}
	return parseMultiPackIndex(data)
}

func parseMultiPackIndex(data []byte) (*multiPackIndex, error) {
	const header = 12
	if len(data) < header || string(data[:4]) != "MIDX" || data[4] != 1 || data[5] != 1 {
		return nil, errMultiPack
	}
	chunks, err := parseChunks(data, header, int(data[6]))
	if err != nil {
		return nil, err
	}
	x := &multiPackIndex{offsets: chunks["OOFF"], large: chunks["LOFF"]}
	if x.names, x.n, err = chunkNames(chunks); err != nil {
		return nil, err
	}
	for name := range bytes.SplitSeq(bytes.TrimRight(chunks["PNAM"], "\x00"), []byte{0}) {
		x.packs = append(x.packs, string(name))
	}
	if len(x.offsets) != 8*x.n || uint32(len(x.packs)) != binary.BigEndian.Uint32(data[8:]) {
		return nil, errMultiPack
	}
	return x, nil
}

// indexOf makes the index of one pack, by the name of the file that it should have. It leaves out what other packs
// have too.
func (x *multiPackIndex) indexOf(name string) (packIndex, error) {
	number := slices.Index(x.packs, name)
	if number < 0 {
		return packIndex{}, errMultiPack
	}
	idx := packIndex{stride: 4 + len(OID{})}
	for i := range x.n {
		if binary.BigEndian.Uint32(x.offsets[8*i:]) != uint32(number) {
			continue
		}
		offset := x.offset(i)
		if offset > math.MaxUint32 {
			return packIndex{}, errMultiPack
		}
		idx.offsets = binary.BigEndian.AppendUint32(idx.offsets, uint32(offset))
		idx.offsets = append(idx.offsets, x.names[i*len(OID{}):][:len(OID{})]...)
		idx.n++
	}
	idx.names = idx.offsets[min(4, len(idx.offsets)):]
	idx.sortIn()
	return idx, nil
}

// offset returns where the i-th object begins in its pack; one that the file does not say is too large.
func (x *multiPackIndex) offset(i int) uint64 {
	v := binary.BigEndian.Uint32(x.offsets[8*i+4:])
	if v>>31 == 0 || len(x.large) == 0 {
		return uint64(v)
	}
	at := 8 * int(v&(1<<31-1))
	if at+8 > len(x.large) {
		return math.MaxUint64
	}
	return binary.BigEndian.Uint64(x.large[at:])
}
