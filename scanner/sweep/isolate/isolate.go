// Package isolate does jobs in child processes, so that one that crashes, hangs, or takes all memory or all of the disk
// costs itself and nothing else. A Pool starts the program itself again, sends a job to the child's standard input, and
// answers what the child asks; Serve is the child's end. What jobs, events and questions are is the caller's matter.
//
// A child is killed when its job takes too long, when it uses too much memory, when its folder grows too large, and when
// its parent ends. The parent looks several times a second, so a fast child exceeds a limit by what it can do meanwhile.
// A child is no sandbox: it runs as the same user. Its environment is small, and secrets reach it only through its input.
package isolate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/akguard/akguard/rules/reason"
)

// Options say what children are and what they may use. Zero limits are none.
type Options struct {
	Program string   // default: the program that runs
	Args    []string // by which the program knows that it is a child
	Env     []string // more variables, NAME=value; no secrets, since other processes of the user can see them
	Folder  string   // where the pool gets a folder of its own; default: that for temporary files

	Time   time.Duration // for one job
	Memory int64         // bytes that are resident
	Disk   int64         // bytes in the child's folder
	Jobs   int           // after which a child is replaced; default 1,000

	MaxFrame int           // bytes of one message from a child; default 16 MiB
	Look     time.Duration // how often a child is looked at; default 50 ms
	Grace    time.Duration // how long a child may take to end when asked to; default 2 s
	// Secrets returns values that are removed from what a child that died has printed; it may be nil.
	Secrets func() []string
}

// Handler is told what a child says during its job. Its fields may be nil.
type Handler struct {
	// Event takes note of something. The child is not read from meanwhile. An error ends the job, and is that of Run.
	Event func(body json.RawMessage) error
	// Ask answers a question, whose answer the child waits for. It may be called by several goroutines at once.
	Ask func(ctx context.Context, body json.RawMessage) (answer any, err error)
}

// Pool runs jobs, each in a child of its own, as many at once as Run is called.
type Pool struct {
	opts Options
	own  owned

	mu     sync.Mutex
	idle   []*child
	busy   int
	closed bool
}

// New returns a pool. It starts children when they are needed. It removes what pools have left behind whose processes were killed. The
// caller closes it.
func New(o Options) (*Pool, error) {
	if o.Program == "" {
		var err error
		if o.Program, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("finding the program: %w", err)
		}
	}
	setDefault(&o.Jobs, 1000)
	setDefault(&o.MaxFrame, 16<<20)
	setDefault(&o.Look, 50*time.Millisecond)
	setDefault(&o.Grace, 2*time.Second)
	setDefault(&o.Folder, os.TempDir())
	own, err := newFolder(o.Folder)
	if err != nil {
		return nil, err
	}
	o.Folder = own.path
	return &Pool{opts: o, own: own}, nil
}

// Folder returns a folder for files that are removed with the pool, or by a later one if this process is killed.
func (p *Pool) Folder() string { return p.own.path }

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// ErrClosed says that the pool is closed.
var ErrClosed = errors.New("the pool is closed")

// Run does a job and returns its result. An error is that of the job itself (a *reason.Error), a Failure of the child, or
// that of ctx.
func (p *Pool) Run(ctx context.Context, request any, h Handler) (json.RawMessage, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("encoding a job: %w", err)
	}
	c, err := p.take(ctx)
	if err != nil {
		return nil, err
	}
	result, err := c.do(ctx, body, h)
	p.put(c)
	return result, err
}

// take returns a child that has nothing to do.
func (p *Pool) take(ctx context.Context) (*child, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, ErrClosed
	}
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.busy++
		return c, nil
	}
	c, err := start(p.opts)
	if err == nil {
		p.busy++
	}
	return c, err
}

// put keeps a child for the next job, if it is fit for one.
func (p *Pool) put(c *child) {
	p.mu.Lock()
	keep := !p.closed && c.fit()
	if keep {
		p.idle = append(p.idle, c)
	}
	p.mu.Unlock()
	if !keep {
		c.end()
	}
	p.mu.Lock()
	p.busy--
	last := p.closed && p.busy == 0
	p.mu.Unlock()
	if last {
		p.own.remove()
	}
}

// Close ends the children and removes the folder of the pool. Children with a job end after it, and then the folder is removed.
func (p *Pool) Close() error {
	p.mu.Lock()
	idle := p.idle
	last := !p.closed && p.busy == 0
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	var ending sync.WaitGroup
	for _, c := range idle {
		ending.Go(c.end)
	}
	ending.Wait()
	if last {
		p.own.remove()
	}
	return nil
}

// End is how a child ended.
type End string

// The ends of a child.
const (
	OutOfMemory End = "memory" // it used more than it may
	OutOfTime   End = "time"
	OutOfDisk   End = "disk"
	Crashed     End = "crash"    // by itself, or the system killed it
	Confused    End = "protocol" // it sent what is no message
)

// Failure says how a child ended before its job did.
type Failure struct {
	End    End
	Status string // how the system says that it ended, such as "exit status 2" or "signal: killed"
	Output string // the last that it has printed: lines of printable text without secrets
	Err    error  // what was wrong with a message
}

// Error implements error. The text is for logs and tests.
func (f *Failure) Error() string {
	parts := []string{"the child ended: " + string(f.End), f.Status}
	if f.Err != nil {
		parts = append(parts, f.Err.Error())
	}
	return strings.Join(append(parts, f.Output), ": ")
}

// Unwrap returns what was wrong with a message.
func (f *Failure) Unwrap() error { return f.Err }

// failed returns a failure with its reason.
func (o *Options) failed(f *Failure) error {
	e := &reason.Error{Err: f}
	switch f.End {
	case OutOfMemory:
		e.Reason = reason.New("isolate.memory", o.Memory>>20)
	case OutOfTime:
		e.Reason = reason.New("isolate.time", o.Time)
	case OutOfDisk:
		e.Reason = reason.New("isolate.disk", o.Disk>>20)
	case Confused:
		e.Reason = reason.New("isolate.confused", f.Err)
	default:
		e.Reason = reason.New("isolate.crashed", f.Status)
		if f.Output != "" {
			e.Reason = reason.New("isolate.crashed-saying", f.Status, f.Output)
		}
	}
	return e
}

// kept are the variables that a child gets from its parent's environment, besides those for its folder.
var kept = []string{
	"PATH", "HOME", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "NO_COLOR", "GOCOVERDIR",
}

// keptOnWindows are those without which programs do not work there.
var keptOnWindows = []string{"SystemRoot", "SystemDrive", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PATHEXT", "ComSpec"}

func environment(folder string, more []string) []string {
	names := kept
	if runtime.GOOS == "windows" {
		names = append(append([]string(nil), kept...), keptOnWindows...)
	}
	env := []string{"TMPDIR=" + folder, "TMP=" + folder, "TEMP=" + folder, "GOTRACEBACK=single"}
	for _, name := range names {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return append(env, more...)
}
