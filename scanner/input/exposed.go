package input

import (
	"path/filepath"
	"strings"

	"github.com/akguard/akguard/scanner/forge"
	"github.com/akguard/akguard/scanner/internal/git/repo"
)

// Exposed reports whether git would offer to commit a file that is written under a name: it is in the working tree of a
// repository, which does not ignore it. It returns the root of that tree. The file need not exist.
func Exposed(name string) (root string, exposed bool) {
	dir, err := filepath.EvalSymlinks(filepath.Dir(name))
	if err != nil {
		return "", false
	}
	root, err = repo.Discover(dir)
	if err != nil {
		return "", false
	}
	r, err := repo.OpenWorktree(root)
	if err != nil || r.Worktree == "" {
		return "", false
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", false
	}
	rel, err := filepath.Rel(r.Worktree, filepath.Join(dir, filepath.Base(name)))
	if err != nil {
		return "", false
	}
	elements := strings.Split(filepath.ToSlash(rel), "/")
	return r.Worktree, elements[0] != ".git" && elements[0] != ".." && !ignored(r, elements)
}

// ignored reports whether a repository ignores a file, or a folder that it is in.
func ignored(r *repo.Repository, elements []string) bool {
	rules := r.Ignore()
	for n := range elements {
		folder := elements[:n]
		rules = rules.With(filepath.Join(r.Worktree, filepath.Join(folder...), ".gitignore"), folder)
		if rules.Match(elements[:n+1], n+1 < len(elements)) {
			return true
		}
	}
	return false
}

// Web returns the address of what is scanned on its forge, and how the names of those refs begin whose commits are there;
// "" if that is not certain.
func (i *Input) Web() (address, refs string) {
	refs = "refs/remotes/origin/"
	switch {
	case i.web != "":
		return i.web, "refs/"
	case i.repo != nil:
		address = forge.Web(i.repo.RemoteURL("origin"))
	}
	if address == "" {
		return "", ""
	}
	return address, refs
}
