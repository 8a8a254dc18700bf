package pair

import "bytes"

// table is the header of a content that is a table of separated values, such as the CSV that the console gives out. The
// zero table is none.
type table struct {
	separator byte
	secret    []bool // of each column: its name says that it holds secrets
}

// How long a header and a row can be, in bytes.
const (
	maxHeader = 1 << 10
	maxRow    = 4 << 10
)

// tableOf reads the header of a content. It is one only if it names secrets.
func tableOf(content []byte) table {
	head, _, found := bytes.Cut(content[:min(len(content), maxHeader)], []byte{'\n'})
	if !found {
		return table{}
	}
	for _, separator := range []byte(",;\t|") {
		cells := bytes.Split(bytes.ToLower(head), []byte{separator})
		if len(cells) < 3 {
			continue
		}
		t, any := table{separator: separator}, false
		for _, cell := range cells {
			named := bytes.Contains(cell, []byte("secret"))
			t.secret, any = append(t.secret, named), any || named
		}
		if any {
			return t
		}
	}
	return table{}
}

// tells reports whether the header says what stands at an offset of a line, and whether it is a secret. Quoted
// separators count too: who quotes them does so in every row.
func (t table) tells(content []byte, at int) (known, secret bool) {
	if t.secret == nil {
		return false, false
	}
	line := content[max(0, at-maxRow):at]
	line = line[bytes.LastIndexByte(line, '\n')+1:]
	column := bytes.Count(line, []byte{t.separator})
	if column >= len(t.secret) {
		return false, false
	}
	return true, t.secret[column]
}
