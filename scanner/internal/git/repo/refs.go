package repo

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// maxRefFile is how many bytes are read of a ref. Paths are at most that long.
const maxRefFile = 4 << 10

var (
	errRef    = reason.NewError("git.ref-damaged")
	errNoFile = reason.NewError("git.ref-not-file")
)

// refFiles keeps refs in files, each in one of its own or in packed-refs, and reflogs in files below logs.
type refFiles struct{ *Repository }

func (s refFiles) refs(c *refCollector) {
	for _, root := range s.roots() {
		c.head(root.prefix+"HEAD", filepath.Join(root.dir, "HEAD"))
		c.loose(root)
	}
	c.packed(s.packedPath())
}

func (s refFiles) ref(name string) (id object.ID, symbolic string, ok bool) {
	for _, dir := range []string{s.GitDir, s.Common} {
		if id, symbolic, err := readRef(filepath.Join(dir, filepath.FromSlash(name)), s.format); err == nil {
			return id, symbolic, true
		}
	}
	id, ok = s.packedRef(name)
	return id, "", ok
}

func (s refFiles) packedRef(name string) (id object.ID, ok bool) {
	if !strings.HasPrefix(name, "refs/") {
		return id, false
	}
	_ = fileio.Lines(s.packedPath(), func(line []byte) {
		hex, listed, _ := bytes.Cut(bytes.TrimRight(line, "\r"), []byte{' '})
		if !ok && string(listed) == name {
			id, ok = s.format.ParseID(string(hex))
		}
	})
	return id, ok
}

func (s refFiles) packedPath() string { return filepath.Join(s.Common, "packed-refs") }

func (c *refCollector) head(name, path string) {
	id, symbolic, err := readRef(path, c.format)
	switch {
	case err == nil && symbolic == "":
		c.add(name, id)
	case err != nil && !errors.Is(err, os.ErrNotExist): // without it, a worktree has been removed by hand
		c.report(name, err)
	}
}

// loose reads the refs that are files below refs in a folder.
func (c *refCollector) loose(at root) {
	_ = filepath.WalkDir(filepath.Join(at.dir, "refs"), func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(at.dir, path)
		name := filepath.ToSlash(rel)
		if !shared(name) {
			name = at.prefix + name
		}
		switch {
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			c.report(name, fileio.WithoutPath(err))
			return nil
		case err != nil, d.IsDir(), strings.HasSuffix(path, ".lock"):
			return nil
		case d.Type()&fs.ModeSymlink != 0 && isSymbolic(path):
			c.seen[name] = true
			return nil
		case !d.Type().IsRegular(): // git follows links, which may lead anywhere
			c.report(name, errNoFile)
			return nil
		}
		id, symbolic, err := readRef(path, c.format)
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

// isSymbolic reports whether a link is a symbolic ref, as early versions of git wrote them.
func isSymbolic(path string) bool {
	target, err := os.Readlink(path)
	return err == nil && strings.HasPrefix(target, "refs/")
}

func (c *refCollector) packed(path string) {
	err := fileio.Lines(path, func(text []byte) {
		line := strings.TrimRight(string(text), "\r")
		if line == "" || line[0] == '#' || line[0] == '^' {
			return
		}
		hex, name, _ := strings.Cut(line, " ")
		id, ok := c.format.ParseID(hex)
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
func readRef(path string, f object.Format) (id object.ID, symbolic string, err error) {
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
	id, ok := f.ParseID(fields[0])
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
