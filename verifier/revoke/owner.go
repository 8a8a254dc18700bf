package revoke

import (
	"context"
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/revocation"
)

// Subject is a leaked key to act on.
type Subject struct {
	ID     rules.Secret
	Known  *verifier.Identity // the owner, if a check has named one; nil otherwise
	Target *revocation.Target // a key that a journal names, in place of an ID; nil otherwise
}

// name is the masked ID.
func (s Subject) name() string {
	if s.Target != nil {
		return s.Target.ID
	}
	return s.ID.String()
}

// key tells two subjects apart.
func (s Subject) key() string {
	if s.Target != nil {
		return s.Target.Fingerprint
	}
	return s.ID.Reveal()
}

// ReadJournal returns the keys on which a run did something, as its journal records it.
func ReadJournal(name string) ([]Subject, error) {
	targets, err := revocation.ReadTargets(name)
	var list []Subject
	for i := range targets {
		list = append(list, Subject{Target: &targets[i]})
	}
	return list, err
}

// foreign is the error for a key that belongs to no user of this account.
type foreign struct{ note revocation.Note }

func (f *foreign) Error() string { return f.note.Text.String() }

// owner finds the owner of a key.
func (r *Revoker) owner(ctx context.Context, s Subject) (revocation.Owner, error) {
	if s.Known != nil && s.Known.AccountID != "" && s.Known.AccountID != r.me.AccountID {
		return revocation.Owner{}, &foreign{r.elsewhere(ctx, s)}
	}
	if o, ok := r.knownOwner(ctx, s); ok {
		return o, nil
	}
	user, err := r.cloud.IdentityOfKey(ctx, s.ID)
	switch {
	case err == nil:
		return r.userOwner(user), nil
	case ctx.Err() != nil:
		return revocation.Owner{}, change.FailCall(reason.New("revoke.finding-owner", s.ID.String(), err), err)
	case !cloud.IsAbsent(err): // there is another way, whether the question is refused or not answered
		return r.searchOwner(ctx, s, err)
	}
	return r.notListed(ctx, s)
}

// knownOwner returns the owner that a check has named, if the user's list has the key. That spares a call for each of many
// keys: keys of one user share the list, which is needed anyway.
func (r *Revoker) knownOwner(ctx context.Context, s Subject) (revocation.Owner, bool) {
	if r.lists == nil || s.Known == nil || s.Known.Type != verifier.TypeUser {
		return revocation.Owner{}, false
	}
	_, name, _ := strings.Cut(s.Known.ARN, ":user/")
	if name == "" {
		return revocation.Owner{}, false
	}
	keys, err := r.userKeys(ctx, name)
	if _, ok := r.pick(keys, revocation.Fingerprint(s.ID)); err != nil || !ok {
		return revocation.Owner{}, false
	}
	return r.userOwner(cloud.User{ID: s.Known.UserID, Name: name}), true
}

func (r *Revoker) userOwner(u cloud.User) revocation.Owner {
	name, principal := u.Login(), u.Principal
	if principal == "" { // RAM does not return it; this form always works
		principal = name + "@" + r.me.AccountID + ".onaliyun.com"
	}
	return revocation.Owner{Account: r.me.AccountID, User: name, UserID: u.ID, Principal: principal}
}

// notListed looks for a key that no user has: in the recycle bin, and among the root keys.
func (r *Revoker) notListed(ctx context.Context, s Subject) (revocation.Owner, error) {
	key, err := r.cloud.RecycledKey(ctx, s.ID)
	switch {
	case err == nil:
		return r.userOwner(cloud.User{ID: key.UserID, Principal: key.Principal}), nil
	case !cloud.IsAbsent(err) && !cloud.IsDenied(err):
		return revocation.Owner{}, change.FailCall(reason.New("revoke.reading-bin", s.ID.String(), err), err)
	}
	if r.isRoot() {
		keys, err := r.cloud.IdentityKeys(ctx, "")
		if err != nil {
			return revocation.Owner{}, change.FailCall(reason.New("revoke.listing-keys", revocation.Owner{}.Reason(), err), err)
		}
		if _, ok := r.pick(keys, revocation.Fingerprint(s.ID)); ok {
			return revocation.Owner{Account: r.me.AccountID}, nil
		}
	}
	return revocation.Owner{}, &foreign{r.unowned(s)}
}

// pick finds the key with the fingerprint, and keeps its ID.
func (r *Revoker) pick(keys []cloud.AccessKey, fingerprint string) (cloud.AccessKey, bool) {
	for _, k := range keys {
		if r.is(k.ID, fingerprint) {
			return k, true
		}
	}
	return cloud.AccessKey{}, false
}

// is reports whether a fingerprint, of this release or of earlier ones, is that of an ID.
func (r *Revoker) is(id rules.Secret, fingerprint string) bool {
	if known := r.ids.get(fingerprint); !known.IsZero() {
		return known.Reveal() == id.Reveal()
	}
	if !revocation.IsFingerprint(id, fingerprint) {
		return false
	}
	r.ids.set(fingerprint, id)
	return true
}

// elsewhere is the note for a key of another account.
func (r *Revoker) elsewhere(ctx context.Context, s Subject) revocation.Note {
	n := revocation.Note{ID: s.ID.String(), Blocked: true}
	n.Text = reason.New("revoke.another-account", s.Known.AccountID, s.Known.ARN, r.me.AccountID)
	n.Hint = reason.New("revoke.another-account-hint")
	members, err := r.cloud.ListAccounts(ctx)
	if err != nil { // most credentials may not ask, and most accounts are in no organization
		return n
	}
	for _, m := range members {
		if m.ID == s.Known.AccountID {
			n.Hint = reason.New("revoke.member-account", m.Name)
		}
	}
	return n
}

// unowned is the note for a key that has no owner here, as far as the administrator can see.
func (r *Revoker) unowned(s Subject) revocation.Note {
	n := revocation.Note{ID: s.ID.String(), Blocked: true}
	switch {
	case s.Known != nil && s.Known.Type == verifier.TypeRoot:
		n.Text, n.Hint = reason.New("revoke.root-only", r.me.AccountID), reason.New("revoke.root-steps", change.Hotline)
	case r.isRoot():
		n.Text, n.Hint = reason.New("revoke.nobodys-key", r.me.AccountID), reason.New("revoke.find-account")
	default:
		n.Text = reason.New("revoke.no-users-key", r.me.AccountID)
		n.Hint = reason.New("revoke.find-account-or-root", reason.New("revoke.root-steps", change.Hotline))
	}
	return n
}
