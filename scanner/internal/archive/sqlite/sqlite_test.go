package sqlite_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/archive/sqlite"
)

const page = 4096

// varint encodes a number as SQLite does.
func varint(n int) []byte {
	if n < 128 {
		return []byte{byte(n)}
	}
	return append(varintHigh(n>>7), byte(n&127))
}

func varintHigh(n int) []byte {
	if n < 128 {
		return []byte{byte(n) | 128}
	}
	return append(varintHigh(n>>7), byte(n&127)|128)
}

// record encodes a row of texts, after an integer.
func record(columns ...string) []byte {
	types, values := []byte{1}, []byte{7}
	for _, c := range columns {
		types, values = append(types, varint(13+2*len(c))...), append(values, c...)
	}
	return append(append(varint(len(types)+1), types...), values...)
}

// database makes a file with a page of schema, one leaf of rows, and the overflow pages of a row that does not fit.
func database(rows ...[]byte) []byte {
	out := make([]byte, 2*page)
	copy(out, sqlite.Magic)
	binary.BigEndian.PutUint16(out[16:], page)
	leaf, end := out[page:], page
	leaf[0] = 0x0d
	var overflow []byte
	for i, row := range rows {
		cell := append(varint(len(row)), varint(i+1)...)
		if most := page - 35; len(row) <= most {
			cell = append(cell, row...)
		} else {
			least := (page-12)*32/255 - 23
			here := least + (len(row)-least)%(page-4)
			if here > most {
				here = least
			}
			cell = binary.BigEndian.AppendUint32(append(cell, row[:here]...), uint32(3+len(overflow)/page))
			for rest := row[here:]; len(rest) > 0; {
				n := min(len(rest), page-4)
				next := 4 + len(overflow)/page
				if n == len(rest) {
					next = 0
				}
				overflow = append(binary.BigEndian.AppendUint32(overflow, uint32(next)), rest[:n]...)
				overflow = append(overflow, make([]byte, page-4-n)...)
				rest = rest[n:]
			}
		}
		end -= len(cell)
		copy(leaf[end:], cell)
		binary.BigEndian.PutUint16(leaf[8+2*i:], uint16(end))
	}
	binary.BigEndian.PutUint16(leaf[3:], uint16(len(rows)))
	return append(out, overflow...)
}

func read(t testing.TB, db []byte) string {
	t.Helper()
	r, err := sqlite.NewReader(bytes.NewReader(db), int64(len(db)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestRows(t *testing.T) {
	long := strings.Repeat("0123456789", 1300)
	db := database(record("oss.ak", "an ID"), record("oss.sk", "a secret"), record(long, "behind it"))
	want := "\toss.ak\tan ID\n\toss.sk\ta secret\n\t" + long + "\tbehind it\n"
	if got := read(t, db); got != want {
		t.Errorf("read %q, want %q", got, want)
	}
}

func TestDamaged(t *testing.T) {
	for _, head := range [][]byte{nil, []byte(sqlite.Magic), make([]byte, 200)} {
		if _, err := sqlite.NewReader(bytes.NewReader(head), int64(len(head))); !errors.Is(err, sqlite.ErrHeader) {
			t.Errorf("%d bytes: the error is %v", len(head), err)
		}
	}
	db := database(record(strings.Repeat("x", 20000)))
	binary.BigEndian.PutUint32(db[2*page:], 3) // a chain of overflow pages that is a circle
	if got := read(t, db); len(got) < 400 || len(got) > 30_000 {
		t.Errorf("a circle of overflow pages gives %d bytes", len(got))
	}
	if got := read(t, db[:2*page+100]); len(got) > 5000 {
		t.Errorf("a file that is cut gives %d bytes", len(got))
	}
}

func FuzzRows(f *testing.F) {
	f.Add(database(record("a", "b"), record(strings.Repeat("x", 9000))))
	f.Fuzz(func(t *testing.T, db []byte) {
		r, err := sqlite.NewReader(bytes.NewReader(db), int64(len(db)))
		if err != nil {
			return
		}
		if n, err := io.Copy(io.Discard, io.LimitReader(r, 64<<20)); err != nil || r.Consumed() > int64(len(db)) {
			t.Errorf("%d bytes, %v; %d of %d consumed", n, err, r.Consumed(), len(db))
		}
	})
}
