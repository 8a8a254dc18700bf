package pdf

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/archive/codec"
)

const value = "LTAI5tABCDEFGHJKMNPQRSTU"

func deflated(text string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

func armored(text string) string {
	out := make([]byte, ascii85.MaxEncodedLen(len(text)))
	return string(out[:ascii85.Encode(out, []byte(text))]) + "~>"
}

// document has streams, each a dictionary and a content.
func document(streams ...string) string {
	var b strings.Builder
	b.WriteString("%PDF-1.4\n")
	for i := 0; i+1 < len(streams); i += 2 {
		fmt.Fprintf(&b, "%d 0 obj\n<< /Length %d %s >>\nstream\n%s\nendstream\nendobj\n", i+1, len(streams[i+1]), streams[i], streams[i+1])
	}
	return b.String() + "trailer << /Size 9 >>\n%%EOF\n"
}

// text returns the text of a document, and an error that names a difference, if there is one between a document in memory and one
// that is not.
func text(doc string) (string, error) {
	held, err := read(doc, []byte(doc))
	streamed, streamErr := read(doc, nil)
	if held != streamed || (err == nil) != (streamErr == nil) {
		return held, fmt.Errorf("in memory %d bytes and error %w, otherwise %d bytes and error %w", len(held), err, len(streamed), streamErr)
	}
	return held, err
}

func read(doc string, whole []byte) (string, error) {
	r, err := NewReader(strings.NewReader(doc), int64(len(doc)), whole)
	if err != nil {
		return "", err
	}
	out, err := io.ReadAll(r)
	return string(out), err
}

// split writes a text as the operators of a page do, in pieces.
func split(text string) string {
	var b strings.Builder
	b.WriteString("BT /F1 12 Tf 72 700 Td [")
	for i, c := range text {
		fmt.Fprintf(&b, "(%c)%d", c, i%30-15)
	}
	return b.String() + "] TJ ET"
}

func TestText(t *testing.T) {
	for name, doc := range map[string]string{
		"plain":             document("", "BT ("+value+") Tj ET"),
		"deflated":          document("/Filter /FlateDecode", deflated("BT ("+value+") Tj ET")),
		"ASCII85":           document("/Filter [/ASCII85Decode /FlateDecode]", armored(deflated("BT ("+value+") Tj ET"))),
		"ASCII85 alone":     document("/Filter /ASCII85Decode", armored("BT ("+value+") Tj ET")),
		"in pieces":         document("/Filter /FlateDecode", deflated(split(value))),
		"on one line":       document("", "BT ("+value[:9]+") Tj 40 0 Td ("+value[9:]+") Tj ET"),
		"hexadecimal":       document("", fmt.Sprintf("BT <%x> Tj ET", value)),
		"escaped":           document("", `BT (\114TAI5t`+value[6:12]+"\\\n"+value[12:]+`) Tj ET`),
		"in an object":      document("/Type /ObjStm /Filter /FlateDecode", deflated("1 0 2 30 << /Title ("+value+") >>")),
		"in a dictionary":   document("/Type /ObjStm /Filter /FlateDecode", deflated(`1 0 2 30 <</Title(\114TAI5t`+value[6:]+`)>>`)),
		"an empty string":   document("", "BT [("+value[:9]+")()<>("+value[9:]+")] TJ ET"),
		"attached":          document("/Type /EmbeddedFile /Filter /FlateDecode", deflated("accessKeyId: "+value)),
		"after damage":      document("/Filter /FlateDecode", "damaged", "/Filter /FlateDecode", deflated("("+value+") Tj")),
		"a wrong length":    strings.Replace(document("/Filter /FlateDecode", deflated("("+value+") Tj")), "/Length ", "/Length 9", 1),
		"CR LF":             strings.ReplaceAll(document("", "("+value+") Tj"), "\n", "\r\n"),
		"with a map":        document("/Filter /FlateDecode", deflated(codes(value, 0x100)), "/Filter /FlateDecode", deflated(cmap(0x100))),
		"with a list":       document("/Filter /FlateDecode", deflated(codes(value, 3)), "", listMap(3)),
		"among other maps":  document("/Filter /FlateDecode", deflated(codes(value, 0x200)), "", cmap(0x100), "", cmap(0x200)),
		"beyond a megabyte": document("/Filter /FlateDecode", deflated(strings.Repeat("(x) Tj T*\n", 104_857)+"BT ("+value+") Tj ET")),
	} {
		got, err := text(doc)
		if damaged := strings.Contains(name, "damage"); (err != nil) != damaged || !strings.Contains(got, value) {
			t.Errorf("%s: %v: %.300q", name, err, got)
		}
	}
}

// codes writes a text as codes of two bytes, which begin at a number.
func codes(text string, first int) string {
	var b strings.Builder
	b.WriteString("BT [")
	for _, c := range text {
		fmt.Fprintf(&b, "<%04x>-20", first+int(c)-' ')
	}
	return b.String() + "] TJ ET"
}

func cmap(first int) string {
	return fmt.Sprintf("begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfrange <%04x> <%04x> <0020> endbfrange endcmap", first, first+94)
}

func listMap(first int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "begincmap 2 beginbfrange <0001> <0002> <0020> <%04x> <%04x> [", first, first+94)
	for c := ' '; c <= '~'; c++ {
		fmt.Fprintf(&b, "<%04x>", c)
	}
	return b.String() + "] endbfrange endcmap"
}

// TestWords keeps apart what is apart on the page.
func TestWords(t *testing.T) {
	got, err := text(document("", "BT (one) Tj 0 -14 Td (two) Tj T* (three) Tj [(four)-600(five)] TJ ET"))
	if err != nil || !strings.Contains(got, "\none\ntwo\nthreefour five\n") {
		t.Errorf("%v: %q", err, got)
	}
}

// TestUnread says what was not read, after everything else.
func TestUnread(t *testing.T) {
	for name, doc := range map[string]string{
		"encrypted":         strings.Replace(document("", "x"), "/Size", "/Encrypt 5 0 R /Size", 1),
		"encrypted, in 1.5": document("/Type /XRef /Encrypt 5 0 R", "x"),
		"LZW":               document("/Filter /LZWDecode", "x", "", "("+value+") Tj"),
		"cut":               document("", "("+value+") Tj", "/Filter /FlateDecode", deflated(strings.Repeat(value+"x", 99))[:40]),
	} {
		got, err := text(doc)
		var refused *codec.Refusal
		if cut := name == "cut"; !errors.As(err, &refused) != cut || err == nil {
			t.Errorf("%s: %v", name, err)
		}
		if (name == "LZW" || name == "cut") && !strings.Contains(got, value) {
			t.Errorf("%s: what can be read is not read: %q", name, got)
		}
	}
	for name, dict := range map[string]string{"a photograph": "/Filter /DCTDecode", "an image": "/Subtype /Image /Filter /FlateDecode", "a font": "/Length1 9 /Filter /FlateDecode"} {
		if got, err := text(document(dict, deflated("pixels"))); err != nil || strings.Contains(got, "pixels") {
			t.Errorf("%s: %v: %q", name, err, got)
		}
	}
}

// counted counts what is read of a file.
type counted struct {
	strings.Reader
	n int64
}

func (c *counted) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.Reader.ReadAt(p, at)
	c.n += int64(n)
	return n, err
}

// TestNumbers compares the numbers of a page with what the standard library makes of them.
func TestNumbers(t *testing.T) {
	for _, word := range strings.Fields("0 1 -1 +7 12.5 -199.9 -200 -200.5 -0 0.0 -.0 .5 -.5 5. . - + -. 1-2 --5 1.2.3 00000 -1000 123456789012345678901234567890 0.000001") {
		want, err := strconv.ParseFloat(word, 64)
		if err != nil {
			want = 0
		}
		n, zero := parseNumber([]byte(word))
		if zero != (want == 0) || (n <= space) != (want <= space) {
			t.Errorf("%s: %d, zero %v, want %v", word, n, zero, want)
		}
	}
}

// TestHostile has documents that are all streams, and one whose map makes a page of each character: they cost little, and are
// not read whole without a word.
func TestHostile(t *testing.T) {
	const size = 4 << 20
	ranges := "begincmap beginbfrange " + strings.Repeat("<000000><ffffff><0041>", 9000) + " endbfrange endcmap"
	long := "begincmap 1 beginbfchar <41> <" + strings.Repeat("0041", 4000) + "> endbfchar endcmap"
	for name, c := range map[string]struct {
		doc   string
		reads int64 // of each byte, at most
		whole bool
	}{
		"the word":    {Magic + strings.Repeat("stream ", size/7), 20, true},
		"streams":     {Magic + strings.Repeat("stream\n", size/7), 1_000, false},
		"long ranges": {document("", "("+strings.Repeat("A", 1<<10)+") Tj", "", ranges), 20, true},
		"a long code": {document("", "("+strings.Repeat("A", 1<<19)+") Tj", "", long), 20, true},
	} {
		for _, held := range [][]byte{nil, []byte(c.doc)} {
			in := &counted{Reader: *strings.NewReader(c.doc)}
			r, err := NewReader(in, int64(len(c.doc)), held)
			if err != nil {
				t.Fatal(name, err)
			}
			n, err := io.Copy(io.Discard, io.LimitReader(r, 64<<20))
			if in.n > c.reads*int64(len(c.doc)) {
				t.Errorf("%s: %d bytes were read of %d", name, in.n, len(c.doc))
			}
			if c.whole && (err != nil || n > 16<<20) || !c.whole && err == nil && n < 64<<20 {
				t.Errorf("%s: %d bytes of text, %v", name, n, err)
			}
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(document("/Filter /FlateDecode", deflated(split(value)), "", cmap(1))))
	f.Add([]byte(document("/Filter [/ASCII85Decode /FlateDecode]", armored(deflated("x")))))
	f.Fuzz(func(t *testing.T, doc []byte) {
		r, err := NewReader(bytes.NewReader(doc), int64(len(doc)), doc)
		if err != nil {
			return
		}
		var held, streamed bytes.Buffer
		n, err := io.Copy(&held, io.LimitReader(r, 64<<20))
		other, _ := NewReader(bytes.NewReader(doc), int64(len(doc)), nil)
		_, otherErr := io.Copy(&streamed, io.LimitReader(other, 64<<20))
		if (err == nil) != (otherErr == nil) || err == nil && !bytes.Equal(held.Bytes(), streamed.Bytes()) {
			t.Errorf("in memory %d bytes and error %v, otherwise %d bytes and error %v", held.Len(), err, streamed.Len(), otherErr)
		}
		if r.Consumed() > int64(len(doc)) || r.Consumed() < 0 {
			t.Errorf("%d bytes of %d were read, and made %d", r.Consumed(), len(doc), n)
		}
	})
}
