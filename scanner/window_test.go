package scanner

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/scanner/match"
)

// Windows that are small, so that tests are quick, and yet wider than pairing looks.
const (
	testWindow = 32 << 10
	testMargin = 13 << 10
)

// found describes the hits of a content, in order.
func found(t *testing.T, b Blob) []string {
	t.Helper()
	c, err := newCollector(Options{Rules: builtin.Set(), MaxPlaces: defaultMaxPlaces})
	if err != nil {
		t.Fatal(err)
	}
	c.setWindows(testWindow, testMargin)
	if b.Stream == nil { // as a part of something longer: only a whole concludes anything from what it does not hold
		c.find(b.Place, match.NewText(b.Content, 0), match.Section{To: len(b.Content), Part: true}, nil)
	} else if err := c.Blob(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	hits := c.take().take()
	slices.SortFunc(hits, func(a, b occurrence) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) })
	out := make([]string, 0, len(hits))
	for _, h := range hits {
		line := fmt.Sprintf("%d:%d %s %s", h.Line, h.Column, h.Credential.ID.Reveal(), h.Credential.Secret.Reveal())
		for _, s := range h.Secrets {
			line += fmt.Sprintf(" %s@%d:%d", s.Reveal(), s.Line, s.Column)
		}
		out = append(out, line)
	}
	return out
}

// checkStream compares what is found in a content with what is found in it as a stream.
func checkStream(t *testing.T, what string, content []byte) (hits int) {
	t.Helper()
	want := found(t, Blob{Content: content})
	if got := found(t, Blob{Stream: bytes.NewReader(content)}); !slices.Equal(got, want) {
		t.Errorf("%s: the stream has\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	return len(want)
}

// A pair is found once wherever it is: at each offset around the borders of windows, with its secret before or
// behind it, close by or far.
func TestStreamBorders(t *testing.T) {
	keys := rulestest.NewKeys(1)
	filler := strings.Repeat("一行 filler\n", 3500)
	for _, between := range []string{" ", "\n\n", strings.Repeat("x ", 1000)} {
		id, secret := keys.ID24(), "accessKeySecret="+keys.Secret()
		for _, text := range []string{id + between + secret, secret + between + id} {
			for _, border := range []int{testWindow - 2*testMargin, testWindow - testMargin, testWindow} {
				for at := border - len(text) - 10; at < border+10; at += 1 + len(text)/50 {
					cut := match.RuneStart([]byte(filler), max(0, at))
					content := filler[:cut] + " " + text + " " + filler[cut:]
					if n := checkStream(t, fmt.Sprintf("at %d", cut), []byte(content)); n != 1 {
						t.Fatalf("%d hits of one pair at %d", n, cut)
					}
				}
			}
		}
	}
}

// prose makes random text with keys in it: pairs, IDs alone, secrets alone. Lines may be longer than a window.
type prose struct {
	rng  *rand.Rand
	keys *rulestest.Keys
	eol  string
}

func (p prose) text(size int) []byte {
	var b bytes.Buffer
	for quiet := 0; b.Len() < size; quiet-- {
		if quiet <= 0 {
			b.WriteString(p.key())
			quiet = 20 + p.rng.IntN(60)
		}
		b.WriteString(p.words())
	}
	return b.Bytes()
}

func (p prose) words() string {
	words := []string{"word ", "密钥", "é", "\xb0\xa1\xff", "\u3000", "😀", "= ", `"`}
	text := strings.Repeat(words[p.rng.IntN(len(words))], p.rng.IntN(60))
	if p.rng.IntN(3) == 0 {
		text += p.eol
	}
	return text
}

func (p prose) key() string {
	id, secret := p.keys.ID24(), p.keys.Secret()
	switch p.rng.IntN(5) {
	case 0:
		return fmt.Sprintf(" %s ", id)
	case 1:
		return fmt.Sprintf(" accessKeySecret=%s ", secret)
	case 2:
		return fmt.Sprintf(" %s %s %s %s", id, secret, p.eol, p.keys.Secret())
	case 3:
		return fmt.Sprintf(" %s %s %s %s %s", p.keys.STSID(), p.eol, p.keys.STSSecret(), p.eol, p.keys.Token())
	}
	return fmt.Sprintf(" id: %s%ssecret: %s%s", id, p.eol, secret, p.eol)
}

// On random text a stream has the hits of the whole: lines, columns and the lines of secrets.
func TestStreamIsWhole(t *testing.T) {
	hits := 0
	for seed := range uint64(60) {
		p := prose{rand.New(rand.NewPCG(seed, 3)), rulestest.NewKeys(seed), []string{"\n", "\r\n", "\r"}[seed%3]}
		hits += checkStream(t, fmt.Sprintf("seed %d", seed), p.text(3*testWindow+p.rng.IntN(testWindow)))
	}
	if hits < 600 {
		t.Errorf("only %d hits were compared", hits)
	}
}

func FuzzStream(f *testing.F) {
	f.Add(uint64(1), []byte("filler\n"), uint16(testWindow-testMargin))
	f.Add(uint64(2), []byte("密钥"), uint16(testWindow))
	f.Add(uint64(3), []byte("\r"), uint16(2*testMargin))
	f.Fuzz(func(t *testing.T, seed uint64, filler []byte, at uint16) {
		if len(filler) == 0 {
			return
		}
		keys := rulestest.NewKeys(seed)
		content := bytes.Repeat(filler, 3*testWindow/len(filler)+1)
		cut := min(int(at), len(content))
		key := fmt.Sprintf(" %s secret: %s ", keys.ID24(), keys.Secret())
		checkStream(t, "a repeated filler", slices.Concat(content[:cut], []byte(key), content[cut:]))
	})
}

// Readers may answer little at a time, or the end along with the last bytes.
func TestReaders(t *testing.T) {
	p := prose{rand.New(rand.NewPCG(1, 4)), rulestest.NewKeys(99), "\n"}
	for _, size := range []int{0, 10, testWindow - 1, testWindow, testWindow + 1, 2*testWindow - 2*testMargin, 3 * testWindow} {
		content := p.text(size)[:size]
		want := found(t, Blob{Content: content})
		for name, b := range map[string]Blob{
			"bytes":       {Stream: iotest.OneByteReader(bytes.NewReader(content))},
			"halves":      {Stream: iotest.HalfReader(bytes.NewReader(content))},
			"end at once": {Stream: iotest.DataErrReader(bytes.NewReader(content))},
		} {
			if got := found(t, b); !slices.Equal(got, want) {
				t.Errorf("%d bytes, %s: %d hits, want %d", size, name, len(got), len(want))
			}
		}
	}
}

// holey is a stream that skips zeros wherever there are enough of them.
type holey struct {
	*bytes.Reader
	content []byte
	skipped int64
}

func (h *holey) SkipZeros() (int64, error) {
	rest := h.content[len(h.content)-h.Len():]
	n := int64(len(rest) - len(bytes.TrimLeft(rest, "\x00")))
	h.skipped += n
	_, err := h.Seek(n, 1)
	return n, err
}

// A stream that skips its holes has the hits of one that is read: before and behind them, at the same places.
func TestHoles(t *testing.T) {
	keys := rulestest.NewKeys(21)
	skipped := int64(0)
	for _, hole := range []int{10, testMargin, testWindow, 3 * testWindow, 10*testWindow + 7} {
		for _, before := range []int{0, 5, testWindow - testMargin, testWindow - 1, testWindow, 2*testWindow + 11} {
			pair := func() string { return fmt.Sprintf(" %s secret: %s ", keys.ID24(), keys.Secret()) }
			zeros, filler := strings.Repeat("\x00", hole), strings.Repeat("密 line\n", before/9)+strings.Repeat("x", before%9)
			content := []byte(filler + pair() + zeros + pair() + zeros + "\n" + zeros + pair() + zeros)
			want := found(t, Blob{Stream: bytes.NewReader(content)})
			h := &holey{Reader: bytes.NewReader(content), content: content}
			if got := found(t, Blob{Stream: h}); len(want) != 3 || !slices.Equal(got, want) {
				t.Errorf("a hole of %d behind %d bytes:\n%s\nwant\n%s", hole, before, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			skipped += h.skipped
		}
	}
	if skipped < 40*testWindow {
		t.Errorf("only %d bytes were skipped", skipped)
	}
}

// repeated is a stream of one byte.
type repeated struct{ left int64 }

func (r *repeated) Read(b []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	b = b[:min(int64(len(b)), r.left)]
	for n := copy(b, ones); n < len(b); n *= 2 {
		copy(b[n:], b[:n])
	}
	r.left -= int64(len(b))
	return len(b), nil
}

const ones = "11111111"

// One line of more than 2 GB is read in bounded memory, and a key at its end is said to be where it is.
func TestLongLine(t *testing.T) {
	keys := rulestest.NewKeys(22)
	first, last := keys.ID24()+" secret: "+keys.Secret(), keys.ID24()+" secret: "+keys.Secret()
	const size = int64(1<<31)/slow + 1000
	c, err := newCollector(Options{Rules: builtin.Set(), MaxPlaces: defaultMaxPlaces})
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	line := io.MultiReader(strings.NewReader(first+" "), &repeated{size}, strings.NewReader(" "+last))
	if err := c.Blob(t.Context(), Blob{Stream: line}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	hits := c.take().take()
	sortOccurrences(hits)
	if len(hits) != 2 || hits[0].Line != 1 || hits[0].Column != 1 || hits[1].Line != 1 || int64(hits[1].Column) != int64(len(first))+size+3 {
		t.Errorf("%d hits: %+v", len(hits), hits)
	}
	if cost := after.TotalAlloc - before.TotalAlloc; cost > 64<<20 {
		t.Errorf("it took %d MiB", cost>>20)
	}
}

// What was read of a stream that fails is searched before the error is returned.
func TestStreamFails(t *testing.T) {
	keys, failed := rulestest.NewKeys(5), errors.New("the disk is gone")
	var content strings.Builder
	const pairs = 30
	for range pairs {
		fmt.Fprintf(&content, "%s accessKeySecret=%s\n%s", keys.ID24(), keys.Secret(), strings.Repeat("filler\n", testWindow/7))
	}
	c, err := newCollector(Options{Rules: builtin.Set(), MaxPlaces: defaultMaxPlaces})
	if err != nil {
		t.Fatal(err)
	}
	c.setWindows(testWindow, testMargin)
	err = c.Blob(t.Context(), Blob{Stream: io.MultiReader(strings.NewReader(content.String()), iotest.ErrReader(failed))})
	if n := len(c.take().take()); n != pairs || !errors.Is(err, failed) {
		t.Errorf("%d of %d pairs, error %v", n, pairs, err)
	}
}
