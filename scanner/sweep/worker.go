package sweep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/verifier"
)

// Job asks a worker to scan one repository.
type Job struct {
	Sweep      string            // the sweep that asks
	Repository github.Repository // as it was listed; it may have been renamed since
	// Base is the repository whose objects a fork mostly has, and which was handled before; 0 for none.
	Base   int64
	Extras Extras
	// AllHeads asks for lost heads although nothing hints at some.
	AllHeads bool `json:",omitempty"`
}

// Forge is what a worker asks a forge besides git.
type Forge interface {
	// Repository finds a repository by its number, whatever it is called now.
	Repository(ctx context.Context, id int64) (github.Repository, error)
	LostHeads(ctx context.Context, r github.Repository, since time.Time) ([]github.LostHead, error)
	// CodeOwners returns the text of the file CODEOWNERS, nil if there is none.
	CodeOwners(ctx context.Context, r github.Repository) ([]byte, error)
	// Token returns the token to use for a repository in place of one that was refused.
	Token(ctx context.Context, r github.Repository, refused string) (string, error)
}

// Scanner scans one repository, as Scan does, but elsewhere: an error says that it could not, and why.
type Scanner interface {
	Scan(ctx context.Context, r Request, s Session, h finding.Handler) (Outcome, error)
}

// WorkerOptions say how a worker works.
type WorkerOptions struct {
	Queue    Queue
	Store    Store
	Forge    Forge
	Content  Content // for jobs that ask for extras; nil reads none
	Temp     string  // folder for extras while they are scanned; "" is the system's
	Scanner  Scanner
	Rules    *rules.Set
	Verifier verifier.Verifier // nil leaves findings unchecked
	Key      string            // of the program and its rules: what another one has read is read again
	Limits   Limits
	Secrets  bool          // keep secrets in the store, not masked
	Tries    int           // how often a repository is tried; default 3
	Beat     time.Duration // how often a worker says that it is at it; default 10 s
	Time     time.Duration // how long a repository may take; default 1 h
	Pause    time.Duration // before a repository is tried again; default 3 s, doubled each time
	Name     string        // of the worker, for the record of attempts
	Retries  func(Failure) // told of what is tried again; may be nil
	Now      func() time.Time
}

// Failure is a repository that could not be scanned this time.
type Failure struct {
	Repository string
	Try, Of    int
	Err        error
}

// Worker scans repositories.
type Worker struct {
	opts    WorkerOptions
	buckets buckets
	found   findingStore
}

// NewWorker returns a worker.
func NewWorker(ctx context.Context, o WorkerOptions) (*Worker, error) {
	o = o.withDefaults()
	b, err := openBuckets(ctx, o.Store)
	if err != nil {
		return nil, err
	}
	return &Worker{opts: o, buckets: b, found: findingStore{b.findings, o.Rules, o.Secrets}}, nil
}

func (o WorkerOptions) withDefaults() WorkerOptions {
	defaults := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	defaults(&o.Beat, 10*time.Second)
	defaults(&o.Time, time.Hour)
	defaults(&o.Pause, 3*time.Second)
	if o.Tries == 0 {
		o.Tries = 3
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Retries == nil {
		o.Retries = func(Failure) {}
	}
	return o
}

// Run takes jobs and works on them until ctx ends.
func (w *Worker) Run(ctx context.Context) error {
	for {
		d, err := w.opts.Queue.Next(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("taking a job: %w", err)
		}
		if err := w.handle(ctx, d); err != nil {
			_ = d.Later(context.WithoutCancel(ctx), 0) // another worker need not wait
			return cmp.Or(ctx.Err(), err)
		}
	}
}

// attempt is the record of how often a repository was tried in a sweep. The queue's own count does not survive crashes.
type attempt struct {
	Sweep  string        `json:"sweep"`
	Count  int           `json:"count"`
	Worker string        `json:"worker"`
	Reason reason.Reason `json:"reason,omitzero"` // why the last one failed; zero if it did not end
}

// handle handles one job: it scans the repository, or records why that cannot be done.
func (w *Worker) handle(ctx context.Context, d Delivery) error {
	job := d.Job()
	var mark Watermark
	revision, err := w.buckets.loadMark(ctx, job.Repository.ID, &mark)
	if err != nil {
		return err
	}
	if mark.handled(job.Sweep) {
		return done(ctx, d)
	}
	if mark.FindingsID, err = w.buckets.findings.ID(ctx); err != nil {
		return fmt.Errorf("reading the findings: %w", err)
	}
	tries, err := w.begin(ctx, job)
	if err != nil {
		return err
	}
	if tries.Count > w.opts.Tries {
		why := tries.Reason
		if why.IsZero() {
			why = reason.New("sweep.worker-died")
		}
		return w.settle(ctx, d, mark, revision, w.unread(mark, job, reason.New("sweep.given-up", w.opts.Tries, why)))
	}
	beating, stop := context.WithCancel(ctx)
	defer stop()
	go w.beat(beating, d)
	next, findings, err := w.scan(ctx, job, mark)
	stop()
	var refused *tokenError
	if ctx.Err() != nil || errors.As(err, &refused) { // the repository is not to blame
		w.uncount(context.WithoutCancel(ctx), job)
		return cmp.Or(ctx.Err(), err)
	}
	if err != nil {
		return w.fail(ctx, d, mark, revision, tries, err)
	}
	next.Found = len(findings)
	for _, f := range findings {
		cut, err := w.found.save(ctx, job.Repository.ID, f)
		if err != nil {
			return err
		}
		if cut {
			next.skip(Skip{Path: f.Occurrences[0].Path, Reason: reason.New("scan.too-many-places", maxKept)})
		}
	}
	return w.settle(ctx, d, mark, revision, next)
}

// begin counts an attempt.
func (w *Worker) begin(ctx context.Context, job Job) (attempt, error) {
	at := key(job.Repository.ID)
	for {
		var a attempt
		revision, err := w.buckets.attempts.load(ctx, at, &a)
		if err != nil {
			return a, err
		}
		if a.Sweep != job.Sweep {
			a = attempt{Sweep: job.Sweep}
		}
		last := a.Reason
		a.Count, a.Worker, a.Reason = a.Count+1, w.opts.Name, reason.Reason{}
		if err = w.buckets.attempts.save(ctx, at, a, revision); !errors.Is(err, ErrChanged) {
			a.Reason = last
			return a, err
		}
	}
}

// uncount takes back the count of an attempt that was interrupted. If that fails, the repository has one attempt less.
func (w *Worker) uncount(ctx context.Context, job Job) {
	var a attempt
	at := key(job.Repository.ID)
	revision, err := w.buckets.attempts.load(ctx, at, &a)
	if err == nil && a.Sweep == job.Sweep && a.Count > 0 {
		a.Count--
		_ = w.buckets.attempts.save(ctx, at, a, revision)
	}
}

// beat says again and again that the worker is at it. A beat that is lost costs a scan twice, and nothing else.
func (w *Worker) beat(ctx context.Context, d Delivery) {
	ticks := time.NewTicker(w.opts.Beat)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			_ = d.Beat()
		}
	}
}

// fail records why an attempt failed, and has the repository tried again unless that would not help.
func (w *Worker) fail(ctx context.Context, d Delivery, mark Watermark, revision uint64, a attempt, failed error) error {
	job := d.Job()
	if final, ok := w.final(mark, job, failed); ok {
		return w.settle(ctx, d, mark, revision, final)
	}
	if a.Count >= w.opts.Tries {
		return w.settle(ctx, d, mark, revision, w.unread(mark, job, reason.New("sweep.given-up", a.Count, failed)))
	}
	a.Reason = reason.Of(failed)
	at := key(job.Repository.ID)
	var now attempt
	if stored, err := w.buckets.attempts.load(ctx, at, &now); err == nil && now.Count == a.Count {
		_ = w.buckets.attempts.save(ctx, at, a, stored) // else the reason is lost, and the count is not
	}
	w.opts.Retries(Failure{Repository: job.Repository.FullName(), Try: a.Count, Of: w.opts.Tries, Err: failed})
	_ = d.Later(ctx, w.opts.Pause<<(a.Count-1)) // else it comes back when the queue has missed the beats
	return ctx.Err()
}

// final returns the watermark of a repository that need not be tried again.
func (w *Worker) final(mark Watermark, job Job, failed error) (Watermark, bool) {
	var blocked *unavailableError
	switch {
	case errors.Is(failed, errGone):
		next := w.next(mark, job, Gone)
		next.Reason = reason.New("sweep.deleted")
		return next, true
	case errors.As(failed, &blocked):
		return w.unread(mark, job, blocked.why), true
	case slices.ContainsFunc(limits(), func(code string) bool { return mentions(reason.Of(failed), code) }):
		return w.unread(mark, job, reason.Of(failed)), true
	}
	return Watermark{}, false
}

// limits are the reasons of repositories that are too large or too slow. They would be next time, too.
func limits() []string {
	return []string{"sweep.too-long", "isolate.time", "isolate.memory", "isolate.disk", "git.fetch-refs-size"}
}

// next is the watermark of a repository that was handled.
func (w *Worker) next(mark Watermark, job Job, s State) Watermark {
	mark.Name, mark.Sweep, mark.State, mark.At, mark.Reason = job.Repository.FullName(), job.Sweep, s, w.opts.Now().UTC(), reason.Reason{}
	mark.Blobs, mark.Bytes, mark.Commits, mark.Milliseconds = 0, 0, 0, 0
	return mark
}

func (w *Worker) unread(mark Watermark, job Job, why reason.Reason) Watermark {
	next := w.next(mark, job, Unread)
	next.Reason = why
	return next
}

// settle stores a watermark, unless another worker has handled the repository meanwhile, and ends the job. It is the
// only fence: a message that was acknowledged late is removed under the worker that has it now.
func (w *Worker) settle(ctx context.Context, d Delivery, old Watermark, revision uint64, next Watermark) error {
	err := w.buckets.watermarks.save(ctx, key(d.Job().Repository.ID), next, revision)
	if err != nil && !errors.Is(err, ErrChanged) {
		return err
	}
	return done(ctx, d)
}

// done removes a job. If that fails, the job is handed out once more, and found handled.
func done(ctx context.Context, d Delivery) error {
	_ = d.Done(ctx)
	return ctx.Err()
}
