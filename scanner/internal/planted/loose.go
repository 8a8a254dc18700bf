package planted

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Pack packs every object, even those that nothing refers to, and every ref. The flags are those of git repack.
func (r *Repo) Pack(flags ...string) {
	r.t.Helper()
	r.Git(append([]string{"repack", "-a", "-d", "-k", "-q"}, flags...)...)
	r.Git("prune-packed", "-q")
	r.Git("pack-refs", "--all")
}

// PackWithout makes one pack of all objects except some, and deletes those.
func (r *Repo) PackWithout(objects ...string) {
	r.t.Helper()
	var kept strings.Builder
	for _, id := range r.Lines("cat-file", "--batch-all-objects", "--batch-check=%(objectname)") {
		if !slices.Contains(objects, id) {
			kept.WriteString(id + "\n")
		}
	}
	r.Unpack()
	r.PackThese(kept.String(), "--window=0")
	for _, id := range objects {
		r.Lose(id)
	}
}

// PackThese packs the objects in a list of lines. Flags go to git pack-objects.
func (r *Repo) PackThese(list string, flags ...string) {
	r.t.Helper()
	r.Feed(list, slices.Concat([]string{"pack-objects", "-q"}, flags, []string{filepath.Join(r.objects(), "pack", "pack")})...)
	r.Git("prune-packed", "-q")
}

// Unpack turns every packed object into a loose one.
func (r *Repo) Unpack() {
	r.t.Helper()
	objects := r.objects()
	packs, _ := filepath.Glob(filepath.Join(objects, "pack", "*.pack"))
	for _, pack := range packs {
		data, err := os.ReadFile(pack)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, ext := range []string{".pack", ".idx", ".rev"} {
			_ = os.Remove(strings.TrimSuffix(pack, ".pack") + ext)
		}
		r.Feed(string(data), "unpack-objects", "-q")
	}
}

// Lose deletes a loose object.
func (r *Repo) Lose(object string) {
	r.t.Helper()
	if err := os.Remove(r.loose(object)); err != nil {
		r.t.Fatal(err)
	}
}

// Damage changes some bytes in the middle of an object's file, or of its entry in the only pack.
func (r *Repo) Damage(object string) {
	r.t.Helper()
	path, at := r.loose(object), 12
	if _, err := os.Stat(path); err != nil {
		path, at = r.packed(object)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		r.t.Fatal(err)
	}
	for i := at; i < min(at+8, len(data)); i++ {
		data[i] ^= 0x5a
	}
	_ = os.Chmod(path, 0o644)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// objects returns the object directory. The repository must not be a linked worktree.
func (r *Repo) objects() string {
	dir := filepath.Join(r.Dir, ".git", "objects")
	if _, err := os.Stat(dir); err != nil {
		return filepath.Join(r.Dir, "objects") // bare
	}
	return dir
}

func (r *Repo) loose(object string) string {
	return filepath.Join(r.objects(), object[:2], object[2:])
}

// packed returns the path of the only pack and the offset of an object's data in it.
func (r *Repo) packed(object string) (path string, at int) {
	r.t.Helper()
	packs, _ := filepath.Glob(filepath.Join(r.objects(), "pack", "*.pack"))
	if len(packs) != 1 {
		r.t.Fatalf("%d packs hold %s", len(packs), object)
	}
	for _, line := range r.Lines("verify-pack", "-v", packs[0]) { // name type size packed-size offset
		if fields := strings.Fields(line); len(fields) >= 5 && fields[0] == object {
			offset, err := strconv.Atoi(fields[4])
			if err != nil {
				r.t.Fatal(err)
			}
			return packs[0], offset + 6
		}
	}
	r.t.Fatalf("no pack holds %s", object)
	return "", 0
}

// ObjectFile returns a file that a git command writes into the object directory of a small repository with two packs.
func ObjectFile(t testing.TB, file string, command ...string) []byte {
	t.Helper()
	r := New(t)
	for _, message := range []string{"one", "two"} {
		r.Commit(message)
		r.Git("repack", "-dq")
	}
	r.Git(command...)
	data, err := os.ReadFile(filepath.Join(r.objects(), filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
