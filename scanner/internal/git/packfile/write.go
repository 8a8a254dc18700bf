package packfile

import (
	"bufio"
	"bytes"
	"crypto/sha1" //nolint:gosec // the checksum of a pack index
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

// IndexEntry is what a pack index says of one object.
type IndexEntry struct {
	ID     object.ID
	Offset int64
	CRC    uint32 // of the packed bytes
}

// WriteIndex writes a pack index, version 2. It sorts the entries by ID. An object that is in the pack twice is listed
// twice, as git does.
func WriteIndex(w io.Writer, entries []IndexEntry, packChecksum [TrailerSize]byte) error {
	slices.SortFunc(entries, func(a, b IndexEntry) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	h := sha1.New() //nolint:gosec // see above
	w = io.MultiWriter(w, h)
	var fanout [256]uint32
	var ids, crcs, offsets, large []byte
	for _, e := range entries {
		for b := int(e.ID[0]); b < 256; b++ {
			fanout[b]++
		}
		ids = append(ids, e.ID[:]...)
		crcs = binary.BigEndian.AppendUint32(crcs, e.CRC)
		if e.Offset < 1<<31 {
			offsets = binary.BigEndian.AppendUint32(offsets, uint32(e.Offset))
			continue
		}
		offsets = binary.BigEndian.AppendUint32(offsets, 1<<31|uint32(len(large)/8))
		large = binary.BigEndian.AppendUint64(large, uint64(e.Offset))
	}
	head := append(slices.Clone(indexMagic), 0, 0, 0, 2)
	for _, n := range fanout {
		head = binary.BigEndian.AppendUint32(head, n)
	}
	for _, part := range [][]byte{head, ids, crcs, offsets, large, packChecksum[:]} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	_, err := w.Write(h.Sum(nil))
	return err
}

// WriteIndexFile writes a pack index to a file, which appears whole or not at all.
func WriteIndexFile(name string, entries []IndexEntry, checksum [TrailerSize]byte) error {
	temp := name + ".tmp"
	file, err := os.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o444)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	err = errors.Join(WriteIndex(w, entries, checksum), w.Flush(), file.Close())
	if err == nil {
		err = os.Rename(temp, name)
	}
	if err != nil {
		_ = os.Remove(temp)
	}
	return err
}

// AppendEntryHeader appends the header of an entry that is stored whole.
func AppendEntryHeader(b []byte, t object.Type, size int64) []byte {
	c := byte(t)<<4 | byte(size&15)
	for size >>= 4; size > 0; size >>= 7 {
		b = append(b, c|0x80)
		c = byte(size & 0x7f)
	}
	return append(b, c)
}
