package decode

const noHex = 0xff

// nibble is the value of each hexadecimal digit.
var nibble = func() (t [256]byte) {
	for i := range t {
		t[i] = noHex
	}
	for i, c := range []byte("0123456789abcdef") {
		t[c] = byte(i)
	}
	for i, c := range []byte("ABCDEF") {
		t[c] = byte(10 + i)
	}
	return t
}()

// hexDigits reports whether chars are whole bytes in hexadecimal, and the length of their prefix 0x.
func hexDigits(chars []byte) (prefix int, ok bool) {
	if chars[0] == '0' && (chars[1] == 'x' || chars[1] == 'X') {
		prefix = 2
	}
	for _, c := range chars[prefix:] {
		if nibble[c] == noHex {
			return 0, false
		}
	}
	return prefix, len(chars)%2 == 0
}

func decode16(dst, chars []byte) []byte {
	for ; len(chars) >= 2; chars = chars[2:] {
		dst = append(dst, nibble[chars[0]]<<4|nibble[chars[1]])
	}
	return dst
}

// number reads up to size hexadecimal digits and returns how many there were.
func number(digits []byte, size int) (n rune, read int) {
	for read < min(size, len(digits)) && nibble[digits[read]] != noHex {
		n = n<<4 | rune(nibble[digits[read]])
		read++
	}
	return n, read
}
