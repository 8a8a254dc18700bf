package codec_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/archive/codec"
	"github.com/akguard/akguard/scanner/internal/inflate"
)

func gzipped(t testing.TB, header gzip.Header, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Header = header
	if _, err := io.WriteString(w, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func unpack(file []byte) (string, bool) {
	f, ok := codec.ParseGzip(file)
	if !ok || f.Size > 1<<20 {
		return "", false
	}
	content, ok := f.Content(new(inflate.Decoder), nil)
	return string(content), ok
}

func TestGzip(t *testing.T) {
	text := strings.Repeat("some text, and more. ", 500)
	plain := gzipped(t, gzip.Header{}, text)
	with := func(at int, b byte) []byte {
		file := bytes.Clone(plain)
		file[(at+len(file))%len(file)] ^= b
		return file
	}
	for name, c := range map[string]struct {
		file []byte
		ok   bool
	}{
		"plain":                 {plain, true},
		"with a name":           {gzipped(t, gzip.Header{Name: "a.txt"}, text), true},
		"with all":              {gzipped(t, gzip.Header{Name: "a.txt", Comment: "why", Extra: []byte("more")}, text), true},
		"two members":           {append(bytes.Clone(plain), plain...), false},
		"something behind":      {append(bytes.Clone(plain), 0), false},
		"cut":                   {plain[:len(plain)-1], false},
		"wrong sum":             {with(-8, 1), false},
		"wrong size":            {with(-4, 1), false},
		"damaged":               {with(20, 1), false},
		"a sum of the header":   {with(3, 2), false},
		"a name without an end": {append(with(3, 8)[:10], bytes.Repeat([]byte("x"), 20)...), false},
		"an extra without end":  {append(with(3, 4)[:10], bytes.Repeat([]byte("x"), 20)...), false},
		"too short":             {plain[:17], false},
	} {
		if got, ok := unpack(c.file); ok != c.ok || ok && got != text {
			t.Errorf("%s: ok %v with %d bytes, want %v", name, ok, len(got), c.ok)
		}
	}
}

// FuzzGzip compares files that are decompressed in memory with what a stream of them gives.
func FuzzGzip(f *testing.F) {
	f.Add(gzipped(f, gzip.Header{}, "some text"))
	f.Add(gzipped(f, gzip.Header{Name: "a.txt", Comment: "why", Extra: []byte("more")}, strings.Repeat("text ", 100)))
	f.Fuzz(func(t *testing.T, file []byte) {
		got, ok := unpack(file)
		if !ok {
			return
		}
		r, err := codec.Gzip(bufio.NewReader(bytes.NewReader(file)))
		if err != nil {
			t.Fatalf("the header: %v", err)
		}
		want, err := io.ReadAll(r)
		if err != nil || got != string(want) {
			t.Fatalf("%d bytes, want %d and error %v", len(got), len(want), err)
		}
	})
}
