package repo

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// Ref is a name for an object: a ref, a detached HEAD, or an entry of a reflog.
type Ref struct {
	Name   string // refs/heads/main, HEAD, worktrees/x/HEAD, stash@{1}
	Target object.ID
}

const (
	maxRefs    = 1_000_000
	maxRefFile = 4 << 10 // bytes that are read of a ref; paths are at most that long
)

var errRef = reason.NewError("git.ref-damaged")

// Refs returns every ref that names an object, sorted by name, and the detached HEADs. Symbolic refs are left out,
// because the ref that they point to is in the list.
func (r *Repository) Refs() ([]Ref, []odb.Unreadable) {
	c := refCollector{seen: map[string]bool{}}
	c.head("HEAD", filepath.Join(r.GitDir, "HEAD"))
	for _, name := range subdirs(filepath.Join(r.Common, "worktrees")) {
		c.head("worktrees/"+name+"/HEAD", filepath.Join(r.Common, "worktrees", name, "HEAD"))
	}
	c.loose(r.Common)
	if r.GitDir != r.Common {
		c.head("main-worktree/HEAD", filepath.Join(r.Common, "HEAD"))
		c.loose(r.GitDir)
	}
	c.packed(filepath.Join(r.Common, "packed-refs"))
	if c.dropped > 0 {
		c.report("refs", reason.NewError("git.too-many-refs", len(c.refs)+c.dropped))
	}
	slices.SortFunc(c.refs, func(a, b Ref) int { return cmp.Compare(a.Name, b.Name) })
	return c.refs, c.unreadable
}

type refCollector struct {
	refs       []Ref
	seen       map[string]bool
	unreadable []odb.Unreadable
	dropped    int // refs past the limit
}

func (c *refCollector) add(name string, target object.ID) {
	switch {
	case c.seen[name]:
	case len(c.refs) >= maxRefs:
		c.dropped++
	default:
		c.seen[name] = true
		c.refs = append(c.refs, Ref{name, target})
	}
}

func (c *refCollector) report(what string, err error) {
	c.unreadable = append(c.unreadable, odb.Unreadable{What: what, Err: err})
}

func (c *refCollector) head(name, path string) {
	id, symbolic, err := readRef(path)
	switch {
	case err == nil && symbolic == "":
		c.add(name, id)
	case err != nil && !errors.Is(err, os.ErrNotExist): // without it, a worktree has been removed by hand
		c.report(name, err)
	}
}

// loose reads the refs that are files below dir/refs.
func (c *refCollector) loose(dir string) {
	_ = filepath.WalkDir(filepath.Join(dir, "refs"), func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, path)
		name := filepath.ToSlash(rel)
		switch {
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			c.report(name, fileio.WithoutPath(err))
			return nil
		case err != nil, !d.Type().IsRegular(), strings.HasSuffix(path, ".lock"):
			return nil
		}
		id, symbolic, err := readRef(path)
		switch {
		case err != nil:
			c.report(name, err)
		case symbolic == "":
			c.add(name, id)
		default:
			c.seen[name] = true // it hides a packed ref of the same name
		}
		return nil
	})
}

func (c *refCollector) packed(path string) {
	err := fileio.Lines(path, func(text []byte) {
		line := strings.TrimRight(string(text), "\r")
		if line == "" || line[0] == '#' || line[0] == '^' {
			return
		}
		hex, name, _ := strings.Cut(line, " ")
		id, ok := object.ParseID(hex)
		if !ok || !strings.HasPrefix(name, "refs/") {
			c.report(path, reason.NewError("git.packed-refs-line"))
			return
		}
		c.add(name, id)
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		c.report(path, fileio.WithoutPath(err))
	}
}

// readRef reads the file of a ref: it names an object or, if symbolic, another ref.
func readRef(path string) (id object.ID, symbolic string, err error) {
	file, err := fileio.Open(path)
	if err != nil {
		return id, "", fileio.WithoutPath(err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxRefFile))
	if err != nil {
		return id, "", fileio.WithoutPath(err)
	}
	if target, ok := strings.CutPrefix(string(data), "ref:"); ok {
		return id, strings.TrimSpace(target), nil
	}
	// Like git, accept anything after white space: FETCH_HEAD has a note there, and a line for each ref that was fetched.
	fields := strings.Fields(string(data))
	if len(fields) == 0 || data[0] != fields[0][0] {
		return id, "", errRef
	}
	id, ok := object.ParseID(fields[0])
	if !ok {
		return id, "", errRef
	}
	return id, "", nil
}

func subdirs(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}
