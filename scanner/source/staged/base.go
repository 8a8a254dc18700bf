package staged

import (
	"strings"

	"github.com/akguard/akguard/scanner/internal/git/index"
	"github.com/akguard/akguard/scanner/internal/git/treediff"
)

// base is what the next commit's parents already have. It follows the entries of the index, which come sorted by path, from
// folder to folder, so that a path costs as many steps as it has bytes that differ from the one before.
type base struct {
	last  string  // the path before
	chain []level // from the root to the folder of the last path, as far as it is known
	steps int     // folders that were entered; a test counts them
}

// level is a folder, as the cached tree of the index and the parents have it.
type level struct {
	end     int // of its path, with the slash
	same    bool
	cached  *index.Folder
	parents []*treediff.Folder
}

func newBase(x *index.Index, parents []*treediff.Folder) *base {
	return &base{chain: []level{{cached: x.Tree, parents: parents}}}
}

// has reports whether a parent has the same entry. A folder that is the same in a parent is not entered.
func (b *base) has(e index.Entry) bool {
	b.leave(e.Path)
	for {
		top := &b.chain[len(b.chain)-1]
		if top.same {
			return true
		}
		if len(top.parents) == 0 {
			return false
		}
		name, _, inFolder := strings.Cut(e.Path[top.end:], "/")
		if !inFolder {
			return top.holds(name, e)
		}
		b.chain = append(b.chain, top.folder(name))
		b.steps++
	}
}

// leave goes back to the deepest folder that has the path too.
func (b *base) leave(path string) {
	shared := 0
	for shared < min(len(path), len(b.last)) && path[shared] == b.last[shared] {
		shared++
	}
	for b.chain[len(b.chain)-1].end > shared {
		b.chain = b.chain[:len(b.chain)-1]
	}
	b.last = path
}

// folder returns a folder in this one.
func (l *level) folder(name string) level {
	next := level{end: l.end + len(name) + 1, cached: l.cached.Folder(name)}
	for _, p := range l.parents {
		if f := p.Folder(name); f != nil {
			next.parents = append(next.parents, f)
			next.same = next.same || next.cached != nil && next.cached.Valid && next.cached.ID == f.ID
		}
	}
	return next
}

// holds reports whether a parent has the file in this folder.
func (l *level) holds(name string, e index.Entry) bool {
	for _, p := range l.parents {
		if old, ok := p.Entry(name); ok && old.ID == e.ID {
			return true
		}
	}
	return false
}
