package literal

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

type place struct{ text, at int }

// naive compares at every offset. The strings behind the first exact ones are found in any case.
func naive(list []string, exact int, content []byte) (out []place) {
	for at := range content {
		for i, text := range list {
			piece := content[at:min(len(content), at+len(text))]
			if string(piece) == text || i >= exact && lowered(string(piece)) == text {
				out = append(out, place{i, at})
			}
		}
	}
	return out
}

// lowered leaves bytes alone that are no letters, or none that ASCII knows.
func lowered(text string) string {
	b := []byte(text)
	for i := range b {
		b[i] = lower(b[i])
	}
	return string(b)
}

func search(s *Searcher, content []byte, each func([]byte, func(int, int) bool)) (out []place) {
	each(content, func(text, at int) bool {
		out = append(out, place{text, at})
		return true
	})
	slices.SortFunc(out, func(a, b place) int { return 1000*(a.at-b.at) + a.text - b.text })
	return out
}

// tabulated returns a searcher with tables, also where there are no vectors and so none is made.
func tabulated(s *Searcher) *Searcher {
	out := &Searcher{texts: slices.Clone(s.texts)}
	out.tabulate()
	return out
}

// ways are the ways of searching.
func ways(s *Searcher) map[string]func([]byte, func(int, int) bool) {
	tabulated := tabulated(s)
	return map[string]func([]byte, func(int, int) bool){
		"Each":   s.Each,
		"scalar": func(content []byte, visit func(int, int) bool) { tabulated.each(content, tabulated.scalar, visit) },
		"many":   func(content []byte, visit func(int, int) bool) { newMany(s.texts).each(s.texts, content, visit) },
	}
}

// check fails unless both ways of searching find what comparing at every offset finds. What lies behind the content
// in memory would match, and must not.
func check(t *testing.T, list []string, exact int, content []byte) {
	t.Helper()
	s, err := Compile(list[:exact], list[exact:]...)
	if err != nil {
		t.Fatal(err)
	}
	room := append(bytes.Clone(content), bytes.Repeat([]byte(list[0]), 30)...)
	content = room[:len(content)]
	want := naive(list, exact, content)
	for name, each := range ways(s) {
		if got := search(s, content, each); !slices.Equal(got, want) {
			t.Fatalf("%s of %q (%d exact) in %q: %v, want %v", name, list, exact, content, got, want)
		}
	}
}

func TestAgainstNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		alphabet := "abAB\x00\xff"[:2+rng.IntN(5)]
		text := func(n int) string {
			b := make([]byte, n)
			for i := range b {
				b[i] = alphabet[rng.IntN(len(alphabet))]
			}
			return string(b)
		}
		var list []string
		for range 1 + rng.IntN(20) {
			if word := text(3 + rng.IntN(6)); !slices.Contains(list, word) {
				list = append(list, word)
			}
		}
		exact := rng.IntN(len(list) + 1)
		for i := exact; i < len(list); i++ {
			list[i] = lowered(list[i])
		}
		check(t, list, exact, []byte(text(rng.IntN(300))))
	}
}

// A string must be found at every offset of contents of every length around the size of a vector.
func TestEveryOffset(t *testing.T) {
	for _, word := range []string{"LTAI", "abc", "a-long-word-that-is-more-than-a-vector"} {
		for n := len(word); n < 110; n++ {
			for at := range n - len(word) + 1 {
				content := bytes.Repeat([]byte("."), n)
				copy(content[at:], word)
				check(t, []string{word}, 1, content)
			}
		}
	}
}

func TestEachStops(t *testing.T) {
	s, err := Compile([]string{"abc"})
	if err != nil {
		t.Fatal(err)
	}
	for _, each := range ways(s) {
		calls := 0
		each([]byte(strings.Repeat("abc ", 50)), func(int, int) bool { calls++; return calls < 3 })
		if calls != 3 {
			t.Errorf("%d calls, want 3", calls)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	for _, list := range [][]string{nil, {"ab"}, {"abc", ""}} {
		if _, err := Compile(list); err == nil {
			t.Errorf("Compile took %q", list)
		}
	}
}

func FuzzEach(f *testing.F) {
	f.Add("LTAI STS. ecret", []byte("the secret of LTAI and STS."))
	f.Add("aaa aaaa aab", []byte(strings.Repeat("a", 99)))
	f.Fuzz(func(t *testing.T, words string, content []byte) {
		var list []string
		for _, word := range strings.Fields(words) {
			if len(word) >= minSize && !slices.Contains(list, word) && len(list) < 40 {
				list = append(list, word)
			}
		}
		if len(list) > 0 && len(content) < 1<<12 {
			check(t, list, len(list), content)
		}
	})
}

// prose is text of the words of source code, the literals of the rules now and then among them.
func prose(size int) []byte {
	rng := rand.New(rand.NewPCG(3, 4))
	words := strings.Fields("func return if err nil context string int range request response static const void char struct " +
		"# include define buffer length size_t unsigned { } ( ) ; , * = == & the of and")
	var b bytes.Buffer
	for b.Len() < size {
		b.WriteString(words[rng.IntN(len(words))])
		b.WriteByte(" \t\n"[rng.IntN(3)])
		if rng.IntN(2000) == 0 {
			b.WriteString("secret ")
		}
	}
	return b.Bytes()[:size]
}

func BenchmarkEach(b *testing.B) {
	literals := []string{"LTAI", "STS.", "ecret", "ECRET", "accesskey", "access_key", "dashscope", "TFRBSTV0", "TFRBSTRG", "TFRBSTRH"}
	rng := rand.New(rand.NewPCG(5, 6))
	for len(literals) < 60 {
		word := make([]byte, 4+rng.IntN(6))
		for i := range word {
			word[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\x00\\%"[rng.IntN(65)]
		}
		literals = append(literals, string(word))
	}
	for _, size := range []int{64, 4 << 10, 16 << 20} {
		content := prose(size)
		for _, n := range []int{1, 4, 10, 60} {
			s, err := Compile(literals[:n])
			if err != nil {
				b.Fatal(err)
			}
			b.Run(fmt.Sprintf("size=%d/literals=%d", size, n), func(b *testing.B) {
				b.SetBytes(int64(size))
				for b.Loop() {
					s.Each(content, func(int, int) bool { return true })
				}
			})
		}
		s, err := Compile(literals)
		if err != nil {
			b.Fatal(err)
		}
		m := newMany(s.texts)
		b.Run(fmt.Sprintf("size=%d/many=60", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				m.each(s.texts, content, func(int, int) bool { return true })
			}
		})
		s = tabulated(s)
		b.Run(fmt.Sprintf("size=%d/scalar=60", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				s.each(content, s.scalar, func(int, int) bool { return true })
			}
		})
		b.Run(fmt.Sprintf("size=%d/bytes.Index=4", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				for _, text := range literals[:4] {
					for rest := content; ; {
						at := bytes.Index(rest, []byte(text))
						if at < 0 {
							break
						}
						rest = rest[at+1:]
					}
				}
			}
		})
	}
}

// The window of a string is not a frequent sequence if there is another one.
func TestWindowsAreRare(t *testing.T) {
	s, err := Compile([]string{"stationx", "importax", "returnex", "contenax", "thestrex"})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range tabulated(s).texts {
		window := string(text.content[text.offset:][:windowSize])
		for at := 0; at < len(frequent); at += windowSize {
			if frequent[at:][:windowSize] == window {
				t.Errorf("%s is found by %q, which is frequent", text.content, window)
			}
		}
	}
}

// The weights are those of shares of all text.
func TestWeights(t *testing.T) {
	sum := 0.0
	for i, w := range weights {
		if sum += w; i > 0 && w > weights[i-1] {
			t.Fatalf("sequence %d weighs more than the one before", i)
		}
	}
	if sum < 0.3 || sum > chanceWeight {
		t.Errorf("the frequent sequences are %.2f of all text, want what the rest leaves", sum)
	}
}

// A string of three bytes is found at any offset, and not by a part of it that code is full of: a NUL and a space have the
// same gram.
func TestShortStringOfMany(t *testing.T) {
	const text = "]\x00\x00"
	s, err := Compile([]string{text})
	if err != nil {
		t.Fatal(err)
	}
	m := newMany(s.texts)
	if m.has(uint64(gramOf([]byte("    ")))) != 0 {
		t.Error("white space is compared")
	}
	for size := range 24 {
		for at := range size - len(text) + 1 {
			content := bytes.Repeat([]byte{' '}, size)
			copy(content[at:], text)
			found := search(s, content, func(content []byte, visit func(int, int) bool) { m.each(s.texts, content, visit) })
			if len(found) != 1 || found[0].at != at {
				t.Errorf("%q: found %v, want offset %d", content, found, at)
			}
		}
	}
}
