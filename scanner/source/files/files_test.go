package files_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/files"
)

// write makes files below a folder of its own.
func write(t *testing.T, contents map[string]string) (root string) {
	t.Helper()
	root = t.TempDir()
	for name, content := range contents {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func read(t *testing.T, root string) *planted.Sink {
	t.Helper()
	return planted.Read(t, files.New(files.Options{Root: root}))
}

// Every regular file is read, whatever its name and however many there are, and git's own are not.
func TestFolder(t *testing.T) {
	contents := map[string]string{
		"a": "1", "empty": "", "with space/新 文件": "2", "new\nline": "3", "x/.hidden/b": "4", "-dash": "5", "x/.github/c": "6",
	}
	for i := range 1000 {
		contents[fmt.Sprintf("many/%d", i)] = fmt.Sprint(i)
	}
	root := write(t, contents)
	for _, dir := range []string{".git", "x/.git"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, dir, "config"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, got := read(t, root), map[string]string{}
	for _, b := range s.Blobs {
		if _, ok := got[b.Path]; ok || b.Source != finding.SourceFile {
			t.Errorf("%q is read again, or from %s", b.Path, b.Source)
		}
		got[b.Path] = string(b.Content)
	}
	if !reflect.DeepEqual(got, contents) || len(s.Skips) > 0 {
		t.Errorf("%d of %d files are read, skips %v", len(got), len(contents), s.Skips)
	}
}

// Content is read whole at every size around those of the buffers.
func TestSizes(t *testing.T) {
	contents := map[string]string{}
	for _, size := range []int{0, 1, 128 << 10, 16 << 20} {
		for _, n := range []int{size - 1, size, size + 1} {
			if n >= 0 {
				contents[fmt.Sprint(n)] = strings.Repeat("0123456789abcdef", n/16+1)[:n]
			}
		}
	}
	for _, b := range read(t, write(t, contents)).Blobs {
		if large := len(b.Content) >= 16<<20; string(b.Content) != contents[b.Path] || large != (b.Stream != nil) {
			t.Errorf("of %s bytes, %d are read, or others; as a stream: %v", b.Path, len(b.Content), b.Stream != nil)
		}
		delete(contents, b.Path)
	}
	if len(contents) > 0 {
		t.Errorf("%d files are not read", len(contents))
	}
}

// A symbolic link is not followed, neither to a file, nor to a folder, nor in a circle. The root may be one. A link to
// something that the scan does not read is reported; one into the folder, one to nothing and one to a device are not.
func TestLinks(t *testing.T) {
	outside := write(t, map[string]string{"key": "outside"})
	root := write(t, map[string]string{"in/a": "inside", ".git/config": "git's own"})
	for name, to := range map[string]string{
		"file": filepath.Join(outside, "key"), "folder": outside, "circle": root, "in/up": "..", "in/sibling": "a", "broken": "nowhere",
		"self": "self", "above": "..", "in/git": "../.git/config", "device": os.DevNull,
	} {
		if err := os.Symlink(to, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(root, link); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{root, link} {
		s := read(t, dir)
		var skipped []string
		for _, skip := range s.Skips {
			if skip.Reason.Code == "files.link-outside" {
				skipped = append(skipped, skip.Path)
			}
		}
		slices.Sort(skipped)
		want := []string{"above", "file", "folder", "in/git"}
		if !slices.Equal(s.Paths(), []string{"in/a"}) || !slices.Equal(skipped, want) || len(s.Skips) != len(want) {
			t.Errorf("read %q, skips %v", s.Paths(), s.Skips)
		}
	}
}

// In a git working tree, the content of a link is its text.
func TestLinkText(t *testing.T) {
	root := write(t, map[string]string{"a": "1"})
	if err := os.Symlink("/outside/text", filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	s := planted.Read(t, files.New(files.Options{Root: root, LinkText: true}))
	if !slices.Equal(s.Paths(), []string{"a", "link"}) || !s.Holds("/outside/text") || len(s.Skips) > 0 {
		t.Errorf("read %q, skips %v", s.Paths(), s.Skips)
	}
}

// meddler is a Filter that changes a file after it was listed and before it is read.
type meddler struct{ meddle func(name string) }

func (m meddler) Folder(string) (files.Filter, bool) { return m, true }
func (m meddler) File(name string) bool              { m.meddle(name); return true }

// meddled reads a folder with one file, key, that is changed before it is read.
func meddled(t *testing.T, meddle func(path string)) *planted.Sink {
	t.Helper()
	root := write(t, map[string]string{"key": "old"})
	m := meddler{func(name string) { meddle(filepath.Join(root, name)) }}
	return planted.Read(t, files.New(files.Options{Root: root, Filter: m}))
}

// A file that vanished since its folder was listed is not reported.
func TestVanished(t *testing.T) {
	s := meddled(t, func(path string) { _ = os.Remove(path) })
	if len(s.Blobs) > 0 || len(s.Skips) > 0 {
		t.Errorf("read %q, skips %v", s.Paths(), s.Skips)
	}
}

// Folders may nest so deeply that no path to the files in them is short enough for the system. They are read with few
// folders open at a time. One whose path is longer than the limit is reported.
func TestDeepFolders(t *testing.T) {
	for _, test := range []struct{ length, folders, read, skips int }{{1, 3000, 3000, 0}, {200, 170, 164, 1}} {
		root, name := t.TempDir(), strings.Repeat("d", test.length)
		r, err := os.OpenRoot(root)
		if err != nil {
			t.Fatal(err)
		}
		for range test.folders {
			if err := r.WriteFile("file", nil, 0o644); err != nil {
				t.Fatal(err)
			}
			r = enter(t, r, name)
		}
		r.Close()
		t.Cleanup(func() { flatten(root, name) })
		s := read(t, root)
		if len(s.Blobs) != test.read || len(s.Skips) != test.skips {
			t.Errorf("names of %d bytes: %d files are read, %d skips, want %d and %d", test.length, len(s.Blobs), len(s.Skips), test.read, test.skips)
		}
		for _, skip := range s.Skips {
			if skip.Reason.Code != "files.too-deep" {
				t.Errorf("a skip is %v", skip.Reason)
			}
		}
	}
}

// flatten removes a chain of folders from the top: os.RemoveAll opens them all, which are more than a system may allow.
func flatten(root, name string) {
	top, next := filepath.Join(root, name), filepath.Join(root, "next")
	for os.Rename(filepath.Join(top, name), next) == nil {
		_ = os.RemoveAll(top)
		_ = os.Rename(next, top)
	}
}

func enter(t *testing.T, r *os.Root, name string) *os.Root {
	t.Helper()
	defer r.Close()
	if err := r.Mkdir(name, 0o755); err != nil {
		t.Fatal(err)
	}
	sub, err := r.OpenRoot(name)
	if err != nil {
		t.Fatal(err)
	}
	return sub
}

func TestFile(t *testing.T) {
	root := write(t, map[string]string{"a": "content", "large": strings.Repeat("x", 17<<20)})
	for name, want := range map[string]string{"a": "content", "large": strings.Repeat("x", 17<<20), "missing": "", "": ""} {
		path := filepath.ToSlash(filepath.Join(root, name))
		s := planted.Read(t, files.NewFile(path))
		if want == "" {
			if len(s.Skips) != 1 || s.Skips[0].Path != path || s.Skips[0].Reason.Code != "files.unreadable" {
				t.Errorf("%q: skips %v", name, s.Skips)
			}
			continue
		}
		if len(s.Blobs) != 1 || string(s.Blobs[0].Content) != want || s.Blobs[0].Path != path || s.Blobs[0].Source != finding.SourceFile {
			t.Errorf("%q: read %d contents", name, len(s.Blobs))
		}
	}
}

func TestReader(t *testing.T) {
	s := planted.Read(t, files.NewReader(io.MultiReader(strings.NewReader("one "), strings.NewReader("two"))))
	if len(s.Blobs) != 1 || string(s.Blobs[0].Content) != "one two" || s.Blobs[0].Source != finding.SourceStdin || s.Blobs[0].Path != "" {
		t.Errorf("read %+v", s.Blobs)
	}
}

var errBroken = errors.New("broken")

// An error of standard input ends the scan, and an error of the sink ends every scan.
func TestErrors(t *testing.T) {
	broken := io.MultiReader(strings.NewReader("text"), errReader{})
	if err := files.NewReader(broken).Scan(t.Context(), new(planted.Sink)); !errors.Is(err, errBroken) {
		t.Errorf("a broken reader's error is %v", err)
	}
	root := write(t, map[string]string{"a": "1", "b/c": "2"})
	for name, source := range map[string]scanner.Source{
		"folder": files.New(files.Options{Root: root}), "file": files.NewFile(filepath.Join(root, "a")),
		"reader": files.NewReader(strings.NewReader("x")),
	} {
		if err := source.Scan(t.Context(), brokenSink{}); !errors.Is(err, errBroken) {
			t.Errorf("%s: the sink's error is %v", name, err)
		}
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errBroken }

type brokenSink struct{ scanner.Sink }

func (brokenSink) Blob(context.Context, scanner.Blob) error { return errBroken }

// A scan ends soon when its context does, also while it waits for a terminal.
func TestInterrupted(t *testing.T) {
	never, _ := io.Pipe()
	for name, source := range map[string]scanner.Source{
		"folder": files.New(files.Options{Root: write(t, map[string]string{"a": "1"})}), "reader": files.NewReader(never),
	} {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		if name == "folder" {
			cancel()
		}
		done := make(chan error, 1)
		go func() { done <- source.Scan(ctx, new(planted.Sink)) }()
		select {
		case err := <-done:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: the error is %v", name, err)
			}
		case <-time.After(5 * time.Second):
			t.Errorf("%s: the scan goes on", name)
		}
	}
}
