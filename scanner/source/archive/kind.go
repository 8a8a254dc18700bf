package archive

import (
	"bytes"

	"github.com/akguard/akguard/rules/literal"
	"github.com/akguard/akguard/scanner/internal/archive/office"
	"github.com/akguard/akguard/scanner/internal/archive/pdf"
	"github.com/akguard/akguard/scanner/internal/archive/sevenzip"
	"github.com/akguard/akguard/scanner/internal/archive/sqlite"
	"github.com/akguard/akguard/scanner/internal/archive/tarfile"
	"github.com/akguard/akguard/scanner/internal/archive/xz"
	"github.com/akguard/akguard/scanner/internal/archive/zipfile"
)

// kind is the kind of archive that a content is, judged by its bytes.
type kind int

const (
	none     kind = iota
	zipped        // a zip, perhaps after something else, such as a program that unpacks it
	maybeZip      // the known beginning contains the magic of a zip, and the end is not known
	tarred
	gzipped
	xzipped
	zstandard
	bzipped
	sevenZipped
	sqliteDatabase
	pdfDocument
	compound // a document of an older office program, or an encrypted one
	gitPack
	gitBundle
	foreign // recognized, but not supported
)

// magic is a byte string at the beginning of a kind of archive.
type magic struct {
	text string
	kind kind
}

var magics = [...]magic{
	{zipfile.MagicMember, zipped},
	{zipfile.MagicEnd, zipped},
	{"\x1f\x8b\x08", gzipped},
	{xz.Magic, xzipped},
	{"\x28\xb5\x2f\xfd", zstandard},
	{"1AY&SY", bzipped}, // after BZh and a digit
	{sevenzip.Magic, sevenZipped},
	{sqlite.Magic, sqliteDatabase},
	{pdf.Magic, pdfDocument},
	{office.CompoundMagic, compound},
	{packMagic, gitPack},
	{bundleMagic, gitBundle}, // after # v2
}

const longestMagic = 16 // also of the foreign formats

// Magics returns a list of byte strings. Every archive that this package recognizes contains one of them, except a tar: its
// members are not compressed, so what is of interest in them is in the bytes of the tar too.
func Magics() []string {
	var out []string
	for _, m := range magics {
		out = append(out, m.text)
	}
	for _, f := range foreignFormats {
		out = append(out, f.magic)
	}
	return out
}

// newSearcher returns a searcher for the magics.
func newSearcher() *literal.Searcher {
	searcher, err := literal.Compile(Magics())
	if err != nil {
		panic(err) // the magics are constants
	}
	return searcher
}

// kindOf returns the kind of a content, given all of it or its beginning.
func kindOf(b []byte, whole bool) kind {
	if k := kindByMagic(b); k != none {
		return k
	}
	switch {
	case tarfile.Is(b):
		return tarred
	case whole && zipfile.HasDirectory(b):
		return zipped
	case !whole && bytes.Contains(b, []byte(zipfile.MagicMember)):
		return maybeZip
	}
	return none
}

func kindByMagic(b []byte) kind {
	for _, m := range magics {
		if m.kind != bzipped && m.kind != gitBundle && bytes.HasPrefix(b, []byte(m.text)) {
			return m.kind
		}
	}
	switch {
	case len(b) >= 10 && string(b[:3]) == "BZh" && string(b[4:10]) == "1AY&SY":
		return bzipped
	case len(b) >= 8 && b[0]&0xf0 == 0x50 && string(b[1:4]) == "\x2a\x4d\x18": // a skippable frame, before the others
		return zstandard
	case isBundle(b):
		return gitBundle
	case foreignName(b) != "":
		return foreign
	}
	return none
}
