package archive_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/match"
	"github.com/akguard/akguard/scanner/source/archive"
)

// Every kind of archive gives its members, however the source gives the archive, and whatever the file is called.
func TestKinds(t *testing.T) {
	key := planted.Keys(1)()
	text := key.Text()
	large := text + strings.Repeat("0123456789 line\n", 200_000) // 3 MiB: streamed
	tests := []struct{ name, path, content, member string }{
		{"zip", "x.jar", zipOf(file{"META-INF/", ""}, file{"application.yml", text}), "application.yml"},
		{"zip, stored", "x.zip", zipBy(zip.Store, file{"a", text}), "a"},
		{"zip behind a script", "run.sh", "#!/bin/sh\nexec java -jar $0\n" + zipOf(file{"a", text}), "a"},
		{"zip with a comment", "x", zipOf(file{"a", text}), "a"},
		{"zip, large member", "x", zipOf(file{"a", large}), "a"},
		{"zip of zstd", "x", rawZip(zip.FileHeader{Name: "a", Method: 93, CRC32: crc(text)}, zstdOf(text)), "a"},
		{"zip of xz", "x", rawZip(zip.FileHeader{Name: "a", Method: 95, CRC32: crc(text)}, xzOf(text)), "a"},
		{"tar", "x.tar", tarOf(file{"app/.env", text}), "app/.env"},
		{"tar, large member", "x.tar", tarOf(file{"b", "b"}, file{"app/.env", large}, file{"c", "c"}), "app/.env"},
		{"two tars", "x.tar", tarOf(file{"a", "a"}) + tarOf(file{"b", text}), "b"},
		{"old tar", "x", oldTar("etc/conf", text), "etc/conf"},
		{"tar.gz", "x.tgz", gz(tarOf(file{"app/.env", text})), "app/.env"},
		{"tar.xz", "x.tar.xz", xzOf(tarOf(file{"app/.env", text})), "app/.env"},
		{"tar.zst", "x.tar.zst", zstdOf(tarOf(file{"app/.env", text})), "app/.env"},
		{"gz", "logs/x.log.gz", gz(text), "x.log"},
		{"gz, large", "logs/x.log.gz", gz(large), "x.log"},
		{"gz, two in one", "x.log.gz", gz("a") + gz(text), "x.log"},
		{"xz", "x.log.xz", xzOf(text), "x.log"},
		{"xz, two in one", "x.log.xz", xzOf("a") + "\x00\x00\x00\x00" + xzOf(text), "x.log"},
		{"xz, large", "x.log.xz", xzOf(large), "x.log"},
		{"zstd", "x.log.zst", zstdOf(text), "x.log"},
		{"zstd, after a frame to skip", "x.log.zst", "\x50\x2a\x4d\x18\x01\x00\x00\x00x" + zstdOf(text), "x.log"},
		{"no path", "", gz(text), "content"},
		{"three deep", "x.zip", zipOf(file{"lib/b.jar", zipOf(file{"c.tar.gz", gz(tarOf(file{"d", text}))})}), "lib/b.jar!/c.tar.gz!/d"},
		{"three deep, large", "x.zip", zipOf(file{"b.tar", tarOf(file{"c.zip", zipBy(zip.Store, file{"d", large})})}), "b.tar!/c.zip!/d"},
		{"large file with a zip at its end", "x.exe", large[:0] + strings.Repeat("MZ", 300_000) + zipBy(zip.Store, file{"a", strings.Repeat("y", 600_000)}, file{"b", text}), "b"},
	}
	for _, test := range tests {
		for way, s := range all(open(t, test.path, test.content, archive.Options{})) {
			checkSkips(t, s)
			got := s.holders(key.Secret)
			if got[0] == "" { // what does not compress is unchanged in the compressed file's own bytes
				got = got[1:]
			}
			if !slices.Equal(got, []string{test.member}) {
				t.Errorf("%s, %s: the key is in %q, want %q", test.name, way, got, test.member)
			}
		}
	}
}

func TestBzip2(t *testing.T) {
	for _, s := range all(open(t, "x.txt.bz2", bz2()+bz2(), archive.Options{})) {
		checkSkips(t, s)
		if got := s.holders(strings.Repeat("packed by bzip2\n", 2)); !slices.Equal(got, []string{"x.txt"}) {
			t.Errorf("the text is in %q", got)
		}
	}
}

// Members come in the archive's order, with the place of the archive.
func TestOrder(t *testing.T) {
	s := new(sink)
	b := scanner.Blob{
		Place:   finding.Place{Source: finding.SourceHistory, Blob: "abc"},
		Content: []byte(zipOf(file{"z", "1"}, file{"a", "2"}, file{"z", "3"})),
	}
	if err := archive.Open(s, archive.Options{}).Blob(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range s.Blobs {
		if b.Source != finding.SourceHistory || b.Place.Blob != "abc" {
			t.Errorf("the place is %+v", b.Place)
		}
		got = append(got, b.Member)
	}
	if !slices.Equal(got, []string{"z", "a", "z", ""}) {
		t.Errorf("the members are %q", got)
	}
}

// How an archive is read does not depend on the buffers of an earlier one: only a member of less than a megabyte is read as a whole.
func TestNoTraceOfEarlierArchives(t *testing.T) {
	const nearlyLarge, large = 900_000, 1<<20 + 1000
	earlier := scanner.Blob{Place: place("a"), Content: []byte(zipOf(file{"a", pseudo(nearlyLarge)}))}
	b := scanner.Blob{Place: place("b"), Content: []byte(gz(tarOf(file{"b", gz(pseudo(large))})))}
	want, got := give(t, b, archive.Options{}), new(sink)
	a := archive.Open(got, archive.Options{})
	for _, blob := range []scanner.Blob{earlier, b} {
		got.Blobs = nil
		if err := a.Blob(t.Context(), blob); err != nil {
			t.Fatal(err)
		}
	}
	members := func(s *sink) (list []string) {
		for _, b := range s.Blobs {
			list = append(list, fmt.Sprintf("%s of %d bytes", b.Member, len(b.Content)))
		}
		return list
	}
	if w, g := members(want), members(got); !slices.Equal(g, w) {
		t.Errorf("after another archive: %q, want %q", g, w)
	}
}

// What is no archive is handed on as it is.
func TestOtherContentIsUnchanged(t *testing.T) {
	for _, content := range []string{
		"", "x", "text", "PK", "BZh9 is no bzip2", strings.Repeat("x", 3<<20), strings.Repeat("x", 99) + "PK\x03\x04PK\x05\x06" + strings.Repeat("\x00", 1<<21),
		strings.Repeat("\x00", 2048), "a program that knows PK\x05\x06" + strings.Repeat("\x00", 18),
	} {
		for way, s := range all(open(t, "x", content, archive.Options{})) {
			checkSkips(t, s)
			if len(s.Blobs) != 1 || string(s.Blobs[0].Content) != content || s.Blobs[0].Member != "" {
				t.Errorf("%.20q, %s: %d contents", content, way, len(s.Blobs))
			}
		}
	}
}

// Bytes outside the members of an archive are scanned too, and stored members are not scanned twice.
func TestBetween(t *testing.T) {
	next := planted.Keys(2)
	inside, comment, before := next(), next(), next()
	var b bytes.Buffer
	b.WriteString(before.Text())
	z := zip.NewWriter(&b)
	z.SetOffset(int64(b.Len()))
	w, err := z.CreateHeader(&zip.FileHeader{Name: "a"})
	must(err)
	_, err = io.WriteString(w, inside.Text())
	must(err)
	must(z.SetComment(comment.Text()))
	must(z.Close())
	for way, s := range all(open(t, "x.zip", b.String(), archive.Options{})) {
		for key, want := range map[planted.Key]string{inside: "a", comment: "", before: ""} {
			if got := s.holders(key.Secret); !slices.Equal(got, []string{want}) {
				t.Errorf("%s: the key is in %q, want %q", way, got, want)
			}
		}
	}
	named, after := next(), next()
	for way, s := range all(open(t, "x.tar", tarOf(file{named.Secret, "x"})+after.Text(), archive.Options{})) {
		if got := s.holders(named.Secret); !slices.Equal(got, []string{""}) {
			t.Errorf("%s: the name is in %q", way, got)
		}
		if got := s.holders(after.Secret); !slices.Equal(got, []string{""}) {
			t.Errorf("%s: what follows the tar is in %q", way, got)
		}
	}
}

// An image keeps what a later layer deletes. Layers, configuration and history are read.
func TestImage(t *testing.T) {
	next := planted.Keys(3)
	deleted, env, history := next(), next(), next()
	lower := tarOf(file{"app/.env", deleted.Text()})
	upper := tarOf(file{"app/.wh..env", ""})
	config := `{"config":{"Env":["A=` + env.Text() + `"]},"history":[{"created_by":"RUN ` + history.Text() + `"}]}`
	images := map[string]string{
		"1/layer.tar": tarOf(file{"1/layer.tar", lower}, file{"2/layer.tar", upper}, file{"c.json", config},
			file{"manifest.json", `[{"Config":"c.json","Layers":["1/layer.tar","2/layer.tar"]}]`}),
		"blobs/sha256/1": tarOf(file{"oci-layout", "{}"}, file{"index.json", "{}"}, file{"blobs/sha256/1", gz(lower)},
			file{"blobs/sha256/2", zstdOf(upper)}, file{"blobs/sha256/3", config}),
	}
	for layer, image := range images {
		for way, s := range all(open(t, "image.tar", image, archive.Options{})) {
			checkSkips(t, s)
			if got := s.holders(deleted.Secret); !slices.Equal(got, []string{layer + "!/app/.env"}) {
				t.Errorf("%s: the deleted key is in %q", way, got)
			}
			for _, key := range []planted.Key{env, history} {
				if got := s.holders(key.Secret); len(got) != 1 || !slices.Contains([]string{"c.json", "blobs/sha256/3"}, got[0]) {
					t.Errorf("%s: the configuration's key is in %q", way, got)
				}
			}
		}
	}
}

// screening is a sink that can screen.
type screening struct{ sink }

func (*screening) Screen(piece []byte) bool { return bytes.Contains(piece, []byte("key")) }
func (*screening) Reach() int               { return 3 }
func (*screening) Hints(also ...string) match.Hints {
	return match.Hints{Size: 3, Each: func(piece []byte, visit func(int) bool) {
		for _, text := range append(also, "key") {
			if at := bytes.Index(piece, []byte(text)); at >= 0 && !visit(at) {
				return
			}
		}
	}}
}
func (s *screening) Dropped(size int64) { s.total += size }

func (s *screening) Remembered(t scanner.Tally) { s.total += t.Bytes }

func hinted(s scanner.Screener, content string) (found bool) {
	s.Hints().Each([]byte(content), func(int) bool {
		found = true
		return false
	})
	return found
}

// Screening keeps archives, and the sink screens only when the next does.
func TestScreen(t *testing.T) {
	if _, ok := archive.Open(new(sink), archive.Options{}).(scanner.Screener); ok {
		t.Error("the sink screens, though the next does not")
	}
	next := new(screening)
	s, ok := archive.Open(next, archive.Options{}).(scanner.Screener)
	if !ok {
		t.Fatal("the sink does not screen")
	}
	for _, content := range []string{zipOf(file{"a", "b"}), gz("x"), xzOf("x"), zstdOf("x"), bz2(), "7z\xbc\xaf\x27\x1c", "Rar!\x1a\x07", "\x04\x22\x4d\x18", "070701", "\x5d\x00\x00"} {
		if !s.Screen([]byte(content)) || !s.Screen([]byte("xyz"+content+"xyz")) || !hinted(s, "xyz"+content+"xyz") {
			t.Errorf("%.6q… is screened out", content)
		}
		if !slices.ContainsFunc(archive.Magics(), func(m string) bool { return strings.Contains(content, m) }) {
			t.Errorf("%.6q… has no magic", content)
		}
	}
	if s.Screen([]byte("PK and 7z, Rar! \x1f\x8b 1AY&S \xfd (")) || !s.Screen([]byte("a key")) || s.Reach() < 6 {
		t.Error("wrong screening")
	}
	if s.Dropped(7); next.total != 7 {
		t.Error("dropped content is not counted")
	}
	s.Commit()
	if next.Commits != 1 {
		t.Error("commits are not counted")
	}
}

var errBroken = errors.New("broken")

// brokenReader gives some bytes before its error.
type brokenReader struct{ in io.Reader }

func (r brokenReader) Read(b []byte) (int, error) {
	n, err := r.in.Read(b)
	if errors.Is(err, io.EOF) {
		err = errBroken
	}
	return n, err
}

type brokenSink struct{ sink }

func (s *brokenSink) Blob(_ context.Context, b scanner.Blob) error { return errBroken }

// Errors of the source and of the next sink are no damage of an archive: they are returned.
func TestErrors(t *testing.T) {
	large := strings.Repeat("0123456789abcdef", 1<<17)
	for _, content := range []string{
		zipBy(zip.Store, file{"a", large}), tarOf(file{"a", large}), gz(tarOf(file{"a.gz", gz(large)})), large, xzOf(large), zstdOf(large),
		tarOf(file{"a", zipBy(zip.Store, file{"b", large})}),
	} {
		half := content[:len(content)*3/4]
		s := new(sink)
		err := archive.Open(s, archive.Options{}).Blob(t.Context(), scanner.Blob{Stream: brokenReader{strings.NewReader(half)}})
		if !errors.Is(err, errBroken) {
			t.Errorf("%.6q: the source's error is %v, skips %q", content, err, s.skips())
		}
		if err := archive.Open(new(brokenSink), archive.Options{}).Blob(t.Context(), scanner.Blob{Content: []byte(content)}); !errors.Is(err, errBroken) {
			t.Errorf("%.6q: the sink's error is %v", content, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := archive.Open(new(sink), archive.Options{}).Blob(ctx, scanner.Blob{Stream: strings.NewReader(content)}); !errors.Is(err, context.Canceled) && len(content) > 1<<21 {
			t.Errorf("%.6q: the error is %v", content, err)
		}
	}
}

// A scan finds a key in a jar and says where.
func TestScan(t *testing.T) {
	key := planted.Keys(4)()
	jar := zipOf(file{"BOOT-INF/lib/b.jar", zipOf(file{"application.yml", key.Text()})})
	var r planted.Report
	source := opened{func(ctx context.Context, to scanner.Sink) error {
		return archive.Open(to, archive.Options{}).Blob(ctx, scanner.Blob{Place: place("x.jar"), Content: []byte(jar)})
	}}
	if _, err := scanner.New(scanner.Options{Sources: []scanner.Source{source}, Rules: builtin.Set()}).Run(t.Context(), &r); err != nil {
		t.Fatal(err)
	}
	f := r.Of(key)
	if f == nil || len(f.Occurrences) != 1 {
		t.Fatalf("found %+v", r.Findings)
	}
	if o := f.Occurrences[0]; o.Path != "x.jar" || o.Member != "BOOT-INF/lib/b.jar!/application.yml" || o.Line != key.Line {
		t.Errorf("found at %+v", o)
	}
}

type opened struct {
	scan func(context.Context, scanner.Sink) error
}

func (o opened) Scan(ctx context.Context, s scanner.Sink) error { return o.scan(ctx, s) }
