// Package queue is the queue and the store of a sweep, kept by NATS JetStream: by a server inside this process, whose files
// are in a folder, or by servers that several machines share. It is the only importer of NATS.
//
// Jobs are messages of one stream with a subject for each repository, at most one message a subject, so that adding a job
// twice adds one however late the second time is. A bucket is a stream of its own, with the last value of each key. It is
// no KV bucket of NATS, because those answer reads from any replica, also from one that lags behind.
//
// JetStream is trusted with nothing that cannot be had again. A stream that is gone, lost by a server or deleted by hand,
// is made anew, and Options.Event is told. A new stream begins with a higher sequence number than the old one had, so that
// an acknowledgement or a revision from before never fits a message of today.
//
// The server in the process writes with fsync before it answers (SyncAlways). Without it, a kill loses nothing, but a loss
// of power may lose two minutes of writes, and not in their order: a watermark could survive whose findings are lost. A
// write takes about a millisecond then, and a repository causes a handful. Servers of a cluster have the setting that
// their operator chose.
package queue

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/sweep"
)

// Options says where the queue is. Either Dir or URL is needed.
type Options struct {
	// Dir is the folder of the server that runs in this process. It is made if it does not exist.
	Dir string
	// Listen is the address where the server in this process accepts workers. If it is empty, there is no such address.
	Listen string
	// Certificate and Key are PEM files for TLS at Listen.
	Certificate, Key string
	// Limits of the server in this process.
	Limits Limits

	// URL is the address of a cluster, or a list of addresses divided by commas.
	URL string
	// CAFile has the roots to trust, in PEM, instead of those of the system.
	CAFile string
	// Replicas is how many servers keep each stream. If it is 0, three do in a cluster, and one outside.
	Replicas int

	// Auth is how a worker proves who it is, to the cluster or at Listen.
	Auth Auth
	// Plain allows connections without TLS to other machines.
	Plain bool
	// Namespace keeps apart those who use one cluster: lower-case letters, digits and hyphens. If it is empty, it is "akguard".
	Namespace string
	// AckWait is after which silence a worker's job is given to another. If it is 0, it is a minute.
	AckWait time.Duration
	// MaxAckPending is how many jobs can be handed out at once, those for later included. If it is 0, it is 20,000.
	MaxAckPending int

	// Event is told what happens to the queue. It must not block. It may be nil.
	Event func(Event)
	// Patience is how long servers may be silent until Event is told. If it is 0, it is three seconds.
	Patience time.Duration
}

// Limits are those of the server in this process.
type Limits struct {
	// Store and Memory are in bytes. If they are 0, they are 10 GiB and 64 MiB.
	Store, Memory int64
}

// Event is something that happened to a queue.
type Event struct {
	Kind   Kind
	Bucket string // that was lost
	Reason reason.Reason
}

// Kind is the kind of an Event.
type Kind int

// The kinds of events.
const (
	// LostJobs says that the jobs are gone. The queue is empty now, and works.
	LostJobs Kind = iota + 1
	// LostBucket says that the values of a bucket are gone. It is empty now, and works.
	LostBucket
	// Stalled says that servers cannot be reached, or too few of them for a write. Calls go on trying.
	Stalled
	// Resumed says that the servers answer again.
	Resumed
)

// Queue is a sweep.Queue and a sweep.Store. Its methods are safe for concurrent use.
type Queue struct {
	options Options
	lock    *os.File
	server  *server.Server
	conn    *nats.Conn
	js      jetstream.JetStream
	trouble trouble
	jobs    *jobs
	ctx     context.Context // ends with Close, or when the server in this process has stopped
	end     context.CancelCauseFunc

	mu      sync.Mutex
	buckets map[string]*bucket
}

var (
	_ sweep.Queue = (*Queue)(nil)
	_ sweep.Store = (*Queue)(nil)
)

// Open starts the server in this process, or connects to a cluster, and prepares the queue. While no server answers, it
// goes on trying until ctx ends. The queue stays open after that; the caller closes it.
func Open(ctx context.Context, options Options) (*Queue, error) {
	options.setDefaults()
	if err := options.check(); err != nil {
		return nil, err
	}
	q := &Queue{options: options, buckets: make(map[string]*bucket)}
	q.trouble = trouble{event: q.tell, patience: options.Patience}
	q.ctx, q.end = context.WithCancelCause(context.Background())
	if err := q.open(ctx); err != nil {
		_ = q.Close()
		return nil, err
	}
	return q, nil
}

func (o *Options) setDefaults() {
	setDefault(&o.Namespace, "akguard")
	setDefault(&o.AckWait, time.Minute)
	setDefault(&o.MaxAckPending, 20_000)
	setDefault(&o.Patience, 3*time.Second)
	setDefault(&o.Limits.Store, 10<<30)
	setDefault(&o.Limits.Memory, 64<<20)
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,50}$`)

func (o *Options) check() error {
	switch {
	case (o.Dir == "") == (o.URL == ""):
		return errors.New("opening a queue: either a folder or an address is needed")
	case !namePattern.MatchString(o.Namespace):
		return reason.NewError("queue.namespace", o.Namespace)
	case o.URL != "":
		return checkURL(o.URL)
	case o.Listen != "":
		return o.checkListen()
	}
	return nil
}

func (q *Queue) open(ctx context.Context) error {
	if q.options.Dir != "" {
		if err := q.start(); err != nil {
			return err
		}
	}
	if q.server != nil {
		go q.guard()
	}
	if err := q.connect(ctx); err != nil {
		return err
	}
	var err error
	if q.js, err = jetstream.New(q.conn); err != nil {
		return fmt.Errorf("opening JetStream: %w", err)
	}
	q.mu.Lock() // reconnecting looks at jobs
	q.jobs = newJobs(q)
	q.mu.Unlock()
	if err := q.jobs.open(ctx); err != nil {
		return err
	}
	go q.checkAgain()
	return nil
}

// Close ends the connection and the server in this process. It can be called twice.
func (q *Queue) Close() error {
	q.end(ErrClosed)
	if q.conn != nil {
		q.conn.Close()
	}
	if q.server != nil {
		q.server.Shutdown()
		q.server.WaitForShutdown()
	}
	if q.lock != nil {
		_ = q.lock.Close()
	}
	return nil
}

// Address returns where the server in this process accepts workers, "" if it does not.
func (q *Queue) Address() string {
	if q.server == nil || q.options.Listen == "" {
		return ""
	}
	return q.server.ClientURL()
}

func (q *Queue) tell(e Event) {
	if q.options.Event != nil {
		q.options.Event(e)
	}
}
