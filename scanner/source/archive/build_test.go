package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/archive"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// file is a member of an archive to build.
type file struct{ name, content string }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func zipOf(files ...file) string { return zipBy(zip.Deflate, files...) }

func zipBy(method uint16, files ...file) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: method})
		must(err)
		_, err = io.WriteString(w, f.content)
		must(err)
	}
	must(z.Close())
	return b.String()
}

// rawZip makes a zip of one member with the given header.
func rawZip(h zip.FileHeader, packed string) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	h.CompressedSize64 = uint64(len(packed))
	w, err := z.CreateRaw(&h)
	must(err)
	_, err = io.WriteString(w, packed)
	must(err)
	must(z.Close())
	return b.String()
}

func tarOf(files ...file) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		must(w.WriteHeader(&tar.Header{Name: f.name, Size: int64(len(f.content)), Mode: 0o644}))
		_, err := io.WriteString(w, f.content)
		must(err)
	}
	must(w.Close())
	return b.String()
}

// oldTar is a tar of before there was a magic.
func oldTar(name, content string) string {
	h := make([]byte, 512)
	copy(h, name)
	copy(h[100:], "0000644\x000000000\x000000000\x00")
	copy(h[124:], fmt.Sprintf("%011o\x0000000000000\x00        ", len(content)))
	sum := 0
	for _, c := range h {
		sum += int(c)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	return string(h) + content + strings.Repeat("\x00", -len(content)&511+1024)
}

func gz(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Name = "../../untrusted"
	_, err := io.WriteString(w, s)
	must(err)
	must(w.Close())
	return b.String()
}

func xzOf(s string) string {
	var b bytes.Buffer
	w, err := xz.NewWriter(&b)
	must(err)
	_, err = io.WriteString(w, s)
	must(err)
	must(w.Close())
	return b.String()
}

func zstdOf(s string) string {
	w, err := zstd.NewWriter(nil)
	must(err)
	return string(w.EncodeAll([]byte(s), nil))
}

// bz2 holds "packed by bzip2\n": the standard library cannot write the format.
func bz2() string {
	b, err := base64.StdEncoding.DecodeString("QlpoOTFBWSZTWW2Kvd8AAAbZgAAQQAAQAD4oQDAgACGoGIfpCAaANSChT4YxqxdyRThQkG2Kvd8=")
	must(err)
	return string(b)
}

// sparseTar is a tar with one file of many zeros that are not there.
func sparseTar(size int64) string {
	h := make([]byte, 512)
	copy(h, "sparse.img")
	copy(h[100:], "0000644\x000000000\x000000000\x00")
	copy(h[124:], "00000000000\x0000000000000\x00        S")
	copy(h[257:], "ustar  \x00")
	h[483] = 0x80
	binary.BigEndian.PutUint64(h[487:], uint64(size))
	// one empty piece at the end
	h[386], h[398] = 0x80, 0x80
	binary.BigEndian.PutUint64(h[390:], uint64(size))
	sum := 0
	for _, c := range h {
		sum += int(c)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	return string(h)
}

// overlapping is a zip of many entries with the same data.
func overlapping(n int, data string) string {
	var b bytes.Buffer
	one := rawZip(zip.FileHeader{Name: "a", Method: zip.Deflate, UncompressedSize64: 1}, data)
	end := strings.LastIndex(one, "PK\x05\x06")
	start := int(binary.LittleEndian.Uint32([]byte(one[end+16:])))
	b.WriteString(one[:start])
	for range n {
		b.WriteString(one[start:end])
	}
	tail := []byte(one[end:])
	binary.LittleEndian.PutUint16(tail[8:], uint16(n))
	binary.LittleEndian.PutUint16(tail[10:], uint16(n))
	binary.LittleEndian.PutUint32(tail[12:], uint32(n*(end-start)))
	b.Write(tail)
	return b.String()
}

// xzAsking is an xz file whose block asks for a dictionary of 4 GiB.
func xzAsking() string {
	stream := xzOf("x")
	header := []byte{2, 0, 0x21, 1, 40, 0, 0, 0}
	header = binary.LittleEndian.AppendUint32(header, crc32.ChecksumIEEE(header))
	return stream[:12] + string(header) + stream[24:]
}

// sink is what an archive is given to. It keeps small contents, and of large ones their size and what it looks for.
type sink struct {
	planted.Sink
	total int64
}

// Blob implements scanner.Sink.
func (s *sink) Blob(ctx context.Context, b scanner.Blob) error {
	if b.Stream == nil {
		s.total += int64(len(b.Content))
		return s.Sink.Blob(ctx, b)
	}
	var head bytes.Buffer
	n, err := io.Copy(&head, io.LimitReader(b.Stream, 8<<20))
	if err == nil {
		var more int64
		more, err = io.Copy(io.Discard, b.Stream)
		n += more
	}
	if s.total += n; err != nil {
		return fmt.Errorf("reading: %w", err)
	}
	b.Content, b.Stream = head.Bytes(), nil
	return s.Sink.Blob(ctx, b)
}

// holders returns the members that hold a text, "" standing for the outermost file.
func (s *sink) holders(text string) []string {
	var out []string
	for _, b := range s.Blobs {
		if bytes.Contains(b.Content, []byte(text)) {
			out = append(out, b.Member)
		}
	}
	return out
}

// skips returns the skips as lines.
func (s *sink) skips() []string {
	var out []string
	for _, k := range s.Skips {
		out = append(out, k.Path+" "+k.Reason.String())
	}
	return out
}

func place(path string) finding.Place { return finding.Place{Source: finding.SourceFile, Path: path} }

// onlyReader hides that a reader can do more than read.
type onlyReader struct{ io.Reader }

// open scans a content in each of the ways that a source may give it.
func open(t *testing.T, path, content string, opts archive.Options) (whole, stream, at *sink) {
	t.Helper()
	give := func(b scanner.Blob) *sink {
		s := new(sink)
		b.Place = place(path)
		if err := archive.Open(s, opts).Blob(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		return s
	}
	return give(scanner.Blob{Content: []byte(content)}), give(scanner.Blob{Stream: onlyReader{strings.NewReader(content)}}),
		give(scanner.Blob{Stream: io.NewSectionReader(strings.NewReader(content), 0, int64(len(content)))})
}

func all(a, b, c *sink) map[string]*sink { return map[string]*sink{"whole": a, "stream": b, "at": c} }

// checkSkips fails the test unless the skips begin with the wanted texts, in order.
func checkSkips(t *testing.T, s *sink, want ...string) {
	t.Helper()
	if !slices.EqualFunc(s.skips(), want, strings.HasPrefix) {
		t.Errorf("skips %q, want %q", s.skips(), want)
	}
}
