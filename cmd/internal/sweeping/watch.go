package sweeping

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/config"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/sweep"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

// watchOptions are the flags of sweep watch.
type watchOptions struct {
	githubOptions
	webhook string
	secret  string
	every   time.Duration
}

func (a *app) watch() *cobra.Command {
	var o watchOptions
	cmd := &cobra.Command{
		Use:  "watch",
		Args: command.Takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := command.CheckFlags(cmd.Flags()); err != nil {
				return err
			}
			o.failOn, o.issues = "any", issuesNone
			if err := o.check(); err != nil {
				return err
			}
			if o.extras.Actions && o.webhook == "" {
				return command.Usage("usage.sweep-watch-actions")
			}
			return (&watchRun{githubRun{app: a, opts: o.githubOptions}, o}).run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.scope.Organizations, "org", nil, "")
	f.StringArrayVar(&o.scope.Users, "user", nil, "")
	f.StringArrayVar(&o.scope.Repositories, "repo", nil, "")
	o.addTo(f)
	f.StringVar(&o.state, "state", "", "")
	f.StringVar(&o.webhook, "webhook", "", "")
	f.StringVar(&o.secret, "webhook-secret", "", "")
	f.BoolVar(&o.extras.Texts, "issues", false, "")
	f.BoolVar(&o.extras.Assets, "assets", false, "")
	f.BoolVar(&o.extras.Actions, "actions", false, "")
	f.DurationVar(&o.every, "every", pollEvery, "")
	f.StringVarP(&o.format, "format", "f", "text", "")
	return cmd
}

// watchRun is one run of sweep watch.
type watchRun struct {
	githubRun
	opts watchOptions
}

func (r *watchRun) run(ctx context.Context) (err error) {
	if err = r.checkTokens(r.opts.workFlags, r.opts.owners()); err != nil {
		return err
	}
	if r.targets, err = r.opts.targets(); err != nil {
		return err
	}
	if r.queue, err = r.openQueue(ctx); err != nil {
		return err
	}
	defer r.queue.Close()
	if r.pool, err = r.newPool(ctx, r.opts.workFlags, r.opts.owners(), r.queue); err != nil {
		return err
	}
	defer r.pool.close()
	added := make(chan int64, 1024)
	g, ctx := errgroup.WithContext(ctx)
	if r.opts.webhook != "" {
		if err := r.serve(ctx, g, added); err != nil {
			return err
		}
		g.Go(func() error { // a wrong token is told now, and not with the first push
			return r.pool.account.each(ctx, func(a *github.Account) error {
				_, err := a.Rights(ctx)
				return err
			})
		})
	} else {
		r.poll(ctx, g, added)
	}
	g.Go(func() error { return r.pool.work(ctx) })
	g.Go(func() error {
		return sweep.Watch(ctx, sweep.WatchOptions{
			Forge: r.pool.account, Queue: r.queue, Store: r.queue, Rules: r.pool.rules, Scope: r.opts.watches, Extras: r.opts.extras, Added: added, Seen: func(l sweep.Look) error { return r.seen(ctx, l) },
		})
	})
	err = g.Wait()
	if errors.Is(err, context.Canceled) {
		return err
	}
	return r.failed(err)
}

// watches reports whether a repository is in the scope.
func (o *watchOptions) watches(r github.Repository) bool {
	for _, owner := range append(append([]string{}, o.scope.Organizations...), o.scope.Users...) {
		if strings.EqualFold(owner, r.Owner) {
			return true
		}
	}
	for _, name := range o.scope.Repositories {
		if strings.EqualFold(name, r.FullName()) {
			return true
		}
	}
	return false
}

// seen writes what a look has found.
func (r *watchRun) seen(ctx context.Context, l sweep.Look) error {
	took := time.Since(l.Asked).Round(time.Second)
	switch {
	case l.State == sweep.Unread:
		r.note("sweep.watch-unread", l.Name, l.Reason)
	case len(l.Findings) == 0:
		r.note("sweep.watch-clean", l.Name, took)
	default:
		r.note("sweep.watch-found", l.Name, reason.New("report.findings", len(l.Findings)), took)
	}
	if len(l.Findings) == 0 {
		return nil
	}
	out, err := command.OpenOutput("-", r.Out, r.opts.secrets)
	if err != nil {
		return err
	}
	h, err := r.Handler(r.opts.format, out, report.Options{ShowSecrets: r.opts.secrets, Quiet: true})
	if err != nil {
		return err
	}
	recorded := finding.Recorded{
		Opened:   finding.Header{Version: command.Version(), Target: l.Name, Rules: r.pool.rules.Rules(), Verify: r.pool.verifier != nil},
		Findings: l.Findings, Sum: finding.Summary{Findings: len(l.Findings), Complete: true}, Ended: true,
	}
	if err := recorded.Play(h); err != nil {
		return err
	}
	r.tell(ctx, l.Findings)
	return nil
}

// maxDelivery is the size of the largest delivery that is read. GitHub sends 25 MB at most.
const maxDelivery = 25 << 20

// serve takes deliveries of webhooks until ctx ends.
func (r *watchRun) serve(ctx context.Context, g *errgroup.Group, added chan<- int64) error {
	secret, err := config.ReadFile(r.opts.secret, maxToken)
	if err != nil {
		return command.Usage("usage.sweep-webhook-secret", r.opts.secret, err)
	}
	secret = bytes.TrimSpace(secret)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", r.opts.webhook)
	if err != nil {
		return command.Usage("usage.sweep-webhook", r.opts.webhook, err)
	}
	server := &http.Server{
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { w.WriteHeader(r.take(req, secret, added)) }),
	}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	r.note("sweep.watch-listening", listener.Addr().String())
	g.Go(func() error {
		if err := server.Serve(listener); ctx.Err() == nil {
			return err
		}
		return ctx.Err()
	})
	return nil
}

// take takes one delivery, and returns the status of the answer.
func (r *watchRun) take(req *http.Request, secret []byte, added chan<- int64) int {
	if req.Method != http.MethodPost {
		return http.StatusMethodNotAllowed
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, req.Body, maxDelivery))
	if err != nil {
		return http.StatusRequestEntityTooLarge
	}
	d, err := github.ParseDelivery(req.Header.Get("X-GitHub-Event"), req.Header.Get("X-Hub-Signature-256"), body, secret)
	switch {
	case err != nil:
		return http.StatusForbidden
	case d.Repository == 0, d.Extra && r.opts.extras == (sweep.Extras{}):
		return http.StatusNoContent
	}
	select {
	case added <- d.Repository:
		return http.StatusAccepted
	default:
		return http.StatusServiceUnavailable // GitHub shows it as failed, and can send it again
	}
}

// pollEvery is how often the list of what was pushed to is asked for. A push is seen within that time, and scanned in seconds: in a
// minute there is a verdict. The list of events comes later, no more often than GitHub allows, and tells of wikis and pull requests.
const pollEvery = 20 * time.Second

// poll asks what was pushed to, and for the events of the owners. What happened before is not looked at.
func (r *watchRun) poll(ctx context.Context, g *errgroup.Group, added chan<- int64) {
	each := func(owner string, user bool) {
		g.Go(func() error { return r.pollEvents(ctx, owner, user, added) })
		g.Go(func() error { return r.pollPushes(ctx, owner, user, added) })
	}
	for _, owner := range r.opts.scope.Organizations {
		each(owner, false)
	}
	users := r.opts.scope.Users
	for _, name := range r.opts.scope.Repositories {
		owner, _, _ := strings.Cut(name, "/")
		users = append(users, owner)
	}
	slices.Sort(users)
	for _, owner := range slices.Compact(users) {
		each(owner, true)
	}
	r.note("sweep.watch-polling", target(r.opts.scope))
}

// pollEvents asks for the events of one owner until ctx ends.
func (r *watchRun) pollEvents(ctx context.Context, owner string, user bool, added chan<- int64) error {
	account, err := r.pool.account.of(ctx, owner)
	if err != nil {
		return err
	}
	var events github.Events
	return r.again(ctx, owner, added, func() (news []int64, wait time.Duration, err error) {
		next, err := account.Events(ctx, owner, user, events)
		if err != nil {
			return nil, time.Minute, err
		}
		if news = next.Repositories; r.opts.extras != (sweep.Extras{}) {
			news = append(news, next.Extras...)
		}
		if wait = next.Again; events.ETag == "" && events.Last == 0 {
			news = nil
		}
		events, events.Again = next, 0
		return news, wait, nil
	})
}

// pollPushes asks for what was pushed to until ctx ends.
func (r *watchRun) pollPushes(ctx context.Context, owner string, user bool, added chan<- int64) error {
	account, err := r.pool.account.of(ctx, owner)
	if err != nil {
		return err
	}
	pushes, err := account.Pushes(ctx, owner, user, github.Pushes{})
	switch github.Status(err) {
	case http.StatusForbidden, http.StatusNotFound:
		return err // there is no such owner
	}
	return r.again(ctx, owner, added, func() ([]int64, time.Duration, error) {
		next, err := account.Pushes(ctx, owner, user, pushes)
		if err != nil {
			return nil, time.Minute, err
		}
		pushes = next
		return next.Repositories, 0, nil
	})
}

// again asks a question again and again until ctx ends, or GitHub refuses the token. Another failure is told, and asked about again
// later.
func (r *watchRun) again(ctx context.Context, owner string, added chan<- int64, ask func() ([]int64, time.Duration, error)) error {
	for {
		news, wait, err := ask()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case github.Status(err) == http.StatusUnauthorized:
			return err // it is refused again
		case err != nil:
			r.note("sweep.watch-failed", owner, err)
		}
		for _, id := range news {
			select {
			case added <- id:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(min(max(wait, r.opts.every), time.Hour)):
		}
	}
}
