package decode

import "encoding/binary"

// longEnd returns where the next run of at least minWrapped characters of base64 ends, or 0.
func longEnd(content []byte, from int) int { return longEndWith(glance, content, from) }

func longEndWith(glance func(content []byte, from int) int, content []byte, from int) int {
	for {
		at := glance(content, from)
		if at < 0 {
			return 0
		}
		start, end := at, runEnd(content, at)
		for end-start < minWrapped && start > from && inAlphabet(content[start-1]) {
			start--
		}
		if end-start >= minWrapped {
			return end
		}
		from = end
	}
}

// runEnd returns where a run ends. It looks at eight characters at once.
func runEnd(content []byte, at int) int {
	for ; at+8 <= len(content); at += 8 {
		c := (*[8]byte)(content[at:])
		if (sextet[c[0]]|sextet[c[1]]|sextet[c[2]]|sextet[c[3]]|sextet[c[4]]|sextet[c[5]]|sextet[c[6]]|sextet[c[7]])&0x80 != 0 {
			break
		}
	}
	for at < len(content) && inAlphabet(content[at]) {
		at++
	}
	return at
}

// A run of minWrapped characters that begins at or after from has glanced characters at one of the offsets from,
// from+stride, from+2*stride and so on.
const (
	stride  = 32
	glanced = minWrapped - stride
)

// glance returns the first of these offsets at which a long run may be, or -1. The vector code takes whole steps only.
func glance(content []byte, from int) int {
	if steps := (len(content) - from) / stride; vectors && steps > 0 {
		if n := glanceVectors(&alphabet, &content[from], steps); n >= 0 {
			return from + n
		}
		from += steps * stride
	}
	return glanceWords(content, from)
}

// glanceWords is glance without vectors.
func glanceWords(content []byte, from int) int {
	for ; from+glanced <= len(content); from += stride {
		if allInAlphabet((*[glanced]byte)(content[from:])) {
			return from
		}
	}
	return -1
}

// allInAlphabet reports whether all characters are in the alphabet. It looks at two words first: in code and prose, most have a
// space or a punctuation mark.
func allInAlphabet(chars *[glanced]byte) bool {
	first, last := binary.LittleEndian.Uint64(chars[:]), binary.LittleEndian.Uint64(chars[glanced-8:])
	return below(first, '+')|below(last, '+') == 0 && runEnd(chars[:], 0) == glanced
}

// below returns bits if a word has an ASCII byte below limit, which is at most 128. It subtracts from all bytes at once: those
// that are too small borrow their highest bit.
func below(word uint64, limit byte) uint64 {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	return (word - ones*uint64(limit)) &^ word & highs
}

// classes are the tables in which the vector code looks up the halves of a byte: a byte is in the alphabet if the entries of its
// lower and of its upper half have a bit in common. Each table is there twice, for both halves of a vector.
type classes struct{ lower, upper, half [stride]byte }

var alphabet = newClasses()

// newClasses gives each upper half of a byte a bit. A letter has the same lower half in both cases, so 4 and 6 share one.
func newClasses() (c classes) {
	bits := [16]byte{2: 1, 3: 2, 4: 4, 5: 8, 6: 4, 7: 16}
	for b := range 256 {
		if inAlphabet(byte(b)) {
			c.lower[b&15] |= bits[b>>4]
		}
	}
	copy(c.upper[:], bits[:])
	copy(c.upper[16:], bits[:])
	copy(c.lower[16:], c.lower[:16])
	for i := range c.half {
		c.half[i] = 15
	}
	return c
}
