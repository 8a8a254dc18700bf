package sweeping

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/scanning"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/sweep"
	"github.com/akguard/akguard/scanner/sweep/isolate"
	"github.com/akguard/akguard/scanner/sweep/notify"
	"github.com/akguard/akguard/scanner/sweep/queue"
	"github.com/akguard/akguard/verifier"
	"golang.org/x/sync/errgroup"
)

// githubRun is one run of sweep github.
type githubRun struct {
	*app
	opts  githubOptions
	pool  workerPool
	queue *queue.Queue

	targets []notify.Target // whom to tell
	began   time.Time
}

func (r *githubRun) run(ctx context.Context) (err error) {
	r.began = time.Now()
	if err = r.checkTokens(r.opts.workFlags, r.opts.owners()); err != nil {
		return err
	}
	if r.targets, err = r.opts.targets(); err != nil {
		return err
	}
	out, err := r.OpenReport(r.opts.output, r.opts.secrets)
	if err != nil {
		return err
	}
	defer out.Discard()
	if r.queue, err = r.openQueue(ctx); err != nil {
		return err
	}
	defer r.queue.Close()
	if r.pool, err = r.newPool(ctx, r.opts.workFlags, r.opts.owners(), r.queue); err != nil {
		return err
	}
	defer r.pool.close()
	r.recall(ctx)
	sum, err := r.sweep(ctx)
	if sum == nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return r.failed(err)
	}
	if reported := r.report(out, sum, ctx.Err() != nil); reported != nil {
		return reported
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.remember(ctx)
	r.createIssues(ctx, sum)
	r.tell(ctx, sum.Findings)
	r.conclude(sum)
	return nil
}

// failed is the error of a sweep that could not go on. What GitHub refuses now, it refuses again.
func (a *app) failed(err error) error {
	switch github.Status(err) {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return command.Usage("usage.sweep-refused", err)
	}
	return a.queueError(command.ExitIncomplete, "sweep.failed", err)
}

// openQueue opens the queue: in a folder of this machine, or in a cluster.
func (r *githubRun) openQueue(ctx context.Context) (*queue.Queue, error) {
	options, err := r.queueOptions(r.opts.workFlags)
	if err != nil {
		return nil, err
	}
	if r.opts.nats == "" {
		if options.Dir, err = r.opts.folder(); err != nil {
			return nil, err
		}
		options.Listen, options.Certificate, options.Key = r.opts.listen, r.opts.listenCert, r.opts.listenKey
	}
	q, err := queue.Open(ctx, options)
	if err != nil {
		return nil, r.queueFailed(ctx, err)
	}
	if address := q.Address(); address != "" && !r.opts.quiet {
		r.Say("sweep.listening", address, queue.TokenVariable)
	}
	return q, nil
}

// sweep has the workers of this process work until the sum is complete.
func (r *githubRun) sweep(ctx context.Context) (sum *sweep.Sum, err error) {
	ctx, abort := context.WithCancelCause(ctx)
	defer abort(nil)
	working, stop := context.WithCancel(ctx)
	defer stop()
	var group errgroup.Group
	group.Go(func() error {
		err := r.pool.work(working)
		if working.Err() == nil {
			abort(err) // nobody is left to work
		}
		return err
	})
	progress := r.newProgress(ctx, r.opts)
	defer progress.clear()
	sum, err = sweep.Run(ctx, sweep.RunOptions{
		Lister: lister{r.pool.account, r.opts.gists}, Scope: r.opts.scope, Extras: r.opts.extras, AllHeads: r.opts.allHeads, Queue: r.queue, Store: r.queue, Rules: r.pool.rules, Key: r.pool.key, Again: r.opts.again,
		Planned: func(p sweep.Plan) { r.sayPlan(ctx, p) }, Progress: progress.show, Recovered: func(jobs int) { r.note("sweep.recovered", jobs) },
	})
	stop()
	if failed := group.Wait(); failed != nil && !errors.Is(failed, context.Canceled) {
		r.Say("sweep.stopped", failed)
		err = failed
	}
	return sum, err
}

// sayPlan says what there is to do, and how long the requests to the API take at least.
func (r *githubRun) sayPlan(ctx context.Context, p sweep.Plan) {
	takes := r.pool.account.takes(ctx, p.Requests).Round(time.Second)
	switch {
	case p.Repositories == 0:
	case takes == 0:
		r.note("sweep.plan", p.Repositories, p.Requests)
	default:
		r.note("sweep.plan-time", p.Repositories, p.Requests, takes)
	}
}

// note says something, unless nothing is to be said.
func (r *githubRun) note(key string, args ...any) {
	if !r.opts.quiet {
		r.Say(key, args...)
	}
}

// report writes the report of a sweep.
func (r *githubRun) report(out *command.Output, sum *sweep.Sum, interrupted bool) error {
	h, err := r.Handler(r.opts.format, out, report.Options{ShowSecrets: r.opts.secrets, Quiet: r.opts.quiet, All: r.opts.all})
	if err != nil {
		return err
	}
	totals := sum.Summary()
	totals.Interrupted, totals.Duration = interrupted, time.Since(r.began)
	recorded := finding.Recorded{
		Opened: finding.Header{
			Version: command.Version(), Target: target(r.opts.scope), Rules: r.pool.rules.Rules(), Verify: r.pool.verifier != nil, Notes: notes(sum),
		},
		Findings: sum.Findings, Skips: sum.Skips(), Sum: totals, Ended: true,
	}
	if sum.Listed == 0 {
		recorded.Opened.Empty = reason.New("sweep.nothing")
	}
	if err := recorded.Play(h); err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return command.Usage("usage.output-write", r.opts.output, err)
	}
	return nil
}

// target names what was swept.
func target(s github.Scope) string {
	var names []string
	for _, list := range [][]string{s.Enterprises, s.Organizations, s.Users, s.Repositories} {
		names = append(names, list...)
	}
	return strings.Join(names, ", ")
}

// notes say what a reader must know: the proof of the sum, and what filters left out.
func notes(sum *sweep.Sum) []reason.Reason {
	out := []reason.Reason{reason.New("sweep.proof", sum.Listed, sum.Scanned, sum.Unchanged, sum.Gone, sum.Unread, sum.Missing)}
	out = append(out, sum.Listing.Unsure...)
	if n := len(sum.Listing.Filtered); n > 0 {
		out = append(out, reason.New("sweep.filtered", n))
	}
	if sum.Lost > 0 {
		out = append(out, reason.New("sweep.lost-gone", sum.Lost))
	}
	return out
}

// conclude sets the exit code.
func (r *githubRun) conclude(sum *sweep.Sum) {
	totals := sum.Summary()
	if r.opts.allowPartial && len(sum.Listing.Partial) > 0 {
		totals.Skips -= len(sum.Listing.Partial)
		totals.Complete = totals.Skips == 0 && sum.Missing == 0
	}
	outcome := scanning.Outcome{Summary: totals}
	for _, f := range sum.Findings {
		outcome.Count(f.Verdict)
	}
	r.Judge(r.opts.failOn, outcome)
}

// workerPool is what works in this process.
type workerPool struct {
	account  *accounts
	rules    *rules.Set
	key      string
	verifier verifier.Verifier
	workers  []*sweep.Worker
	children *isolate.Pool
	save     func()
}

// newPool makes the workers of this process.
func (a *app) newPool(ctx context.Context, o workFlags, owners []string, q *queue.Queue) (c workerPool, err error) {
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	if c.rules, err = o.ruleSet(); err != nil {
		return c, err
	}
	if c.key, err = o.ruleKey(); err != nil {
		return c, err
	}
	v, verdicts, err := a.sweepVerifier(ctx, o)
	if err != nil {
		return c, err
	}
	c.verifier, c.save = v, func() { a.SaveVerdicts(verdicts) }
	c.account = &accounts{single: o.forge.single(), scope: owners, open: a.opener(o, q)}
	if err = c.account.each(ctx, func(*github.Account) error { return nil }); err != nil {
		return c, err
	}
	scanner, err := o.newIsolated(c.rules, c.account.Secrets)
	if err != nil {
		return c, command.Failed(command.ExitUsage, "sweep.program", err)
	}
	c.children = scanner.pool
	host, _ := os.Hostname()
	for range o.workers {
		w, err := sweep.NewWorker(ctx, sweep.WorkerOptions{
			Queue: q, Store: q, Forge: c.account, Content: c.account, Temp: scanner.pool.Folder(), Scanner: scanner, Rules: c.rules, Verifier: v, Key: c.key, Limits: o.limits(), Secrets: o.secrets,
			Time: o.time, Name: host, Retries: func(f sweep.Failure) {
				if !o.quiet {
					a.Say("sweep.retry", f.Repository, f.Try, f.Of, reason.Of(f.Err))
				}
			},
		})
		if err != nil {
			return c, a.queueFailed(ctx, err)
		}
		c.workers = append(c.workers, w)
	}
	return c, nil
}

// checkTokens refuses tokens that cannot be used, before anything is asked.
func (a *app) checkTokens(o workFlags, owners []string) error {
	owner := "any" // a worker learns from its jobs whose they are
	if len(owners) > 0 {
		owner = owners[0]
	}
	_, err := o.forge.tokens(owner, a.slow(o.quiet))
	return err
}

// opener returns a function that makes the account for an owner, with the budget that all processes share.
func (a *app) opener(o workFlags, q *queue.Queue) func(context.Context, string) (*github.Account, error) {
	slow := a.slow(o.quiet)
	return func(ctx context.Context, owner string) (*github.Account, error) {
		tokens, err := o.forge.tokens(owner, slow)
		if err != nil {
			return nil, err
		}
		store, err := sweep.OpenBudget(ctx, q, o.forge.identity(owner))
		if err != nil {
			return nil, a.queueFailed(ctx, err)
		}
		account, err := github.NewAccount(github.AccountOptions{API: o.forge.api, Tokens: tokens, Budget: github.NewBudget(github.BudgetOptions{Store: store}), Slow: slow})
		if err != nil {
			return nil, command.Usage("usage.sweep-api", err)
		}
		return account, nil
	}
}

// slow says that GitHub does not answer, no more than twice a minute.
func (a *app) slow(quiet bool) func(waited, limit time.Duration) {
	var mu sync.Mutex
	var last time.Time
	return func(waited, limit time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		if quiet || time.Since(last) < 30*time.Second {
			return
		}
		last = time.Now()
		a.Say("sweep.slow", waited, limit)
	}
}

// work has the workers work until ctx ends, or until one cannot go on.
func (c workerPool) work(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, w := range c.workers {
		g.Go(func() error { return w.Run(ctx) })
	}
	return g.Wait()
}

func (c workerPool) close() {
	if c.save != nil {
		c.save()
	}
	if c.children != nil {
		_ = c.children.Close()
	}
}

// queueOptions are the options of the queue that all processes share.
func (a *app) queueOptions(o workFlags) (queue.Options, error) {
	auth, err := queue.AuthFrom(os.Getenv)
	if err != nil {
		return queue.Options{}, command.Usage("usage.sweep-auth", err)
	}
	return queue.Options{URL: o.nats, CAFile: o.natsCA, Auth: auth, Event: func(e queue.Event) {
		if !o.quiet && !e.Reason.IsZero() {
			a.Say("sweep.queue", e.Reason)
		}
	}}, nil
}

func (a *app) queueFailed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return a.queueError(command.ExitUsage, "sweep.queue-failed", err)
}

// queueError is an error with the hint that fits the queue's own, if that has one.
func (a *app) queueError(code int, key string, err error) error {
	failed := reason.NewError(key, err)
	failed.Hint = reason.New(key+".hint", err)
	var known *reason.Error
	if errors.As(err, &known) && strings.HasPrefix(known.Reason.Code, "queue.") {
		failed.Hint = known.Hint
		if hint := reason.New(known.Reason.Code+".hint", known.Reason.Args()...); a.Words.Has(hint.Code) {
			failed.Hint = hint
		}
	}
	return &command.Failure{Err: failed, Code: code}
}
