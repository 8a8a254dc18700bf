// Package repo opens git repositories: it finds their folders and reads their configuration, refs, reflogs and
// revisions. Objects are read by odb.
//
// Nothing in a repository is trusted or executed: no hooks, filters or configured commands. Includes of the
// configuration are not followed.
//
// Refs and reflogs are read from files or from reftables.
//
// Repositories are read in both object formats, SHA-1 and SHA-256. Limits: other object formats, and other ref storages, are
// refused by name.
package repo

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/config"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// Repository is an open repository.
type Repository struct {
	Objects  odb.Reader
	GitDir   string // the repository's own folder; each linked worktree has one
	Common   string // what linked worktrees share: objects and refs. Often the same as GitDir
	Worktree string // root of the working tree; "" for a bare repository
	Bare     bool

	format     object.Format
	config     config.Config
	configErrs []error // what is unknown of the configuration
	db         *odb.DB
	store      refStore
}

// The errors of Open and Discover.
var (
	ErrNotRepository = reason.NewError("git.not-repository")
	ErrUnsupported   = errors.New("unsupported repository format")
)

// Is reports whether path is the root of a working tree or a git folder.
func Is(path string) bool {
	_, err := locate(path)
	return err == nil
}

// Discover returns the root of the repository that contains path: of its working tree or, if bare, of its git folder.
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
			return "", reason.NewError("git.not-in-repository", path, ErrNotRepository)
		}
		dir = parent
	}
}

// Options says how a repository is opened. The zero Options means the defaults.
type Options struct {
	Limits odb.Limits
	// ObjectDirs are object directories to read before the repository's own, such as the quarantine directory during a
	// push. See ObjectDirsFromEnv.
	ObjectDirs []string
}

// Open opens the repository whose working tree or git folder is at path. Objects that cannot be read are reported by
// the walk over them.
func Open(path string, opts Options) (*Repository, error) {
	r, err := OpenWorktree(path)
	if err != nil {
		return nil, err
	}
	r.db = odb.Open(append(opts.ObjectDirs[:len(opts.ObjectDirs):len(opts.ObjectDirs)], r.ObjectDir()), r.format, opts.Limits)
	for _, err := range r.configErrs {
		r.db.ReportUnreadable(filepath.Join(r.Common, "config"), err)
	}
	r.Objects = r.db
	return r, nil
}

// OpenWorktree opens a repository without its objects, for its index and its ignore rules.
func OpenWorktree(path string) (*Repository, error) {
	r, err := locate(path)
	if err != nil {
		return nil, err
	}
	if err := r.readConfig(); err != nil {
		return nil, reason.NewError("git.opening-repository", path, err)
	}
	return r, nil
}

// Close closes the repository's files.
func (r *Repository) Close() error { return r.db.Close() }

// ObjectDir is the repository's object directory.
func (r *Repository) ObjectDir() string { return filepath.Join(r.Common, "objects") }

// Format is the format of the repository's object IDs.
func (r *Repository) Format() object.Format { return r.format }

// IndexPath is the path of the repository's index.
func (r *Repository) IndexPath() string { return filepath.Join(r.GitDir, "index") }

// locate finds the folders of the repository at path.
func locate(path string) (*Repository, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	dotGit := filepath.Join(path, ".git")
	r := &Repository{GitDir: dotGit, Worktree: path}
	info, err := os.Stat(dotGit)
	switch {
	case err == nil && !info.IsDir():
		if r.GitDir, err = readPointer(dotGit, "gitdir:"); err != nil {
			return nil, &reason.Error{Reason: reason.New("git.no-repository-at", path, err), Err: ErrNotRepository}
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
	if !fileio.IsRegular(filepath.Join(r.GitDir, "HEAD")) || !fileio.IsDir(r.ObjectDir()) {
		return nil, &reason.Error{Reason: reason.New("git.no-repository-at", path, ErrNotRepository), Err: ErrNotRepository}
	}
	return r, nil
}

// maxPointer is in bytes. The file holds a path.
const maxPointer = 64 << 10

// maxConfig is in bytes. Some repositories have a section for each of thousands of branches.
const maxConfig = 16 << 20

// readPointer reads a small file that names a folder, relative to its own.
func readPointer(file, prefix string) (string, error) {
	data, err := fileio.ReadSmall(file, maxPointer)
	if err != nil {
		return "", err
	}
	text, ok := strings.CutPrefix(strings.TrimRight(string(data), "\r\n"), prefix)
	if text = strings.TrimSpace(text); !ok || text == "" {
		return "", reason.NewError("git.pointer", file)
	}
	if !filepath.IsAbs(text) {
		text = filepath.Join(filepath.Dir(file), text)
	}
	return filepath.Clean(text), nil
}

// readConfig reads the configuration and refuses formats that this package would misread. The scan reports what is unknown
// of the configuration; the objects may be readable all the same.
func (r *Repository) readConfig() error {
	cfg, err := readConfigFile(filepath.Join(r.Common, "config"))
	if err != nil {
		r.configErrs = append(r.configErrs, err)
	}
	r.config = cfg
	if format := cfg.Get("extensions", "", "objectformat"); format != "" {
		known := false
		if r.format, known = object.ParseFormat(strings.ToLower(format)); !known {
			return reason.NewError("git.object-format", format, ErrUnsupported)
		}
	}
	switch backend := cfg.Get("extensions", "", "refstorage"); strings.ToLower(backend) {
	case "", "files":
		r.store = refFiles{r}
	case "reftable":
		r.store = refTables{r}
	default:
		return reason.NewError("git.ref-storage", backend, ErrUnsupported)
	}
	r.checkFormat()
	return nil
}

// extensions are the extensions of git's repository format that change nothing for a reader, or that this package knows.
// With compatObjectFormat, objects have a second name, in files that nobody needs who reads them by their first.
var extensions = []string{
	"noop", "noop-v1", "objectformat", "compatobjectformat", "refstorage", "preciousobjects", "partialclone", "worktreeconfig",
	"relativeworktrees",
}

// checkFormat notes a format or an extension that is unknown. Like git, it ignores extensions of format 0.
func (r *Repository) checkFormat() {
	version := r.config.Get("core", "", "repositoryformatversion")
	switch version {
	case "", "0":
		return
	case "1":
	default:
		r.configErrs = append(r.configErrs, reason.NewError("git.repository-format", version))
	}
	var unknown []string
	for name := range r.config.Section("extensions") {
		if !slices.Contains(extensions, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		r.configErrs = append(r.configErrs, reason.NewError("git.unknown-extension", name))
	}
}

// readConfigFile reads a configuration file. A file that does not exist is empty. What can be parsed is returned with an
// error too.
func readConfigFile(path string) (config.Config, error) {
	data, err := fileio.ReadSmall(path, maxConfig)
	if errors.Is(err, os.ErrNotExist) {
		return config.Config{}, nil
	}
	if err != nil {
		return config.Config{}, reason.NewError("git.config-unreadable", fileio.WithoutPath(err))
	}
	cfg, err := config.Parse(data)
	if err != nil {
		err = reason.NewError("git.config", err)
	}
	return cfg, err
}

// Shallow returns the commits whose parents were left out when the repository was cloned or fetched.
func (r *Repository) Shallow() []object.ID {
	var out []object.ID
	_ = fileio.Lines(filepath.Join(r.Common, "shallow"), func(line []byte) { // what is cut and not listed is reported as missing
		if id, ok := r.format.ParseID(strings.TrimSpace(string(line))); ok {
			out = append(out, id)
		}
	})
	return out
}

// Partial reports whether the repository is a partial clone: git fetches missing objects when it needs them.
func (r *Repository) Partial() bool {
	return r.config.Get("extensions", "", "partialclone") != "" || r.config.Any("remote", "promisor", "true")
}
