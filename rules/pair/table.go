package pair

import "bytes"

// table is the header of a content that is a table of separated values, such as the CSV file that the console hands out.
// The zero table has no columns.
type table struct {
	separator byte
	secret    []bool // of each column: whether its name says that it holds secrets
}

// How long a header and a row can be, in bytes.
const (
	maxHeader = 1 << 10
	maxRow    = 4 << 10
)

// tableOf reads the header of a content. A first line is a header only if it names secrets.
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

// column reports whether the header names the column at an offset, and whether that column holds secrets. Quoted
// separators count too: where one row quotes them, every row does.
func (t table) column(content []byte, at int) (known, secret bool) {
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
