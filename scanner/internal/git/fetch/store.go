package fetch

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/storage"
	"github.com/akguard/akguard/verifier/osfile"
)

// packedRefs is where refs are kept: one file, replaced as a whole.
const packedRefs = "packed-refs"

// readRefs reads the refs of an earlier fetch.
func readRefs(dir string) (map[string]object.ID, error) {
	data, err := os.ReadFile(filepath.Join(dir, packedRefs))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading refs: %w", err)
	}
	refs := map[string]object.ID{}
	for line := range strings.Lines(string(data)) {
		hex, name, ok := strings.Cut(strings.TrimSpace(line), " ")
		if id, valid := object.SHA1.ParseID(hex); ok && valid {
			refs[name] = id
		}
	}
	return refs, nil
}

// writeRefs writes the refs that the server has now. Those that it has no more go away, and what they reached stays.
func writeRefs(dir string, r Result) error {
	var b bytes.Buffer
	b.WriteString("# pack-refs with: sorted\n")
	for _, name := range slices.Sorted(maps.Keys(r.Refs)) {
		fmt.Fprintf(&b, "%s %s\n", r.Refs[name], name)
	}
	if err := osfile.Replace(filepath.Join(dir, packedRefs), b.Bytes()); err != nil {
		return fmt.Errorf("writing refs: %w", err)
	}
	if r.Head == "" {
		return nil
	}
	if err := osfile.Replace(filepath.Join(dir, "HEAD"), []byte("ref: "+r.Head+"\n")); err != nil {
		return fmt.Errorf("writing HEAD: %w", err)
	}
	return nil
}

// readShallow reads the commits whose parents earlier fetches left out.
func readShallow(dir string) ([]plumbing.Hash, error) {
	file, err := os.Open(filepath.Join(dir, "shallow"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the shallow commits: %w", err)
	}
	defer file.Close()
	var out []plumbing.Hash
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if id, ok := object.SHA1.ParseID(strings.TrimSpace(lines.Text())); ok {
			out = append(out, storage.Hash(id))
		}
	}
	return out, lines.Err()
}

// writeShallow brings the list of shallow commits up to date.
func writeShallow(dir string, update packp.ShallowUpdate) error {
	old, err := readShallow(dir)
	if err != nil || len(update.Shallows)+len(update.Unshallows) == 0 {
		return err
	}
	list := slices.DeleteFunc(append(old, update.Shallows...), func(h plumbing.Hash) bool {
		return slices.Contains(update.Unshallows, h)
	})
	name := filepath.Join(dir, "shallow")
	if len(list) == 0 {
		return os.Remove(name)
	}
	plumbing.HashesSort(list)
	var b bytes.Buffer
	for _, h := range slices.Compact(list) {
		fmt.Fprintln(&b, h)
	}
	return osfile.Replace(name, b.Bytes())
}
