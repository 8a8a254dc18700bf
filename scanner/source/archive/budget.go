package archive

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
)

// budget is what an outermost archive has used up.
type budget struct {
	members int
	bytes   int64
	held    int64
	spent   bool // nothing more is unpacked
	large   bool // holds the token of opener.large
}

// smallHeld is the memory that an archive takes without asking.
const smallHeld = 16 << 20

// ratioFrom is the unpacked size from which a ratio is looked at: small members of one byte repeated do no harm.
const ratioFrom = 16 << 20

func (o *opening) tooMany() refusal {
	return refusal(fmt.Sprintf("holds more than %d members, and the rest were not read: unpack it and scan what it holds", o.opts.MaxMembers))
}

func (o *opening) tooLarge() refusal {
	return refusal(fmt.Sprintf("unpacks to more than %s, and the rest was not read: unpack it and scan what it holds", size(o.opts.MaxBytes)))
}

func (o *opening) tooDense() refusal {
	return refusal(fmt.Sprintf("unpacks to more than %d times its size, as a bomb does, and the rest was not read: "+
		"if it is meant to, unpack it and scan the result", o.opts.MaxRatio))
}

func (o *opening) tooHeavy() refusal {
	return refusal(fmt.Sprintf("needs more than %s of memory to be read: unpack it and scan what it holds", size(o.opts.MaxHeld)))
}

func size(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}

// reserve takes memory until it is released. Whoever needs much waits for the others who do; it cannot wait for itself,
// as it takes the token once.
func (o *opening) reserve(n int64) error {
	if n > o.opts.MaxHeld-o.budget.held {
		return o.tooHeavy()
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

// memory is what one decompressor has reserved.
type memory struct {
	o *opening
	n int64
}

// grow makes sure that n bytes are reserved.
func (m *memory) grow(n int64) error {
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

// left is how much more could be reserved, with what is.
func (m *memory) left() int64 { return m.o.opts.MaxHeld - m.o.budget.held + m.n }

// counter counts the packed bytes that go into a decompressor, and stops it when the context ends: it may read on and
// on without ever giving anything out, as of empty gzip files one after the other.
type counter struct {
	ctx context.Context
	in  io.Reader
	n   int64
}

// Read implements io.Reader.
func (c *counter) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.in.Read(b)
	c.n += int64(n)
	return n, err
}

// meter reads what is unpacked and keeps to the caps. To its reader an archive that goes wrong just ends, so that a
// sink scans what there is; err says what went wrong. Errors of the context and of the source are passed on.
type meter struct {
	o      *opening
	in     io.Reader
	packed func() int64 // the bytes that in has been unpacked from
	stored bool         // they are no unpacking, and only what comes on top counts: holes
	sum    hash.Hash32  // what in adds up to, or nil
	want   uint32       // should it add up to

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
	err = guard(func() error {
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

// end ends reading.
func (m *meter) end(err error) error {
	m.ended = true
	if fatal := m.o.fatal(); fatal != nil {
		return fatal
	}
	switch {
	case !errors.Is(err, io.EOF):
		m.err = err
	case m.sum != nil && m.sum.Sum32() != m.want:
		m.err = errors.New("wrong checksum")
	}
	if m.err != nil {
		m.o.cut++
	}
	return io.EOF
}

// limit counts n more bytes.
func (m *meter) limit(n int) error {
	if m.idle++; n > 0 {
		m.idle = 0
	}
	if m.idle > 100 {
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

// guard calls a library on content that may be made to hurt it. A panic there is an error of the archive: one bad file
// must not end the scan of all others.
func guard(call func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("its decoder gave up: %v", r)
		}
	}()
	return call()
}
