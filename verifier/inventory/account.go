package inventory

import (
	"context"
	"fmt"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/internal/openapi"
)

// account is one that is looked into.
type account struct {
	id         string
	credential rules.Credential
	users      map[string]string // by the ID of their keys; nil if not listed
	closed     bool              // nobody lets us look into it
}

// find looks for the user who has the ID. Who may not ask IMS lists all keys, once.
func (l *lookup) find(ctx context.Context, a *account, id rules.Secret) (user string, found bool, err error) {
	if a.users == nil {
		u, err := l.ims.IdentityOfKey(ctx, a.credential, id)
		switch {
		case err == nil:
			return u.Login(), true, nil
		case openapi.IsAbsent(err):
			return "", false, nil
		case !refused(err):
			return "", false, err
		}
		if a.users, err = l.list(ctx, a.credential); err != nil {
			return "", false, fmt.Errorf("listing the keys of all users: %w", err)
		}
	}
	user, found = a.users[id.Reveal()]
	return user, found, nil
}

// refused reports whether the service said no, and will say it again.
func refused(err error) bool { return openapi.IsRefusal(err) && !openapi.IsPassing(err) }

// list returns the users of all keys, or nil.
func (l *lookup) list(ctx context.Context, cred rules.Credential) (map[string]string, error) {
	users, err := l.ram.ListUsers(ctx, cred)
	if err != nil {
		return nil, err
	}
	listed := map[string]string{}
	for _, u := range users {
		keys, err := l.ram.ListAccessKeys(ctx, cred, u.Name)
		if err != nil && !openapi.IsAbsent(err) { // a user that was deleted meanwhile
			return nil, err
		}
		for _, k := range keys {
			listed[k.ID.Reveal()] = u.Name
		}
	}
	return listed, nil
}
