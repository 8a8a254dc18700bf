package scanner_test

import (
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// TestHiddenInData hides a pair in data, as encoders write it: at every alignment, at every place of a line, and with random
// bytes around it. Nothing else in the content says that it must be decoded.
func TestHiddenInData(t *testing.T) {
	t.Parallel()
	b64 := base64.StdEncoding.EncodeToString
	random := rand.New(rand.NewPCG(1, 2))
	bytes := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return string(b)
	}
	fill, read := names()
	text := fill(pairLines)
	for before := range 100 {
		inText := "# " + strings.Repeat("x", before) + "\n" + text + strings.Repeat("more: text\n", 9)
		for name, data := range map[string]string{
			"text":          b64([]byte(inText)),
			"random bytes":  b64([]byte(bytes(300+before) + "\n" + text + bytes(300))),
			"text, twice":   b64([]byte(b64([]byte(inText)))),
			"UTF-16":        b64(utf16le(inText)),
			"text for URLs": base64.URLEncoding.EncodeToString([]byte(inText)),
		} {
			for _, content := range []string{data, wrap(data, 64), wrap(data, 76), strings.ReplaceAll(wrap(data, 76), "\n", "\r\n    ")} {
				r := planted.Scan(t, []scanner.Source{single{scanner.Blob{Content: []byte(content)}}}, nil)
				if got := read(r); got != "I1+S1" {
					t.Errorf("%s after %d bytes, on %d lines: found %q", name, before, strings.Count(content, "\n"), got)
				}
			}
		}
	}
}
