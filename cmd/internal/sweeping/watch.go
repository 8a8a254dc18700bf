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
	f.DurationVar(&o.every, "every", time.Second, "")
	f.StringVarP(&o.format, "format", "f", "text", "")
	return cmd
}

// watchRun is one run of sweep watch.
type watchRun struct {
	githubRun
	opts watchOptions
}

func (r *watchRun) run(ctx context.Context) error {
	tokens, err := r.opts.forge.tokens(r.opts.owner())
	if err != nil {
		return err
	}
	if r.targets, err = r.opts.targets(); err != nil {
		return err
	}
	if r.queue, err = r.openQueue(ctx); err != nil {
		return err
	}
	defer r.queue.Close()
	if r.pool, err = r.newPool(ctx, r.opts.workFlags, tokens, r.queue); err != nil {
		return err
	}
	defer r.pool.close()
	added := make(chan int64, 1024)
	g, ctx := errgroup.WithContext(ctx)
	if r.opts.webhook != "" {
		if err := r.serve(ctx, g, added); err != nil {
			return err
		}
	} else {
		r.poll(ctx, g, added)
	}
	g.Go(func() error { return r.pool.work(ctx) })
	g.Go(func() error {
		return sweep.Watch(ctx, sweep.WatchOptions{
			Forge: r.pool.account, Queue: r.queue, Store: r.queue, Rules: r.pool.rules, Scope: r.opts.watches, Added: added, Seen: func(l sweep.Look) error { return r.seen(ctx, l) },
		})
	})
	err = g.Wait()
	if errors.Is(err, context.Canceled) {
		return err
	}
	return command.Failed(command.ExitIncomplete, "sweep.failed", err)
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
	case d.Repository == 0:
		return http.StatusNoContent
	}
	select {
	case added <- d.Repository:
		return http.StatusAccepted
	default:
		return http.StatusServiceUnavailable // GitHub shows it as failed, and can send it again
	}
}

// poll asks for the events of the owners, as often as GitHub allows. What happened before is not looked at.
func (r *watchRun) poll(ctx context.Context, g *errgroup.Group, added chan<- int64) {
	for _, owner := range r.opts.scope.Organizations {
		g.Go(func() error { return r.pollOwner(ctx, owner, false, added) })
	}
	users := r.opts.scope.Users
	for _, name := range r.opts.scope.Repositories {
		owner, _, _ := strings.Cut(name, "/")
		users = append(users, owner)
	}
	slices.Sort(users)
	for _, owner := range slices.Compact(users) {
		g.Go(func() error { return r.pollOwner(ctx, owner, true, added) })
	}
	r.note("sweep.watch-polling", target(r.opts.scope))
}

// pollOwner asks for the events of one owner until ctx ends. A failure is told, and asked about again later.
func (r *watchRun) pollOwner(ctx context.Context, owner string, user bool, added chan<- int64) error {
	var events github.Events
	for first := true; ; first = false {
		next, err := r.pool.account.Events(ctx, owner, user, events)
		if err != nil && ctx.Err() == nil {
			r.note("sweep.watch-failed", owner, err)
			next.Again = time.Minute
		}
		for _, id := range next.Repositories {
			if first {
				break
			}
			select {
			case added <- id:
			case <-ctx.Done():
			}
		}
		events = next
		events.Again = 0
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(min(max(next.Again, r.opts.every), time.Hour)):
		}
	}
}
