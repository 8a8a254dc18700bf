package services

import (
	"cmp"
	"slices"
	"time"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// The recycle bin keeps three deleted keys a user, each for about a month. What it answers when a key or user is
// not in it is inferred from its neighbours; so is that a restored key is disabled.
const (
	binSize = 3
	binTime = 31 * 24 * time.Hour
)

func imsBinActions() map[string]Action {
	return map[string]Action{
		"ListUsersInRecycleBin":          {permission: "ram:ListUsersInRecycleBin", Run: locked(binUsers)},
		"ListAccessKeysInRecycleBin":     {permission: "ram:ListAccessKeysInRecycleBin", Run: locked(binList)},
		"GetAccessKeyInfoInRecycleBin":   {permission: "ram:GetAccessKeyInfoInRecycleBin", Run: locked(binGet)},
		"RestoreAccessKeyFromRecycleBin": {permission: "ram:RestoreAccessKeyFromRecycleBin", Run: locked(binRestore)},
		"DeleteAccessKeyInRecycleBin":    {permission: "ram:DeleteAccessKeyInRecycleBin", Run: locked(binDelete)},
	}
}

// bin returns the user's recycled keys, the oldest first, without those that have expired.
func bin(a *state.Account, user string, now time.Time) []*state.Key {
	var kept []*state.Key
	for _, k := range a.KeysOf(user, state.Recycled) {
		if now.Sub(k.Updated) > binTime {
			k.State = state.Deleted
			continue
		}
		kept = append(kept, k)
	}
	slices.SortStableFunc(kept, func(a, b *state.Key) int { return cmp.Compare(a.Updated.UnixNano(), b.Updated.UnixNano()) })
	return kept
}

func trimBin(a *state.Account, user string) {
	kept := bin(a, user, a.Now())
	for len(kept) > binSize {
		kept[0].State = state.Deleted
		kept = kept[1:]
	}
}

// binUser returns the user with the number in UserId, or the caller.
func (c *Invocation) binUser() (*state.UserRecord, *wire.Failure) {
	number := c.param("UserId")
	if number == "" && c.Key.Owner.User != "" {
		return c.Account.Users[c.Key.Owner.User], nil
	}
	if number == "" {
		return nil, wire.Missing("UserId")
	}
	u, ok := userByID(c.Account, number)
	if !ok {
		return nil, noEntity("User", "user", number)
	}
	return u, nil
}

func binObject(k *state.Key) wire.Object {
	return wire.Object{
		{"AccessKeyId", k.ID},
		{"CreateDate", state.Stamp(k.Created)},
		{"RecycleDate", state.Stamp(k.Updated)},
		{"DeleteDate", state.Stamp(k.Updated.Add(binTime))},
	}
}

func binList(c *Invocation) (wire.Object, *wire.Failure) {
	u, refused := c.binUser()
	if refused != nil {
		return nil, refused
	}
	return wire.Object{list("AccessKeys", "AccessKey", bin(c.Account, u.Name, c.Now), binObject)}, nil
}

func binUsers(c *Invocation) (wire.Object, *wire.Failure) {
	users, answer, refused := page(c, byName(c.Account.Recycled), func(u *state.UserRecord) string { return u.Name })
	if refused != nil {
		return nil, refused
	}
	return append(answer, list("Users", "User", users, func(u *state.UserRecord) wire.Object {
		return wire.Object{
			{"UserId", u.ID},
			{"UserPrincipalName", c.Account.PrincipalName(u.Name)},
			{"DisplayName", u.DisplayName},
			{"CreateDate", state.Stamp(u.Created)},
			{"RecycleDate", state.Stamp(u.Updated)},
			{"DeleteDate", state.Stamp(u.Updated.Add(binTime))},
		}
	})), nil
}

func binGet(c *Invocation) (wire.Object, *wire.Failure) {
	id := c.param("UserAccessKeyId")
	k, ok := c.Account.KeyByID[id]
	if !ok || k.Owner.User == "" || !slices.Contains(bin(c.Account, k.Owner.User, c.Now), k) {
		return nil, noEntity("User.AccessKey", "access key", id)
	}
	return wire.Object{{"AccessKey", append(binObject(k),
		wire.Member{"UserId", k.Owner.UserID},
		wire.Member{"UserPrincipalName", c.Account.PrincipalName(k.Owner.User)},
		wire.Member{"UserRecycled", c.Account.Recycled[k.Owner.User] != nil},
	)}}, nil
}

// binned finds the key in the bin of its user.
func (c *Invocation) binned() (*state.Key, *wire.Failure) {
	u, refused := c.binUser()
	if refused != nil {
		return nil, refused
	}
	trimBin(c.Account, u.Name)
	return c.ownedKey(u.Name, state.Recycled)
}

func binRestore(c *Invocation) (wire.Object, *wire.Failure) {
	k, refused := c.binned()
	if refused == nil {
		refused = c.tooManyKeys(k.Owner.User)
	}
	if refused != nil {
		return nil, refused
	}
	k.Set(state.Inactive, c.Now)
	return nil, nil
}

func binDelete(c *Invocation) (wire.Object, *wire.Failure) {
	k, refused := c.binned()
	if refused != nil {
		return nil, refused
	}
	k.Set(state.Deleted, c.Now)
	return nil, nil
}
