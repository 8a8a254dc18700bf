package sweeping

import (
	"context"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/scanner/sweep/queue"
	"github.com/spf13/cobra"
)

func (a *app) worker() *cobra.Command {
	var o workFlags
	cmd := &cobra.Command{
		Use:  "worker",
		Args: command.Takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := command.CheckFlags(cmd.Flags()); err != nil {
				return err
			}
			if o.nats == "" {
				return command.Usage("usage.sweep-nats")
			}
			if err := o.check(); err != nil {
				return err
			}
			return a.runWorker(cmd.Context(), o)
		},
	}
	o.addTo(cmd.Flags())
	return cmd
}

// runWorker works for a sweep that another process has begun, until it is interrupted.
func (a *app) runWorker(ctx context.Context, o workFlags) error {
	if err := a.checkTokens(o, nil); err != nil {
		return err
	}
	options, err := a.queueOptions(o)
	if err != nil {
		return err
	}
	q, err := queue.Open(ctx, options)
	if err != nil {
		return a.queueFailed(ctx, err)
	}
	defer q.Close()
	pool, err := a.newPool(ctx, o, nil, q)
	if err != nil {
		return err
	}
	defer pool.close()
	if !o.quiet {
		a.Say("sweep.worker-joined", o.nats)
	}
	if err := pool.work(ctx); ctx.Err() == nil {
		return a.failed(err)
	}
	return ctx.Err()
}
