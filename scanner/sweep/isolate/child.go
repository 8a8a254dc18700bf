package isolate

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/akguard/akguard/rules/reason"
)

// child is a child as its parent sees it.
type child struct {
	opts   Options
	folder string
	cmd    *exec.Cmd
	in     io.WriteCloser
	to     frameWriter
	from   *bufio.Reader
	stderr *tail
	jobs   int
	memory atomic.Int64  // that it says it uses
	gone   chan struct{} // closed when it has ended
	status string        // then
	broken bool
}

// start starts a child.
func start(o Options) (*child, error) {
	folder, err := os.MkdirTemp(o.Folder, "child-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for a child: %w", err)
	}
	c := &child{opts: o, folder: folder, stderr: &tail{}, gone: make(chan struct{})}
	if err := c.start(); err != nil {
		return nil, errors.Join(fmt.Errorf("starting a child: %w", err), os.RemoveAll(folder))
	}
	return c, nil
}

func (c *child) start() error {
	c.cmd = exec.Command(c.opts.Program, c.opts.Args...)
	c.cmd.Dir, c.cmd.Env, c.cmd.Stderr = c.folder, environment(c.folder, c.opts.Env), c.stderr
	c.cmd.WaitDelay = c.opts.Grace // for what it has started and left behind
	prepare(c.cmd)
	in, err := c.cmd.StdinPipe()
	if err != nil {
		return err
	}
	// A pipe of ours: Wait would close that of StdoutPipe before all was read.
	out, childOut, err := os.Pipe()
	if err != nil {
		return err
	}
	c.cmd.Stdout = childOut
	started := make(chan error, 1)
	go c.wait(started)
	err = <-started
	_ = childOut.Close()
	if err != nil {
		_ = out.Close()
		return err
	}
	c.in, c.to, c.from = in, frameWriter{w: in, limit: c.opts.MaxFrame}, bufio.NewReader(out)
	go func() {
		<-c.gone
		// What the child has started and left behind may hold the other end of the pipe.
		time.Sleep(c.opts.Grace)
		_ = out.Close()
	}()
	return nil
}

// wait starts the process and waits for its end. It keeps its thread, since Linux kills the child with the thread that has
// started it.
func (c *child) wait(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := c.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	err = c.cmd.Wait()
	c.status = "exit status 0"
	if err != nil {
		c.status = err.Error()
	}
	close(c.gone)
}

// outcome is how a job ended.
type outcome struct {
	result json.RawMessage
	err    error
	own    bool // err is the job's own, and the child is fit for the next one
}

// do does a job.
func (c *child) do(ctx context.Context, request json.RawMessage, h Handler) (json.RawMessage, error) {
	folder := filepath.Join(c.folder, "job")
	if err := os.Mkdir(folder, 0o700); err != nil {
		c.broken = true
		return nil, fmt.Errorf("making a folder for a job: %w", err)
	}
	c.jobs++
	c.memory.Store(0)
	c.stderr.reset()
	talking, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan outcome, 1)
	go func() { ended <- c.talk(talking, job{folder, c.opts.Memory, request}, h) }()
	o, why := c.watch(ctx, ended)
	switch {
	case ctx.Err() != nil && !o.own:
		c.broken = true
		return nil, ctx.Err()
	case why != "":
		return nil, c.failed(why, nil)
	case o.own:
		c.clean()
		if o.err != nil && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return o.result, o.err
	}
	return nil, c.judge(o.err)
}

// judge tells why a conversation ended before the job did.
func (c *child) judge(err error) error {
	var own handlerError
	var pipe *fs.PathError
	c.broken = true
	switch {
	case errors.As(err, &own):
		return own.error
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &pipe):
		return c.failed(Crashed, nil)
	}
	return c.failed(Confused, err)
}

// failed ends the child and returns the failure.
func (c *child) failed(end End, err error) error {
	c.broken = true
	kill(c.cmd)
	<-c.gone
	return c.opts.failed(&Failure{End: end, Status: c.status, Output: c.stderr.text(c.opts.Secrets), Err: err})
}

// handlerError is an error of the caller's handler.
type handlerError struct{ error }

// talk gives the child the job, and reads what it says until its result.
func (c *child) talk(ctx context.Context, j job, h Handler) outcome {
	body, err := json.Marshal(j)
	if err != nil {
		return outcome{err: err}
	}
	if err := c.to.write(frame{Kind: kindJob, Body: body}); err != nil {
		return outcome{err: err}
	}
	var asking sync.WaitGroup
	defer asking.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	room := make(chan struct{}, maxQuestions)
	for {
		f, err := readFrame(c.from, c.opts.MaxFrame)
		if err != nil {
			return outcome{err: err}
		}
		switch f.Kind {
		case kindResult:
			if !f.Error.IsZero() {
				return outcome{err: &reason.Error{Reason: f.Error}, own: true}
			}
			return outcome{result: f.Body, own: true}
		case kindEvent:
			if h.Event == nil {
				continue
			}
			if err := h.Event(f.Body); err != nil {
				return outcome{err: handlerError{err}}
			}
		case kindMemory:
			var n int64
			_ = json.Unmarshal(f.Body, &n) // what it says wrongly is 0
			c.memory.Store(n)
		case kindAsk:
			select {
			case room <- struct{}{}:
			default:
				return outcome{err: errQuestions}
			}
			asking.Go(func() {
				c.answer(ctx, f, h)
				<-room
			})
		default:
			return outcome{err: errFrameKind}
		}
	}
}

// maxQuestions is how many questions a child may ask before it has an answer to the first.
const maxQuestions = 16

var (
	errQuestions = errors.New("too many questions at once")
	errNoAnswer  = errors.New("nobody answers questions")
)

func (c *child) answer(ctx context.Context, question frame, h Handler) {
	reply := frame{Kind: kindAnswer, Number: question.Number}
	if h.Ask == nil {
		h.Ask = func(context.Context, json.RawMessage) (any, error) { return nil, errNoAnswer }
	}
	answer, err := h.Ask(ctx, question.Body)
	if err == nil {
		reply.Body, err = json.Marshal(answer)
	}
	if err != nil {
		reply.Error = reason.Of(err)
	}
	_ = c.to.write(reply) // a child that is gone is noticed where it is read from
}

// watch waits for the end of a job, and ends it by force if a limit is exceeded, or by request if ctx ends.
func (c *child) watch(ctx context.Context, ended <-chan outcome) (outcome, End) {
	looks := time.NewTicker(c.opts.Look)
	defer looks.Stop()
	out := newTimer(c.opts.Time)
	defer out.Stop()
	var disk diskWatch
	for {
		var why End
		select {
		case o := <-ended:
			return o, ""
		case <-ctx.Done():
			return c.cancel(ended), ""
		case <-out.C:
			why = OutOfTime
		case <-looks.C:
			why = c.exceeded(&disk)
		}
		if why != "" {
			kill(c.cmd)
			return <-ended, why
		}
	}
}

// newTimer returns a timer that never fires if d is 0.
func newTimer(d time.Duration) *time.Timer {
	if d > 0 {
		return time.NewTimer(d)
	}
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// cancel asks the child to end its job, and kills it if it does not.
func (c *child) cancel(ended <-chan outcome) outcome {
	go func() { _ = c.to.write(frame{Kind: kindCancel}) }() // it may not be reading
	grace := time.NewTimer(c.opts.Grace)
	defer grace.Stop()
	select {
	case o := <-ended:
		return o
	case <-grace.C:
	}
	kill(c.cmd)
	return <-ended
}

// exceeded looks at what the child uses.
func (c *child) exceeded(d *diskWatch) End {
	if c.opts.Memory > 0 && max(resident(c.cmd.Process.Pid), c.memory.Load()) > c.opts.Memory {
		return OutOfMemory
	}
	if c.opts.Disk > 0 && d.size(c.folder) > c.opts.Disk {
		return OutOfDisk
	}
	return ""
}

// diskWatch measures a folder, no more often than costs a twentieth of the time.
type diskWatch struct {
	next time.Time
	last int64
}

func (d *diskWatch) size(folder string) int64 {
	now := time.Now()
	if now.Before(d.next) {
		return d.last
	}
	d.last = 0
	_ = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // it was deleted
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			d.last += info.Size()
		}
		return nil
	})
	d.next = now.Add(20 * time.Since(now))
	return d.last
}

// clean empties the child's folder.
func (c *child) clean() {
	entries, err := os.ReadDir(c.folder)
	for _, entry := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(c.folder, entry.Name())))
	}
	c.broken = c.broken || err != nil
}

// fit reports whether the child can have another job. One that keeps much memory is replaced.
func (c *child) fit() bool {
	select {
	case <-c.gone:
		return false
	default:
	}
	return !c.broken && c.jobs < c.opts.Jobs && (c.opts.Memory == 0 || resident(c.cmd.Process.Pid) < c.opts.Memory/2)
}

// end ends the child and removes its folder.
func (c *child) end() {
	_ = c.in.Close()
	if !c.broken {
		select {
		case <-c.gone:
		case <-time.After(c.opts.Grace):
		}
	}
	kill(c.cmd)
	<-c.gone
	_ = os.RemoveAll(c.folder)
}
