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

// walk is a folder being scanned by several workers. What waits is a stack, so that it stays small.
type walk struct {
	opts Options
	sink scanner.Sink

	mu      sync.Mutex
	changed sync.Cond
	stack   []task
	busy    int // workers with a task
	closed  bool
}

// task is a folder to list, or files of it to scan.
type task struct {
	rel    string // slash-separated; "" for the root
	filter Filter
	files  []string // nil for a folder to list
}

// share is how many files one worker takes: the others may take more of a large folder.
const share = 64

func newWalk(opts Options, sink scanner.Sink) *walk {
	w := &walk{opts: opts, sink: sink, stack: []task{{filter: opts.Filter}}}
	w.changed.L = &w.mu
	return w
}

// close ends the walk early.
func (w *walk) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.changed.Broadcast()
}

// work takes tasks until there are none and nobody can add any.
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
	d, err := openDirectory(filepath.Join(w.opts.Root, filepath.FromSlash(t.rel)))
	if err != nil {
		w.lose(t, err)
		return nil
	}
	defer d.Close()
	if t.files == nil {
		t.files = w.list(d, t, r)
	}
	prefix := ""
	if t.rel != "" {
		prefix = t.rel + "/"
	}
	for _, name := range t.files {
		if err := r.scan(ctx, w.sink, d, name, finding.Place{Source: w.opts.Source, Path: prefix + name}); err != nil {
			return err
		}
	}
	return nil
}

// entry is what stands in a folder.
type entry struct {
	name            string
	folder, regular bool
}

// lose tells that a folder could not be read, unless it has gone.
func (w *walk) lose(t task, err error) {
	if t.rel != "" && gone(err) {
		return
	}
	w.sink.Skip(finding.Skip{Path: cmp.Or(t.rel, "."), Reason: reason.Text(cause(err))})
}

// list reads a folder, leaves its folders and all but a share of its files to others, and returns that share.
func (w *walk) list(d *directory, t task, r *reader) []string {
	entries, err := d.list(r.space())
	if err != nil {
		w.lose(t, err)
	}
	var tasks []task
	var files []string
	for _, e := range entries {
		switch {
		case e.folder:
			if f, ok := t.filter.Folder(e.name); ok {
				tasks = append(tasks, task{rel: path.Join(t.rel, e.name), filter: f})
			}
		case e.regular && t.filter.File(e.name):
			files = append(files, e.name)
		}
	}
	for len(files) > share {
		tasks = append(tasks, task{rel: t.rel, files: files[:share:share]})
		files = files[share:]
	}
	w.push(tasks)
	return files
}
