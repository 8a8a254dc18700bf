package sweep

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/github"
)

// WatchOptions say what to watch. All but Now are required.
type WatchOptions struct {
	Forge Forge
	Queue Queue
	Store Store
	Rules *rules.Set
	Scope func(github.Repository) bool // whether a repository is watched
	// Extras is the content besides git to read with each look.
	Extras Extras
	// Added yields the numbers of repositories to which something may have been added.
	Added <-chan int64
	// Seen is called when a repository was looked at, with the findings that it did not have before. It is not called
	// concurrently.
	Seen  func(Look) error
	Check time.Duration // how often jobs that are awaited are added again, in case the queue lost or ignored them; default 15 s
	Now   func() time.Time
}

// Look is one look at a repository.
type Look struct {
	Watermark
	Asked    time.Time // when something was said to be added
	Findings []finding.Finding
}

// Watch has the workers of the queue look at each repository to which something was added, until ctx ends. What comes while
// a worker is at the repository is looked at once more, because the worker may have listed the refs before.
func Watch(ctx context.Context, o WatchOptions) error {
	b, err := openBuckets(ctx, o.Store)
	if err != nil {
		return err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Check == 0 {
		o.Check = checkEvery
	}
	checks := time.NewTicker(o.Check)
	defer checks.Stop()
	w := &watching{opts: o, buckets: b, at: map[int64]*attention{}, handled: make(chan Watermark, 64), byName: map[string]int64{}}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go func() {
		stop(b.watermarks.Watch(ctx, "", func(_ string, value []byte) { w.see(ctx, value) }))
	}()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case id := <-o.Added:
			err = w.ask(ctx, id)
		case mark := <-w.handled:
			err = w.report(ctx, mark)
		case <-checks.C:
			err = w.enqueue(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// watching is one call of Watch.
type watching struct {
	opts    WatchOptions
	buckets buckets
	handled chan Watermark

	mu     sync.Mutex
	at     map[int64]*attention
	byName map[string]int64 // the repository of each job that is not done
}

// attention is what is known of a repository that a worker is to look at.
type attention struct {
	job   Job
	asked time.Time
	again bool            // more was added meanwhile
	known map[string]bool // the fingerprints that it had before
}

// ask has a repository looked at.
func (w *watching) ask(ctx context.Context, id int64) error {
	w.mu.Lock()
	if a := w.at[id]; a != nil {
		a.again = true
		w.mu.Unlock()
		return nil
	}
	w.mu.Unlock()
	r, err := w.opts.Forge.Repository(ctx, id)
	switch {
	case github.Missing(err):
		return nil
	case err != nil:
		return fmt.Errorf("looking for a repository: %w", err)
	case !w.opts.Scope(r):
		return nil
	}
	job := Job{Sweep: "watch-" + rand.Text(), Repository: r, Base: r.Parent, Extras: w.opts.Extras}
	a := &attention{job: job, asked: w.opts.Now(), known: map[string]bool{}}
	if err := w.each(ctx, id, func(f finding.Finding) { a.known[f.Fingerprint] = true }); err != nil {
		return err
	}
	w.mu.Lock()
	w.at[id], w.byName[job.Sweep] = a, id
	w.mu.Unlock()
	return w.opts.Queue.Enqueue(ctx, job)
}

// enqueue adds the jobs that are awaited again. It does nothing where the queue has them. A queue that had a job of a sweep
// for the same repository has ignored ours.
func (w *watching) enqueue(ctx context.Context) error {
	w.mu.Lock()
	var jobs []Job
	for _, a := range w.at {
		jobs = append(jobs, a.job)
	}
	w.mu.Unlock()
	for _, job := range jobs {
		if err := w.opts.Queue.Enqueue(ctx, job); err != nil {
			return fmt.Errorf("adding a job again: %w", err)
		}
	}
	return nil
}

// each visits what is known of a repository.
func (w *watching) each(ctx context.Context, id int64, visit func(finding.Finding)) error {
	found := findingStore{w.buckets.findings, w.opts.Rules, false}
	return found.Each(ctx, key(id)+"/", func(_ string, value []byte) error {
		list, err := found.decode(value)
		for _, f := range list {
			visit(f)
		}
		return err
	})
}

// see takes note of a watermark.
func (w *watching) see(ctx context.Context, value []byte) {
	var mark Watermark
	if json.Unmarshal(value, &mark) != nil {
		return
	}
	w.mu.Lock()
	_, ours := w.byName[mark.Sweep]
	w.mu.Unlock()
	if !ours {
		return
	}
	select {
	case w.handled <- mark:
	case <-ctx.Done():
	}
}

// report tells what a look has found.
func (w *watching) report(ctx context.Context, mark Watermark) error {
	w.mu.Lock()
	id, ok := w.byName[mark.Sweep]
	a := w.at[id]
	delete(w.byName, mark.Sweep)
	delete(w.at, id)
	w.mu.Unlock()
	if !ok {
		return nil // it was reported
	}
	look := Look{Watermark: mark, Asked: a.asked}
	err := w.each(ctx, id, func(f finding.Finding) {
		if !a.known[f.Fingerprint] {
			look.Findings = append(look.Findings, f)
		}
	})
	if err == nil {
		err = w.opts.Seen(look)
	}
	if err == nil && a.again {
		err = w.ask(ctx, id)
	}
	return errors.Join(err, ctx.Err())
}
