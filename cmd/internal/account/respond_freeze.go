package account

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

// freeze freezes keys as one actor, each as soon as it is read and approved.
func (r *response) freeze(ctx context.Context, s *actor, keys []leak) error {
	j, err := s.options.newJournal()
	if err != nil {
		return err
	}
	defer j.Close()
	v, err := r.looker(s)
	if err != nil {
		return err
	}
	request := revoke.Request{Goal: revocation.ToDisable, CIDRs: r.quarantine.cidrs, VPCs: r.quarantine.vpcs, History: s.history, NoUse: r.acting.yes}
	if r.quarantine.asked() {
		request.Goal = revocation.ToQuarantine
	}
	opened := false
	show := func(f revoke.Frozen) {
		r.showKey(r.keys[r.index(f.Subject.ID)])
		if !opened {
			r.showOpening(f.Plan, s.source)
			opened = true
		}
	}
	frozen, err := s.revoker.Freeze(ctx, subjectsOf(keys), request, revoke.FreezeOptions{
		Approver: r.approver(r.acting, r.lines), Journal: j, History: s.history,
		Look: func(ctx context.Context, s revoke.Subject) revoke.Subject {
			i := r.index(s.ID)
			r.look(ctx, v, i)
			r.mu.Lock()
			defer r.mu.Unlock()
			s.Known = r.keys[i].known
			return s
		},
		OnPlan: func(f revoke.Frozen) { show(f); r.showActions(f) },
		OnKey:  func(f revoke.Frozen) { show(f); r.showFrozen(f) },
	})
	r.frozen = append(r.frozen, frozen...)
	r.settle(frozen, j.Name())
	switch {
	case err == nil && !slices.ContainsFunc(frozen, func(f revoke.Frozen) bool { return !f.Denied }):
		return command.Failed(command.ExitCloud, "revoke.not-approved")
	case err != nil && ctx.Err() == nil:
		return cloudFailure(ctx, err)
	}
	return err
}

func (r *response) index(id rules.Secret) int {
	return slices.IndexFunc(r.keys, func(k leak) bool { return k.credential.ID.Reveal() == id.Reveal() })
}

// showActions writes what is to be done about a key.
func (r *response) showActions(f revoke.Frozen) {
	for _, a := range f.Plan.Actions {
		r.items++
		r.showAction(r.items, a)
	}
}

// showFrozen writes what became of a key. What could not be done is listed at the end.
func (r *response) showFrozen(f revoke.Frozen) {
	for _, n := range f.Plan.Notes {
		if !n.Blocked {
			r.showNote(n)
		}
	}
	for _, s := range f.Steps {
		r.showStep(s)
	}
}

// settle notes what could not be done, and the journal of what was.
func (r *response) settle(frozen []revoke.Frozen, journal string) {
	done := false
	for _, f := range frozen {
		done = done || slices.ContainsFunc(f.Steps, func(s change.Step) bool { return s.Outcome == revocation.Done })
		if !f.Off() {
			r.leave(leftoverOf(f))
		}
	}
	if done {
		r.undo = append(r.undo, journal)
	}
	if len(r.left) > 0 {
		r.Code = command.ExitCloud
	}
}

// leftoverOf says why a key is not frozen.
func leftoverOf(f revoke.Frozen) leftover {
	l := leftover{id: f.Subject.ID.String()}
	for _, n := range f.Plan.Notes {
		if n.Blocked {
			l.why, l.hint = n.Text, n.Hint
		}
	}
	for _, s := range f.Steps {
		if s.Err != nil {
			l.why, l.hint = reason.Of(s.Err), s.Hint()
		}
	}
	switch {
	case f.Denied:
		l.why, l.hint = reason.New("revoke.denied"), reason.New("respond.denied-hint")
	case l.why.IsZero():
		l.why, l.hint = reason.New("respond.cut-off"), reason.New("revoke.resume-goes-on")
	}
	return l
}

// showLeft lists what could not be done, before what a person has to do.
func (r *response) showLeft() {
	if len(r.left) == 0 {
		return
	}
	r.Code = command.ExitCloud
	r.tell("respond.left", len(r.left))
	for _, l := range r.left {
		r.Line("revoke.not-possible", l.id, l.why)
		if !l.hint.IsZero() {
			r.Line("revoke.row-do", l.hint)
		}
	}
}

// sayCut says how to go on after an interrupt.
func (r *response) sayCut() {
	for _, f := range r.frozen {
		if len(f.Steps) > 0 {
			r.Say("revoke.resume-goes-on")
			return
		}
	}
}

// maxImpacts is how many keys' users are shown. ActionTrail is asked twice a second in each region, so that more would keep
// a person from what only a person can do.
const maxImpacts = 5

// impact shows who uses the keys, except those with which nothing could be done.
func (r *response) impact(ctx context.Context, s *actor) error {
	shown := 0
	for _, f := range r.frozen {
		switch {
		case f.Plan.Blocked(), f.Subject.ID.IsZero(), strings.HasPrefix(f.Subject.ID.Reveal(), "STS."):
			continue
		case shown == 0:
			r.tell("respond.who-used-it")
		case shown == maxImpacts:
			r.Line("respond.more-impacts", maxImpacts)
			return ctx.Err()
		}
		shown++
		i, err := s.revoker.Impact(ctx, f.Subject, revoke.Look{Last: 24 * time.Hour, Regions: r.regions, Ever: true})
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil: // the key is frozen all the same
			r.Code = command.ExitCloud
			r.Line("respond.no-impact", f.Subject.ID.String(), err)
		default:
			if len(r.regions) == 0 {
				r.regions = i.Regions // they need not be asked for again
			}
			r.showImpact(i)
		}
	}
	return nil
}

// offersThemselves reports whether the keys are to disable themselves, because there is no other credential. A person is
// asked; a script is told how.
func (r *response) offersThemselves(err error) bool {
	found, ok := known(err)
	if !ok || found.Reason.Code != "credentials.none" || r.quarantine.asked() || !slices.ContainsFunc(r.keys, canEndItself) {
		return false
	}
	if r.lines == nil || r.acting.yes {
		r.Say("respond.leaked-key-flag")
		return false
	}
	return r.agrees("respond.offer-leaked-key")
}

// agrees asks a question that is answered with yes or no.
func (r *response) agrees(key string, args ...any) bool {
	_, _ = r.Err.Write([]byte(r.Text(key, args...)))
	line, err := r.lines.ReadString('\n')
	answer := strings.ToLower(strings.TrimSpace(line))
	return err == nil && slices.Contains([]string{"y", "yes", "是"}, answer)
}

func canEndItself(k leak) bool {
	return k.credential.Type == rules.AccessKey && !k.credential.Secret.IsZero()
}

// freezeThemselves has each leaked key disable itself.
func (r *response) freezeThemselves(ctx context.Context) error {
	if len(r.keys) == 1 && r.keys[0].credential.Secret.IsZero() {
		c, err := r.leakedKey(revokeOptions{secretStdin: r.secretStdin}, r.keys)
		if err != nil {
			return err
		}
		r.keys[0].credential = *c
	}
	var failures []error
	for _, k := range r.keys {
		if !canEndItself(k) {
			r.leave(leftover{k.credential.ID.String(), reason.New("respond.no-secret"), reason.New("revoke.use-administrator")})
			continue
		}
		s, err := r.prepare(ctx, r.acting, &k.credential)
		if err == nil {
			err = r.freeze(ctx, s, []leak{k})
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			failures = append(failures, err)
			if found, ok := known(err); ok {
				r.leave(leftover{k.credential.ID.String(), found.Reason, found.Hint})
			}
		}
	}
	return errors.Join(failures...)
}
