package packfile

import (
	"bytes"
	"encoding/binary"
	"math"
	"path/filepath"
	"slices"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/chunkfile"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// MultiIndex is a multi-pack-index: all object IDs of many packs, each with one pack and its offset there. akguard
// uses it only in place of a pack index that is missing or damaged, because it names one copy of each object and every
// copy may be the base of a delta.
type MultiIndex struct {
	format  object.Format
	n       int
	indexes []string // file names of the packs' indexes
	ids     []byte
	offsets []byte // 8 bytes for each ID: position in indexes, offset in the pack
	large   []byte // 8 bytes for each offset that has its top bit set
}

var errMultiIndex = reason.NewError("git.multi-pack-index-damaged")

// ReadMultiIndex reads the multi-pack-index in a folder of packs.
func ReadMultiIndex(packDir string, f object.Format) (*MultiIndex, error) {
	data, err := fileio.ReadFile(filepath.Join(packDir, "multi-pack-index"))
	if err != nil {
		return nil, err
	}
	return parseMultiIndex(f, data)
}

func parseMultiIndex(f object.Format, data []byte) (*MultiIndex, error) {
	const header = 12
	if len(data) < header || string(data[:4]) != "MIDX" || data[4] != 1 || data[5] != idVersion(f) {
		return nil, errMultiIndex
	}
	chunks, err := chunkfile.Parse(data, header, int(data[6]))
	if err != nil {
		return nil, err
	}
	x := &MultiIndex{format: f, offsets: chunks["OOFF"], large: chunks["LOFF"]}
	if x.ids, x.n, err = chunkfile.ObjectIDs(chunks, f); err != nil {
		return nil, err
	}
	for name := range bytes.SplitSeq(bytes.TrimRight(chunks["PNAM"], "\x00"), []byte{0}) {
		x.indexes = append(x.indexes, string(name))
	}
	if len(x.offsets) != 8*x.n || uint32(len(x.indexes)) != binary.BigEndian.Uint32(data[8:]) {
		return nil, errMultiIndex
	}
	return x, nil
}

// idVersion is the number of an object format in git's chunk-based files.
func idVersion(f object.Format) byte {
	if f == object.SHA256 {
		return 2
	}
	return 1
}

// IndexOf builds the index of one pack, given the file name of its missing .idx. It lacks the objects whose other copy
// the MultiIndex chose.
func (x *MultiIndex) IndexOf(name string) (Index, error) {
	number := slices.Index(x.indexes, name)
	if number < 0 {
		return Index{}, errMultiIndex
	}
	idx := newIndex(x.format, 4)
	for i := range x.n {
		if binary.BigEndian.Uint32(x.offsets[8*i:]) != uint32(number) {
			continue
		}
		offset := x.offset(i)
		if offset > math.MaxUint32 {
			return Index{}, errMultiIndex
		}
		idx.offsets = binary.BigEndian.AppendUint32(idx.offsets, uint32(offset))
		idx.offsets = append(idx.offsets, x.ids[i*idx.width:][:idx.width]...)
		idx.n++
	}
	idx.ids = idx.offsets[min(4, len(idx.offsets)):]
	idx.fillBuckets()
	return idx, nil
}

// offset returns where the i-th object begins in its pack, or math.MaxUint64 if the file is damaged there.
func (x *MultiIndex) offset(i int) uint64 {
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
