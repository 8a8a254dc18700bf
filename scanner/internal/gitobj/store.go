package gitobj

import (
	"crypto/sha1" //nolint:gosec // git's object names
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// ErrMissing is the error for an object that the repository does not have.
var ErrMissing = errors.New("object is missing")

// store is the plain Reader: packs and loose objects of an object directory and of its alternates.
type store struct {
	dirs      []string // object directories, the repository's own first
	packs     []*pack
	losses    []Loss // what could not be opened
	limits    Limits
	cache     *cache
	inflaters sync.Pool
	heavy     chan struct{} // full while a worker holds large objects

	firstLoose  Number // of the loose objects, which follow the packed ones
	looseOnce   sync.Once
	looseNames  []looseName
	looseLosses []Loss
}

// Caps on alternates, which a repository may chain.
const (
	maxAlternates     = 64
	maxAlternateDepth = 5
)

// maxPacked is how many packed objects are numbered.
const maxPacked = 1 << indexBits

// openStore opens the object directory dir. What cannot be opened beside it is a loss.
func openStore(dir string, limits Limits) *store {
	limits = limits.withDefaults()
	s := &store{limits: limits, cache: newCache(limits.CacheSize), heavy: make(chan struct{}, 1)}
	s.inflaters.New = func() any { return new(inflater) }
	s.addDir(dir, 0, map[string]bool{})
	s.number()
	return s
}

// number numbers the packed objects. Packs past what numbers can count are lost.
func (s *store) number() {
	for i, p := range s.packs {
		if int64(s.firstLoose)+int64(p.idx.n) > maxPacked {
			for _, p := range s.packs[i:] {
				s.lose(p.path, errors.New("too many objects in all packs: its own are not read"))
				_ = p.Close()
			}
			s.packs = s.packs[:i]
			return
		}
		p.first = s.firstLoose
		s.firstLoose += Number(p.idx.n)
	}
}

// Close closes the packs.
func (s *store) Close() error {
	var errs []error
	for _, p := range s.packs {
		errs = append(errs, p.Close())
	}
	s.packs = nil
	return errors.Join(errs...)
}

func (s *store) lose(what string, why error) {
	s.losses = append(s.losses, Loss{What: what, Why: why})
}

// addDir adds an object directory and those that it borrows from.
func (s *store) addDir(dir string, depth int, seen map[string]bool) {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		s.lose(dir, fmt.Errorf("object directory cannot be read: %w", bare(err)))
		return
	}
	if seen[real] {
		return
	}
	seen[real] = true
	s.dirs = append(s.dirs, real)
	s.addPacks(real)
	for _, alternate := range alternates(real) {
		if depth >= maxAlternateDepth || len(s.dirs) >= maxAlternates {
			s.lose(alternate, errors.New("too many alternates: its objects are not read"))
			continue
		}
		s.addDir(alternate, depth+1, seen)
	}
}

func (s *store) addPacks(dir string) {
	names, err := os.ReadDir(filepath.Join(dir, "pack"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.lose(filepath.Join(dir, "pack"), bare(err))
	}
	for _, base := range packNames(names) {
		path := filepath.Join(dir, "pack", base)
		p, err := openIndexed(path)
		if err != nil {
			s.lose(path+".pack", bare(err))
		}
		if p != nil {
			s.packs = append(s.packs, p)
		}
	}
}

// packNames lists the packs of which there is a file, without its extension.
func packNames(files []os.DirEntry) []string {
	var out []string
	for _, f := range files {
		base, ext, _ := strings.Cut(f.Name(), ".")
		if strings.HasPrefix(base, "pack-") && (ext == "idx" || ext == "pack") {
			out = append(out, base)
		}
	}
	return slices.Compact(out) // files come sorted
}

// openIndexed opens a pack by its index, and where that cannot be read, by the multi-pack-index. It may return both a
// pack and what of it cannot be read.
func openIndexed(path string) (*pack, error) {
	idx, err := readPackIndex(path + ".idx")
	if err == nil {
		return openPack(path+".pack", idx)
	}
	err = fmt.Errorf("pack index cannot be read, git index-pack makes a new one: %w", bare(err))
	multi, multiErr := readMultiPackIndex(filepath.Dir(path))
	if multiErr != nil {
		return nil, err
	}
	if idx, multiErr = multi.indexOf(filepath.Base(path) + ".idx"); multiErr != nil {
		return nil, err
	}
	p, multiErr := openPack(path+".pack", idx)
	if multiErr != nil || p.count() == idx.n {
		return p, multiErr
	}
	return p, fmt.Errorf("%w; %d of its %d objects were found by the multi-pack-index", err, idx.n, p.count())
}

// alternates reads which directories an object directory borrows from.
func alternates(dir string) []string {
	data, err := readFile(filepath.Join(dir, "info", "alternates"))
	if err != nil {
		return nil
	}
	var out []string
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		if !filepath.IsAbs(line) {
			line = filepath.Join(dir, line)
		}
		out = append(out, line)
	}
	return out
}

// bare drops the path from an error, where the path is said beside it.
func bare(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func loosePath(dir string, id OID) string {
	name := id.String()
	return filepath.Join(dir, name[:2], name[2:])
}

// Read implements Reader. It tries every copy of the object until one has the right hash.
func (s *store) Read(id OID) (Object, error) { return s.readBeside(id, 0) }

// maxHops is how often a chain of deltas may go on in another pack. Packs on disk have their bases in themselves;
// forged ones may go in a circle, through every copy of every base.
const maxHops = 4

// readBeside reads an object that may be the base of a delta in another pack.
func (s *store) readBeside(id OID, hops int) (Object, error) {
	if hops > maxHops {
		return Object{}, errors.New("delta chain goes through too many packs")
	}
	err := fmt.Errorf("%w: %s", ErrMissing, id)
	for _, p := range s.packs {
		if i, ok := p.idx.find(id); ok {
			var o Object
			readErr := guarded(func() (err error) {
				o, err = s.object(p, p.idx.offset(i), hops)
				return err
			})
			if readErr = checkHash(id, o, readErr); readErr == nil {
				o.ID = id
				return o, nil
			}
			err = fmt.Errorf("reading object %s: %w", id, readErr)
		}
	}
	for _, dir := range s.dirs {
		o, readErr := s.readLoose(dir, id)
		switch {
		case readErr == nil:
			return o, nil
		case !errors.Is(readErr, os.ErrNotExist):
			err = fmt.Errorf("reading object %s: %w", id, bare(readErr))
		}
	}
	return Object{}, err
}

func checkHash(id OID, o Object, err error) error {
	if err != nil {
		return err
	}
	h := sha1.New() //nolint:gosec // git's object names
	fmt.Fprintf(h, "%s %d\x00", o.Type, len(o.Content))
	h.Write(o.Content)
	if OID(h.Sum(nil)) != id {
		return errors.New("object is damaged: its hash is another")
	}
	return nil
}

func (s *store) readLoose(dir string, id OID) (Object, error) {
	f := s.inflaters.Get().(*inflater)
	defer s.inflaters.Put(f)
	l, err := openLoose(dir, id, f)
	if err != nil {
		return Object{}, err
	}
	defer l.Close()
	if l.size > s.limits.MaxObject {
		return Object{}, errTooLarge(l.size)
	}
	content, err := readExactly(nil, l.body, l.size)
	o := Object{ID: id, Type: l.typ, Size: l.size, Content: content}
	return o, checkHash(id, o, err)
}
