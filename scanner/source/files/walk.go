package files

import (
	"cmp"
	"context"
	"path"
	"path/filepath"
	"sync"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
)

// walk is a folder that several workers scan. Waiting tasks are a stack: depth first keeps it small.
type walk struct {
	opts     Options
	realRoot string // the root without symbolic links; "" if it cannot be resolved
	sink     scanner.Sink
	handles  handles

	mu      sync.Mutex
	changed sync.Cond
	stack   []task
	busy    int // workers with a task
	closed  bool
}

// task is a folder to list, or files of it to scan.
type task struct {
	at     *node
	filter Filter
	files  []entry // nil for a folder to list
}

// entry is a file or a symbolic link in a folder.
type entry struct {
	name string
	link bool
}

// share is how many files one worker takes at a time, so that others can help with a large folder.
const share = 64

// maxRel is how long the path of a folder may be: each folder costs as many steps as its path is long.
const maxRel = 32 << 10

func newWalk(opts Options, root *directory, sink scanner.Sink) *walk {
	w := &walk{opts: opts, sink: sink, stack: []task{{at: &node{dir: root}, filter: opts.Filter}}}
	w.changed.L = &w.mu
	if abs, err := filepath.Abs(opts.Root); err == nil {
		w.realRoot, _ = filepath.EvalSymlinks(abs)
	}
	return w
}

// close ends the walk early.
func (w *walk) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.changed.Broadcast()
}

// work takes tasks until none are left and no other worker can add any.
func (w *walk) work(ctx context.Context) error {
	var r reader
	for {
		t, ok := w.next()
		if !ok {
			return ctx.Err()
		}
		err := w.do(ctx, t, &r)
		w.done()
		if err != nil {
			return err
		}
	}
}

func (w *walk) next() (task, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.stack) == 0 && w.busy > 0 && !w.closed {
		w.changed.Wait()
	}
	if len(w.stack) == 0 || w.closed {
		return task{}, false
	}
	t := w.stack[len(w.stack)-1]
	w.stack = w.stack[:len(w.stack)-1]
	w.busy++
	return t, true
}

func (w *walk) done() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy--; w.busy == 0 && len(w.stack) == 0 {
		w.changed.Broadcast()
	}
}

func (w *walk) push(tasks []task) {
	if len(tasks) == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stack = append(w.stack, tasks...)
	w.changed.Broadcast()
}

func (w *walk) do(ctx context.Context, t task, r *reader) error {
	d, err := w.handles.use(t.at)
	if err != nil {
		w.skipFolder(t, err)
		return nil
	}
	defer w.handles.release(t.at)
	if t.files == nil {
		t.files = w.list(d, t)
	}
	for _, e := range t.files {
		place := finding.Place{Source: w.opts.Source, Path: path.Join(t.at.rel, e.name)}
		if e.link {
			err = w.link(ctx, d, e.name, place)
		} else {
			err = r.scan(ctx, w.sink, d, e.name, place)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// skipFolder reports a folder that cannot be read. One that no longer exists had nothing to read.
func (w *walk) skipFolder(t task, err error) {
	if t.at.parent != nil && gone(err) {
		return
	}
	w.sink.Skip(finding.Skip{Path: cmp.Or(t.at.rel, "."), Reason: unreadable(err)})
}

// list reads a folder. It leaves the folders and all but a share of the files to other workers, and returns that share.
func (w *walk) list(d *directory, t task) []entry {
	entries, err := d.list()
	if err != nil {
		w.skipFolder(t, err)
	}
	var tasks []task
	var files []entry
	for _, e := range entries {
		name, link := e.Name(), isLink(e)
		switch {
		case e.IsDir():
			sub := t.at.in(name)
			if len(sub.rel) > maxRel {
				w.sink.Skip(finding.Skip{Path: sub.rel, Reason: reason.New("files.too-deep", maxRel)})
			} else if f, ok := t.filter.Folder(name); ok {
				tasks = append(tasks, task{at: sub, filter: f})
			}
		case (link || e.Type().IsRegular()) && t.filter.File(name):
			files = append(files, entry{name, link})
		}
	}
	for len(files) > share {
		tasks = append(tasks, task{at: t.at, files: files[:share:share]})
		files = files[share:]
	}
	w.push(tasks)
	return files
}
