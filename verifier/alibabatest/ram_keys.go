package alibabatest

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Codes that are not documented are inferred: DeleteConflict.AccessKey.Active for the deletion of an active key,
// and MissingParameter for a call without a user that no user makes.

func ramKeyActions() map[string]action {
	onUser := func(run func(c *call, owner string) (object, *failure)) func(c *call) (object, *failure) {
		return locked(func(c *call) (object, *failure) {
			u, refused := c.ramUser()
			if refused != nil {
				return nil, refused
			}
			return run(c, u.Name)
		})
	}
	of := func(name string, run func(c *call, owner string) (object, *failure)) action {
		return action{permission: "ram:" + name, resource: ramUserARN, own: managesOwnKeys, run: onUser(run)}
	}
	return map[string]action{
		"ListAccessKeys":       of("ListAccessKeys", listKeys),
		"CreateAccessKey":      of("CreateAccessKey", createKey),
		"UpdateAccessKey":      of("UpdateAccessKey", updateKey),
		"DeleteAccessKey":      of("DeleteAccessKey", deleteKey),
		"GetAccessKeyLastUsed": of("GetAccessKeyLastUsed", keyLastUsed),
	}
}

// ramUserName is whom a RAM call is about: UserName, or the user who calls.
func (c *call) ramUserName() string {
	if name := c.param("UserName"); name != "" {
		return name
	}
	return c.key.owner.user
}

func ramUserARN(c *call) string { return c.account.arn("user/" + c.ramUserName()) }

func managesOwnKeys(c *call) bool {
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	return c.account.settings.UsersManageKeys && c.key.owner.user != "" && c.ramUserName() == c.key.owner.user
}

func (c *call) ramUser() (*user, *failure) {
	name := c.ramUserName()
	if name == "" {
		return nil, missing("UserName")
	}
	u, ok := c.account.users[name]
	if !ok {
		return nil, noEntity("User", "user", name)
	}
	return u, nil
}

func noEntity(kind, what, name string) *failure {
	return &failure{http.StatusNotFound, "EntityNotExist." + kind, fmt.Sprintf("The %s %q does not exist.", what, name)}
}

// An owner is a user's name, or empty for the account itself.

func listKeys(c *call, owner string) (object, *failure) {
	keys := c.account.keysOf(owner, Active, Inactive)
	return object{list("AccessKeys", "AccessKey", keys, func(k *Key) object {
		o := object{{"AccessKeyId", k.id}, {"Status", k.status.String()}, {"CreateDate", stamp(k.created)}}
		if c.req.operation().service == "Ims" {
			o = append(o, member{"UpdateDate", stamp(later(k.created, k.updated))})
		}
		return o
	})}, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func createKey(c *call, owner string) (object, *failure) {
	if refused := c.tooManyKeys(owner); refused != nil {
		return nil, refused
	}
	var k *Key
	if owner == "" {
		k = c.account.add(Key{id: longID(), secret: random(alphanum, 30), owner: c.key.owner})
	} else {
		k = c.account.addUserKey(owner, longID())
	}
	return object{{"AccessKey", object{
		{"AccessKeyId", k.id},
		{"AccessKeySecret", k.secret},
		{"Status", k.status.String()},
		{"CreateDate", stamp(k.created)},
	}}}, nil
}

// tooManyKeys allows two AccessKeys a user; those in the recycle bin do not count.
func (c *call) tooManyKeys(owner string) *failure {
	const most = 2
	if len(c.account.keysOf(owner, Active, Inactive)) < most {
		return nil
	}
	return &failure{http.StatusConflict, "LimitExceeded.User.AccessKey",
		fmt.Sprintf("The count of access keys beyond the current limits of %d.", most)}
}

// ownedKey finds the key that UserAccessKeyId names, if the owner has it.
func (c *call) ownedKey(owner string, statuses ...Status) (*Key, *failure) {
	id := c.param("UserAccessKeyId")
	if id == "" {
		return nil, missing("UserAccessKeyId")
	}
	k, ok := c.account.keys[id]
	if !ok || k.token != "" || k.owner.user != owner || !slices.Contains(statuses, k.status) {
		return nil, noEntity("User.AccessKey", "access key", id)
	}
	return k, nil
}

func updateKey(c *call, owner string) (object, *failure) {
	status, ok := map[string]Status{"Active": Active, "Inactive": Inactive}[c.param("Status")]
	if !ok {
		return nil, &failure{http.StatusBadRequest, "InvalidParameter.Status", "The specified status is neither Active nor Inactive."}
	}
	k, refused := c.ownedKey(owner, Active, Inactive)
	if refused != nil {
		return nil, refused
	}
	k.set(status, c.now)
	return nil, nil
}

// deleteKey moves a user's key to the recycle bin, which holds three of them: the one that came first has to make
// room. A root key is gone at once: the bin is described for users only.
func deleteKey(c *call, owner string) (object, *failure) {
	k, refused := c.ownedKey(owner, Active, Inactive)
	if refused != nil {
		return nil, refused
	}
	if k.status == Active && !c.account.settings.DeleteActiveKeys {
		return nil, &failure{http.StatusConflict, "DeleteConflict.AccessKey.Active",
			"The access key is active. Disable it before you delete it."}
	}
	if owner == "" {
		k.set(Deleted, c.now)
		return nil, nil
	}
	k.set(Recycled, c.now)
	c.account.trimBin(owner)
	return nil, nil
}

func keyLastUsed(c *call, owner string) (object, *failure) {
	k, refused := c.ownedKey(owner, Active, Inactive)
	if refused != nil {
		return nil, refused
	}
	used := object{{"LastUsedDate", stamp(k.lastUsed)}}
	if c.req.operation().service == "Ims" {
		used = append(used, member{"ServiceName", k.lastIn})
	}
	return object{{"AccessKeyLastUsed", used}}, nil
}
