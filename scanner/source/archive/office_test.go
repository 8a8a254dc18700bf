package archive_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/archive"
	"github.com/akguard/akguard/scanner/source/files"
)

// TestOffice has a key in a document whose editor has cut it into runs: in a small part, which is held, and in a large one, which
// is a stream.
func TestOffice(t *testing.T) {
	next := planted.Keys(2)
	for name, filler := range map[string]int{"small": 0, "large": 40_000} {
		key := next()
		var part strings.Builder
		part.WriteString(`<?xml version="1.0"?><w:document><w:body>`)
		part.WriteString(strings.Repeat(`<w:p><w:r><w:t>nothing of interest</w:t></w:r></w:p>`, filler))
		for line := range strings.Lines(key.Text()) {
			part.WriteString("<w:p>")
			for i, c := range strings.TrimRight(line, "\n") {
				if i%7 == 0 {
					part.WriteString(`<w:r><w:t xml:space="preserve">`)
				}
				part.WriteRune(c)
				if i%7 == 6 {
					part.WriteString(`</w:t></w:r><w:proofErr w:type="spellEnd"/>`)
				}
			}
			part.WriteString("</w:p>")
		}
		var doc bytes.Buffer
		w := zip.NewWriter(&doc)
		member, err := w.Create("word/document.xml")
		if err == nil {
			_, err = fmt.Fprint(member, part.String(), `</w:body></w:document>`)
		}
		if err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		report := planted.Scan(t, []scanner.Source{archive.In(files.NewReader(bytes.NewReader(doc.Bytes())), archive.Options{})}, nil)
		if report.Of(key) == nil || len(report.Skips) > 0 {
			t.Errorf("%s: the key is not found; skips %v", name, report.Skips)
		}
	}
}

// TestEncryptedOffice names an encrypted document, and not an old one.
func TestEncryptedOffice(t *testing.T) {
	wide := func(name string) (out []byte) {
		for _, c := range name {
			out = append(out, byte(c), 0)
		}
		return out
	}
	for name, want := range map[string]int{"EncryptedPackage": 1, "WordDocument": 0} {
		// The directory is in the sector that the header names, far behind what is read first.
		content := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 3<<20)...)
		content[30], content[48], content[49] = 9, 0x00, 0x14
		copy(content[(0x1400+1)<<9:], wide(name))
		report := planted.Scan(t, []scanner.Source{archive.In(files.NewReader(bytes.NewReader(content)), archive.Options{})}, nil)
		if len(report.Skips) != want {
			t.Errorf("%s: skips %v", name, report.Skips)
		}
	}
}
