package alibabatest

import (
	"cmp"
	"slices"
	"time"
)

// The recycle bin keeps three deleted keys a user, each for about a month. What it answers when a key or user is
// not in it is inferred from its neighbours; so is that a restored key is disabled.
const (
	binSize = 3
	binTime = 31 * 24 * time.Hour
)

func imsBinActions() map[string]action {
	return map[string]action{
		"ListUsersInRecycleBin":          {permission: "ram:ListUsersInRecycleBin", run: locked(binUsers)},
		"ListAccessKeysInRecycleBin":     {permission: "ram:ListAccessKeysInRecycleBin", run: locked(binList)},
		"GetAccessKeyInfoInRecycleBin":   {permission: "ram:GetAccessKeyInfoInRecycleBin", run: locked(binGet)},
		"RestoreAccessKeyFromRecycleBin": {permission: "ram:RestoreAccessKeyFromRecycleBin", run: locked(binRestore)},
		"DeleteAccessKeyInRecycleBin":    {permission: "ram:DeleteAccessKeyInRecycleBin", run: locked(binDelete)},
	}
}

// bin returns the user's keys in it, the first to come first, and lets those go that have been there too long.
func (a *Account) bin(user string, now time.Time) []*Key {
	var kept []*Key
	for _, k := range a.keysOf(user, Recycled) {
		if now.Sub(k.updated) > binTime {
			k.status = Deleted
			continue
		}
		kept = append(kept, k)
	}
	slices.SortStableFunc(kept, func(a, b *Key) int { return cmp.Compare(a.updated.UnixNano(), b.updated.UnixNano()) })
	return kept
}

func (a *Account) trimBin(user string) {
	kept := a.bin(user, a.clock())
	for len(kept) > binSize {
		kept[0].status = Deleted
		kept = kept[1:]
	}
}

// binUser is the user with the number in UserId, or the one who calls.
func (c *call) binUser() (*user, *failure) {
	number := c.param("UserId")
	if number == "" && c.key.owner.user != "" {
		return c.account.users[c.key.owner.user], nil
	}
	if number == "" {
		return nil, missing("UserId")
	}
	u, ok := c.account.userByID(number)
	if !ok {
		return nil, noEntity("User", "user", number)
	}
	return u, nil
}

func (k *Key) binObject() object {
	return object{
		{"AccessKeyId", k.id},
		{"CreateDate", stamp(k.created)},
		{"RecycleDate", stamp(k.updated)},
		{"DeleteDate", stamp(k.updated.Add(binTime))},
	}
}

func binList(c *call) (object, *failure) {
	u, refused := c.binUser()
	if refused != nil {
		return nil, refused
	}
	return object{list("AccessKeys", "AccessKey", c.account.bin(u.Name, c.now), (*Key).binObject)}, nil
}

func binUsers(c *call) (object, *failure) {
	users, answer, refused := page(c, byName(c.account.recycled), func(u *user) string { return u.Name })
	if refused != nil {
		return nil, refused
	}
	return append(answer, list("Users", "User", users, func(u *user) object {
		return object{
			{"UserId", u.id},
			{"UserPrincipalName", c.account.PrincipalName(u.Name)},
			{"DisplayName", u.DisplayName},
			{"CreateDate", stamp(u.Created)},
			{"RecycleDate", stamp(u.updated)},
			{"DeleteDate", stamp(u.updated.Add(binTime))},
		}
	})), nil
}

func binGet(c *call) (object, *failure) {
	id := c.param("UserAccessKeyId")
	k, ok := c.account.keys[id]
	if !ok || k.owner.user == "" || !slices.Contains(c.account.bin(k.owner.user, c.now), k) {
		return nil, noEntity("User.AccessKey", "access key", id)
	}
	return object{{"AccessKey", append(k.binObject(),
		member{"UserId", k.owner.userID},
		member{"UserPrincipalName", c.account.PrincipalName(k.owner.user)},
		member{"UserRecycled", c.account.recycled[k.owner.user] != nil},
	)}}, nil
}

// binned finds the key in the bin of its user.
func (c *call) binned() (*Key, *failure) {
	u, refused := c.binUser()
	if refused != nil {
		return nil, refused
	}
	c.account.trimBin(u.Name)
	return c.ownedKey(u.Name, Recycled)
}

func binRestore(c *call) (object, *failure) {
	k, refused := c.binned()
	if refused == nil {
		refused = c.tooManyKeys(k.owner.user)
	}
	if refused != nil {
		return nil, refused
	}
	k.set(Inactive, c.now)
	return nil, nil
}

func binDelete(c *call) (object, *failure) {
	k, refused := c.binned()
	if refused != nil {
		return nil, refused
	}
	k.set(Deleted, c.now)
	return nil, nil
}
