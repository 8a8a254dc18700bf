package account

import (
	"bufio"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/revoke"
	"github.com/akguard/akguard/verifier/sts"
	"github.com/spf13/cobra"
)

// respondOptions are the flags of respond.
type respondOptions struct {
	acting      acting
	subject     string // an ID, a report, or what is to be scanned
	quarantine  quarantine
	useLeaked   bool
	secretStdin bool
	regions     []string // where to look for who used a key; all if empty
}

func (a *app) respond() *cobra.Command {
	var o respondOptions
	cmd := &cobra.Command{
		Use:  "respond [ID | REPORT | PATH]",
		Args: command.Takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkActing(cmd.Flags()); err != nil {
				return err
			}
			o.subject = "."
			if len(args) > 0 {
				o.subject = args[0]
			}
			return a.runRespond(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	o.quarantine.flags(f)
	f.BoolVar(&o.useLeaked, "use-leaked-key", false, "")
	f.BoolVar(&o.secretStdin, "secret-stdin", false, "")
	f.StringSliceVar(&o.regions, "regions", nil, "")
	o.acting.flags(f)
	f.IntVar(&o.acting.maxKeys, "max-keys", 0, "")
	return cmd
}

func (o respondOptions) check() error {
	switch {
	case o.subject == "":
		return command.Empty("PATH")
	case o.useLeaked && o.quarantine.asked():
		return command.Usage("usage.leaked-key-only-disables")
	case o.secretStdin && !o.useLeaked:
		return command.Usage("usage.secret-stdin-alone")
	}
	return o.quarantine.check()
}

// response is one run of respond.
type response struct {
	*app
	respondOptions
	start  time.Time
	lines  *bufio.Reader // of the person who is asked; nil if there is none
	keys   []leak
	report string     // the file that named the keys, with their secrets; "" if there is none
	left   []leftover // what could not be done
	spared []string   // masked IDs that were found without a secret, and are left as they are
	frozen []revoke.Frozen
	undo   []string // the journals of what was done
	items  int      // how many actions were shown

	mu    sync.Mutex // guards keys while they are frozen
	shown map[string]bool
}

// leftover is a key that is not frozen.
type leftover struct {
	id        string // masked
	why, hint reason.Reason
}

func (a *app) runRespond(ctx context.Context, o respondOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	r := &response{app: a, respondOptions: o, start: time.Now(), lines: a.lines(), shown: map[string]bool{}}
	err := r.find(ctx)
	if err != nil || len(r.keys)+len(r.left) == 0 {
		return err
	}
	if o.acting.maxKeys > 0 && len(r.keys) > o.acting.maxKeys {
		err = cloudFailure(ctx, &reason.Error{
			Reason: reason.New("revoke.too-many-keys", len(r.keys), o.acting.maxKeys), Hint: reason.New("revoke.too-many-keys-hint"),
		})
	} else if len(r.keys) > 0 {
		err = r.act(ctx)
	}
	if ctx.Err() != nil {
		r.sayCut()
		return err
	}
	// Whatever failed, the user has ten minutes and needs to know what to do with them.
	r.showLeft()
	r.handOver(err == nil && len(r.left) == 0)
	return err
}

// tell writes one line of the flow, with the time that has passed.
func (r *response) tell(key string, args ...any) {
	passed := int(time.Since(r.start).Round(time.Second).Seconds())
	_, _ = fmt.Fprintf(r.Out, "[%02d:%02d] %s\n", passed/60, passed%60, r.Text(key, args...))
}

// act freezes the keys, with the administrator's credential if there is one, and finds out who needs them.
func (r *response) act(ctx context.Context) error {
	if r.useLeaked {
		return r.freezeThemselves(ctx)
	}
	s, err := r.prepare(ctx, r.acting, nil)
	if err != nil {
		r.checkAll(ctx)
		if r.offersThemselves(err) {
			return r.freezeThemselves(ctx)
		}
		return err
	}
	if len(r.keys) == 1 {
		r.tell("respond.whose-key", r.keys[0].credential.ID.String())
	} else {
		r.tell("respond.whose-keys", len(r.keys))
	}
	if err := r.freeze(ctx, s, r.keys); err != nil {
		return err
	}
	return r.impact(ctx, s)
}

// looker returns a verifier that asks STS whether a key works: with its secret if that is known, else about the ID alone.
func (r *response) looker(s *actor) (verifier.Verifier, error) {
	conn, err := r.acting.cloud.Connect(r.App)
	if s != nil {
		conn, err = s.connection, nil
	}
	if err != nil {
		return nil, err
	}
	return sts.New(sts.Options{Connection: conn})
}

// look asks STS about a key, unless that was done just now.
func (r *response) look(ctx context.Context, v verifier.Verifier, i int) {
	r.mu.Lock()
	k := r.keys[i]
	r.mu.Unlock()
	if k.asked {
		return
	}
	verdict := v.Verify(ctx, k.credential)
	if verdict.Identity != nil {
		k.known = verdict.Identity
	}
	k.asked, k.status, k.why = true, verdict.Status, verdict.Reason
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys[i] = k
}

// checkAll reports what STS says about all keys, where nothing else can be done. Without a connection that is reported.
func (r *response) checkAll(ctx context.Context) {
	v, err := r.looker(nil)
	if err != nil {
		return
	}
	for i := range r.keys {
		r.look(ctx, v, i)
		r.showKey(r.keys[i])
	}
}

// showKey writes where a key leaked and whether it works, once.
func (r *response) showKey(k leak) {
	id := k.credential.ID.String()
	if r.shown[k.credential.ID.Reveal()] {
		return
	}
	r.shown[k.credential.ID.Reveal()] = true
	r.tell("respond.does-it-work", id)
	r.Line("respond.verdict", reason.New("report.status."+k.status.String()), k.why)
	if len(k.places) > 0 {
		first := k.places[0]
		r.Line("respond.place", first.Path, first.Line)
	}
}
