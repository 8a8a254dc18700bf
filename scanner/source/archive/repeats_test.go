package archive_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/source/archive"
)

// accounting is a sink that screens, and keeps an account as that of a scan does: it notes contents with "key".
type accounting struct {
	screening
	found []string // their places
	blobs int64
}

func (s *accounting) Blob(ctx context.Context, b scanner.Blob) error {
	if err := s.screening.Blob(ctx, b); err != nil {
		return err
	}
	kept := s.Blobs[len(s.Blobs)-1]
	s.blobs++
	scanner.AccountOf(ctx).Add(scanner.Tally{Blobs: 1, Bytes: int64(len(kept.Content))})
	if bytes.Contains(kept.Content, []byte("key")) {
		scanner.AccountOf(ctx).Note()
		s.found = append(s.found, fmt.Sprint(kept.Path, "!/", kept.Member))
	}
	return nil
}

func (s *accounting) Remembered(t scanner.Tally) {
	s.screening.Remembered(t)
	s.blobs += t.Blobs
}

// withoutScreen hides that a sink screens, so that no member is left out.
type withoutScreen struct{ scanner.Sink }

// someMembers are members of all kinds: text with and without a key, archives in archives, and what cannot be read.
func someMembers(rng *rand.Rand) []file {
	random := func(i int) string {
		b := make([]byte, 1400)
		for j := range b {
			b[j] = "0123456789abcdef\n"[rng.IntN(17)]
		}
		return fmt.Sprint(i, " ", string(b))
	}
	var list []file
	for i := range 12 {
		name, text := fmt.Sprintf("v%d/file%d", i%2, i), random(i)
		switch i % 6 {
		case 1:
			text += "key"
		case 2:
			text = zipOf(file{"inner", text}, file{"more", random(i)})
		case 3:
			text = zipOf(file{"inner", text}, file{"more", random(i) + "key"})
		case 4:
			text = gz(random(i))[:600]
		case 5:
			text = zipOf(file{"deep", zipOf(file{"deeper", random(i)})})
		}
		list = append(list, file{name, text})
	}
	return list
}

func gzipAt(built time.Time, content string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.ModTime = built
	_, _ = w.Write([]byte(content))
	_ = w.Close()
	return b.Bytes()
}

// That members are left out which were read before shows neither in what is found, nor in what is counted or skipped.
func TestRepeatedMembers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	members := someMembers(rng)
	opts := archive.Options{MaxDepth: 2, MaxMembers: 12}
	short, long := new(accounting), new(accounting)
	shorter, longer := archive.Open(short, opts), archive.Open(withoutScreen{long}, opts)
	for i := range 60 {
		var some []file
		for range 1 + rng.IntN(8) {
			some = append(some, members[rng.IntN(len(members))])
		}
		content := []byte(zipOf(some...))
		switch i % 6 {
		case 0, 3: // the same members, deeper
			content = []byte(zipOf(file{"outer", string(content)}))
		case 1: // a member, compressed at another time
			content = gzipAt(time.Unix(int64(i), 0), some[0].content)
		case 4:
			content = []byte(zipOf(file{"outer", string(gzipAt(time.Unix(int64(i), 0), some[0].content))}))
		}
		var tallies [2]scanner.Account
		for j, s := range []scanner.Sink{shorter, longer} {
			b := scanner.Blob{Place: place(fmt.Sprint(i, ".zip")), Content: content}
			if err := s.Blob(tallies[j].Within(t.Context()), b); err != nil {
				t.Fatal(err)
			}
		}
		if a, b := &tallies[0], &tallies[1]; a.Tally() != b.Tally() || a.Noted.Load() != b.Noted.Load() {
			t.Errorf("archive %d: %+v and noted %v, want %+v and %v", i, a.Tally(), a.Noted.Load(), b.Tally(), b.Noted.Load())
		}
	}
	if !slices.Equal(short.found, long.found) || len(long.found) < 20 {
		t.Errorf("found in\n%q, want\n%q", short.found, long.found)
	}
	if !slices.Equal(short.skips(), long.skips()) || len(long.Skips) < 20 {
		t.Errorf("skips\n%q, want\n%q", short.skips(), long.skips())
	}
	if short.blobs != long.blobs || short.total != long.total {
		t.Errorf("%d contents of %d bytes, want %d of %d", short.blobs, short.total, long.blobs, long.total)
	}
	if 10*len(short.Blobs) > 9*len(long.Blobs) {
		t.Errorf("%d of %d contents were handed on", len(short.Blobs), len(long.Blobs))
	}
}
