package gitobj

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing/format/index"
)

// IndexEntry is one file of the index.
type IndexEntry struct {
	Path     string // slash-separated, from the root of the working tree
	ID       OID
	Mode     uint32
	Intent   bool // added by intent only: no content is staged
	Unmerged bool // one side of a conflict
}

// IsBlob reports whether the entry is content of this repository, and not a submodule or a folder left out of a
// sparse checkout.
func (e IndexEntry) IsBlob() bool {
	return !e.Intent && Entry{Mode: e.Mode}.IsBlob()
}

// Index reads an index file; "" is the repository's own. A repository without one has an empty index.
func (r *Repo) Index(path string) (entries []IndexEntry, err error) {
	if path == "" {
		path = filepath.Join(r.GitDir, "index")
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the index: %w", err)
	}
	defer func() {
		if p := recover(); p != nil { // the decoder trusts the lengths that it reads
			err = fmt.Errorf("reading the index %s: it is damaged", path)
		}
	}()
	var idx index.Index
	switch err := index.NewDecoder(bytes.NewReader(data)).Decode(&idx); {
	case errors.Is(err, index.ErrUnknownExtension):
		return nil, fmt.Errorf("reading the index %s: it is split or sparse; run git update-index --no-split-index, "+
			"or git sparse-checkout reapply --no-sparse-index: %w", path, ErrUnsupported)
	case err != nil:
		return nil, fmt.Errorf("reading the index %s: %w", path, err)
	}
	for _, e := range idx.Entries {
		entries = append(entries, IndexEntry{
			Path: e.Name, ID: OID(e.Hash), Mode: uint32(e.Mode), Intent: e.IntentToAdd, Unmerged: e.Stage != index.Merged,
		})
	}
	return entries, nil
}
