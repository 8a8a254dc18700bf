package archive

import (
	"encoding/binary"
	"math/bits"
	"strings"
)

// foreignFormats are the archives that are recognized and not opened. Looks judges by the beginning, because some magics are
// too short to be sure.
var foreignFormats = [...]struct {
	name, magic string
	looks       func(b []byte) bool
}{
	{"rar", "Rar!\x1a\x07", nil},
	{"lz4", "\x04\x22\x4d\x18", nil},
	{"lz4", "\x02\x21\x4c\x18", nil}, // the old format, of Linux kernels
	{"cpio", "07070", isCpio},
	{"lzma", "\x5d\x00\x00", isLzma},
}

// foreignName returns the name of the foreign format of a content; "" if it has none.
func foreignName(b []byte) string {
	for _, f := range foreignFormats {
		if strings.HasPrefix(string(b[:min(len(b), len(f.magic))]), f.magic) && (f.looks == nil || f.looks(b)) {
			return f.name
		}
	}
	return ""
}

// isCpio reports whether content begins with a header of cpio: the older one of 76 octal digits, or the newer one of 110
// hex digits. The binary one is from the seventies and has no magic to speak of.
func isCpio(b []byte) bool {
	digits, size := "0123456789abcdefABCDEF", 110
	if len(b) > 5 && b[5] == '7' {
		digits, size = "01234567", 76
	} else if len(b) < 6 || b[5] != '1' && b[5] != '2' {
		return false
	}
	return len(b) >= size && strings.Trim(string(b[:size]), digits) == ""
}

// isLzma reports whether content begins with a header of lzma, which has no magic. Like xz, it accepts the properties that
// all encoders write, dictionaries of 2^n or 2^n + 2^(n-1) bytes, and sizes below 256 GiB.
func isLzma(b []byte) bool {
	if len(b) < 14 || b[0] != 0x5d || b[13] != 0 { // the first byte of the range coder
		return false
	}
	dict, size := binary.LittleEndian.Uint32(b[1:]), binary.LittleEndian.Uint64(b[5:])
	ones := bits.OnesCount32(dict)
	plausible := ones == 1 || ones == 2 && bits.Len32(dict)-bits.TrailingZeros32(dict) == 2
	return plausible && dict >= 1<<12 && (size == 1<<64-1 || size < 1<<38)
}
