package inventory

import (
	"context"
	"fmt"

	"github.com/akguard/akguard/rules"
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
		l.members, l.missed = l.enter(ctx, cred)
	}
	for _, m := range l.members {
		u, err := l.ims.IdentityOfKey(ctx, m.credential, id)
		if err == nil {
			return owned(m.id, u.Login())
		}
		if !openapi.IsAbsent(err) {
			return failed("asking whose the key is in account "+m.id, err)
		}
	}
	ours := verifier.OursNo
	if l.missed > 0 {
		ours = verifier.OursUnknown
	}
	return verifier.Verdict{Owner: &verifier.Owner{Ours: ours, Note: l.absence()}}
}

// enter takes on the role of each other account where it may. Most credentials may not, and most accounts are in no
// organization: that is no error, but said.
func (l *lookup) enter(ctx context.Context, cred rules.Credential) (members []account, missed int) {
	members = []account{}
	all, err := l.directory.ListAccounts(ctx, cred)
	if err != nil {
		return members, 0
	}
	for i, m := range all {
		if m.ID == l.me.AccountID {
			continue
		}
		if i >= maxMembers {
			missed++
			continue
		}
		s, err := l.sts.AssumeRole(ctx, cred, openapi.Assume{RoleARN: "acs:ram::" + m.ID + ":role/" + memberRole, Session: "akguard"})
		if err != nil {
			missed++
			continue
		}
		members = append(members, account{m.ID, s.Credential})
	}
	return members, missed
}

// absence says where the ID was not, and where nobody could look.
func (l *lookup) absence() string {
	note := "not a key of a user of account " + l.me.AccountID
	if n := len(l.members); n > 0 {
		note += fmt.Sprintf(", nor of %d more of its organization", n)
	}
	if !l.me.Root() {
		note += "; a key of the account itself (root) would not show"
	}
	if l.missed > 0 {
		note += fmt.Sprintf("; %d of its organization could not be looked into", l.missed)
	}
	return note
}
