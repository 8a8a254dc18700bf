package files

import (
	"container/list"
	"path"
	"sync"
)

// node is a folder of a walk. It is opened relative to its parent, so that a folder that is replaced by a link while the
// walk goes on leads nowhere.
type node struct {
	parent *node // nil for the root
	name   string
	rel    string // slash-separated; "" for the root

	// What follows belongs to handles.
	dir    *directory    // nil while it is closed
	users  int           // workers that use dir
	recent *list.Element // in handles.recent; nil for the root
}

// in returns a folder of this one.
func (n *node) in(name string) *node {
	return &node{parent: n, name: name, rel: path.Join(n.rel, name)}
}

// maxHandles is how many folders are kept open for the folders in them. The walk goes depth first, so it seldom needs
// others than the latest. One that was closed is opened again from the nearest one above, which is open; that opens the
// ones between them too, so a chain of folders of any depth costs few steps for each.
const maxHandles = 32

// handles holds the open folders of a walk.
type handles struct {
	mu     sync.Mutex
	recent list.List // nodes that are open, the latest used first
}

// use opens a folder, unless it is open, and keeps it open until release.
func (h *handles) use(n *node) (*directory, error) {
	chain, above := []*node(nil), n
	dir := h.hold(above)
	for ; dir == nil; dir = h.hold(above) {
		chain, above = append(chain, above), above.parent
	}
	for i := len(chain) - 1; i >= 0; i-- {
		sub, err := dir.folderIn(chain[i].name)
		if err == nil {
			dir = h.keep(chain[i], sub)
		}
		h.release(above)
		if err != nil {
			return nil, err
		}
		above = chain[i]
	}
	return dir, nil
}

// hold returns a folder that is open, or nil.
func (h *handles) hold(n *node) *directory {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n.dir == nil {
		return nil
	}
	n.users++
	if n.recent != nil {
		h.recent.MoveToFront(n.recent)
	}
	return n.dir
}

// keep takes over a folder that was opened, unless another worker opened it too, and holds it.
func (h *handles) keep(n *node, opened *directory) *directory {
	h.mu.Lock()
	defer h.mu.Unlock()
	n.users++
	if n.dir != nil {
		_ = opened.Close()
		return n.dir
	}
	n.dir, n.recent = opened, h.recent.PushFront(n)
	for e := h.recent.Back(); e != nil && h.recent.Len() > maxHandles; {
		old := e
		e = e.Prev()
		if old.Value.(*node).users == 0 {
			h.shut(old)
		}
	}
	return opened
}

func (h *handles) release(n *node) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n.users--
}

// shut closes a folder.
func (h *handles) shut(e *list.Element) {
	n := h.recent.Remove(e).(*node)
	_ = n.dir.Close()
	n.dir, n.recent = nil, nil
}

// close closes all folders.
func (h *handles) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.recent.Len() > 0 {
		h.shut(h.recent.Front())
	}
}
