package sweep

import (
	"sync"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

// rewrite looks for signs that a branch was pushed over or deleted since the last scan: the commit that it had then is not
// below what it has now, or a new commit was committed later than it was written, as after git commit --amend and git rebase. Most
// repositories that were pushed to show neither, and need not be asked about. Methods are safe for concurrent use, and for nil.
type rewrite struct {
	mu      sync.Mutex
	awaited map[object.ID]bool // tips of branches that must have descendants
	redated bool
}

// newRewrite returns a watch on the branches that a repository had; nil if it was not read before.
func newRewrite(before, now Read) *rewrite {
	if before.Digest == "" {
		return nil
	}
	r := &rewrite{awaited: map[object.ID]bool{}}
	for _, id := range before.ids()[:min(before.Branches, len(before.Tips)/idSize)] {
		r.awaited[id] = true
	}
	for _, id := range now.ids() {
		delete(r.awaited, id)
	}
	return r
}

// commit takes a commit that was fetched.
func (r *rewrite) commit(content []byte) {
	if r == nil {
		return
	}
	info, err := object.ParseCommit(object.SHA1, content)
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range info.Parents {
		delete(r.awaited, id)
	}
	if !info.Author.When.IsZero() && info.Time > info.Author.When.Unix() {
		r.redated = true
	}
}

// found reports whether there are signs, when all commits were fetched.
func (r *rewrite) found() bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.redated || len(r.awaited) > 0
}
