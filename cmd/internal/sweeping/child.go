package sweeping

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/jsonl"
	"github.com/akguard/akguard/scanner/sweep"
	"github.com/akguard/akguard/scanner/sweep/isolate"
	"github.com/spf13/cobra"
)

// childName is the hidden command that a worker starts for each repository.
const childName = "scan-repository"

// question is what a child asks while it scans.
type question struct {
	Token   bool   `json:",omitempty"`
	Refused string `json:",omitempty"` // the token that the server has refused
}

// isolated scans in child processes. It is a sweep.Scanner.
type isolated struct {
	pool  *isolate.Pool
	rules *rules.Set
}

// newIsolated returns a scanner whose children have the limits of a worker.
func (o workFlags) newIsolated(set *rules.Set, secrets func() []string) (isolated, error) {
	args := []string{"sweep", childName}
	if path := o.config.Path(); path != "" {
		absolute, err := filepath.Abs(path)
		if err != nil {
			return isolated{}, err
		}
		args = append(args, "--config", absolute)
	}
	pool, err := isolate.New(isolate.Options{Args: args, Time: o.time, Memory: o.memory, Disk: o.disk, Secrets: secrets})
	return isolated{pool, set}, err
}

// Scan implements sweep.Scanner.
func (s isolated) Scan(ctx context.Context, r sweep.Request, session sweep.Session, h finding.Handler) (out sweep.Outcome, err error) {
	result, err := s.pool.Run(ctx, r, isolate.Handler{
		Event: func(body json.RawMessage) error { return jsonl.Read(bytes.NewReader(body), s.rules, h) },
		Ask: func(ctx context.Context, body json.RawMessage) (any, error) {
			var q question
			if err := json.Unmarshal(body, &q); err != nil {
				return nil, fmt.Errorf("decoding a question: %w", err)
			}
			if q.Token {
				return session.Token(ctx, q.Refused)
			}
			return session.Lost(ctx)
		},
	})
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(result, &out); err != nil {
		return out, fmt.Errorf("decoding a result: %w", err)
	}
	return out, nil
}

// scanRepository is the child's end: it scans the repositories that arrive on standard input.
func (a *app) scanRepository() *cobra.Command {
	var o workFlags
	cmd := &cobra.Command{
		Use: childName, Hidden: true, Args: command.Takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, err := o.ruleSet()
			if err != nil {
				return err
			}
			return isolate.ServeStdio(cmd.Context(), func(ctx context.Context, j *isolate.Job) (any, error) {
				var request sweep.Request
				if err := json.Unmarshal(j.Request, &request); err != nil {
					return nil, fmt.Errorf("decoding a job: %w", err)
				}
				h := jsonl.Lines().New(emitter{j}, report.Options{ShowSecrets: true, Words: reason.Plain{}})
				return sweep.Scan(ctx, request, sweep.Options{Rules: set, Temp: j.Folder}, asker{j}, h)
			})
		},
	}
	o.config.AddPathTo(cmd.Flags())
	return cmd
}

// emitter sends each object of the JSON stream as an event.
type emitter struct{ job *isolate.Job }

// Write implements io.Writer. The stream is written an object at a time.
func (e emitter) Write(p []byte) (int, error) { return len(p), e.job.Emit(json.RawMessage(p)) }

// asker is a sweep.Session that asks the parent.
type asker struct{ job *isolate.Job }

// Token implements sweep.Session.
func (s asker) Token(ctx context.Context, refused string) (token string, err error) {
	err = s.job.Ask(ctx, question{Token: true, Refused: refused}, &token)
	return token, err
}

// Lost implements sweep.Session.
func (s asker) Lost(ctx context.Context) (heads []sweep.LostHead, err error) {
	err = s.job.Ask(ctx, question{}, &heads)
	return heads, err
}
