// Package tarfile recognizes tar archives and collects the bytes between their members: headers hold comments and
// extended attributes, which are text too.
//
// Limits: it does not parse headers; archive/tar does.
package tarfile

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"

	"github.com/akguard/akguard/scanner/internal/archive/codec"
)

// BlockSize is the size of a tar block.
const BlockSize = 512

// Is reports whether b begins with a tar header. Old headers have no magic; every header has a checksum, for which the
// checksum field itself counts as spaces.
func Is(b []byte) bool {
	if len(b) < BlockSize || b[0] == 0 {
		return false
	}
	if string(b[257:262]) == "ustar" {
		return true
	}
	for _, c := range b[148:156] {
		if (c < '0' || c > '7') && c != ' ' && c != 0 {
			return false // nearly all content ends here
		}
	}
	want, err := strconv.ParseUint(string(bytes.Trim(b[148:156], " \x00")), 8, 32)
	if err != nil {
		return false
	}
	sum := uint64(8 * ' ')
	for i, c := range b[:BlockSize] {
		if i < 148 || i >= 156 {
			sum += uint64(c)
		}
	}
	return sum == want
}

// Input is the reader below a tar.Reader. It collects what is not a member's content.
type Input struct {
	counter codec.Counter
	buf     *bufio.Reader
	used    int64
	headers []byte

	// InMember says that the content of a member is being read, which is not collected.
	InMember bool
}

// NewInput returns the input of a tar.
func NewInput(ctx context.Context, in io.Reader) *Input {
	t := &Input{counter: codec.Counter{Ctx: ctx, In: in}}
	t.buf = bufio.NewReaderSize(&t.counter, 64<<10)
	return t
}

// Read implements io.Reader.
func (t *Input) Read(b []byte) (int, error) {
	n, err := t.buf.Read(b)
	if t.used += int64(n); !t.InMember {
		t.headers = append(t.headers, bytes.TrimRight(b[:n], "\x00")...)
	}
	return n, err
}

// Used is how many bytes were read.
func (t *Input) Used() int64 { return t.used }

// TakeHeaders returns the bytes collected since the last call if there are more than atLeast, and otherwise nil. They
// are valid until the next read.
func (t *Input) TakeHeaders(atLeast int) []byte {
	if len(t.headers) <= atLeast {
		return nil
	}
	taken := t.headers
	t.headers = t.headers[:0]
	return taken
}

// Next skips the zeros at the end of a tar, and reports whether another tar follows.
func (t *Input) Next() (bool, error) {
	for {
		block, err := t.buf.Peek(BlockSize)
		if len(bytes.Trim(block, "\x00")) > 0 {
			return Is(block), nil
		}
		if _, _ = t.buf.Discard(len(block)); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return false, err
		}
	}
}

// Rest returns what is left, or nil at the end.
func (t *Input) Rest() io.Reader {
	if _, err := t.buf.Peek(1); err != nil {
		return nil
	}
	return t.buf
}
