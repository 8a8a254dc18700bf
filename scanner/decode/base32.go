package decode

const noQuintet = 0xff

// quintet is the value of each character in base32, in capitals or in small letters.
var quintet = func() (t [256]byte) {
	for i := range t {
		t[i] = noQuintet
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") {
		t[c] = byte(i)
	}
	for i, c := range []byte("abcdefghijklmnopqrstuvwxyz") {
		t[c] = byte(i)
	}
	return t
}()

var codec32 = codec{8, 5, inBase32, decode32}

// minBase32 is the shortest run that is decoded as base32, in characters: a name in capitals may be as long as a shorter one.
const minBase32 = 24

// in32 reports whether all characters may be base32, all of them in one case.
func in32(chars []byte) bool {
	upper, lower := false, false
	for _, c := range chars {
		if quintet[c] == noQuintet {
			return false
		}
		upper, lower = upper || 'A' <= c && c <= 'Z', lower || 'a' <= c && c <= 'z'
	}
	return upper != lower
}

// decode32 decodes characters of base32, without padding. Bits that are left over are dropped.
func decode32(dst, chars []byte) []byte {
	buffer, n := uint32(0), 0
	for _, c := range chars {
		buffer, n = buffer<<5|uint32(quintet[c]), n+5
		if n >= 8 {
			n -= 8
			dst = append(dst, byte(buffer>>n))
		}
	}
	return dst
}
