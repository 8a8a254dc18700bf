package decode

import (
	"math/rand/v2"
	"testing"
)

// plainLongEnd is longEnd byte by byte.
func plainLongEnd(content []byte, from int) int {
	run := 0
	for i := from; i <= len(content); i++ {
		if i < len(content) && inAlphabet(content[i]) {
			run++
			continue
		}
		if run >= minWrapped {
			return i
		}
		run = 0
	}
	return 0
}

// Runs of all lengths around the limit are found wherever they begin, with and without vectors.
func TestLongEnd(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		content := make([]byte, random.IntN(400))
		for at := 0; at < len(content); {
			for n := random.IntN(60); n > 0 && at < len(content); n-- {
				content[at] = base64Chars[random.IntN(len(base64Chars))]
				at++
			}
			if at < len(content) {
				content[at] = byte(random.IntN(256))
				at++
			}
		}
		from := random.IntN(len(content) + 1)
		want := plainLongEnd(content, from)
		if got := longEnd(content, from); got != want {
			t.Fatalf("longEnd(%q, %d) = %d, want %d", content, from, got, want)
		}
		if got := longEndWith(glanceWords, content, from); got != want {
			t.Fatalf("without vectors, longEnd(%q, %d) = %d, want %d", content, from, got, want)
		}
	}
}

// The tables of the vector code have the same alphabet as the others.
func TestLongEndOfEachByte(t *testing.T) {
	for b := range 256 {
		content := make([]byte, 200)
		for i := range content {
			content[i] = byte(b)
		}
		if got, want := longEnd(content, 0), plainLongEnd(content, 0); got != want {
			t.Errorf("byte %#x: %d, want %d", b, got, want)
		}
	}
}

const base64Chars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"

func BenchmarkLongEnd(b *testing.B) {
	content := []byte{}
	for len(content) < 1<<20 {
		content = append(content, "	for end := longEnd(content, 0); end > 0; end = longEnd(content, end) {\n		someIdentifier.WithASelector(anArgument, \"text\")\n"...)
	}
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		longEnd(content, 0)
	}
}
