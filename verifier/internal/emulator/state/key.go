package state

import (
	"cmp"
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/rules"
)

// Status is the status of a key.
type Status string

// The statuses of a key. The zero Status is Active.
const (
	Active   Status = ""
	Inactive Status = "Inactive"
	Recycled Status = "Recycled" // deleted, and in the recycle bin
	Deleted  Status = "Deleted"  // deleted for good
)

// String returns the status as the API calls it.
func (s Status) String() string { return cmp.Or(string(s), "Active") }

// Key is an AccessKey or a temporary credential of an Account.
type Key struct {
	Account    *Account
	ID, Secret string
	Token      string    // of a temporary credential
	Expires    time.Time // of a temporary credential
	scope      *Document // the policy given to AssumeRole; nil: the role's permissions are not narrowed
	Created    time.Time
	Owner      principal

	// Under account.mu.
	State     Status
	Updated   time.Time // of its status
	protected string    // services that refuse the key, each between commas
	Network   string    // its network policy, as it was set
	Used      time.Time
	UsedIn    string // the service of lastUsed
}

// principal is the owner of a key.
type principal struct {
	Kind, ARN, UserID, PrincipalID, RoleID string

	User    string // a RAM user's name
	Role    string // a role's name
	session string // of that role
}

// AddRootKey adds an AccessKey of the account itself.
func (a *Account) AddRootKey() *Key {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	return a.Add(Key{ID: LongID(), Secret: RandomText(Alphanum, 30), Owner: principal{
		Kind: "Account", ARN: a.ARN("root"), UserID: a.Number, PrincipalID: a.Number,
	}})
}

// AddKey adds an AccessKey of the RAM user, with an ID of 24 characters as they are made today. It adds the user
// if it is new, and ignores the limit of two keys.
func (a *Account) AddKey(user string) *Key {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	return a.AddUserKey(user, LongID())
}

// AddShortKey adds an AccessKey of the RAM user, with an ID of 16 characters as they were made once.
func (a *Account) AddShortKey(user string) *Key {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	return a.AddUserKey(user, "LTAI"+RandomText(Alphanum, 12))
}

// AddUserKey adds a key with this ID to a user. The caller holds Mu.
func (a *Account) AddUserKey(name, id string) *Key {
	u := a.seeUser(name)
	return a.Add(Key{ID: id, Secret: RandomText(Alphanum, 30), Owner: principal{
		Kind: "RAMUser", ARN: a.ARN("user/" + name), UserID: u.ID, PrincipalID: u.ID, User: name,
	}})
}

// AddSession adds a temporary credential of an assumed role, with its security token. It adds the role if
// it is new.
func (a *Account) AddSession(role, session string, expires time.Time) *Key {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	return a.IssueSession(role, session, expires, nil)
}

// IssueSession adds a temporary credential of a role, which a session policy may narrow. The caller holds Mu.
func (a *Account) IssueSession(name, session string, expires time.Time, scope *Document) *Key {
	r := a.seeRole(name)
	return a.Add(Key{
		ID:      "STS.N" + RandomText(base58, 24),
		Secret:  RandomText(base58, 44),
		Token:   "CAIS" + base64.StdEncoding.EncodeToString([]byte(RandomText(Alphanum, 240))),
		Expires: expires,
		scope:   scope,
		Owner: principal{
			Kind: "AssumedRoleUser", ARN: a.ARN("role/" + name + "/" + session),
			UserID: r.ID + ":" + session, PrincipalID: r.ID + ":" + session, RoleID: r.ID,
			Role: name, session: session,
		},
	})
}

// Add adds a key. The caller holds Mu.
func (a *Account) Add(k Key) *Key {
	k.Account = a
	k.Created = a.Now()
	a.KeyByID[k.ID] = &k
	return &k
}

// Keys returns the AccessKeys of the user, or of the account itself if the name is empty, whatever their
// status, oldest first, including those that the API created.
func (a *Account) Keys(user string) []*Key {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	return a.KeysOf(user)
}

// KeysOf returns the owner's AccessKeys with one of the statuses, or all, oldest first.
func (a *Account) KeysOf(owner string, statuses ...Status) []*Key {
	var found []*Key
	for _, k := range a.KeyByID {
		if k.Token == "" && k.Owner.User == owner && (len(statuses) == 0 || slices.Contains(statuses, k.State)) {
			found = append(found, k)
		}
	}
	slices.SortFunc(found, func(a, b *Key) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	return found
}

// Find returns a copy of the key as it is now.
func (a *Account) Find(id string) (Key, bool) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	k, ok := a.KeyByID[id]
	if !ok || k.State == Deleted || k.State == Recycled {
		return Key{}, false
	}
	return *k, true
}

// OwnsToken reports whether the account issued the security token.
func (a *Account) OwnsToken(token string) bool {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	for k := range maps.Values(a.KeyByID) {
		if k.Token == token {
			return true
		}
	}
	return false
}

// Used records that the key's owner made a call.
func (a *Account) Used(id, service string, now time.Time) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	if k, ok := a.KeyByID[id]; ok {
		k.Used, k.UsedIn = now, service
	}
}

// Credential returns the key as it would leak. It never changes.
func (k *Key) Credential() rules.Credential {
	c := rules.Credential{
		Type:   rules.AccessKey,
		ID:     rules.NewSecret(k.ID),
		Secret: rules.NewSecret(k.Secret),
		Token:  rules.NewSecret(k.Token),
	}
	if k.Token != "" {
		c.Type = rules.STS
	}
	return c
}

// SetStatus disables, enables, recycles, deletes or restores the key.
func (k *Key) SetStatus(s Status) {
	k.Account.Mu.Lock()
	defer k.Account.Mu.Unlock()
	k.Set(s, k.Account.Now())
}

// Set changes the status. The caller holds Mu.
func (k *Key) Set(s Status, now time.Time) { k.State, k.Updated = s, now }

// Status returns the key's status.
func (k *Key) Status() Status {
	k.Account.Mu.Lock()
	defer k.Account.Mu.Unlock()
	return k.State
}

// SetCreated changes when the key was made.
func (k *Key) SetCreated(t time.Time) {
	k.Account.Mu.Lock()
	defer k.Account.Mu.Unlock()
	k.Created = t
}

// SetLastUsed changes when, and in which service, the key was used last.
func (k *Key) SetLastUsed(t time.Time, service string) {
	k.Account.Mu.Lock()
	defer k.Account.Mu.Unlock()
	k.Used, k.UsedIn = t, service
}

// LastUsed returns when, and in which service, a well-signed call was made with the key; the zero time if never.
func (k *Key) LastUsed() (time.Time, string) {
	k.Account.Mu.Lock()
	defer k.Account.Mu.Unlock()
	return k.Used, k.UsedIn
}

// NetworkPolicy returns the key's allow-list of addresses as SetAccessKeyPolicy received it; empty if there never was one.
func (k *Key) NetworkPolicy() string {
	k.Account.Mu.Lock()
	defer k.Account.Mu.Unlock()
	return k.Network
}

// Protect puts the key under restrictive protection: the services named refuse its calls. Alibaba Cloud's list
// holds Ram and Ims; Sts is not on it, but may be one day.
func (k *Key) Protect(services ...string) {
	k.Account.Mu.Lock()
	defer k.Account.Mu.Unlock()
	k.protected = "," + strings.Join(services, ",") + ","
}

// IsProtected reports whether a service refuses the key's calls because of restrictive protection.
func (k Key) IsProtected(service string) bool {
	return strings.Contains(k.protected, ","+service+",")
}

// IsRoot reports whether the key is the account's own, which may do everything.
func (k Key) IsRoot() bool { return k.Owner.Kind == "Account" }
