// Package compose writes small repositories, with go-git. It needs no git program.
package compose

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Commit is a commit: the files that it writes, and those that it removes.
type Commit struct {
	Message string
	Author  string
	Email   string
	At      time.Time
	Write   map[string]string // contents by path, with slashes
	Remove  []string
}

// Repository makes a repository with a working tree in a folder, which must be empty or not there, and makes the commits in it, on the
// branch main.
func Repository(dir string, commits ...Commit) error {
	r, err := git.PlainInitWithOptions(dir, &git.PlainInitOptions{InitOptions: git.InitOptions{DefaultBranch: plumbing.Main}})
	if err != nil {
		return fmt.Errorf("making a repository: %w", err)
	}
	tree, err := r.Worktree()
	if err != nil {
		return err
	}
	for _, c := range commits {
		if err := add(dir, tree, c); err != nil {
			return fmt.Errorf("committing %q: %w", c.Message, err)
		}
	}
	return nil
}

func add(dir string, tree *git.Worktree, c Commit) error {
	for name, content := range c.Write {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			return err
		}
		if _, err := tree.Add(name); err != nil {
			return err
		}
	}
	for _, name := range c.Remove {
		if _, err := tree.Remove(name); err != nil {
			return err
		}
	}
	who := &object.Signature{Name: c.Author, Email: c.Email, When: c.At}
	_, err := tree.Commit(c.Message, &git.CommitOptions{Author: who, Committer: who})
	return err
}
