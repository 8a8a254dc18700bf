package services

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// Codes that are not documented are inferred: DeleteConflict.AccessKey.Active for the deletion of an active key,
// and MissingParameter for a call without a user that no user makes.

func ramKeyActions() map[string]Action {
	onUser := func(run func(c *Invocation, owner string) (wire.Object, *wire.Failure)) func(c *Invocation) (wire.Object, *wire.Failure) {
		return locked(func(c *Invocation) (wire.Object, *wire.Failure) {
			u, refused := c.ramUser()
			if refused != nil {
				return nil, refused
			}
			return run(c, u.Name)
		})
	}
	of := func(name string, run func(c *Invocation, owner string) (wire.Object, *wire.Failure)) Action {
		return Action{permission: "ram:" + name, resource: ramUserARN, own: managesOwnKeys, Run: onUser(run)}
	}
	return map[string]Action{
		"ListAccessKeys":       of("ListAccessKeys", listKeys),
		"CreateAccessKey":      of("CreateAccessKey", createKey),
		"UpdateAccessKey":      of("UpdateAccessKey", updateKey),
		"DeleteAccessKey":      of("DeleteAccessKey", deleteKey),
		"GetAccessKeyLastUsed": of("GetAccessKeyLastUsed", keyLastUsed),
	}
}

// ramUserName is the user that a RAM call is about: UserName, or the user who calls.
func (c *Invocation) ramUserName() string {
	if name := c.param("UserName"); name != "" {
		return name
	}
	return c.Key.Owner.User
}

func ramUserARN(c *Invocation) string { return c.Account.ARN("user/" + c.ramUserName()) }

func managesOwnKeys(c *Invocation) bool {
	c.Account.Mu.Lock()
	defer c.Account.Mu.Unlock()
	return c.Account.Settings.UsersManageKeys && c.Key.Owner.User != "" && c.ramUserName() == c.Key.Owner.User
}

func (c *Invocation) ramUser() (*state.UserRecord, *wire.Failure) {
	name := c.ramUserName()
	if name == "" {
		return nil, wire.Missing("UserName")
	}
	u, ok := c.Account.Users[name]
	if !ok {
		return nil, noEntity("User", "user", name)
	}
	return u, nil
}

func noEntity(kind, what, name string) *wire.Failure {
	return wire.Refusal(http.StatusNotFound, "EntityNotExist."+kind, fmt.Sprintf("The %s %q does not exist.", what, name))
}

// An owner is a user's name, or empty for the account itself.

func listKeys(c *Invocation, owner string) (wire.Object, *wire.Failure) {
	keys := c.Account.KeysOf(owner, state.Active, state.Inactive)
	return wire.Object{list("AccessKeys", "AccessKey", keys, func(k *state.Key) wire.Object {
		o := wire.Object{{"AccessKeyId", k.ID}, {"Status", k.State.String()}, {"CreateDate", state.Stamp(k.Created)}}
		if c.Request.Operation().Service == "Ims" {
			o = append(o, wire.Member{"UpdateDate", state.Stamp(later(k.Created, k.Updated))})
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

func createKey(c *Invocation, owner string) (wire.Object, *wire.Failure) {
	if refused := c.tooManyKeys(owner); refused != nil {
		return nil, refused
	}
	var k *state.Key
	if owner == "" {
		k = c.Account.Add(state.Key{ID: state.LongID(), Secret: state.RandomText(state.Alphanum, 30), Owner: c.Key.Owner})
	} else {
		k = c.Account.AddUserKey(owner, state.LongID())
	}
	return wire.Object{{"AccessKey", wire.Object{
		{"AccessKeyId", k.ID},
		{"AccessKeySecret", k.Secret},
		{"Status", k.State.String()},
		{"CreateDate", state.Stamp(k.Created)},
	}}}, nil
}

// tooManyKeys allows two AccessKeys a user; those in the recycle bin do not count.
func (c *Invocation) tooManyKeys(owner string) *wire.Failure {
	const most = 2
	if len(c.Account.KeysOf(owner, state.Active, state.Inactive)) < most {
		return nil
	}
	return wire.Refusal(http.StatusConflict, "LimitExceeded.User.AccessKey",
		fmt.Sprintf("The count of access keys beyond the current limits of %d.", most))
}

// ownedKey finds the key that UserAccessKeyId names, if the owner has it.
func (c *Invocation) ownedKey(owner string, statuses ...state.Status) (*state.Key, *wire.Failure) {
	id := c.param("UserAccessKeyId")
	if id == "" {
		return nil, wire.Missing("UserAccessKeyId")
	}
	k, ok := c.Account.KeyByID[id]
	if !ok || k.Token != "" || k.Owner.User != owner || !slices.Contains(statuses, k.State) {
		return nil, noEntity("User.AccessKey", "access key", id)
	}
	return k, nil
}

func updateKey(c *Invocation, owner string) (wire.Object, *wire.Failure) {
	status, ok := map[string]state.Status{"Active": state.Active, "Inactive": state.Inactive}[c.param("Status")]
	if !ok {
		return nil, wire.Refusal(http.StatusBadRequest, "InvalidParameter.Status", "The specified status is neither Active nor Inactive.")
	}
	k, refused := c.ownedKey(owner, state.Active, state.Inactive)
	if refused != nil {
		return nil, refused
	}
	k.Set(status, c.Now)
	return nil, nil
}

// deleteKey moves a user's key to the recycle bin, which holds three of them: the one that came first has to make
// room. A root key is gone at once: the bin is described for users only.
func deleteKey(c *Invocation, owner string) (wire.Object, *wire.Failure) {
	k, refused := c.ownedKey(owner, state.Active, state.Inactive)
	if refused != nil {
		return nil, refused
	}
	if k.State == state.Active && !c.Account.Settings.DeleteActiveKeys {
		return nil, wire.Refusal(http.StatusConflict, "DeleteConflict.AccessKey.Active",
			"The access key is active. Disable it before you delete it.")
	}
	if owner == "" {
		k.Set(state.Deleted, c.Now)
		return nil, nil
	}
	k.Set(state.Recycled, c.Now)
	trimBin(c.Account, owner)
	return nil, nil
}

func keyLastUsed(c *Invocation, owner string) (wire.Object, *wire.Failure) {
	k, refused := c.ownedKey(owner, state.Active, state.Inactive)
	if refused != nil {
		return nil, refused
	}
	used := wire.Object{{"LastUsedDate", state.Stamp(k.Used)}}
	if c.Request.Operation().Service == "Ims" {
		used = append(used, wire.Member{"ServiceName", k.UsedIn})
	}
	return wire.Object{{"AccessKeyLastUsed", used}}, nil
}
