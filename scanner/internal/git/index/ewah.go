package index

import (
	"encoding/binary"
	"math/bits"
)

// parseEWAH parses a bitmap as git compresses it (gitformat-bitmap(5)), and returns what follows it. Words that are all
// equal are written as one count, so that a few bytes can claim 2^38 bits: the positions that are set must be below a limit.
func parseEWAH(data []byte, limit int) (set []int, rest []byte, err error) {
	const head, trailer = 8, 4 // the number of bits and of words before them, and the position of the last marker after them
	if len(data) < head+trailer {
		return nil, nil, errDamaged
	}
	size := int64(binary.BigEndian.Uint32(data[4:])) * 8
	if data = data[head:]; size > int64(len(data)-trailer) {
		return nil, nil, errDamaged
	}
	words, rest := data[:size], data[size+trailer:]
	at := uint64(0) // position of the next bit
	for len(words) > 0 {
		marker := binary.BigEndian.Uint64(words)
		ones, run, literals := marker&1 == 1, marker>>1&(1<<32-1)*64, marker>>33
		words = words[8:]
		if literals > uint64(len(words)/8) || ones && at+run > uint64(limit) {
			return nil, nil, errDamaged
		}
		for i := at; ones && i < at+run; i++ {
			set = append(set, int(i))
		}
		at += run
		for ; literals > 0; literals-- {
			for word := binary.BigEndian.Uint64(words); word != 0; word &= word - 1 {
				i := at + uint64(bits.TrailingZeros64(word))
				if i >= uint64(limit) {
					return nil, nil, errDamaged
				}
				set = append(set, int(i))
			}
			at, words = at+64, words[8:]
		}
	}
	return set, rest, nil
}
