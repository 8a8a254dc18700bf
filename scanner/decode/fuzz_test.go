package decode_test

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"mime/quotedprintable"
	"regexp"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/scanner/decode"
)

// seeds are one of each encoding.
func seeds() []string {
	keys := rulestest.NewKeys(5)
	text := "一 id: " + keys.ID24() + "\nkey: " + keys.Secret() + "\n"
	return []string{
		"", text, b64(text), b64url(text), "/a/b-" + b64(text), wrap(b64(text), "\n  ", 60), wrap(b64(text), `\r\n`, 60),
		b64(b64(text)), b64(gz(text)), gz(text), zl(text), zst(text), utf16Text("\ufeff"+text, binary.LittleEndian),
		utf16Text(text, binary.BigEndian), gbk(text), b64(gbk(text)), perChar(text, "%02x"), perChar(text, "%%%02X"),
		perChar(text, `\x%02x`), perChar(text, `\u%04x`), perChar(text, "&#%d"), perChar(text, "&#x%x;"), quote(quote(text)),
		`\ud83d\ude00 \u{1f600} \U0001f600 \101 %u4e00 &amp;amp;quot; %25253D`, "\x81\x30\x81\x30 \x84\x31\x95\x33",
		base32.StdEncoding.EncodeToString([]byte(text)), "x=3D" + text[:9] + "=\n" + text[9:], "AB=\r\n=E4=B8=80=3D", text[:20] + "\\\n   " + text[20:],
		utf32Text(text, binary.LittleEndian), utf32Text("\ufeff"+text, binary.BigEndian),
		strings.Repeat("x", 3000) + b64(text) + strings.Repeat("\n%20", 300), strings.Repeat(b64(text[:48])+"\n", 9) + "=",
	}
}

// FuzzEach checks what holds for every view of any content.
func FuzzEach(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		opts := decode.Options{MaxBytes: 1 << 20}
		before := bytes.Clone(content)
		total, packed := 0, false // what unpacks says nothing by its size
		err := decode.Each(content, opts, func(v *decode.View) {
			total += len(v.Content)
			packed = packed || strings.Contains(v.Encoding, "z") // gzip, zlib, zstd
			checkOrigin(t, v, content)
		})
		if total > opts.MaxBytes {
			t.Errorf("%d bytes of views", total)
		}
		if err == nil && !packed && total > 10*len(content) {
			t.Errorf("%d bytes of views of %d", total, len(content))
		}
		if !bytes.Equal(before, content) {
			t.Error("content was changed")
		}
	})
}

// checkOrigin fails t unless the origins of v's bytes are in range and in order.
func checkOrigin(t *testing.T, v *decode.View, content []byte) {
	t.Helper()
	if len(v.Content) == 0 || v.Encoding == "" {
		t.Errorf("view %q of %q", v.Encoding, v.Content)
	}
	lastFrom, lastTo := 0, 0
	for i := range v.Content {
		from, to := v.Origin(i, i+1)
		if from < lastFrom || to < lastTo || from >= to || to > len(content) {
			t.Fatalf("byte %d of %s view %q comes from [%d, %d), the one before from [%d, %d)",
				i, v.Encoding, v.Content, from, to, lastFrom, lastTo)
		}
		if v.EncodingOf(i, i+1) == "" && (to != from+1 || content[from] != v.Content[i]) {
			t.Fatalf("byte %d of %s view %q is not plain %q", i, v.Encoding, v.Content, content[from:to])
		}
		if text, a, b := v.Seen(i, i+1); a >= b || b > len(text) {
			t.Fatalf("byte %d of %q is seen at [%d, %d)", i, v.Content, a, b)
		}
		lastFrom, lastTo = from, to
	}
	if from, to := v.Origin(len(v.Content), len(v.Content)); from != to || from < lastFrom || to > len(content) {
		t.Errorf("the end comes from [%d, %d)", from, to)
	}
}

// FuzzBase64 checks that text is decoded wherever it is, and that its place encodes to it.
func FuzzBase64(f *testing.F) {
	f.Add("some ordinary text", uint8(0), uint8(64))
	f.Add("密钥 and text, at another alignment", uint8(2), uint8(60))
	f.Add("a text that goes on for longer than one line of base64, as most do that were not made by hand", uint8(1), uint8(76))
	f.Fuzz(func(t *testing.T, text string, before, width uint8) {
		text = strings.Repeat("~", int(before%3)) + strings.ToValidUTF8(strings.Map(textOnly, text), "")
		ascii := len(text) - 3*strings.Count(text, "密")
		if len(text) < 40 || ascii < 36 {
			return
		}
		content := "v: " + wrap(b64(text), "\n  ", max(44, int(width)&^3)) + "\n"
		found := false
		_ = decode.Each([]byte(content), decode.Options{}, func(v *decode.View) {
			at := bytes.Index(v.Content, []byte(text))
			if at < 0 || found {
				return
			}
			found = true
			from, to := v.Origin(at, at+len(text))
			raw := strings.NewReplacer("\n", "", " ", "").Replace(content[from:to])
			if want := base64.RawStdEncoding.EncodeToString([]byte(text)); raw != want {
				t.Errorf("%q is said to be decoded from %q, want %q", text, raw, want)
			}
		})
		if !found {
			t.Errorf("%q is not found in %q", text, content)
		}
	})
}

func textOnly(r rune) rune {
	if ' ' <= r && r <= '~' || r == '\n' || r == '密' {
		return r
	}
	return -1
}

// FuzzEscapes checks that escaped text comes back, in every way to escape it.
func FuzzEscapes(f *testing.F) {
	for _, s := range seeds()[:3] {
		f.Add(s, uint8(0))
		f.Add(s, uint8(3))
	}
	f.Fuzz(func(t *testing.T, text string, way uint8) {
		if text = strings.Map(textOnly, text); text == "" || strings.ContainsAny(text, `\%&`) {
			return
		}
		formats := []string{"%%%02x", `\x%02x`, `\\\%03o`, "%%25%02X", "&#x%02x;", "&amp;#%d;"}
		format := formats[int(way)%len(formats)]
		if strings.HasPrefix(format, "&") && strings.ContainsRune(text, '密') {
			return // entities are of code points
		}
		content := perChar(text, format)
		if got := first(content); !strings.Contains(got, text) {
			t.Errorf("%q has no view that says %q, but %q", content, text, got)
		}
	})
}

func first(content string) (text string) {
	_ = decode.Each([]byte(content), decode.Options{}, func(v *decode.View) {
		if text == "" {
			text = string(v.Content)
		}
	})
	return text
}

func utf32Text(s string, order binary.AppendByteOrder) string {
	var b []byte
	for _, r := range s {
		b = order.AppendUint32(b, uint32(r))
	}
	return string(b)
}

// FuzzBase32 checks that text in base32 comes back, in capitals and in small letters.
func FuzzBase32(f *testing.F) {
	f.Add("some ordinary text that is long enough", false)
	f.Fuzz(func(t *testing.T, text string, small bool) {
		if text = strings.Map(textOnly, text); len(text) < 20 || strings.ContainsRune(text, '密') {
			return
		}
		content := base32.StdEncoding.EncodeToString([]byte(text))
		if small {
			content = strings.ToLower(content)
		}
		got := first("v: " + content)
		if at := strings.Index(got, text); at != len("v: ") && in(content, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && in(content, "234567") {
			t.Errorf("%q became %q", content, got)
		}
	})
}

// in reports whether a text has one of the characters, in any case.
func in(text, chars string) bool { return strings.ContainsAny(strings.ToUpper(text), chars) }

// FuzzPrintable checks that what a mail has comes back.
func FuzzPrintable(f *testing.F) {
	f.Add("key = value, in a line that is longer than the lines of a mail may be, so that it is broken somewhere in its middle")
	f.Fuzz(func(t *testing.T, text string) {
		text = "密=" + strings.Map(textOnly, text)
		if strings.ContainsAny(text, "\\%&\"'\n") || regexp.MustCompile("[0-9A-Za-z+/_-]{16}").MatchString(text) {
			return
		}
		var b strings.Builder
		w := quotedprintable.NewWriter(&b)
		_, _ = w.Write([]byte(text))
		_ = w.Close()
		if got := first(b.String()); got != text {
			t.Errorf("%q became %q", b.String(), got)
		}
	})
}

// FuzzCharsets checks that text in UTF-16, UTF-32 and GB18030 comes back.
func FuzzCharsets(f *testing.F) {
	f.Add("plain", false)
	f.Add("一二三 and 密钥", true)
	f.Fuzz(func(t *testing.T, text string, big bool) {
		text = strings.ToValidUTF8(text, "")
		order := binary.AppendByteOrder(binary.LittleEndian)
		if big {
			order = binary.BigEndian
		}
		if got := first(utf16Text("\ufeff"+text, order)); got != text && !strings.HasPrefix(text, "\x00") {
			t.Errorf("%q became %q in UTF-16", text, got)
		}
		wide := "密 key" + strings.Map(textOnly, text)
		if got := first(utf32Text("\ufeff"+wide, order)); got != wide && 8*strings.Count(wide, "密") < len(wide) {
			t.Errorf("%q became %q in UTF-32", wide, got)
		}
		text = "密钥密钥" + strings.Map(textOnly, text)
		if got := first(gbk(text)); got != text {
			t.Errorf("%q became %q in GB18030", text, got)
		}
	})
}

// FuzzCompressed damages compressed data, which must still give a part of the text, or none.
func FuzzCompressed(f *testing.F) {
	text := strings.Repeat("some text, ", 99)
	for _, s := range []string{gz(text), zl(text), zst(text)} {
		f.Add([]byte(s), uint16(9), byte(0))
		f.Add([]byte(s), uint16(30), byte(1))
	}
	f.Fuzz(func(t *testing.T, packed []byte, at uint16, with byte) {
		if int(at) < len(packed) {
			packed[at] ^= with
		}
		total := 0
		_ = decode.Each(packed, decode.Options{MaxBytes: 1 << 16}, func(v *decode.View) { total += len(v.Content) })
		if total > 1<<16 {
			t.Errorf("%d bytes of views", total)
		}
	})
}
