package odb_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// chain makes repositories, each of which borrows from the next, and returns them with what is in each.
func chain(t *testing.T, n int) (dirs []string, content map[string]string) {
	t.Helper()
	content = map[string]string{}
	for i := range n {
		r := planted.New(t)
		content[r.Blob(strings.Repeat("x", i+1))] = r.Dir
		dirs = append(dirs, r.Dir)
	}
	for i, dir := range dirs[:n-1] {
		write(t, filepath.Join(dir, ".git/objects/info/alternates"), []byte(filepath.Join(dirs[i+1], ".git/objects")+"\n"))
	}
	return dirs, content
}

// Alternates are followed as deep as git follows them. Those that are deeper are reported.
func TestAlternateDepth(t *testing.T) { planted.EachFormat(t, testAlternateDepth) }

func testAlternateDepth(t *testing.T) {
	dirs, content := chain(t, 9)
	r := planted.New(t).At(dirs[0])
	got := walk(t, dirs[0], odb.Limits{})
	for id, dir := range content {
		_, read := got.objects[id]
		if git := !r.Fails("cat-file", "-e", id); read != git {
			t.Errorf("an object of %s: read is %v, by git %v", dir, read, git)
		}
	}
	if len(got.unreadable) != 1 {
		t.Errorf("reported are %v, want one folder", got.unreadable)
	}
}

// Quoted paths are read as git reads them.
func TestQuotedAlternates(t *testing.T) {
	const odd = "a \"b\"\té\\"
	for _, line := range []string{
		`"OTHER"`, `"OTHER"` + "\n", `"OTHER"x`, `"\057OTHER"`, `"../../../ODD/.git/objects"`, `"/no/such`, `"OTHER\x"`, `"OTHER"#` + "\n", `#"OTHER"`, `"OTHER" "OTHER"`,
	} {
		r := planted.New(t)
		r.Git("init", "-q", "../"+odd)
		id := r.At("../" + odd).Blob("elsewhere")
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\t", `\t`, "é", `\303\251`).Replace(odd)
		other := strings.NewReplacer("OTHER", filepath.Dir(r.Dir)+"/"+quoted+"/.git/objects", "ODD", quoted).Replace(line)
		write(t, filepath.Join(r.Dir, ".git/objects/info/alternates"), []byte(other))
		got := walk(t, r.Dir, odb.Limits{})
		_, read := got.objects[id]
		git := !r.Fails("cat-file", "-e", id)
		if read != git || !read && line[0] != '#' && len(got.unreadable) == 0 {
			t.Errorf("%s: read is %v, by git %v; reported %v", other, read, git, got.unreadable)
		}
	}
}

// A list of alternates that cannot be read is reported.
func TestUnreadableAlternates(t *testing.T) {
	for name, make := range map[string]func(string) error{
		"FIFO":         func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"folder":       func(path string) error { return os.Mkdir(path, 0o700) },
		"circle":       func(path string) error { return os.Symlink("alternates", path) },
		"not readable": func(path string) error { return os.Symlink("/proc/self/mem", path) },
		"no folder": func(path string) error {
			if err := os.RemoveAll(filepath.Dir(path)); err != nil {
				return err
			}
			return os.WriteFile(filepath.Dir(path), nil, 0o600)
		},
	} {
		r := planted.New(t)
		if err := make(filepath.Join(r.Dir, ".git/objects/info/alternates")); err != nil {
			t.Fatal(err)
		}
		if got := walk(t, r.Dir, odb.Limits{}); len(got.unreadable) != 1 {
			t.Errorf("%s: reported are %v", name, got.unreadable)
		}
	}
}
