package archive

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// zipStream scans the members of a zip from the front, as far as that goes; why says what is wrong with the zip, if
// anything is. What follows is scanned as it is.
func (o *opening) zipStream(p *piece, r io.Reader, why error) error {
	in := bufio.NewReader(&counter{ctx: o.ctx, in: r})
	if why != nil {
		o.lose(p.place, why)
	}
	for !o.budget.spent {
		head, err := in.Peek(4)
		if err != nil || string(head) != "PK\x03\x04" {
			break
		}
		more, err := o.zipNext(p, in)
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if err := o.fatal(); err != nil {
		return err
	}
	if _, err := in.Peek(1); err != nil {
		return o.fatal()
	}
	return o.passStream(p, in)
}

// zipNext scans one member, and reports whether the next can be found.
func (o *opening) zipNext(p *piece, in *bufio.Reader) (more bool, err error) {
	e, err := zipHeader(in)
	if err != nil {
		return false, o.settle(p.place, noEOF(err))
	}
	if e.packed < 0 {
		return o.zipUnknown(p, e, in)
	}
	limited := &io.LimitedReader{R: in, N: e.packed}
	if _, err = o.entry(p, e, &counter{ctx: o.ctx, in: limited}); err != nil {
		return false, err
	}
	if _, err = io.Copy(io.Discard, limited); err != nil || limited.N > 0 {
		return false, o.settle(p.place, noEOF(errors.Join(err, io.ErrUnexpectedEOF)))
	}
	return true, skipDescriptor(in, e)
}

// zipUnknown scans a member of which the size stands behind it. Only deflated ones tell their end.
func (o *opening) zipUnknown(p *piece, e entry, in *bufio.Reader) (more bool, err error) {
	if e.method != zip.Deflate || e.flags&1 != 0 {
		o.lose(p.place, refusal("is a zip that can be read only whole, and is too large or damaged: repair or unpack it and scan what it holds"))
		return false, nil
	}
	count := &countingBytes{byteCounter{Reader: in}}
	m := &meter{o: o, in: newFlate(count), packed: func() int64 { return count.c.n }}
	if err := o.member(p, e.name, m); err != nil || !m.ended || m.err != nil {
		return false, err
	}
	return true, skipDescriptor(in, e)
}

// countingBytes hides all of bufio.Reader but reading, so that the counting is not passed by.
type countingBytes struct{ c byteCounter }

// Read implements io.Reader.
func (c *countingBytes) Read(b []byte) (int, error) { return c.c.Read(b) }

// ReadByte implements io.ByteReader.
func (c *countingBytes) ReadByte() (byte, error) { return c.c.ReadByte() }

// skipDescriptor skips the sizes behind a member. There are four forms of it, told apart by what follows.
func skipDescriptor(in *bufio.Reader, e entry) error {
	if e.flags&8 == 0 {
		return nil
	}
	for _, n := range []int{12, 16, 20, 24} {
		if b, _ := in.Peek(n + 4); len(b) == n+4 && (string(b[n:]) == "PK\x03\x04" || string(b[n:]) == "PK\x01\x02") {
			_, err := in.Discard(n)
			return err
		}
	}
	return nil
}

// zipHeader reads the header before a member.
func zipHeader(in *bufio.Reader) (e entry, err error) {
	var h [30]byte
	if _, err := io.ReadFull(in, h[:]); err != nil {
		return e, err
	}
	word := func(at int) uint16 { return binary.LittleEndian.Uint16(h[at:]) }
	packed, size := binary.LittleEndian.Uint32(h[18:]), binary.LittleEndian.Uint32(h[22:])
	e = entry{flags: word(6), method: word(8), sum: binary.LittleEndian.Uint32(h[14:]), packed: int64(packed)}
	e.summed = e.flags&8 == 0
	text := make([]byte, int(word(26))+int(word(28)))
	if _, err := io.ReadFull(in, text); err != nil {
		return e, err
	}
	e.name = string(text[:word(26)])
	if packed == 1<<32-1 {
		e.packed = packedSize64(text[word(26):], size == 1<<32-1)
	}
	if e.flags&8 != 0 && packed == 0 {
		e.packed = -1
	}
	return e, nil
}

// packedSize64 finds the packed size in the extra fields, behind the unpacked one if that is there too; -1 if not.
func packedSize64(extra []byte, both bool) int64 {
	for len(extra) >= 4 {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; n > len(extra) {
			break
		}
		field := extra[:n]
		if extra = extra[n:]; id != 1 {
			continue
		}
		if both && len(field) >= 16 {
			field = field[8:]
		}
		if len(field) >= 8 {
			return max(-1, int64(binary.LittleEndian.Uint64(field)))
		}
	}
	return -1
}
