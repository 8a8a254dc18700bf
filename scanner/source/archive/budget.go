package archive

import (
	"errors"
	"hash"
	"hash/crc32"
	"io"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/archive/codec"
)

// budget counts what an outermost archive has used.
type budget struct {
	members int
	bytes   int64
	held    int64
	spent   bool // nothing more is unpacked
	large   bool // holds the token of opener.large
}

// smallHeld is the memory that an archive may hold without the token: large archives wait for each other.
const smallHeld = 16 << 20

// ratioFrom is the unpacked size from which the ratio counts: a small member that is one byte repeated is harmless.
const ratioFrom = 16 << 20

func (o *opening) tooMany() error {
	return codec.Refuse(reason.New("archive.too-many-members", o.opts.MaxMembers))
}

func (o *opening) tooLarge() error {
	return codec.Refuse(reason.New("archive.too-large", size(o.opts.MaxBytes)))
}

func (o *opening) tooDense() error { return codec.Refuse(reason.New("archive.ratio", o.opts.MaxRatio)) }

func (o *opening) tooMuchMemory() error {
	return codec.Refuse(reason.New("archive.memory", size(o.opts.MaxHeld)))
}

func size(n int64) reason.Reason {
	if n >= 1<<20 {
		return reason.New("archive.mebibytes", n>>20)
	}
	return reason.New("archive.bytes", n)
}

// reserve reserves memory. Above smallHeld it waits until no other large archive is open. It cannot wait for itself,
// because an opening takes the token once.
func (o *opening) reserve(n int64) error {
	if n > o.opts.MaxHeld-o.budget.held {
		return o.tooMuchMemory()
	}
	if o.budget.held+n > smallHeld && !o.budget.large {
		select {
		case o.large <- struct{}{}:
			o.budget.large = true
		case <-o.ctx.Done():
			return o.ctx.Err()
		}
	}
	o.budget.held += n
	return nil
}

// memory is what one decompressor has reserved. It implements codec.Memory.
type memory struct {
	o *opening
	n int64
}

// Grow implements codec.Memory.
func (m *memory) Grow(n int64) error {
	if n <= m.n {
		return nil
	}
	if err := m.o.reserve(n - m.n); err != nil {
		return err
	}
	m.n = n
	return nil
}

func (m *memory) release() { m.o.budget.held, m.n = m.o.budget.held-m.n, 0 }

// Exceeded implements codec.Memory.
func (m *memory) Exceeded() error { return m.o.tooMuchMemory() }

// Left implements codec.Memory.
func (m *memory) Left() int64 { return m.o.opts.MaxHeld - m.o.budget.held + m.n }

// meter reads unpacked content and enforces the limits. When an archive turns out to be damaged, its reader sees the end
// of the content, so that the sink scans what there is, and err says what went wrong. Errors of the context and of the
// source are returned.
type meter struct {
	o      *opening
	in     io.Reader
	packed func() int64 // how many packed bytes in has been read from
	stored bool         // in is not compressed: only bytes beyond the packed ones count, those of holes
	sum    hash.Hash32  // of what was read, or nil
	want   uint32       // what sum should be

	n, counted int64
	idle       int
	ended      bool
	err        error
}

func (m *meter) check(sum uint32) { m.sum, m.want = crc32.NewIEEE(), sum }

// Read implements io.Reader.
func (m *meter) Read(b []byte) (n int, err error) {
	if m.ended {
		return 0, io.EOF
	}
	if err := m.o.fatal(); err != nil {
		return 0, err
	}
	err = codec.Guard(func() error {
		n, err = m.in.Read(b)
		return err
	})
	if m.n += int64(n); m.sum != nil {
		m.sum.Write(b[:n])
	}
	if err == nil {
		err = m.limit(n)
	}
	if err == nil {
		return n, nil
	}
	return n, m.end(err)
}

// end ends the content.
func (m *meter) end(err error) error {
	m.ended = true
	if fatal := m.o.fatal(); fatal != nil {
		return fatal
	}
	switch {
	case !errors.Is(err, io.EOF):
		m.err = err
	case m.sum != nil && m.sum.Sum32() != m.want:
		m.err = reason.NewError("archive.checksum")
	}
	if m.err != nil {
		m.o.cut++
	}
	return io.EOF
}

// limit counts n more bytes against the budget.
func (m *meter) limit(n int) error {
	if m.idle++; n > 0 {
		m.idle = 0
	}
	if m.idle > 100 { // as bufio gives up
		return io.ErrNoProgress
	}
	packed, cost := m.packed(), m.n
	if m.stored {
		cost = max(0, m.n-packed)
	}
	if cost > m.counted {
		m.o.budget.bytes += cost - m.counted
		m.counted = cost
	}
	switch {
	case m.o.budget.bytes > m.o.opts.MaxBytes:
		m.o.budget.spent = true
		return m.o.tooLarge()
	case m.n > ratioFrom && m.n/int64(m.o.opts.MaxRatio) > packed:
		return m.o.tooDense()
	}
	return nil
}
