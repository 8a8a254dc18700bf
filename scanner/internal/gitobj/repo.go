package gitobj

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/config"
)

// Repo is an open repository.
type Repo struct {
	Objects  Reader
	GitDir   string // the repository's own directory; a linked worktree has one of its own
	Common   string // what linked worktrees share: objects and refs. Often GitDir
	Worktree string // root of the working tree; "" for a bare repository
	Bare     bool

	config *config.Config
	losses []Loss
	store  *store
}

// The errors of Open and Discover.
var (
	ErrNotRepository = errors.New("not a git repository")
	ErrUnsupported   = errors.New("repository format is not supported")
)

// Is reports whether path is the root of a working tree or a git directory.
func Is(path string) bool {
	_, err := locate(path)
	return err == nil
}

// Discover returns the root of the repository that holds path: of its working tree or, if bare, its directory.
func Discover(path string) (string, error) {
	dir, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	for {
		if Is(dir) {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("%s: %w (or any of the folders above it)", path, ErrNotRepository)
		}
		dir = parent
	}
}

// Open opens the repository whose working tree or git directory is at path. What cannot be read of its objects
// is told by Walk.
func Open(path string, limits Limits) (*Repo, error) {
	r, err := OpenWorktree(path)
	if err != nil {
		return nil, err
	}
	r.store = openStore(filepath.Join(r.Common, "objects"), limits)
	r.store.losses = append(r.store.losses, r.losses...)
	r.Objects = r.store
	return r, nil
}

// OpenWorktree opens a repository without its objects, for its index and its ignore rules.
func OpenWorktree(path string) (*Repo, error) {
	r, err := locate(path)
	if err != nil {
		return nil, err
	}
	var loss *Loss
	if r.config, loss, err = readConfig(filepath.Join(r.Common, "config")); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if loss != nil {
		r.losses = append(r.losses, *loss)
	}
	return r, nil
}

// Close closes the repository's files.
func (r *Repo) Close() error { return r.store.Close() }

// locate finds the directories of the repository at path.
func locate(path string) (*Repo, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	dotGit := filepath.Join(path, ".git")
	r := &Repo{GitDir: dotGit, Worktree: path}
	info, err := os.Stat(dotGit)
	switch {
	case err == nil && !info.IsDir():
		if r.GitDir, err = readPointer(dotGit, "gitdir:"); err != nil {
			return nil, fmt.Errorf("%s: %w: %w", path, ErrNotRepository, err)
		}
	case err != nil:
		r.GitDir, r.Worktree, r.Bare = path, "", true
		if filepath.Base(path) == ".git" {
			r.Worktree, r.Bare = filepath.Dir(path), false
		}
	}
	r.Common = r.GitDir
	if common, err := readPointer(filepath.Join(r.GitDir, "commondir"), ""); err == nil {
		r.Common = common
	}
	if !isFile(filepath.Join(r.GitDir, "HEAD")) || !isDir(filepath.Join(r.Common, "objects")) {
		return nil, fmt.Errorf("%s: %w", path, ErrNotRepository)
	}
	return r, nil
}

// readPointer reads a small file that names a directory, relative to the file's own.
func readPointer(file, prefix string) (string, error) {
	data, err := readFile(file)
	if err != nil {
		return "", err
	}
	text, ok := strings.CutPrefix(strings.TrimRight(string(data), "\r\n"), prefix)
	if text = strings.TrimSpace(text); !ok || text == "" {
		return "", fmt.Errorf("%s does not name a directory", file)
	}
	if !filepath.IsAbs(text) {
		text = filepath.Join(filepath.Dir(file), text)
	}
	return filepath.Clean(text), nil
}

// readConfig reads a repository's configuration and refuses what this package would misread. A configuration
// that cannot be parsed is a loss, not the end.
func readConfig(path string) (*config.Config, *Loss, error) {
	cfg := config.New()
	data, err := readFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return cfg, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading the repository's configuration: %w", bare(err))
	}
	if err := config.NewDecoder(bytes.NewReader(data)).Decode(cfg); err != nil {
		return config.New(), &Loss{What: path, Why: fmt.Errorf("configuration cannot be parsed: %w", err)}, nil
	}
	extensions := cfg.Section("extensions")
	if format := extensions.Option("objectformat"); format != "" && !strings.EqualFold(format, "sha1") {
		return nil, nil, fmt.Errorf("%w: object format %s; only sha1 can be read", ErrUnsupported, format)
	}
	if backend := extensions.Option("refstorage"); backend != "" && !strings.EqualFold(backend, "files") {
		return nil, nil, fmt.Errorf("%w: ref storage %s; only files can be read", ErrUnsupported, backend)
	}
	return cfg, nil, nil
}

// Shallow returns the commits whose parents were left out when the repository was cloned.
func (r *Repo) Shallow() []OID {
	data, err := readFile(filepath.Join(r.Common, "shallow"))
	if err != nil {
		return nil
	}
	var out []OID
	for line := range strings.Lines(string(data)) {
		if id, ok := ParseOID(strings.TrimSpace(line)); ok {
			out = append(out, id)
		}
	}
	return out
}

// Partial reports whether the repository is a partial clone: objects are fetched when they are needed.
func (r *Repo) Partial() bool {
	if r.config.Section("extensions").Option("partialclone") != "" {
		return true
	}
	for _, remote := range r.config.Section("remote").Subsections {
		if remote.Option("promisor") == "true" {
			return true
		}
	}
	return false
}
