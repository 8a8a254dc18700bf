package inventory

import (
	"context"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// account is one in which IDs are looked up.
type account struct {
	id     string
	client *cloud.Client     // with a credential of the account
	users  map[string]string // by the ID of their keys; nil if they were not listed
	closed bool              // the administrator may not search it
}

// find looks for the user who has the ID. If the administrator may not ask IMS, all keys are listed once.
func (l *lookup) find(ctx context.Context, a *account, id rules.Secret) (user string, found bool, err error) {
	if a.users == nil {
		u, err := a.client.IdentityOfKey(ctx, id)
		switch {
		case err == nil:
			return u.Login(), true, nil
		case cloud.IsAbsent(err):
			return "", false, nil
		case !refused(err):
			return "", false, err
		}
		if a.users, err = list(ctx, a.client); err != nil {
			return "", false, reason.NewError("inventory.listing-keys", err)
		}
	}
	user, found = a.users[id.Reveal()]
	return user, found, nil
}

// refused reports whether the service refused the call, and would refuse it again.
func refused(err error) bool { return cloud.IsRefusal(err) && !cloud.IsTransient(err) }

// list returns the users of all keys, or nil.
func list(ctx context.Context, client *cloud.Client) (map[string]string, error) {
	users, err := client.ListUsers(ctx)
	if err != nil {
		return nil, err
	}
	listed := map[string]string{}
	for _, u := range users {
		keys, err := client.ListAccessKeys(ctx, u.Name)
		if err != nil && !cloud.IsAbsent(err) { // absent: the user was deleted meanwhile
			return nil, err
		}
		for _, k := range keys {
			listed[k.ID.Reveal()] = u.Name
		}
	}
	return listed, nil
}
