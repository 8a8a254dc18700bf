package archive

import (
	"bytes"
	"strconv"

	"github.com/akguard/akguard/rules/literal"
)

// kind is what a content is, by its bytes.
type kind int

const (
	none     kind = iota
	zipped        // a zip, maybe behind something else, such as a program that unpacks it
	maybeZip      // a content of which the beginning holds one of a zip, and the end is not known
	tarred
	gzipped
	xzipped
	zstandard
	bzipped
	sevenZipped
	foreign // a kind that this package cannot open
)

// magic is how archives of a kind begin.
type magic struct {
	text string
	kind kind
}

var magics = [...]magic{
	{"PK\x03\x04", zipped},
	{"PK\x05\x06", zipped},
	{"\x1f\x8b\x08", gzipped},
	{"\xfd7zXZ\x00", xzipped},
	{"\x28\xb5\x2f\xfd", zstandard},
	{"1AY&SY", bzipped}, // behind BZh and a digit
	{"7z\xbc\xaf\x27\x1c", sevenZipped},
	{"Rar!\x1a\x07", foreign},
}

const longestMagic = 6

// Magics returns byte strings of which at least one is in every archive that this package opens, save a tar: that one
// holds its members as they are, so that whatever is of interest in them is in its own bytes too.
func Magics() []string {
	out := make([]string, len(magics))
	for i, m := range magics {
		out[i] = m.text
	}
	return out
}

// newSearcher makes what finds any of the magics in a content.
func newSearcher() *literal.Searcher {
	searcher, err := literal.Compile(Magics())
	if err != nil {
		panic(err) // the magics are constants
	}
	return searcher
}

// kindOf tells what a content is, from all of it or its beginning.
func kindOf(b []byte, whole bool) kind {
	if k := kindByMagic(b); k != none {
		return k
	}
	switch {
	case isTar(b):
		return tarred
	case whole && hasDirectory(b):
		return zipped
	case !whole && bytes.Contains(b, []byte(magics[0].text)):
		return maybeZip
	}
	return none
}

func kindByMagic(b []byte) kind {
	for _, m := range magics {
		if m.kind != bzipped && bytes.HasPrefix(b, []byte(m.text)) {
			return m.kind
		}
	}
	switch {
	case len(b) >= 10 && string(b[:3]) == "BZh" && string(b[4:10]) == "1AY&SY":
		return bzipped
	case len(b) >= 8 && b[0]&0xf0 == 0x50 && string(b[1:4]) == "\x2a\x4d\x18": // a frame to skip, before the others
		return zstandard
	}
	return none
}

const tarBlock = 512

// isTar reports whether b begins with a tar header. Old ones have no magic; all have a checksum, in which the checksum
// itself counts as spaces.
func isTar(b []byte) bool {
	if len(b) < tarBlock || b[0] == 0 {
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
	for i, c := range b[:tarBlock] {
		if i < 148 || i >= 156 {
			sum += uint64(c)
		}
	}
	return sum == want
}
