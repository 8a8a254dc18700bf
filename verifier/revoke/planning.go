package revoke

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke/keypolicy"
)

// Request is what is to be done with the subjects.
type Request struct {
	Goal    revocation.Goal
	CIDRs   []string            // of ToQuarantine: public addresses and ranges from which the key still works
	VPCs    []string            // of ToQuarantine: VPCs from inside which it still works, vpc-ID or vpc-ID=RANGE
	Now     bool                // delete without the watch time
	NoUse   bool                // do not read who uses the keys: nobody will decide by it
	History *revocation.History // what was done before; may be nil
}

// Plan works out what is to be done, and changes nothing. A subject with which nothing can be done becomes a Note; an error
// concerns all of them.
func (r *Revoker) Plan(ctx context.Context, subjects []Subject, q Request) (*revocation.Plan, error) {
	subjects = distinct(subjects)
	if err := r.checkRequest(len(subjects), q); err != nil {
		return nil, err
	}
	if len(subjects) > r.MaxKeys {
		return nil, change.Fail(reason.New("revoke.too-many-keys", len(subjects), r.MaxKeys), reason.New("revoke.too-many-keys-hint"))
	}
	if err := r.whoAmI(ctx); err != nil {
		return nil, err
	}
	p := r.newPlan(q)
	for _, s := range subjects {
		actions, notes := r.planKeyOrSay(ctx, s, q)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		p.Actions, p.Notes = append(p.Actions, actions...), append(p.Notes, notes...)
	}
	return p, nil
}

// newPlan returns a plan without actions.
func (r *Revoker) newPlan(q Request) *revocation.Plan {
	p := &revocation.Plan{Version: revocation.Version, Goal: q.Goal, Made: r.now().UTC().Truncate(time.Second), Account: r.me.AccountID, By: r.me.ARN}
	if q.Goal == revocation.ToDelete && !q.Now {
		p.WatchSeconds = int(r.WatchTime.Seconds())
	}
	return p
}

// planKeyOrSay plans for one subject. If that fails, a note says why.
func (r *Revoker) planKeyOrSay(ctx context.Context, s Subject, q Request) ([]revocation.Action, []revocation.Note) {
	actions, notes, err := r.planOne(ctx, s, q)
	var other *foreign
	switch {
	case errors.As(err, &other):
		return nil, append(notes, other.note)
	case err != nil:
		return nil, append(notes, revocation.Note{ID: s.name(), Text: reason.Of(err), Hint: change.HintFor(err), Blocked: true})
	}
	return actions, notes
}

func distinct(subjects []Subject) []Subject {
	seen := make(map[string]bool)
	var kept []Subject
	for _, s := range subjects {
		if !seen[s.key()] {
			seen[s.key()] = true
			kept = append(kept, s)
		}
	}
	return kept
}

func (r *Revoker) checkRequest(keys int, q Request) error {
	switch {
	case keys == 0:
		return change.Fail(reason.New("revoke.no-key"), reason.New("revoke.no-key-hint"))
	case q.Goal == revocation.ToRemove && !q.Now:
		return change.Fail(reason.New("revoke.no-watch-time"), reason.New("revoke.no-watch-time-hint"))
	case r.self != nil && q.Goal != revocation.ToDisable:
		return change.Fail(reason.New("revoke.leaked-key-disables-only"), reason.New("revoke.use-administrator"))
	}
	if q.Goal != revocation.ToQuarantine {
		return nil
	}
	if _, err := keypolicy.AllowList(q.CIDRs, q.VPCs); err != nil {
		return change.Fail(reason.New("revoke.bad-addresses", err), reason.New("revoke.bad-addresses-hint"))
	}
	return nil
}

func (r *Revoker) planOne(ctx context.Context, s Subject, q Request) ([]revocation.Action, []revocation.Note, error) {
	if s.Target != nil {
		return r.planTarget(ctx, *s.Target, q)
	}
	q.History.Recognize(s.ID)
	switch {
	case s.ID.IsZero():
		return nil, nil, reason.NewError("revoke.no-id")
	case r.self != nil:
		return r.planSelf(ctx, s)
	case r.Admin.Owns(s.ID):
		return nil, nil, change.Fail(reason.New("revoke.own-key", s.ID.String()), reason.New("revoke.use-other-administrator"))
	case isTemporary(s.ID):
		return r.planRole(ctx, s, q)
	}
	owner, err := r.owner(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	t := revocation.NewTarget(s.ID, owner)
	r.ids.set(t.Fingerprint, s.ID)
	return r.planTarget(ctx, t, q)
}

// planTarget plans for a key whose owner is known.
func (r *Revoker) planTarget(ctx context.Context, t revocation.Target, q Request) (actions []revocation.Action, notes []revocation.Note, err error) {
	draft := revocation.Action{Target: t}
	if t.Owner.Role != "" {
		return r.planDetach(ctx, draft, q)
	}
	if q.Goal == revocation.ToQuarantine {
		draft.Kind = revocation.Quarantine // observing one reads the network policy too
	}
	if draft.From, err = r.Observe(ctx, draft); err != nil {
		return nil, nil, err
	}
	return r.planKey(ctx, draft, q)
}

// planKey plans what takes the key from draft.From to the goal.
func (r *Revoker) planKey(ctx context.Context, draft revocation.Action, q Request) ([]revocation.Action, []revocation.Note, error) {
	state := draft.From.Key
	switch {
	case q.Goal == revocation.ToUndo:
		return r.planUndo(ctx, draft, q)
	case state == revocation.UserRecycled: // whoever restores the user restores the key
		return note(draft, reason.New("revoke.user-recycled"))
	case draft.From.Deleted():
		return note(draft, reason.New("revoke.deleted-already"))
	case q.Goal == revocation.ToQuarantine:
		return r.planQuarantine(ctx, draft, q)
	case q.Goal == revocation.ToDisable && state == revocation.Inactive:
		return note(draft, reason.New("revoke.inactive-already"))
	case q.Goal == revocation.ToDelete && state == revocation.Active:
		return blocked(draft, reason.New("revoke.active"), reason.New("revoke.disable-first"))
	case q.Goal == revocation.ToDelete && !q.Now:
		if n, early := r.tooEarly(ctx, draft.Target, r.WatchTime, q.History); early {
			return nil, []revocation.Note{n}, nil
		}
	}
	return r.planOff(ctx, draft, q)
}

// planOff plans to disable and to delete, as far as the goal asks for that.
func (r *Revoker) planOff(ctx context.Context, draft revocation.Action, q Request) ([]revocation.Action, []revocation.Note, error) {
	risks, err := r.useRisks(ctx, draft, q)
	if err != nil {
		return nil, nil, err
	}
	var actions []revocation.Action
	if draft.From.Key == revocation.Active {
		off := draft
		off.Kind, off.To, off.Risks = revocation.Disable, revocation.State{Key: revocation.Inactive}, risks
		off.Undo = reason.New("revoke.undo-disable")
		actions = append(actions, off)
	}
	if q.Goal == revocation.ToDelete || q.Goal == revocation.ToRemove {
		del := draft
		del.Kind, del.From, del.To = revocation.Delete, revocation.State{Key: revocation.Inactive}, revocation.State{Key: revocation.Recycled}
		del.Undo = reason.New("revoke.undo-delete")
		if del.Risks, err = r.binRisks(ctx, draft.Target); err != nil {
			return nil, nil, err
		}
		if draft.Target.Owner.User == "" {
			del.To, del.Undo = revocation.State{Key: revocation.Deleted}, reason.New("revoke.undo-delete-root")
		}
		actions = append(actions, del)
	}
	return actions, nil, nil
}

// tooEarly says why the key cannot be deleted yet. Both times are the service's.
func (r *Revoker) tooEarly(ctx context.Context, t revocation.Target, watch time.Duration, h *revocation.History) (revocation.Note, bool) {
	since, err := r.inactiveSince(ctx, t, h)
	n := revocation.Note{ID: t.ID, Blocked: true, Hint: reason.New("revoke.too-early-hint")}
	switch end := since.Add(watch); {
	case err != nil:
		n.Text = reason.New("revoke.inactive-since-unread", err)
	case since.IsZero():
		n.Text = reason.New("revoke.inactive-since-unknown")
	case r.now().Before(end):
		n.Text = reason.New("revoke.too-early", since, end)
	default:
		return revocation.Note{}, false
	}
	return n, true
}

// inactiveSince returns the zero time if it is not known.
func (r *Revoker) inactiveSince(ctx context.Context, t revocation.Target, h *revocation.History) (time.Time, error) {
	keys, err := r.cloud.IdentityKeys(ctx, t.Owner.Principal)
	if err != nil && !cloud.IsDenied(err) {
		return time.Time{}, err
	}
	k, ok := r.pick(keys, t.Fingerprint)
	switch {
	case ok && k.Status != cloud.Inactive:
		return time.Time{}, nil
	case ok && !k.Updated.IsZero():
		return k.Updated, nil
	}
	if id := r.id(t); !id.IsZero() { // the plan and the journals may be of different releases
		h.Recognize(id)
		return h.Disabled(revocation.Fingerprint(id)), nil
	}
	return h.Disabled(t.Fingerprint), nil
}

// fresh is the age of a last use below which a key counts as in use.
const fresh = 24 * time.Hour

// useRisks lists what may break, and what could not be read: a missing answer does not mean "not in use".
func (r *Revoker) useRisks(ctx context.Context, a revocation.Action, q Request) ([]reason.Reason, error) {
	if a.From.Key != revocation.Active || q.NoUse {
		return nil, nil
	}
	used, err := r.lastUse(ctx, a.Target)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	age := r.now().Sub(used.At)
	switch {
	case err != nil:
		return []reason.Reason{reason.New("revoke.risk-use-unread", err)}, nil
	case used.At.IsZero():
		return nil, nil
	case age >= fresh:
		return []reason.Reason{reason.New("revoke.risk-used", at(used))}, nil
	}
	risks := []reason.Reason{useRisk(a.Kind, short(age), used.Service)}
	if a.Kind == revocation.Quarantine {
		return risks, nil
	}
	last, err := r.isLastActive(ctx, a.Target)
	if err != nil {
		return nil, err
	}
	if last {
		risks = append(risks, reason.New("revoke.risk-last-key", a.Target.Owner.Reason()))
	}
	return risks, nil
}

func useRisk(kind revocation.Kind, age, service string) reason.Reason {
	used := reason.New("revoke.used-ago", age)
	if service != "" {
		used = reason.New("revoke.used-ago-in", age, service)
	}
	switch {
	case strings.EqualFold(service, "Sts"): // GetCallerIdentity is what scanners call
		return reason.New("revoke.risk-used-in-sts", age)
	case kind == revocation.Quarantine:
		return reason.New("revoke.risk-in-use-elsewhere", used)
	}
	return reason.New("revoke.risk-in-use", used)
}

// at is when a key was last used.
func at(u cloud.Used) reason.Reason {
	if u.Service == "" {
		return reason.New("revoke.used", u.At)
	}
	return reason.New("revoke.used-in", u.At, u.Service)
}

// short writes an age without the parts that are zero: 3h, 20m, 5s.
func short(d time.Duration) string {
	switch {
	case d >= time.Hour:
		d = d.Round(time.Minute)
	default:
		d = d.Round(time.Second)
	}
	text := strings.TrimSuffix(d.String(), "m0s")
	if text != d.String() {
		text += "m"
	}
	if trimmed := strings.TrimSuffix(text, "h0m"); trimmed != text {
		text = trimmed + "h"
	}
	return text
}

// lastUse asks IMS, which also names the service. If that fails it asks RAM, for which the administrator may have the
// permission.
func (r *Revoker) lastUse(ctx context.Context, t revocation.Target) (cloud.Used, error) {
	used, err := r.cloud.IdentityKeyLastUsed(ctx, t.Owner.Principal, r.id(t))
	if err == nil || t.Owner.User == "" {
		return used, err
	}
	return r.cloud.GetAccessKeyLastUsed(ctx, t.Owner.User, r.id(t))
}

func (r *Revoker) isLastActive(ctx context.Context, t revocation.Target) (bool, error) {
	if t.Owner.User == "" {
		return false, nil // the administrator acts with another key
	}
	keys, err := r.userKeys(ctx, t.Owner.User)
	if err != nil {
		return false, change.FailCall(reason.New("revoke.listing-keys", t.Owner.Reason(), err), err)
	}
	for _, k := range keys {
		if k.Status == cloud.Active && !r.is(k.ID, t.Fingerprint) {
			return false, nil
		}
	}
	return true, nil
}

// binSize is how many deleted keys of a user can be restored.
const binSize = 3

func (r *Revoker) binRisks(ctx context.Context, t revocation.Target) ([]reason.Reason, error) {
	if t.Owner.User == "" {
		return []reason.Reason{reason.New("revoke.risk-root-deleted")}, nil
	}
	keys, err := r.cloud.RecycledKeys(ctx, t.Owner.UserID)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return []reason.Reason{reason.New("revoke.risk-bin-unread")}, nil
	case len(keys) >= binSize:
		return []reason.Reason{reason.New("revoke.risk-bin-full", len(keys), t.Owner.Reason())}, nil
	}
	return nil, nil
}

func (r *Revoker) planQuarantine(ctx context.Context, draft revocation.Action, q Request) ([]revocation.Action, []revocation.Note, error) {
	network, err := keypolicy.AllowList(q.CIDRs, q.VPCs)
	if err != nil {
		return nil, nil, err
	}
	if draft.From.Network == network {
		return note(draft, reason.New("revoke.quarantined-already"))
	}
	a := draft
	a.Kind, a.CIDRs, a.VPCs = revocation.Quarantine, q.CIDRs, q.VPCs
	a.To = revocation.State{Key: draft.From.Key, Network: network}
	a.Undo = reason.New("revoke.undo-quarantine")
	if a.Risks, err = r.useRisks(ctx, draft, q); err != nil {
		return nil, nil, err
	}
	a.Risks = append(a.Risks, r.networkRisks(ctx, network, draft.From.Network, q)...)
	if draft.From.Network != "" {
		a.Undo = reason.New("revoke.undo-replaced")
	}
	return []revocation.Action{a}, nil, nil
}

// networkRisks lists what a restriction does besides what it is for. A key's own policy replaces the one for all keys of the
// account, so a quarantine can open what was closed.
func (r *Revoker) networkRisks(ctx context.Context, network, before string, q Request) []reason.Reason {
	var risks []reason.Reason
	account, err := r.accountPolicy.get(ctx, r.cloud)
	switch {
	case before != "":
		risks = append(risks, reason.New("revoke.risk-replaces"))
		if keypolicy.Widens(network, before) {
			risks = append(risks, reason.New("revoke.risk-widens-own"))
		}
	case err != nil:
		risks = append(risks, reason.New("revoke.risk-account-policy-unread", err))
	case keypolicy.Widens(network, account):
		risks = append(risks, reason.New("revoke.risk-widens"))
	}
	if keypolicy.Wide(q.CIDRs) {
		risks = append(risks, reason.New("revoke.risk-wide"))
	}
	switch {
	case len(q.VPCs) == 0:
		risks = append(risks, reason.New("revoke.risk-vpc-undocumented"))
	case len(q.CIDRs) == 0:
		risks = append(risks, reason.New("revoke.risk-public-undocumented"))
	}
	return risks
}
