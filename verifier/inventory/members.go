package inventory

import (
	"context"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// memberRole is the role that the resource directory creates in each account for the management account to assume.
const memberRole = "ResourceDirectoryAccountAccessRole"

// maxMembers is how many accounts are searched: each costs a call for every key.
const maxMembers = 100

// elsewhere looks for the ID in the other accounts of the organization.
func (l *lookup) elsewhere(ctx context.Context, id rules.Secret) verifier.Verdict {
	if l.members == nil {
		if err := l.enter(ctx); err != nil {
			return failed(reason.New("inventory.listing-accounts", err), err)
		}
	}
	ours := verifier.OursNo
	for _, m := range l.members {
		if !m.closed {
			user, found, err := l.find(ctx, m, id)
			switch {
			case found:
				return owned(m.id, user)
			case err != nil && !refused(err):
				return failed(reason.New("inventory.asking-member", m.id, err), err)
			}
			m.closed = err != nil
		}
		if m.closed {
			ours = verifier.OursUnknown
		}
	}
	return verifier.Verdict{Owner: &verifier.Owner{Ours: ours, Note: l.absence()}}
}

// enter assumes the access role of each other account, where it may. Most credentials may not, and most accounts are in
// no organization: that is not an error, but the note mentions it.
func (l *lookup) enter(ctx context.Context) error {
	all, err := l.here.client.ListAccounts(ctx)
	switch {
	case cloud.Code(err) == "ResourceDirectoryNotInUse":
	case refused(err):
		l.unseen = true
	case err != nil:
		return err
	}
	members := []*account{}
	for _, m := range all {
		if m.ID == l.me.AccountID {
			continue
		}
		a := &account{id: m.ID, closed: true}
		members = append(members, a)
		if len(members) > maxMembers {
			continue
		}
		s, err := l.here.client.AssumeRole(ctx, cloud.Assume{RoleARN: "acs:ram::" + m.ID + ":role/" + memberRole, Session: "akguard"})
		if err != nil && !refused(err) {
			return err
		}
		a.client, a.closed = l.client.AsKey(s.Credential), err != nil
	}
	l.members = members
	return nil
}

// absence says where the ID was not found, and where akguard could not search.
func (l *lookup) absence() reason.Reason {
	closed := 0
	for _, m := range l.members {
		if m.closed {
			closed++
		}
	}
	note := reason.New("inventory.not-in-account", l.me.AccountID)
	if n := len(l.members) - closed; n > 0 {
		note = reason.New("inventory.not-in-accounts", n, l.me.AccountID)
	}
	if !l.me.Root() {
		note = reason.New("inventory.and", note, reason.New("inventory.root-hidden"))
	}
	if closed > 0 {
		note = reason.New("inventory.and", note, reason.New("inventory.closed-accounts", closed))
	}
	if l.unseen {
		note = reason.New("inventory.and", note, reason.New("inventory.unseen-accounts"))
	}
	return note
}
