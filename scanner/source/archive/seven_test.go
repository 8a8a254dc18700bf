package archive_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/archive"
	"github.com/ulikunitz/xz/lzma"
)

// seven is how a 7z is written.
type seven struct {
	method     string // of the coder, with its properties; copied if it is ""
	properties string
	pack       func(string) string
	hidden     bool   // the header is packed too
	extra      string // behind the coder: another one, and how they are bound
	count      int    // coders; default 1
}

func number(n int) string {
	if n < 0x80 {
		return string([]byte{byte(n)})
	}
	return "\xff" + string(binary.LittleEndian.AppendUint64(nil, uint64(n)))
}

func sum32(s string) string { return string(binary.LittleEndian.AppendUint32(nil, crc(s))) }

func utf16le(s string) string {
	var b []byte
	for _, c := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, c)
	}
	return string(append(b, 0, 0))
}

// streams is the part of a header that describes one folder at an offset.
func (w seven) streams(at int, packed, unpacked string, parts ...file) string {
	if w.method == "" {
		w.method = "\x00"
	}
	coders := max(w.count, 1)
	s := "\x06" + number(at) + "\x01\x09" + number(len(packed)) + "\x00" +
		"\x07\x0b\x01\x00" + number(coders) + string([]byte{0x20 | byte(len(w.method))}) + w.method + number(len(w.properties)) + w.properties +
		w.extra + "\x0c" + strings.Repeat(number(len(unpacked)), coders) + "\x0a\x01" + sum32(unpacked) + "\x00"
	if len(parts) == 1 {
		return s + "\x00"
	}
	s += "\x08\x0d" + number(len(parts)) + "\x09"
	sums := ""
	for i, p := range parts {
		if sums += sum32(p.content); i < len(parts)-1 {
			s += number(len(p.content))
		}
	}
	return s + "\x0a\x01" + sums + "\x00\x00"
}

// of makes a 7z of one folder. Files without content are empty ones beside it.
func (w seven) of(files ...file) string {
	if w.pack == nil {
		w.pack = func(s string) string { return s }
	}
	var parts []file
	content, names := "", "\x00"
	empty := make([]byte, (len(files)+7)/8)
	for i, f := range files {
		if names += utf16le(f.name); f.content == "" {
			empty[i/8] |= 0x80 >> (i % 8)
			continue
		}
		parts, content = append(parts, f), content+f.content
	}
	packed := w.pack(content)
	header := "\x01\x04" + w.streams(0, packed, content, parts...) +
		"\x05" + number(len(files)) + "\x19\x03\x00\x00\x00" + "\x0e" + number(len(empty)) + string(empty) + "\x11" + number(len(names)) + names + "\x00\x00"
	if w.hidden {
		inner := w.pack(header)
		header = "\x17" + w.streams(len(packed), inner, header, file{})
		packed += inner
	}
	return sevenRaw(packed, header)
}

// sevenRaw is a 7z with that header.
func sevenRaw(packed, header string) string {
	start := binary.LittleEndian.AppendUint64(nil, uint64(len(packed)))
	start = binary.LittleEndian.AppendUint64(start, uint64(len(header)))
	end := string(start) + sum32(header)
	return "7z\xbc\xaf\x27\x1c\x00\x04" + sum32(end) + end + packed + header
}

func lzmaOf(s string) string {
	var b bytes.Buffer
	w, err := lzma.WriterConfig{Size: int64(len(s)), DictCap: 1 << 20}.NewWriter(&b)
	must(err)
	_, err = io.WriteString(w, s)
	must(err)
	must(w.Close())
	return b.String()[lzma.HeaderLen:]
}

func lzma2Of(s string) string {
	var b bytes.Buffer
	w, err := lzma.Writer2Config{DictCap: 1 << 20}.NewWriter2(&b)
	must(err)
	_, err = io.WriteString(w, s)
	must(err)
	must(w.Close())
	return b.String()
}

var (
	sevenStored = seven{}
	sevenLzma   = seven{method: "\x03\x01\x01", properties: "\x5d\x00\x00\x10\x00", pack: lzmaOf, hidden: true}
	sevenLzma2  = seven{method: "\x21", properties: "\x10", pack: lzma2Of, hidden: true}
)

// Members of a 7z are found whatever packs them, alone and many in one folder, and its names are read.
func TestSevenZip(t *testing.T) {
	next := planted.Keys(8)
	key, named := next(), next()
	large := key.Text() + strings.Repeat("0123456789 line\n", 200_000)
	writers := map[string]seven{
		"stored": sevenStored, "lzma": sevenLzma, "lzma2": sevenLzma2,
		"zstd":    {method: "\x04\xf7\x11\x01", pack: zstdOf},
		"deflate": {method: "\x04\x01\x08", pack: func(s string) string { return deflated(quickGzip()(s)) }},
	}
	for name, w := range writers {
		for kind, content := range map[string]string{
			"one": w.of(file{"etc/.env", key.Text()}), "large": w.of(file{"a", "a"}, file{"etc/.env", large}, file{"b", "b"}),
			"some": w.of(file{named.Secret, ""}, file{"a", "1"}, file{"empty", ""}, file{"etc/.env", key.Text()}, file{"c", pseudo(1000)}),
		} {
			for way, s := range all(open(t, "x.7z", content, archive.Options{})) {
				if checkSkips(t, s); !slices.Equal(s.holders(key.Secret), []string{"etc/.env"}) {
					t.Errorf("%s, %s, %s: the key is in %q", name, kind, way, s.holders(key.Secret))
				}
				if kind == "some" && !slices.Contains(s.holders(named.Secret), "") {
					t.Errorf("%s, %s: the names are not read", name, way)
				}
			}
		}
	}
}

// A 7z that another program wrote: two texts in one folder packed by LZMA2 and a packed header, an empty file, a folder.
func TestSevenZipOfOthers(t *testing.T) {
	for _, text := range []string{sevenOfOthers, sevenLzmaOfOthers} {
		content, err := base64.StdEncoding.DecodeString(text)
		must(err)
		for way, s := range all(open(t, "x.7z", string(content), archive.Options{})) {
			if checkSkips(t, s); !slices.Equal(s.holders("a harmless text\n"), []string{"docs/harmless.txt"}) || !slices.Equal(s.holders("another one\n"), []string{"另一.txt"}) {
				t.Errorf("%s: read %d contents, %q", way, len(s.Blobs), s.holders("a harmless text\n"))
			}
		}
	}
}

const wrongNumber = "\xff\xff\xff\xff\xff\xff\xff\xff\x3f"

// A 7z does not get the memory that it claims to need, and what is wrong with it is reported; the rest is scanned.
func TestHostileSevenZip(t *testing.T) {
	key := planted.Keys(9)()
	text := key.Text()
	huge := sevenLzma
	huge.properties = "\x5d\xff\xff\xff\xff" // a dictionary of 4 GiB
	big := "\xf0" + string(binary.LittleEndian.AppendUint32(nil, 1<<31))
	asking := func(method, properties string) string { // to unpack 2 GiB, with a dictionary as large
		return sevenRaw("x", "\x01\x04\x06\x00\x01\x09\x01\x00\x07\x0b\x01\x00\x01"+string([]byte{0x20 | byte(len(method))})+method+
			number(len(properties))+properties+"\x0c"+big+"\x00\x00\x00")
	}
	filtered, locked := sevenLzma2, sevenLzma2
	filtered.count, filtered.extra = 2, "\x04\x03\x03\x01\x03\x01\x00" // x86
	filtered.hidden = false
	locked.method, locked.hidden = "\x06\xf1\x07\x01", false
	hidden := locked
	hidden.hidden = true
	stored := sevenStored.of(file{"a", text}, file{"b", "text"})
	tests := []struct {
		name, content string
		opts          archive.Options
		want          []string
	}{
		{"dictionary of 4 GiB for little", huge.of(file{"a", text}), archive.Options{}, nil},
		{"lzma asks for 2 GiB", asking("\x03\x01\x01", "\x5d\xff\xff\xff\xff"), archive.Options{}, []string{"x!/unnamed archive.memory(archive.mebibytes(128))"}},
		{"lzma2 asks for 2 GiB", asking("\x21", "\x28"), archive.Options{}, []string{"x!/unnamed archive.memory(archive.mebibytes(128))"}},
		{"header of 2 GiB", sevenRaw("x", "\x17\x06\x00\x01\x09\x01\x00\x07\x0b\x01\x00\x01\x01\x00\x0c"+big+"\x0a\x01\x00\x00\x00\x00\x00\x00"), archive.Options{}, []string{"x archive.memory(archive.mebibytes(128))"}},
		{"header in itself", sevenRaw("", "\x17\x06\x00\x01\x09\x01\x00\x07\x0b\x01\x00\x01\x01\x00\x0c\x01\x0a\x01\x00\x00\x00\x00\x00\x00"), archive.Options{}, []string{"x archive.damaged("}},
		{"many members", sevenRaw("", "\x01\x04\x06\x00\x01\x09\x01\x00\x07\x0b\x01\x00\x01\x01\x00\x0c\x01\x00\x08\x0d"+wrongNumber+"\x00\x00\x00"), archive.Options{}, []string{"x archive.too-many-members(100000)"}},
		{"many files", sevenRaw("", "\x01\x05"+wrongNumber+"\x00\x00"), archive.Options{}, []string{"x archive.too-many-members(100000)"}},
		{"many folders", sevenRaw("", "\x01\x04\x07\x0b"+wrongNumber+"\x00"), archive.Options{}, []string{"x archive.damaged("}},
		{"many packed streams", sevenRaw("", "\x01\x04\x06\x00"+wrongNumber), archive.Options{}, []string{"x archive.damaged("}},
		{"many coders", sevenRaw("", "\x01\x04\x07\x0b\x01\x00"+wrongNumber), archive.Options{}, []string{"x archive.damaged("}},
		{"bomb", seven{method: "\x04\x01\x08", pack: func(s string) string { return deflated(zeros(100)) }}.of(file{"a", strings.Repeat("\x00", 100<<20)}), archive.Options{}, []string{"x!/a archive.ratio(250)"}},
		{"members past the cap", sevenStored.of(slices.Repeat([]file{{"a", "b"}}, 500)...), archive.Options{MaxMembers: 100}, []string{"x archive.too-many-members(100)"}},
		{"encrypted", locked.of(file{"a", text}), archive.Options{}, []string{"x!/a archive.encrypted"}},
		{"encrypted with its header", hidden.of(file{"a", text}), archive.Options{}, []string{"x archive.encrypted"}},
		{"a filter", filtered.of(file{"a", text}), archive.Options{}, []string{"x!/a archive.7z-method"}},
		{"unknown method", seven{method: "\x03\x04\x01"}.of(file{"a", text}), archive.Options{}, []string{"x!/a archive.7z-method"}},
		{"wrong checksum", strings.Replace(stored, "text", "TEXT", 1), archive.Options{}, []string{"x!/b archive.damaged("}},
		{"wrong header", stored[:len(stored)-1] + "x", archive.Options{}, []string{"x archive.damaged("}},
		{"cut", stored[:len(stored)-9], archive.Options{}, []string{"x archive.damaged("}},
		{"nothing but a magic", stored[:6], archive.Options{}, []string{"x archive.damaged("}},
		{"ends early", seven{pack: func(s string) string { return s[:len(s)-1] }}.of(file{"a", text}, file{"b", "text"}), archive.Options{}, []string{"x!/b archive.damaged("}},
		{"deep", nested(50, "x", func(s string) string { return sevenStored.of(file{"a", s}) }), archive.Options{MaxDepth: 3}, []string{"x!/a!/a!/a archive.nesting(3)"}},
		{"empty", sevenRaw("", ""), archive.Options{}, nil},
	}
	for _, test := range tests {
		for _, stream := range []bool{false, true} {
			b := scanner.Blob{Place: place("x"), Content: []byte(test.content)}
			if stream {
				b.Content, b.Stream = nil, onlyReader{strings.NewReader(test.content)}
			}
			var s *sink
			cost := measure(t, func() *sink { s = give(t, b, test.opts); return s }, test.want)
			if cost.memory > 128<<20+uint64(len(test.content)) {
				t.Errorf("%s takes %d MiB", test.name, cost.memory>>20)
			}
			if readable := strings.Contains(test.content, key.Secret) || test.want == nil && test.name != "empty"; readable && len(s.holders(key.Secret)) == 0 {
				t.Errorf("%s: the key is in %q", test.name, s.holders(key.Secret))
			}
			if t.Failed() {
				t.Fatalf("in %s (stream: %v)", test.name, stream)
			}
		}
	}
}

// A 7z that is too large to hold is reported, and an uncompressed key in it is found all the same.
func TestSevenZipTooLarge(t *testing.T) {
	key := planted.Keys(10)()
	content := sevenStored.of(file{"noise", pseudo(3 << 20)}, file{"a", key.Text()})
	s := give(t, scanner.Blob{Place: place("x"), Stream: onlyReader{strings.NewReader(content)}}, archive.Options{MaxHeld: 1 << 20})
	if checkSkips(t, s, "x archive.memory(archive.mebibytes(1))"); !slices.Equal(s.holders(key.Secret), []string{""}) {
		t.Errorf("the key is in %q", s.holders(key.Secret))
	}
}

func FuzzSevenZip(f *testing.F) {
	for _, w := range []seven{sevenStored, sevenLzma, sevenLzma2} {
		seed := w.of(file{"a", "b"}, file{"", ""}, file{"c", strings.Repeat("d", 100)})
		size := binary.LittleEndian.Uint64([]byte(seed[20:]))
		f.Add([]byte(seed[32:len(seed)-int(size)]), []byte(seed[len(seed)-int(size):]))
	}
	opts := archive.Options{MaxBytes: 1 << 20, MaxMembers: 50, MaxDepth: 3, MaxHeld: 16 << 20}
	f.Fuzz(func(t *testing.T, packed, header []byte) {
		content := sevenRaw(string(packed), string(header)) // with the checksums that let it in
		if s := give(t, scanner.Blob{Content: []byte(content)}, opts); s.total > 8<<20+int64(len(content))*4 {
			t.Errorf("%d bytes are read of %d", s.total, len(content))
		}
	})
}

const sevenOfOthers = "N3q8ryccAASebDnnqwAAAAAAAAAWAAAAAAAAAMXWbOYBABthIGhhcm1sZXNzIHRleHQKYW5vdGhlciBvbmUKAOAAuACDXQAAgTMHrg/QDrA8nz9HQQunMUz9F2SY8UuO7V0FoOa76iJrvuWvtNYkZmj8dUUK1KA5abqIJqW5aFBnlsa5a/dgB00LdWUl/dyAsajQrsNACfgUFh+eH5SYRkTvHaXU8IPhleiS4p2MR4mBf5TDHdnCBeMBVJTpgkWAL4rMnXa2RAAAAAAXBiABCYCLAAcLAQABISEBGAyAuQAA"
const sevenLzmaOfOthers = "N3q8ryccAASf+nVaswAAAAAAAAAWAAAAAAAAACiK1zYAMIgJBlRjb5hYYhZ8L1AV2/ZoW3q1ct6EIcb5AR29X5T//n7AAOAAvACFXQAAgTMHrg/QaX28nz9HQVz2ZxwWCPUPXwp9aCqRe5pzQGyaIiJhW9moDTcz2B5eIyX7m913RKm6kLpmdSQJ68tXU1wz8PWVd8Rj7SaIhCeIXCfT51Tmg75cCkeQbEURy/pMrOgogaUa494Rty8FUwR1t3QDeGErRBEFaW00s/eIPCK8pAAAABcGJgEJgI0ABwsBAAEhIQEYDIC9AAA="
