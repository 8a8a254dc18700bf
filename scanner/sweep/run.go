package sweep

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/github"
)

// Lister lists the repositories of a scope.
type Lister interface {
	Repositories(ctx context.Context, s github.Scope) (github.Listing, error)
}

// RunOptions say what to sweep. All but Again, Progress and Recovered are required.
type RunOptions struct {
	Lister Lister
	Scope  github.Scope
	Extras Extras // content besides git to read
	// AllHeads asks the forge for the lost heads of each repository, although nothing hints at some.
	AllHeads bool
	Queue    Queue
	Store    Store
	Rules    *rules.Set
	Key      string        // of the program and its rules, as in WorkerOptions
	Again    bool          // begin a new sweep, although the last one did not end
	Check    time.Duration // how often the queue is held against what is still to do; default 15 s
	// Planned is told what there is to do, before it is done; it may be nil.
	Planned func(Plan)
	// Progress is told of what was handled, and of how many repositories there are; it may be nil.
	Progress func(Progress)
	// Recovered is told of jobs that the queue has lost and that were added again; it may be nil.
	Recovered func(jobs int)
	Now       func() time.Time
}

// checkEvery is how often the queue is held against what is awaited.
const checkEvery = 15 * time.Second

// Plan is what a sweep has to do.
type Plan struct {
	Repositories int // that are not handled yet
	Requests     int // about how many requests to the API of the forge that takes, besides those of the listing
}

// Progress is how far a sweep is.
type Progress struct {
	Listed, Handled, Unread int
	Bytes                   int64
	Findings                int    // a credential counts once for each repository
	Last                    string // the repository that was handled last
}

// Sweep is the record of a sweep.
type Sweep struct {
	ID       string    `json:"id"`
	Began    time.Time `json:"began"`
	Finished time.Time `json:"finished,omitzero"`
}

// Run lists the repositories of a scope, has the workers of the queue scan them, and returns the sum. A sweep that was
// interrupted goes on where it was. When ctx ends, Run returns the sum of what was done with ctx's error.
func Run(ctx context.Context, o RunOptions) (*Sum, error) {
	o = o.withDefaults()
	b, err := openBuckets(ctx, o.Store)
	if err != nil {
		return nil, err
	}
	r := &run{opts: o, buckets: b, todo: map[int64]Job{}, after: map[int64][]Job{}, wake: make(chan struct{}, 1)}
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	if r.listing, err = o.Lister.Repositories(ctx, o.Scope); err != nil {
		return nil, err
	}
	if err = r.plan(ctx); err == nil {
		err = r.wait(ctx)
	}
	if err != nil && ctx.Err() == nil {
		return nil, err
	}
	sum, failed := r.sum(context.WithoutCancel(ctx))
	if failed != nil {
		return nil, failed
	}
	if ctx.Err() == nil {
		err = r.end(ctx)
	}
	return sum, err
}

func (o RunOptions) withDefaults() RunOptions {
	if o.Check == 0 {
		o.Check = checkEvery
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Planned == nil {
		o.Planned = func(Plan) {}
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if o.Recovered == nil {
		o.Recovered = func(int) {}
	}
	return o
}

// run is one call of Run.
type run struct {
	opts    RunOptions
	buckets buckets
	sweep   Sweep
	listing github.Listing
	wake    chan struct{} // something was handled

	mu       sync.Mutex
	todo     map[int64]Job   // that are not handled
	after    map[int64][]Job // forks that wait for a repository
	progress Progress
}

// scopeKey is the key of the sweep. One that reads more is another one, and is not a repetition of what was interrupted.
func (r *run) scopeKey() string {
	key := ScopeKey(r.opts.Scope)
	if r.opts.Extras != (Extras{}) {
		text, _ := json.Marshal(r.opts.Extras) // it has booleans
		sum := sha256.Sum256(text)
		key += "-" + hex.EncodeToString(sum[:4])
	}
	return key
}

// job returns the job of a repository.
func (r *run) job(repository github.Repository, base int64) Job {
	return Job{Sweep: r.sweep.ID, Repository: repository, Base: base, Extras: r.opts.Extras, AllHeads: r.opts.AllHeads}
}

// ScopeKey is a short name for a scope, for files and keys.
func ScopeKey(s github.Scope) string {
	text, _ := json.Marshal(s) // it has texts, lists and times
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// begin goes on with the last sweep of the scope if it has not ended, and else begins a new one.
func (r *run) begin(ctx context.Context) error {
	revision, err := r.buckets.sweeps.load(ctx, r.scopeKey(), &r.sweep)
	if err != nil {
		return err
	}
	if r.sweep.ID != "" && r.sweep.Finished.IsZero() && !r.opts.Again {
		return nil
	}
	r.sweep = Sweep{ID: rand.Text(), Began: r.opts.Now().UTC()}
	return r.buckets.sweeps.save(ctx, r.scopeKey(), r.sweep, revision)
}

// end records that the sweep has ended.
func (r *run) end(ctx context.Context) error {
	var now Sweep
	revision, err := r.buckets.sweeps.load(ctx, r.scopeKey(), &now)
	if err != nil || now.ID != r.sweep.ID {
		return err
	}
	r.sweep.Finished = r.opts.Now().UTC()
	return r.buckets.sweeps.save(ctx, r.scopeKey(), r.sweep, revision)
}

// plan makes the jobs of what this sweep has not handled yet. A fork waits for the repository whose objects it has.
func (r *run) plan(ctx context.Context) error {
	r.progress.Listed = len(r.listing.Repositories)
	bases := basesOf(r.listing.Repositories)
	var now []Job
	var plan Plan
	for _, repository := range r.listing.Repositories {
		var mark Watermark
		if _, err := r.buckets.loadMark(ctx, repository.ID, &mark); err != nil {
			return err
		}
		if mark.handled(r.sweep.ID) {
			r.count(mark)
			continue
		}
		job := r.job(repository, bases[repository.ID])
		r.todo[repository.ID] = job
		plan.Repositories++
		plan.Requests += requests(job, mark, r.opts.Key)
	}
	r.opts.Planned(plan)
	for _, repository := range r.listing.Repositories {
		job, ok := r.todo[repository.ID]
		if !ok {
			continue
		}
		if _, waits := r.todo[job.Base]; waits {
			r.after[job.Base] = append(r.after[job.Base], job)
		} else {
			now = append(now, job)
		}
	}
	return r.enqueue(ctx, now)
}

// requests is about how many requests to the API a repository takes: one for its lost heads if it was never asked for them, and some
// for each kind of content besides git.
func requests(job Job, mark Watermark, key string) (n int) {
	if job.AllHeads || mark.Key != key || mark.Heads.At.IsZero() {
		n++
	}
	for _, kind := range []struct {
		read  bool
		lists int
	}{{job.Extras.Texts, 4}, {job.Extras.Assets, 1}, {job.Extras.Actions, 2}} {
		if kind.read {
			n += kind.lists
		}
	}
	return n
}

func (r *run) enqueue(ctx context.Context, jobs []Job) error {
	for _, job := range jobs {
		if err := r.opts.Queue.Enqueue(ctx, job); err != nil {
			return fmt.Errorf("adding a job: %w", err)
		}
	}
	return nil
}

// basesOf returns for each fork the repository that it shares objects with and that is scanned before it: the one that it
// was forked from, or the root of the network. If neither is in the sweep, the first fork of the network takes that place.
func basesOf(list []github.Repository) map[int64]int64 {
	listed, first := map[int64]bool{}, map[int64]int64{}
	for _, repository := range list {
		listed[repository.ID] = repository.Unavailable.IsZero()
		if root := repository.Source; root != 0 && first[root] == 0 && repository.Unavailable.IsZero() {
			first[root] = repository.ID
		}
	}
	bases := map[int64]int64{}
	for _, repository := range list {
		for _, base := range []int64{repository.Parent, repository.Source, first[repository.Source]} {
			if base != 0 && base != repository.ID && listed[base] {
				bases[repository.ID] = base
				break
			}
		}
	}
	return bases
}

// wait waits until everything is handled, as the store has it in the end: what was seen on the way may be lost.
func (r *run) wait(ctx context.Context) error {
	for {
		if err := r.watch(ctx); err != nil {
			return err
		}
		lost, err := r.recount(ctx)
		if err != nil || lost == 0 {
			return err
		}
		r.opts.Recovered(lost)
	}
}

// recount looks for repositories that were handled and whose watermark is gone, as when a bucket was lost, and has them handled
// again.
func (r *run) recount(ctx context.Context) (lost int, err error) {
	bases := basesOf(r.listing.Repositories)
	for _, repository := range r.listing.Repositories {
		var mark Watermark
		if _, err := r.buckets.loadMark(ctx, repository.ID, &mark); err != nil {
			return 0, err
		}
		if mark.handled(r.sweep.ID) {
			continue
		}
		lost++
		job := r.job(repository, bases[repository.ID])
		r.mu.Lock()
		r.todo[repository.ID] = job
		r.progress.Handled--
		r.mu.Unlock()
		if err := r.opts.Queue.Enqueue(ctx, job); err != nil {
			return 0, fmt.Errorf("adding a job again: %w", err)
		}
	}
	return lost, nil
}

// watch waits until everything was seen to be handled. It holds the queue against the watermarks from time to time.
func (r *run) watch(ctx context.Context) error {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	watched := make(chan error, 1)
	go func() { watched <- r.buckets.watermarks.Watch(watching, "", r.see) }()
	checks := time.NewTicker(r.opts.Check)
	defer checks.Stop()
	for {
		next, left := r.ready()
		if err := r.enqueue(ctx, next); err != nil {
			return err
		}
		if left == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-watched:
			if err == nil || ctx.Err() != nil {
				err = ctx.Err()
			}
			return err
		case <-r.wake:
		case <-checks.C:
			if err := r.reconcile(ctx); err != nil {
				return err
			}
		}
	}
}

// see takes note of a watermark.
func (r *run) see(at string, value []byte) {
	var mark Watermark
	if json.Unmarshal(value, &mark) != nil || !mark.handled(r.sweep.ID) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for id := range r.todo {
		if key(id) == at {
			delete(r.todo, id)
			r.count(mark)
			break
		}
	}
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// count counts a repository that was handled.
func (r *run) count(mark Watermark) {
	r.progress.Handled++
	r.progress.Last = mark.Name
	if mark.State == Unread {
		r.progress.Unread++
	}
	r.progress.Bytes += mark.Bytes
	r.progress.Findings += mark.Found
	r.opts.Progress(r.progress)
}

// ready returns the forks whose wait is over, and how many repositories are not handled.
func (r *run) ready() (jobs []Job, left int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for base, waiting := range r.after {
		if _, busy := r.todo[base]; !busy {
			jobs = append(jobs, waiting...)
			delete(r.after, base)
		}
	}
	return jobs, len(r.todo)
}

// reconcile adds the jobs again that the queue does not have any more, although nobody has handled them. Where the queue
// still has a job, adding it does nothing.
func (r *run) reconcile(ctx context.Context) error {
	r.mu.Lock()
	var missing []Job
	for _, job := range r.todo {
		if _, waits := r.todo[job.Base]; !waits {
			missing = append(missing, job)
		}
	}
	r.mu.Unlock()
	waiting, err := r.opts.Queue.Waiting(ctx)
	if err != nil || waiting >= len(missing) {
		return err
	}
	handled := 0
	for _, job := range missing { // the watch may have missed it
		var mark Watermark
		if _, err := r.buckets.loadMark(ctx, job.Repository.ID, &mark); err != nil {
			return err
		}
		if mark.handled(r.sweep.ID) {
			text, _ := json.Marshal(mark)
			r.see(key(job.Repository.ID), text)
			handled++
			continue
		}
		if err := r.opts.Queue.Enqueue(ctx, job); err != nil {
			return fmt.Errorf("adding a job again: %w", err)
		}
	}
	if lost := len(missing) - waiting - handled; lost > 0 {
		r.opts.Recovered(lost)
	}
	return nil
}

// cutKey divides the key of a finding.
func cutKey(key string) (repository, print string, ok bool) { return strings.Cut(key, "/") }
