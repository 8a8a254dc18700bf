package orgtest

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Plan says what to fill an organization with.
type Plan struct {
	Repos int // all together; at least 30 and Forks
	Forks int // of one repository
	Large int // bytes of the content of the large repository; 0 adds no such repository
	// Files returns what a repository has at a place: in head, pull, wiki, lost (pushed over) or deleted (of a branch). nil:
	// one small file.
	Files func(repo, place string) map[string]string
}

// Fill fills the organization, and returns the repositories by kind: empty, archived, dmca, blocked, disabled, locked, private,
// wiki, fork, corrupt, large, lost, deleted, pull, plain.
func (s *Server) Fill(p Plan) (map[string][]*Repo, error) {
	f := filler{Server: s, plan: p, kinds: map[string][]*Repo{}}
	for kind, n := range map[string]int{"empty": 3, "archived": 3, "dmca": 1, "blocked": 1, "disabled": 1, "locked": 1, "private": 3, "wiki": 2, "corrupt": 3, "lost": 2, "deleted": 1, "pull": 2} {
		f.add(kind, n)
	}
	if p.Large > 0 {
		f.add("large", 1)
	}
	if p.Forks > 0 {
		f.forks(p.Forks)
	}
	f.add("plain", p.Repos-f.n)
	return f.kinds, f.err
}

type filler struct {
	*Server
	plan  Plan
	kinds map[string][]*Repo
	n     int
	err   error
}

func (f *filler) files(r *Repo, place string) map[string]string {
	if f.plan.Files == nil {
		return map[string]string{"README": r.Name + " " + place + "\n"}
	}
	return f.plan.Files(r.Name, place)
}

// keep keeps the first error.
func (f *filler) keep(err error) {
	if f.err == nil {
		f.err = err
	}
}

func (f *filler) add(kind string, n int) {
	for i := range n {
		if f.err != nil {
			return
		}
		r, err := f.Add(fmt.Sprintf("%s-%d", kind, i+1))
		f.keep(err)
		f.n++
		f.kinds[kind] = append(f.kinds[kind], r)
		if err == nil && kind != "empty" {
			_, err := f.Commit(r, "refs/heads/main", f.files(r, "head"))
			f.keep(err)
			f.special(r, kind)
		}
	}
}

// special makes a repository one of its kind.
func (f *filler) special(r *Repo, kind string) {
	var err error
	switch kind {
	case "archived":
		r.Archived = true
	case "dmca", "blocked":
		r.Blocked = map[string]string{"dmca": "dmca", "blocked": "tos"}[kind]
	case "disabled":
		r.Disabled = true
	case "locked":
		r.Locked = true
	case "private":
		r.Private = true
	case "wiki":
		_, err = f.EditWiki(r, f.files(r, "wiki"))
	case "pull":
		_, err = f.Pull(r, "mallory", "a change", f.files(r, "pull"))
	case "lost":
		err = f.Lose(r, f.files(r, "lost"))
	case "deleted":
		if _, err = f.Commit(r, "refs/heads/topic", f.files(r, "deleted")); err == nil {
			_, err = f.DeleteBranch(r, "topic", "mallory")
		}
	case "large":
		_, err = f.Commit(r, "refs/heads/main", large(f.plan.Large))
	case "corrupt":
		err = corrupt(r)
	}
	f.keep(err)
}

// Lose adds a commit to the main branch, and pushes over it.
func (s *Server) Lose(r *Repo, files map[string]string) error {
	before, err := s.run(r.Path, nil, "rev-parse", "refs/heads/main")
	if err != nil {
		return err
	}
	lost, err := s.Commit(r, "refs/heads/main", files)
	if err != nil {
		return err
	}
	if _, err := s.run(r.Path, nil, "update-ref", "refs/heads/main", before); err != nil {
		return err
	}
	s.note(r, Activity{Kind: "force_push", Ref: "refs/heads/main", Before: lost, After: before, Actor: "mallory"})
	return nil
}

// large returns files that do not compress much.
func large(size int) map[string]string {
	const each = 1 << 20
	out := map[string]string{}
	raw := make([]byte, each*3/4)
	for i := 0; i*each < size; i++ {
		_, _ = rand.Read(raw)
		text := base64.StdEncoding.EncodeToString(raw)
		var lines strings.Builder
		for len(text) > 0 {
			n := min(100, len(text))
			lines.WriteString(text[:n] + "\n")
			text = text[n:]
		}
		out[fmt.Sprintf("data/%04d.txt", i)] = lines.String()
	}
	return out
}

// corrupt overwrites the objects of a repository.
func corrupt(r *Repo) error {
	objects, err := filepath.Glob(filepath.Join(r.Path, "objects", "[0-9a-f][0-9a-f]", "*"))
	if err != nil || len(objects) == 0 {
		return fmt.Errorf("%s has no objects to corrupt: %w", r.Name, err)
	}
	for _, path := range objects {
		if err := os.Chmod(path, 0o644); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte("this is no object"), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// forks adds a repository and its forks, half of which have a commit of their own.
func (f *filler) forks(n int) {
	f.add("forked", 1)
	for i := range n {
		if f.err != nil {
			return
		}
		r, err := f.Fork(f.kinds["forked"][0], fmt.Sprintf("fork-%d", i+1))
		f.keep(err)
		f.n++
		f.kinds["fork"] = append(f.kinds["fork"], r)
		if err == nil && i%2 == 0 {
			_, err := f.Commit(r, "refs/heads/main", f.files(r, "head"))
			f.keep(err)
		}
	}
}
