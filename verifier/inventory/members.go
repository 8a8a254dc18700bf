package inventory

import (
	"context"
	"fmt"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/internal/openapi"
)

// memberRole is the role that the resource directory makes in each account, for the management account to take on.
const memberRole = "ResourceDirectoryAccountAccessRole"

// maxMembers is how many accounts are looked into.
const maxMembers = 100

// elsewhere looks for the ID in the other accounts of the organization.
func (l *lookup) elsewhere(ctx context.Context, cred rules.Credential, id rules.Secret) verifier.Verdict {
	if l.members == nil {
		if err := l.enter(ctx, cred); err != nil {
			return failed("asking for the accounts of the organization", err)
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
				return failed("asking whose the key is in account "+m.id, err)
			}
			m.closed = err != nil
		}
		if m.closed {
			ours = verifier.OursUnknown
		}
	}
	return verifier.Verdict{Owner: &verifier.Owner{Ours: ours, Note: reason.Text(l.absence())}}
}

// enter takes on the role of each other account where it may. Most credentials may not, and most accounts are in no
// organization: that is no error, but said.
func (l *lookup) enter(ctx context.Context, cred rules.Credential) error {
	all, err := l.directory.ListAccounts(ctx, cred)
	switch {
	case openapi.Code(err) == "ResourceDirectoryNotInUse":
	case refused(err):
		l.unseen = "; other accounts of its organization, if it has one, cannot be listed"
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
		s, err := l.sts.AssumeRole(ctx, cred, openapi.Assume{RoleARN: "acs:ram::" + m.ID + ":role/" + memberRole, Session: "akguard"})
		if err != nil && !refused(err) {
			return err
		}
		a.credential, a.closed = s.Credential, err != nil
	}
	l.members = members
	return nil
}

// absence says where the ID was not, and where nobody could look.
func (l *lookup) absence() string {
	closed := 0
	for _, m := range l.members {
		if m.closed {
			closed++
		}
	}
	note := "not a key of a user of account " + l.me.AccountID
	if n := len(l.members) - closed; n > 0 {
		note += fmt.Sprintf(", nor of %d more of its organization", n)
	}
	if !l.me.Root() {
		note += "; a key of the account itself (root) would not show"
	}
	if closed > 0 {
		note += fmt.Sprintf("; %d of its organization could not be looked into", closed)
	}
	return note + l.unseen
}
