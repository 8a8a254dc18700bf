package reftable

import (
	"bytes"
	"errors"
	"hash/crc32"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/inflate"
)

// The types of blocks.
const (
	refBlock    = 'r'
	objectBlock = 'o'
	indexBlock  = 'i'
	logBlock    = 'g'
)

const (
	blockHead  = 4 // the type and the length
	footerTail = 44
	// expansion limits what the names and the compressed logs of a table expand to, as a multiple of its size. Real
	// logs expand fifteenfold at most: two of three bytes are IDs.
	expansion    = 64
	smallTable   = 16 << 10 // tables count as at least this large
	maxExpansion = 256 << 20
)

var (
	errHeader    = reason.NewError("git.reftable-header")
	errFooter    = reason.NewError("git.reftable-footer")
	errExpansion = reason.NewError("git.reftable-expansion")
	errBlock     = errors.New("damaged block")
)

// table is one reftable. Its blocks are of one section after the other: refs, their index, objects, their index, logs
// and their index.
type table struct {
	path      string
	format    object.Format
	data      []byte // up to the footer
	header    int    // its size
	blockSize int    // to which blocks are aligned; 0 if they are not
	logs      int    // where the logs begin; 0 if the footer does not say
	refsEnd   int    // where the refs and the lower levels of their index end; -1 if the footer does not say
}

// hashIDs are git's names for the object formats in the header of version 2. Tables of version 1 are SHA-1.
var hashIDs = [...]string{object.SHA1: "sha1", object.SHA256: "s256"}

// parse reads the header and the footer. It returns a table with an error if only the footer is damaged, which is not
// needed to read the blocks.
func parse(data []byte, f object.Format) (*table, error) {
	if len(data) < 24 || string(data[:4]) != "REFT" {
		return nil, errHeader
	}
	hash := hashIDs[object.SHA1]
	t := &table{format: f, header: 24, blockSize: be24(data[5:]), refsEnd: -1}
	switch version := data[4]; version {
	case 1:
	case 2:
		t.header = 28
		if len(data) < t.header {
			return nil, errHeader
		}
		hash = string(data[24:28])
	default:
		return nil, reason.NewError("git.reftable-version", int(version))
	}
	if hash != hashIDs[f] {
		return nil, reason.NewError("git.reftable-hash", printable(hash))
	}
	end := len(data) - t.header - footerTail
	if end < t.header {
		t.data = data
		return t, errFooter
	}
	t.data = data[:end]
	footer := data[end:]
	sum := len(footer) - 4
	if !bytes.Equal(footer[:t.header], data[:t.header]) || crc32.ChecksumIEEE(footer[:sum]) != be32(footer[sum:]) {
		t.data = data // a table that was cut has no footer
		return t, errFooter
	}
	t.sections(footer[t.header:])
	return t, nil
}

// sections reads from the footer where the logs begin and the refs end. If a section is missing, its position is 0.
func (t *table) sections(footer []byte) {
	position := func(at, shift int) int { return int(min(be64(footer[at:])>>shift, uint64(len(t.data)))) }
	t.logs = position(24, 0)
	t.refsEnd = len(t.data)
	for _, section := range []int{t.logs, position(8, 5), position(0, 0)} { // the objects share a number with the length of their IDs
		if section > t.header {
			t.refsEnd = section
		}
	}
	if t.logs <= t.header && len(t.data) > t.header && t.data[t.header] == logBlock {
		t.refsEnd = 0 // a table of logs alone
	}
}

func printable(hash string) string {
	return string(bytes.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, []byte(hash)))
}

// walker reads the blocks of a table. It continues after damage where it can and keeps the first error.
type walker struct {
	*table
	kind     byte // of the blocks to read
	visit    func(*record) bool
	stopped  bool // by visit
	err      error
	inflater inflate.Decoder
	buffer   []byte
	names    int // bytes that names may still take
	inflated int // bytes that logs may still take
}

// walk visits the records in the blocks of a kind until visit returns false.
func (t *table) walk(kind byte, visit func(*record) bool) error {
	room := min(max(len(t.data), smallTable)*expansion, maxExpansion)
	w := walker{table: t, kind: kind, visit: visit, names: room, inflated: room}
	start := 0
	if kind == logBlock && t.logs > t.header {
		start = t.logs
	}
	for start < len(t.data) && !w.stopped {
		next, err := w.block(start)
		switch {
		case errors.Is(err, errExpansion):
			w.fail(err)
			return w.err
		case err != nil:
			w.fail(reason.NewError("git.reftable-block", start))
		}
		if next <= start {
			if next = t.afterDamage(start, kind); next <= start {
				break
			}
		}
		start = next
	}
	return w.err
}

func (w *walker) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// afterDamage returns where reading continues after a block of unknown length: at the next aligned block. Blocks of logs are
// not aligned, so it returns 0 for them.
func (t *table) afterDamage(start int, kind byte) int {
	if t.blockSize == 0 || kind == logBlock {
		return 0
	}
	return (start/t.blockSize + 1) * t.blockSize
}

// block reads the block at start and returns where the next begins, or 0 if that is unknown or nothing of the kind
// follows. Lengths and offsets in the first block count from the start of the file.
func (w *walker) block(start int) (next int, err error) {
	at := start
	if start == 0 {
		at = w.header
	}
	data := w.data[at:]
	if len(data) == 0 || w.refsEnd < 0 && data[0] == 'R' {
		return len(w.data), nil // a table without records, or a footer that is already reported
	}
	if len(data) < blockHead {
		return 0, errBlock
	}
	kind, size := data[0], be24(data[1:])-(at-start)
	misplaced := w.refsEnd >= 0 && (start < w.refsEnd) != (kind == refBlock || kind == indexBlock && start < w.refsEnd)
	switch {
	case kind == logBlock && w.kind != logBlock && !misplaced:
		return len(w.data), nil // logs are the last section
	case size < blockHead:
		return 0, errBlock
	case kind == logBlock && w.kind == logBlock:
		return w.logBlock(start, at, size)
	case kind != refBlock && kind != objectBlock && kind != indexBlock, size > len(data):
		return 0, errBlock
	}
	if kind == w.kind {
		err = w.records(data[blockHead:size], at-start+blockHead)
	}
	if misplaced || kind == indexBlock && start < w.refsEnd && !isIndex(data[blockHead:size], at-start+blockHead) {
		err = errBlock
	}
	return w.skipPadding(at + size), err
}

// logBlock inflates a block of logs. Its size is that of its content and of its head.
func (w *walker) logBlock(start, at, size int) (next int, err error) {
	size -= blockHead
	if w.inflated -= size; w.inflated < 0 {
		return 0, errExpansion
	}
	content, consumed, err := w.inflater.Zlib(w.buffer, w.data[at+blockHead:], size)
	if err != nil {
		return 0, errBlock
	}
	w.buffer = content
	return w.skipPadding(at + blockHead + consumed), w.records(content, at-start+blockHead)
}

// skipPadding returns where the block after zero bytes begins. No block begins with one.
func (w *walker) skipPadding(at int) int {
	for at < len(w.data) && w.data[at] == 0 {
		at++
	}
	return at
}
