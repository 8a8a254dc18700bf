package seen

import "encoding/binary"

// Read is how much was read of an object: the bytes, the pieces of content (members of archives included), and whether it is
// a commit. It is packed, because there are millions: a bit for the commit, 19 for the pieces, and the rest for the bytes.
type Read uint64

const (
	piecesBits = 19
	bytesShift = piecesBits + 1
)

// NewRead returns a Read. ok is false if the numbers are too large for one.
func NewRead(size, pieces int64, commit bool) (r Read, ok bool) {
	if size < 0 || size >= 1<<(64-bytesShift) || pieces < 0 || pieces >= 1<<piecesBits {
		return 0, false
	}
	r = Read(size)<<bytesShift | Read(pieces)<<1
	if commit {
		r |= 1
	}
	return r, true
}

// Bytes returns the number of bytes.
func (r Read) Bytes() int64 { return int64(r >> bytesShift) }

// Pieces returns the number of pieces of content.
func (r Read) Pieces() int64 { return int64(r >> 1 & (1<<piecesBits - 1)) }

// Commits is 1 for a commit, and otherwise 0.
func (r Read) Commits() int64 { return int64(r & 1) }

// The forms of a Read in the file, in the two lowest bits of a number whose others are its bytes. Most are blobs of one piece.
const (
	formNone   = iota // no pieces
	formBlob          // one piece
	formCommit        // a commit without pieces
	formOther         // the Read itself follows
)

func appendReads(out []byte, list []Read) []byte {
	for _, r := range list {
		form := uint64(formOther)
		switch r & (1<<bytesShift - 1) {
		case 0:
			form = formNone
		case 1 << 1:
			form = formBlob
		case 1:
			form = formCommit
		}
		if form == formOther {
			out = binary.AppendUvarint(out, formOther)
			out = binary.AppendUvarint(out, uint64(r))
		} else {
			out = binary.AppendUvarint(out, uint64(r.Bytes())<<2|form)
		}
	}
	return out
}

// parseReads reads n Reads, which must be all of the data.
func parseReads(data []byte, n int) ([]Read, bool) {
	out := make([]Read, n)
	for i := range out {
		v, size := binary.Uvarint(data)
		if size <= 0 {
			return nil, false
		}
		data = data[size:]
		switch r := Read(v >> 2 << bytesShift); v & 3 {
		case formNone:
			out[i] = r
		case formBlob:
			out[i] = r | 1<<1
		case formCommit:
			out[i] = r | 1
		default:
			if v, size = binary.Uvarint(data); size <= 0 {
				return nil, false
			}
			data, out[i] = data[size:], Read(v)
		}
	}
	return out, len(data) == 0
}
