package packfile

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

// Contents lists the objects of a pack, for its index. Each fact has a list of its own, which saves memory.
type Contents struct {
	IDs     object.List
	Offsets []int64
	CRCs    []uint32 // of the packed bytes
}

// Add adds an object.
func (c *Contents) Add(id object.ID, offset int64, crc uint32) {
	c.IDs.Append(id)
	c.Offsets, c.CRCs = append(c.Offsets, offset), append(c.CRCs, crc)
}

// Len returns the number of objects.
func (c *Contents) Len() int { return len(c.Offsets) }

// byID returns the positions of the objects, sorted by ID.
func (c *Contents) byID() []uint32 {
	order := make([]uint32, c.Len())
	for i := range order {
		order[i] = uint32(i)
	}
	size, ids := c.IDs.Format().Size(), c.IDs.Bytes()
	slices.SortFunc(order, func(a, b uint32) int {
		return bytes.Compare(ids[int(a)*size:][:size], ids[int(b)*size:][:size])
	})
	return order
}

// WriteIndex writes a pack index, version 2. An object that is in the pack twice is listed twice, as git does.
func WriteIndex(w io.Writer, c *Contents, packChecksum []byte) error {
	h := c.IDs.Format().New()
	w = io.MultiWriter(w, h)
	var fanout [256]uint32
	var crcs, offsets, large []byte
	ids := object.NewList(c.IDs.Format())
	for _, i := range c.byID() {
		id, offset := c.IDs.At(int(i)), c.Offsets[i]
		for b := int(id[0]); b < 256; b++ {
			fanout[b]++
		}
		ids.Append(id)
		crcs = binary.BigEndian.AppendUint32(crcs, c.CRCs[i])
		if offset < 1<<31 {
			offsets = binary.BigEndian.AppendUint32(offsets, uint32(offset))
			continue
		}
		offsets = binary.BigEndian.AppendUint32(offsets, 1<<31|uint32(len(large)/8))
		large = binary.BigEndian.AppendUint64(large, uint64(offset))
	}
	head := append(slices.Clone(indexMagic), 0, 0, 0, 2)
	for _, n := range fanout {
		head = binary.BigEndian.AppendUint32(head, n)
	}
	for _, part := range [][]byte{head, ids.Bytes(), crcs, offsets, large, packChecksum} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	_, err := w.Write(h.Sum(nil))
	return err
}

// WriteIndexFile writes a pack index to a file, which appears whole or not at all.
func WriteIndexFile(name string, c *Contents, packChecksum []byte) error {
	temp := name + ".tmp"
	file, err := os.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o444)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	err = errors.Join(WriteIndex(w, c, packChecksum), w.Flush(), file.Close())
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
