package odb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// history makes a repository with many versions of a few files, so that git packs them as deltas.
func history(t *testing.T, commits int) *planted.Repo {
	t.Helper()
	r := planted.New(t)
	text := ""
	for i := range commits {
		text += fmt.Sprintf("line %d of a file that grows, with words that repeat and repeat\n", i)
		r.Write("a.txt", text)
		r.Write(fmt.Sprintf("dir/%d.txt", i%7), text[len(text)/2:])
		r.Git("add", ".")
		r.Git("commit", "-qm", fmt.Sprintf("version %d", i))
	}
	r.Git("tag", "-am", "a tag", "v1")
	return r
}

// packOf returns the pack that git makes of revisions.
func packOf(t *testing.T, dir, revisions string, flags ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir, "pack-objects", "--stdout", "--revs", "-q"}, flags...)...)
	cmd.Stdin = strings.NewReader(revisions)
	pack, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return pack
}

func newRecorder() *recorder {
	return &recorder{objects: map[string]string{}, unreadable: map[string]string{}}
}

func everything(v odb.Visitor) odb.Walk { return odb.Walk{Types: allTypes, Visitor: v} }

// sameObjects compares what was visited with what git has.
func sameObjects(t *testing.T, v *recorder, r *planted.Repo) {
	t.Helper()
	same(t, v, truth(t, r))
	if len(v.twice) > 0 {
		t.Errorf("visited twice: %v", v.twice)
	}
}

// TestReceive receives packs of every kind. The index must be the one that git makes, and the objects those of git.
func TestReceive(t *testing.T) { planted.EachFormat(t, testReceive) }

func testReceive(t *testing.T) {
	r := history(t, 60)
	for name, flags := range map[string][]string{
		"deltas by offset": {"--delta-base-offset"},
		"deltas by ID":     nil,
		"no deltas":        {"--depth=0"},
		"long chains":      {"--delta-base-offset", "--depth=4000", "--window=50"},
	} {
		t.Run(name, func(t *testing.T) {
			pack := packOf(t, r.Dir, "HEAD\nv1\n", flags...)
			for _, in := range []io.Reader{bytes.NewReader(pack), iotest.OneByteReader(bytes.NewReader(pack)), iotest.DataErrReader(bytes.NewReader(pack))} {
				v := newRecorder()
				dir := t.TempDir()
				path, err := odb.Receive(t.Context(), in, odb.ReceiveOptions{Dir: dir, Format: r.Format, Walk: everything(v)})
				if err != nil {
					t.Fatal(err)
				}
				sameIndex(t, r, path)
				sameObjects(t, v, r)
				db := odb.Open([]string{dir}, r.Format, odb.Limits{})
				read := newRecorder()
				if err := db.Walk(t.Context(), everything(read)); err != nil {
					t.Fatal(err)
				}
				sameObjects(t, read, r)
				_ = db.Close()
			}
		})
	}
}

// TestReceiveLarge has blobs that are not held whole, as they arrive and as deltas.
func TestReceiveLarge(t *testing.T) { planted.EachFormat(t, testReceiveLarge) }

func testReceiveLarge(t *testing.T) {
	r := history(t, 12)
	pack := packOf(t, r.Dir, "HEAD\nv1\n", "--delta-base-offset")
	v := newRecorder()
	path, err := odb.Receive(t.Context(), bytes.NewReader(pack), odb.ReceiveOptions{
		Dir: t.TempDir(), Format: r.Format, Walk: everything(v), Limits: odb.Limits{MaxStream: 100},
	})
	if err != nil {
		t.Fatal(err)
	}
	sameIndex(t, r, path)
	sameObjects(t, v, r)
}

// A pack with an object that is larger than what may be accepted is refused by the header of the object: what follows need not
// even be a stream.
func TestReceiveTooLargeObject(t *testing.T) {
	pack := []byte("PACK\x00\x00\x00\x02\x00\x00\x00\x01\xbf\xff\xff\xff\x0f" + strings.Repeat("x", 100)) // a blob of some 4 GB
	for limit, tooLarge := range map[int64]bool{1 << 20: true, 0: false} {
		_, err := odb.Receive(t.Context(), bytes.NewReader(pack), odb.ReceiveOptions{Dir: t.TempDir(), Format: object.SHA1, MaxObject: limit})
		if err == nil || errors.Is(err, packfile.ErrTooLarge) != tooLarge {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

// TestReceiveThin completes a pack that lacks the bases which the receiver has.
func TestReceiveThin(t *testing.T) { planted.EachFormat(t, testReceiveThin) }

func testReceiveThin(t *testing.T) {
	r := history(t, 40)
	have := t.TempDir()
	if _, err := odb.Receive(t.Context(), bytes.NewReader(packOf(t, r.Dir, "HEAD~1\n")), odb.ReceiveOptions{Dir: have, Format: r.Format}); err != nil {
		t.Fatal(err)
	}
	bases := odb.Open([]string{have}, r.Format, odb.Limits{})
	defer bases.Close()
	for _, flags := range [][]string{{"--thin", "--delta-base-offset"}, {"--thin"}} {
		thin := packOf(t, r.Dir, "HEAD\nv1\n^HEAD~1\n", flags...)
		if _, err := odb.Receive(t.Context(), bytes.NewReader(thin), odb.ReceiveOptions{Dir: t.TempDir(), Format: r.Format}); err == nil {
			t.Error("a thin pack is taken without its bases")
		}
		dir := t.TempDir()
		path, err := odb.Receive(t.Context(), bytes.NewReader(thin), odb.ReceiveOptions{Dir: dir, Format: r.Format, Bases: bases})
		if err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), "git", "verify-pack", "--object-format="+r.Format.String(), path+".idx").CombinedOutput(); err != nil {
			t.Errorf("git does not take the completed pack: %v\n%s", err, out)
		}
		db := odb.Open([]string{dir, have}, r.Format, odb.Limits{})
		v := newRecorder()
		if err := db.Walk(t.Context(), everything(v)); err != nil {
			t.Fatal(err)
		}
		sameObjects(t, v, r)
		_ = db.Close()
	}
}

// TestReceiveDamaged cuts and corrupts a pack at every position. It must be refused, and leave nothing behind.
func TestReceiveDamaged(t *testing.T) { planted.EachFormat(t, testReceiveDamaged) }

func testReceiveDamaged(t *testing.T) {
	r := history(t, 4)
	pack := packOf(t, r.Dir, "HEAD\nv1\n", "--delta-base-offset")
	step := max(1, len(pack)/300)
	for at := 0; at < len(pack); at += step {
		flipped := slices.Clone(pack)
		flipped[at] ^= 0x41
		for what, damaged := range map[string][]byte{"cut": pack[:at], "corrupted": flipped} {
			dir := t.TempDir()
			if _, err := odb.Receive(t.Context(), bytes.NewReader(damaged), odb.ReceiveOptions{Dir: dir, Format: r.Format}); err == nil {
				t.Errorf("a pack that is %s at %d is taken", what, at)
			}
			if left, err := os.ReadDir(filepath.Join(dir, "pack")); err != nil || len(left) > 0 {
				t.Fatalf("%s at %d: %v is left behind, %v", what, at, left, err)
			}
		}
	}
}

var errStop = errors.New("stop")

// TestReceiveEnds ends a reception by the visitor, by the reader, by its context and by its size.
func TestReceiveEnds(t *testing.T) {
	r := history(t, 30)
	pack := packOf(t, r.Dir, "HEAD\nv1\n", "--delta-base-offset")
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx  context.Context
		in   io.Reader
		o    odb.ReceiveOptions
		want error
	}{
		"visitor": {t.Context(), bytes.NewReader(pack), odb.ReceiveOptions{Walk: everything(stopping{})}, errStop},
		"reader":  {t.Context(), io.MultiReader(bytes.NewReader(pack[:len(pack)/2]), iotest.ErrReader(errStop)), odb.ReceiveOptions{}, errStop},
		"context": {canceled, bytes.NewReader(pack), odb.ReceiveOptions{}, context.Canceled},
		"size":    {t.Context(), bytes.NewReader(pack), odb.ReceiveOptions{MaxSize: int64(len(pack)) - 1}, nil},
	} {
		c.o.Dir, c.o.Format = t.TempDir(), r.Format
		_, err := odb.Receive(c.ctx, c.in, c.o)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if left, err := os.ReadDir(filepath.Join(c.o.Dir, "pack")); err != nil || len(left) > 0 {
			t.Errorf("%s: %v is left behind, %v", name, left, err)
		}
	}
}

// stopping ends a walk.
type stopping struct{}

func (stopping) Object(context.Context, odb.Object) error { return errStop }
func (stopping) Unreadable(odb.Unreadable)                {}

func FuzzReceive(f *testing.F) {
	for _, format := range []object.Format{object.SHA1, object.SHA256} {
		planted.SetFormat(f, format)
		r := planted.New(f)
		for i := range 3 {
			r.Write("a.txt", strings.Repeat("line\n", 50)+fmt.Sprint(i))
			r.Git("add", ".")
			r.Git("commit", "-qm", "x")
		}
		for _, flags := range [][]string{{"--delta-base-offset"}, nil} {
			cmd := exec.Command("git", append([]string{"-C", r.Dir, "pack-objects", "--stdout", "--revs", "-q"}, flags...)...)
			cmd.Stdin = strings.NewReader("HEAD\n")
			pack, err := cmd.Output()
			if err != nil {
				f.Fatal(err)
			}
			f.Add(uint8(format), pack)
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, pack []byte) {
		dir, format := t.TempDir(), object.Format(n%2)
		path, err := odb.Receive(t.Context(), bytes.NewReader(pack), odb.ReceiveOptions{Dir: dir, Format: format, MaxSize: 1 << 20})
		if err == nil && path != "" {
			if out, err := exec.Command("git", "verify-pack", "--object-format="+format.String(), path+".idx").CombinedOutput(); err != nil {
				t.Errorf("git does not take what was received: %v\n%s", err, out)
			}
		}
	})
}

// sameIndex compares the index of a received pack with the one that git makes for it.
func sameIndex(t *testing.T, r *planted.Repo, path string) {
	t.Helper()
	want := filepath.Join(t.TempDir(), "git.idx")
	if out, err := exec.CommandContext(t.Context(), "git", "index-pack", "--object-format="+r.Format.String(), "-o", want, path+".pack").CombinedOutput(); err != nil {
		t.Fatalf("git does not take the pack: %v\n%s", err, out)
	}
	ours, err := os.ReadFile(path + ".idx")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := os.ReadFile(want)
	if err != nil || !bytes.Equal(ours, theirs) {
		t.Errorf("the index differs from git's: %d and %d bytes, %v", len(ours), len(theirs), err)
	}
}
