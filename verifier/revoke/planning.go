package revoke

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/internal/openapi"
)

// Want is what shall be done about the subjects.
type Want struct {
	Goal    Goal
	CIDRs   []string // of ToQuarantine: addresses and ranges that the key may still be used from
	Now     bool     // delete without a time to watch
	History *History // what was done before; may be nil
}

// Plan finds out what has to be done, and changes nothing. A subject that nothing can be done about becomes a Note;
// the error is for what concerns all of them.
func (r *Revoker) Plan(ctx context.Context, subjects []Subject, w Want) (*Plan, error) {
	subjects = distinct(subjects)
	if err := r.checkWant(len(subjects), w); err != nil {
		return nil, err
	}
	if err := r.whoAmI(ctx); err != nil {
		return nil, err
	}
	p := &Plan{Version: planVersion, Goal: w.Goal, Made: r.Now().UTC().Truncate(time.Second), Account: r.me.AccountID, By: r.me.ARN}
	if w.Goal == ToDelete && !w.Now {
		p.WatchSeconds = int(r.WatchTime.Seconds())
	}
	for _, s := range subjects {
		actions, notes, err := r.planOne(ctx, s, w)
		var other *foreign
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.As(err, &other):
			notes = append(notes, other.note)
		case err != nil:
			notes = append(notes, Note{ID: s.ID.String(), Text: err.Error(), Hint: advise(err), Blocked: true})
		default:
			p.Actions = append(p.Actions, actions...)
		}
		p.Notes = append(p.Notes, notes...)
	}
	return p, nil
}

func distinct(subjects []Subject) []Subject {
	seen := make(map[string]bool)
	var kept []Subject
	for _, s := range subjects {
		if !seen[s.ID.Reveal()] {
			seen[s.ID.Reveal()] = true
			kept = append(kept, s)
		}
	}
	return kept
}

func (r *Revoker) checkWant(keys int, w Want) error {
	switch {
	case keys == 0:
		return hinted("name an ID, or a report that holds whole IDs", "there is no key to do anything about")
	case keys > r.MaxKeys:
		return hinted("look at the list again; if it is meant, raise --max-keys", "%d keys are more than the %d that one plan may hold", keys, r.MaxKeys)
	case w.Goal == ToRemove && !w.Now:
		return hinted("disable first, look with akguard revoke watch who still needs the key, and delete later; or add --now",
			"disabling and deleting at once leaves no time to watch")
	case r.self != nil && w.Goal != ToDisable:
		return hinted("take an administrator's credential for anything else", "with the leaked key itself, only disabling is possible")
	}
	if w.Goal != ToQuarantine {
		return nil
	}
	if _, err := allowList(w.CIDRs); err != nil {
		return hinted("name addresses and ranges that the key's owner uses", "--quarantine: %w", err)
	}
	return nil
}

func (r *Revoker) planOne(ctx context.Context, s Subject, w Want) ([]Action, []Note, error) {
	switch {
	case s.ID.IsZero():
		return nil, nil, errors.New("there is no ID")
	case r.self != nil:
		return r.planSelf(ctx, s)
	case r.Admin.Owns(s.ID):
		return nil, nil, hinted("act with another administrator's credential", "%s is the key that akguard acts with now: it would lock itself out", s.ID)
	case isSession(s.ID):
		return r.planSession(ctx, s, w)
	}
	owner, err := r.owner(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	draft := Action{Target: newTarget(s.ID, owner)}
	r.ids[draft.Target.Fingerprint] = s.ID.Reveal()
	if w.Goal == ToQuarantine || w.Goal == ToUndo {
		draft.Kind = Quarantine // reads the network policy too
	}
	if draft.From, err = r.observe(ctx, draft); err != nil {
		return nil, nil, err
	}
	return r.planKey(ctx, draft, w)
}

// planKey plans what takes the key from draft.From to the goal.
func (r *Revoker) planKey(ctx context.Context, draft Action, w Want) ([]Action, []Note, error) {
	note := func(blocked bool, text, hint string) ([]Action, []Note, error) {
		return nil, []Note{{draft.Target.ID, text, hint, blocked}}, nil
	}
	state := draft.From.Key
	deleted := state == Recycled || state == Gone || state == Deleted
	switch {
	case w.Goal == ToUndo:
		return r.planUndo(draft, w)
	case deleted:
		return note(false, "the key is deleted already", "")
	case w.Goal == ToQuarantine:
		return r.planQuarantine(ctx, draft, w)
	case w.Goal == ToDisable && state == Inactive:
		return note(false, "the key is inactive already", "")
	case w.Goal == ToDelete && state == Active:
		return note(true, "the key is active, and only an inactive key is deleted", "disable it first: akguard revoke ID --disable")
	case w.Goal == ToDelete && !w.Now:
		if n, early := r.tooEarly(ctx, draft.Target, r.WatchTime, w.History); early {
			return nil, []Note{n}, nil
		}
	}
	return r.planOff(ctx, draft, w)
}

// planOff plans disabling and deleting, as far as the goal asks for them.
func (r *Revoker) planOff(ctx context.Context, draft Action, w Want) ([]Action, []Note, error) {
	risks, err := r.useRisks(ctx, draft)
	if err != nil {
		return nil, nil, err
	}
	var actions []Action
	if draft.From.Key == Active {
		off := draft
		off.Kind, off.To, off.Risks = Disable, State{Key: Inactive}, risks
		off.Undo = "akguard revoke undo makes it active again"
		actions = append(actions, off)
	}
	if w.Goal == ToDelete || w.Goal == ToRemove {
		del := draft
		del.Kind, del.From, del.To = Delete, State{Key: Inactive}, State{Key: Recycled}
		del.Undo = "akguard revoke undo takes it out of the recycle bin, for about a month; so can anybody with the permission"
		if del.Risks, err = r.binRisks(ctx, draft.Target); err != nil {
			return nil, nil, err
		}
		if draft.Target.Owner.User == "" {
			del.To, del.Undo = State{Key: Deleted}, "a root key is gone at once"
		}
		actions = append(actions, del)
	}
	return actions, nil, nil
}

// tooEarly says why the key cannot be deleted yet.
func (r *Revoker) tooEarly(ctx context.Context, t Target, watch time.Duration, h *History) (Note, bool) {
	since, err := r.inactiveSince(ctx, t, h)
	n := Note{ID: t.ID, Blocked: true, Hint: "see who still tries with akguard revoke watch; --now deletes without waiting"}
	switch end := since.Add(watch); {
	case err != nil:
		n.Text = "it could not be read since when the key is inactive: " + err.Error()
	case since.IsZero():
		n.Text = "it is not known since when the key is inactive, so nobody may have watched what that breaks"
	case r.Now().Before(end):
		n.Text = fmt.Sprintf("the key is inactive since %s, and the time to watch ends at %s", clock(since), clock(end))
	default:
		return Note{}, false
	}
	return n, true
}

// inactiveSince is zero if nobody knows.
func (r *Revoker) inactiveSince(ctx context.Context, t Target, h *History) (time.Time, error) {
	keys, err := read(ctx, r.cloud, func(cred rules.Credential) ([]openapi.AccessKey, error) {
		return r.cloud.ims.IdentityKeys(ctx, cred, t.Owner.Principal)
	})
	if err != nil && !openapi.IsDenied(err) {
		return time.Time{}, err
	}
	k, ok := r.pick(keys, t.Fingerprint)
	switch {
	case ok && k.Status != openapi.Inactive:
		return time.Time{}, nil
	case ok && !k.Updated.IsZero():
		return k.Updated, nil
	}
	return h.disabled(t.Fingerprint), nil
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// fresh is how young a use is that makes a key count as in use.
const fresh = 24 * time.Hour

// useRisks says what may break. What the service does not tell is said, too: no answer is not "not in use".
func (r *Revoker) useRisks(ctx context.Context, a Action) ([]string, error) {
	if a.From.Key != Active {
		return nil, nil
	}
	used, err := r.lastUse(ctx, a.Target)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	age := r.Now().Sub(used.At)
	switch {
	case err != nil:
		return []string{"when it was last used could not be read: " + err.Error()}, nil
	case used.At.IsZero():
		return nil, nil
	case age >= fresh:
		return []string{"last used " + clock(used.At) + inService(used)}, nil
	}
	risk := fmt.Sprintf("in use: last used %s ago%s; whatever uses it stops working", short(age), inService(used))
	if a.Kind == Quarantine {
		risk = fmt.Sprintf("in use: last used %s ago%s; what uses it from other addresses stops working", short(age), inService(used))
	}
	if strings.EqualFold(used.Service, "Sts") {
		risk = fmt.Sprintf("last used %s ago in Sts: that may have been a check by akguard or another scanner, and hides earlier use; "+
			"akguard revoke watch shows more", short(age))
	}
	risks := []string{risk}
	if a.Kind == Quarantine {
		return risks, nil
	}
	last, err := r.isLastActive(ctx, a.Target)
	if err != nil {
		return nil, err
	}
	if last {
		risks = append(risks, fmt.Sprintf("%s has no other active key: give what uses it a new key first, or expect it to stand still", a.Target.Owner))
	}
	return risks, nil
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

func inService(u openapi.Used) string {
	if u.Service == "" {
		return ""
	}
	return " in " + u.Service
}

func (r *Revoker) lastUse(ctx context.Context, t Target) (openapi.Used, error) {
	used, err := read(ctx, r.cloud, func(cred rules.Credential) (openapi.Used, error) {
		return r.cloud.ims.IdentityKeyLastUsed(ctx, cred, t.Owner.Principal, r.id(t))
	})
	if err == nil || t.Owner.User == "" {
		return used, err
	}
	return read(ctx, r.cloud, func(cred rules.Credential) (openapi.Used, error) {
		return r.cloud.ram.GetAccessKeyLastUsed(ctx, cred, t.Owner.User, r.id(t))
	})
}

func (r *Revoker) isLastActive(ctx context.Context, t Target) (bool, error) {
	if t.Owner.User == "" {
		return false, nil // whoever acts has another one
	}
	keys, err := r.userKeys(ctx, t.Owner.User)
	if err != nil {
		return false, hinted(advise(err), "listing the keys of %s: %w", t.Owner, err)
	}
	for _, k := range keys {
		if k.Status == openapi.Active && !r.is(k.ID, t.Fingerprint) {
			return false, nil
		}
	}
	return true, nil
}

// binSize is how many deleted keys of a user can be restored.
const binSize = 3

func (r *Revoker) binRisks(ctx context.Context, t Target) ([]string, error) {
	if t.Owner.User == "" {
		return []string{"a deleted root key cannot be restored"}, nil
	}
	keys, err := read(ctx, r.cloud, func(cred rules.Credential) ([]openapi.RecycledKey, error) {
		return r.cloud.ims.RecycledKeys(ctx, cred, t.Owner.UserID)
	})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return []string{"the recycle bin could not be read, so nobody knows whether this can be undone"}, nil
	case len(keys) >= binSize:
		return []string{fmt.Sprintf("the recycle bin holds %d keys of %s: the oldest of them is lost for good", len(keys), t.Owner)}, nil
	}
	return nil, nil
}

func (r *Revoker) planQuarantine(ctx context.Context, draft Action, w Want) ([]Action, []Note, error) {
	network, err := allowList(w.CIDRs)
	if err != nil {
		return nil, nil, err
	}
	if draft.From.Network == network {
		return nil, []Note{{ID: draft.Target.ID, Text: "the key works from these addresses only, already"}}, nil
	}
	a := draft
	a.Kind, a.CIDRs = Quarantine, w.CIDRs
	a.To = State{Key: draft.From.Key, Network: network}
	a.Undo = "akguard revoke undo takes the restriction away"
	if a.Risks, err = r.useRisks(ctx, draft); err != nil {
		return nil, nil, err
	}
	if draft.From.Network != "" {
		a.Risks = append(a.Risks, "it replaces a restriction that is there")
		a.Undo = "akguard revoke undo brings back the restriction that is there now"
	}
	return []Action{a}, nil, nil
}
