package alibabatest

import (
	"cmp"
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/rules"
)

// Status is what became of a key.
type Status string

// The statuses of a key. The zero Status is Active.
const (
	Active   Status = ""
	Inactive Status = "Inactive"
	Recycled Status = "Recycled" // deleted, and in the recycle bin
	Deleted  Status = "Deleted"  // gone for ever
)

// String returns the status as the API calls it.
func (s Status) String() string { return cmp.Or(string(s), "Active") }

// Key is an AccessKey or a temporary credential of an Account.
type Key struct {
	account    *Account
	id, secret string
	token      string    // of a temporary credential
	expires    time.Time // of a temporary credential
	scope      *document // the policy given to AssumeRole; nil: the role's permissions are not narrowed
	created    time.Time
	owner      principal

	// Under account.mu.
	status    Status
	updated   time.Time // of its status
	protected string    // services that refuse the key, each between commas
	network   string    // its network policy, as it was set
	lastUsed  time.Time
	lastIn    string // the service of lastUsed
}

// principal is who a key belongs to.
type principal struct {
	kind, arn, userID, principalID, roleID string

	user    string // a RAM user's name
	role    string // a role's name
	session string // of that role
}

// AddRootKey adds an AccessKey of the account itself.
func (a *Account) AddRootKey() *Key {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.add(Key{id: longID(), secret: random(alphanum, 30), owner: principal{
		kind: "Account", arn: a.arn("root"), userID: a.uid, principalID: a.uid,
	}})
}

// AddKey adds an AccessKey of the RAM user, with an ID of 24 characters as they are made today. It adds the user
// at first sight, and does not mind how many keys there are.
func (a *Account) AddKey(user string) *Key {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.addUserKey(user, longID())
}

// AddShortKey adds an AccessKey of the RAM user, with an ID of 16 characters as they were made once.
func (a *Account) AddShortKey(user string) *Key {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.addUserKey(user, "LTAI"+random(alphanum, 12))
}

func (a *Account) addUserKey(name, id string) *Key {
	u := a.seeUser(name)
	return a.add(Key{id: id, secret: random(alphanum, 30), owner: principal{
		kind: "RAMUser", arn: a.arn("user/" + name), userID: u.id, principalID: u.id, user: name,
	}})
}

// AddSession adds a temporary credential of an assumed role, with its security token. It adds the role at first
// sight.
func (a *Account) AddSession(role, session string, expires time.Time) *Key {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.addSession(role, session, expires, nil)
}

func (a *Account) addSession(name, session string, expires time.Time, scope *document) *Key {
	r := a.seeRole(name)
	return a.add(Key{
		id:      "STS.N" + random(base58, 24),
		secret:  random(base58, 44),
		token:   "CAIS" + base64.StdEncoding.EncodeToString([]byte(random(alphanum, 240))),
		expires: expires,
		scope:   scope,
		owner: principal{
			kind: "AssumedRoleUser", arn: a.arn("role/" + name + "/" + session),
			userID: r.id + ":" + session, principalID: r.id + ":" + session, roleID: r.id,
			role: name, session: session,
		},
	})
}

func (a *Account) add(k Key) *Key {
	k.account = a
	k.created = a.clock()
	a.keys[k.id] = &k
	return &k
}

// Keys returns the AccessKeys of the user, or of the account itself if the name is empty, whatever became of
// them, oldest first: also those that the API created.
func (a *Account) Keys(user string) []*Key {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.keysOf(user)
}

// keysOf returns the owner's AccessKeys with one of the statuses, or all, oldest first.
func (a *Account) keysOf(owner string, statuses ...Status) []*Key {
	var found []*Key
	for _, k := range a.keys {
		if k.token == "" && k.owner.user == owner && (len(statuses) == 0 || slices.Contains(statuses, k.status)) {
			found = append(found, k)
		}
	}
	slices.SortFunc(found, func(a, b *Key) int {
		return cmp.Or(a.created.Compare(b.created), cmp.Compare(a.id, b.id))
	})
	return found
}

// find returns a copy of the key as it is now.
func (a *Account) find(id string) (Key, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k, ok := a.keys[id]
	if !ok || k.status == Deleted || k.status == Recycled {
		return Key{}, false
	}
	return *k, true
}

// ownsToken reports whether the account issued the security token.
func (a *Account) ownsToken(token string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for k := range maps.Values(a.keys) {
		if k.token == token {
			return true
		}
	}
	return false
}

// used remembers that the key's owner made a call.
func (a *Account) used(id, service string, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if k, ok := a.keys[id]; ok {
		k.lastUsed, k.lastIn = now, service
	}
}

// Credential returns the key as it leaks. It changes with nothing.
func (k *Key) Credential() rules.Credential {
	c := rules.Credential{
		Type:   rules.AccessKey,
		ID:     rules.NewSecret(k.id),
		Secret: rules.NewSecret(k.secret),
		Token:  rules.NewSecret(k.token),
	}
	if k.token != "" {
		c.Type = rules.STS
	}
	return c
}

// SetStatus disables, enables, recycles, deletes or restores the key.
func (k *Key) SetStatus(s Status) {
	k.account.mu.Lock()
	defer k.account.mu.Unlock()
	k.set(s, k.account.clock())
}

func (k *Key) set(s Status, now time.Time) { k.status, k.updated = s, now }

// Status returns what became of the key.
func (k *Key) Status() Status {
	k.account.mu.Lock()
	defer k.account.mu.Unlock()
	return k.status
}

// SetCreated changes when the key was made.
func (k *Key) SetCreated(t time.Time) {
	k.account.mu.Lock()
	defer k.account.mu.Unlock()
	k.created = t
}

// SetLastUsed changes when, and in which service, the key was used last.
func (k *Key) SetLastUsed(t time.Time, service string) {
	k.account.mu.Lock()
	defer k.account.mu.Unlock()
	k.lastUsed, k.lastIn = t, service
}

// LastUsed returns when, and in which service, a well-signed call was made with the key; never, the zero time.
func (k *Key) LastUsed() (time.Time, string) {
	k.account.mu.Lock()
	defer k.account.mu.Unlock()
	return k.lastUsed, k.lastIn
}

// NetworkPolicy returns the allow-list of addresses that SetAccessKeyPolicy gave to the key, as it was sent; empty
// if there never was one.
func (k *Key) NetworkPolicy() string {
	k.account.mu.Lock()
	defer k.account.mu.Unlock()
	return k.network
}

// Protect puts the key under restrictive protection: the services named refuse its calls. Alibaba Cloud's list
// holds Ram and Ims; Sts is not on it, but may be one day.
func (k *Key) Protect(services ...string) {
	k.account.mu.Lock()
	defer k.account.mu.Unlock()
	k.protected = "," + strings.Join(services, ",") + ","
}

func (k Key) isProtected(service string) bool {
	return strings.Contains(k.protected, ","+service+",")
}

// isRoot reports whether the key is the account's own, which may do everything.
func (k Key) isRoot() bool { return k.owner.kind == "Account" }
