package sweep

import (
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/treediff"
	"github.com/akguard/akguard/scanner/source/remote"
)

// CodeOwners is what a scan has read of the file CODEOWNERS of the default branch. A later scan receives only what was added since: what
// it is not sent is what this one has.
type CodeOwners struct {
	Commit string `json:"commit,omitempty"` // of the default branch; "" if nothing is known
	Root   string `json:"root,omitempty"`   // its tree
	// Folders are the trees of the folders that may have the file, and Files the file in each of them; "" if there is none.
	Folders [3]string `json:"folders,omitzero"`
	Files   [3]string `json:"files,omitzero"`
	Text    []byte    `json:"text,omitempty"` // of the first of Files that exists
}

const (
	ownersFile = "CODEOWNERS"
	// maxRemembered is the size of the largest file that is remembered. A larger one is asked for where it is needed.
	maxRemembered = 64 << 10
)

// ownerFolders are where GitHub looks for the file, in this order; "" is the root.
func ownerFolders() [3]string { return [3]string{".github", "", "docs"} }

// first returns the file that counts.
func (c CodeOwners) first() string {
	for _, id := range c.Files {
		if id != "" {
			return id
		}
	}
	return ""
}

// readOwners reads the file from what was fetched, and from what is known. It returns nil if neither has it.
func readOwners(s *remote.Source, known CodeOwners) *CodeOwners {
	commit, ok := s.Refs()[s.Head()]
	if ok && commit.String() == known.Commit {
		return &known
	}
	if !ok || s.Repository() == nil {
		return nil
	}
	objects := s.Repository().Objects
	info, err := s.Repository().Commit(commit)
	if err != nil {
		return nil
	}
	now := CodeOwners{Commit: commit.String(), Root: info.Tree.String()}
	if now.Root == known.Root {
		known.Commit = now.Commit
		return &known
	}
	root, err := treediff.NewFolder(objects, info.Tree)
	if err != nil {
		return nil
	}
	for i, name := range ownerFolders() {
		if !now.look(i, root, name, known) {
			return nil
		}
	}
	switch id := now.first(); {
	case id == "":
	case id == known.first():
		now.Text = known.Text
	default:
		parsed, _ := object.SHA1.ParseID(id)
		file, err := objects.Read(parsed)
		if err != nil || file.Type != object.Blob || len(file.Content) > maxRemembered {
			return nil
		}
		now.Text = append([]byte{}, file.Content...)
	}
	return &now
}

// look looks for the file in one folder. It reports whether that could be read. GitHub does not follow a symbolic link.
func (c *CodeOwners) look(i int, root *treediff.Folder, name string, known CodeOwners) bool {
	folder := root
	if name != "" {
		if folder = root.Folder(name); folder == nil {
			return true
		}
		if c.Folders[i] = folder.ID.String(); c.Folders[i] == known.Folders[i] {
			c.Files[i] = known.Files[i]
			return true
		}
	}
	if !folder.Readable() {
		return false
	}
	if e, ok := folder.Entry(ownersFile); ok && e.IsBlob() && e.Mode != object.ModeSymlink {
		c.Files[i] = e.ID.String()
	}
	return true
}
