package decode_test

import (
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/decode"
)

// shows reports whether marks show that content must be decoded.
func shows(m *decode.Marks, content string) bool {
	for _, text := range m.Texts() {
		for at := 0; ; at++ {
			i := strings.Index(content[at:], text)
			if i < 0 {
				break
			}
			if at += i; m.Holds([]byte(content), text, at) {
				return true
			}
		}
	}
	return m.Data([]byte(content))
}

// random returns so many random bytes.
func random(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return string(b)
}

// TestMarksInData hides a literal among random bytes, at every alignment and at every place of a line, with line ends of
// every kind.
func TestMarksInData(t *testing.T) {
	t.Parallel()
	m := decode.NewMarks([]string{"LTAI", "STS."})
	r := rand.New(rand.NewPCG(1, 2))
	encodings := map[string]func(string) string{
		"base64": b64, "base64url": b64url, "base64 twice": func(s string) string { return b64(b64(s)) },
		"base64 of UTF-16": func(s string) string { return b64(utf16Text(s, binary.LittleEndian)) },
	}
	for name, encode := range encodings {
		for before := range 120 {
			literal := []string{"LTAI", "STS."}[before%2]
			filler := random(r, 200)
			if strings.Contains(name, "16") {
				filler = strings.Repeat("plain", 40)
			}
			encoded := encode(filler[:before] + literal + filler[before:])
			if !shows(m, encoded) {
				t.Errorf("%s: no mark after %d bytes", name, before)
			}
			for _, end := range []string{"\n", "\r\n", "\n    ", `\n`, `\r\n`, "\" +\n  \""} {
				open := ""
				if strings.Contains(end, `"`) {
					open = `"`
				}
				if !shows(m, open+strings.TrimSuffix(wrapAt(encoded, 44+before, end), end)+open) {
					t.Errorf("%s: no mark after %d bytes, with the line end %q", name, before, end)
				}
			}
		}
	}
}

// wrapAt breaks a text into lines.
func wrapAt(text string, width int, end string) string {
	var b strings.Builder
	for len(text) > width {
		b.WriteString(text[:width] + end)
		text = text[width:]
	}
	return b.String() + text + end
}

// TestAccidentalMarks holds that random data, in which marks occur, is hardly ever decoded for them; nor for a literal in it.
func TestAccidentalMarks(t *testing.T) {
	t.Parallel()
	m := decode.NewMarks([]string{"LTAI", "STS."})
	r := rand.New(rand.NewPCG(3, 4))
	accidents, decoded := 0, 0
	for range 8 {
		data := wrapAt(base64.StdEncoding.EncodeToString([]byte(random(r, 3<<20))), 76, "\n")
		for _, text := range append([]string{"LTAI"}, m.Texts()...) {
			accidents += strings.Count(data, text)
		}
		if shows(m, data) {
			decoded++
		}
		at := 1 << 20
		if data = data[:at] + "LTAI" + data[at:]; m.Holds([]byte(data), "LTAI", at) {
			t.Error("a literal in the middle of data is a reason to decode it")
		}
	}
	if accidents < 8 || decoded > 1 {
		t.Errorf("of 8 pieces of random data, with %d accidental marks, %d are decoded", accidents, decoded)
	}
	for _, content := range []string{"id LTAI", `\u0022LTAI`, "%22LTAI", `nLTAI5t\u0041`, "LTAI\x80", `"LTAI"`, "L: LTAI"} {
		if !m.Holds([]byte(content), "LTAI", strings.Index(content, "LTAI")) {
			t.Errorf("%q need not be decoded", content)
		}
	}
}

// TestNextText compares the search for text with a plain loop over the stretches of text.
func TestNextText(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	pieces := []string{"\x00", "\x80", "é", "中", "😀", "\xe4\xb8", "\xf0\x9f", "\xef\xbf\xbd", "abcdefghij", "some text", "\n", "\t", "\x7f", "\xc0\xaf", "k"}
	for range 50_000 {
		var b []byte
		for n := r.IntN(12); n > 0; n-- {
			if piece := pieces[r.IntN(len(pieces))]; r.IntN(4) > 0 {
				b = append(b, piece...)
			} else {
				b = append(b, random(r, r.IntN(8))...)
			}
		}
		for from := 0; from <= len(b); {
			start, end := decode.NextText(b, from)
			if wantStart, wantEnd := plainNextText(b, from); start != wantStart || end != wantEnd {
				t.Fatalf("%q from %d: [%d,%d), want [%d,%d)", b, from, start, end, wantStart, wantEnd)
			}
			if end == 0 {
				break
			}
			from = end
		}
	}
}

func plainNextText(b []byte, from int) (start, end int) {
	for from < len(b) {
		start, end, ascii := decode.TextSpan(b, from)
		if ascii >= 12 || start == 0 && end == len(b) && ascii >= 8 {
			return start, end
		}
		from = end
	}
	return 0, 0
}

// BenchmarkSplit is the cost of the search for marks that are split, on code and on data.
func BenchmarkSplit(b *testing.B) {
	m := decode.NewMarks([]string{"LTAI", "STS."})
	r := rand.New(rand.NewPCG(7, 8))
	for name, content := range map[string]string{
		"code": strings.Repeat("\tif err := run(ctx, opts); err != nil {\n\t\treturn err\n\t}\n", 1<<14),
		"data": wrapAt(base64.StdEncoding.EncodeToString([]byte(random(r, 1<<20))), 76, "\n"),
	} {
		b.Run(name, func(b *testing.B) {
			data := []byte(content)
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if m.Data(data) {
					b.Fatal("a mark is split")
				}
			}
		})
	}
}

// What is near a literal or a name is decoded only where it can be what it seems to be.
func TestHoldsInContext(t *testing.T) {
	m := decode.NewMarks([]string{"STS."})
	for content, want := range map[string]bool{
		"TOPIC_EXISTS.size(":         false,
		"h1:hSWxHoqTgW2S2qGc0STS.NT": false,
		`"a\U0000000ASTS.NT`:         true,
		`"a\x0ASTS.NT`:               true,
		"xSTS.NT":                    true, // what is before x is unknown
		" xSTS.NT":                   false,
		"lists of STS.NT":            true,
		`%22STS.NT`:                  true,
		`a=\u000aSTS.NT`:             true,
		`a\nSTS.NT`:                  true,
		"%2FSTS.NT":                  true,
		"STS.NT":                     true,
		"use quoted-printable now":   false,
		"Content-Transfer-Encoding: quoted-printable":          true,
		"content-transfer-encoding:\r\n quoted-printable":      true,
		`"Content-Transfer-Encoding": ["quoted-printable"]`:    true,
		"> Content-Transfer-Encoding : quoted-printable":       true,
		`if encoding == "quoted-printable" {`:                  true,
		`if (strcasestr(line, "quoted-printable"))`:            false,
		"Encoding to use: (quoted-printable, 8bit, or base64)": false,
	} {
		text := "STS."
		at := strings.Index(content, text)
		if at < 0 {
			text = "quoted-printable"
			at = strings.Index(content, text)
		}
		if got := m.Holds([]byte(content), text, at); got != want {
			t.Errorf("%s: %v, want %v", content, got, want)
		}
	}
}
