package input

import (
	"strings"

	"github.com/akguard/akguard/scanner/internal/git/repo"
)

// Revisions answers questions about the commits of a repository.
type Revisions struct{ repo *repo.Repository }

// OpenRevisions opens the repository around a path. It must be closed.
func OpenRevisions(path string) (*Revisions, error) {
	root, err := around(path)
	if err != nil {
		return nil, err
	}
	r, err := repo.Open(root, repo.Options{})
	if err != nil {
		return nil, failed("input.unreadable-repository", err)
	}
	return &Revisions{r}, nil
}

// Close closes the repository.
func (r *Revisions) Close() error { return r.repo.Close() }

// Resolve returns the ID of the commit that a revision names; ok is false if the repository does not have it.
func (r *Revisions) Resolve(revision string) (id string, ok bool) {
	found, err := r.repo.Resolve(revision)
	if err != nil {
		return "", false
	}
	if _, err := r.repo.Commit(found); err != nil {
		return "", false
	}
	return found.String(), true
}

// Parents returns the IDs of the parents of a commit, whether the repository has them or not.
func (r *Revisions) Parents(id string) []string {
	found, err := r.repo.Resolve(id)
	if err != nil {
		return nil
	}
	commit, err := r.repo.Commit(found)
	if err != nil {
		return nil
	}
	var out []string
	for _, p := range commit.Parents {
		out = append(out, p.String())
	}
	return out
}

// RemoteRefs returns the names of the remote-tracking refs.
func (r *Revisions) RemoteRefs() []string {
	refs, _ := r.repo.Refs()
	var out []string
	for _, ref := range refs {
		if strings.HasPrefix(ref.Name, "refs/remotes/") {
			out = append(out, ref.Name)
		}
	}
	return out
}

// Shallow reports whether some history was left out when the repository was cloned or fetched.
func (r *Revisions) Shallow() bool { return len(r.repo.Shallow()) > 0 }

// Partial reports whether some objects were left out.
func (r *Revisions) Partial() bool { return r.repo.Partial() }
