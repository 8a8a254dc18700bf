package alibabatest

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
)

const (
	digits   = "0123456789"
	alphanum = digits + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	base58   = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
)

// Account is an Alibaba Cloud account with its principals and their keys. It is safe for concurrent use.
type Account struct {
	uid string

	mu    sync.Mutex
	keys  map[string]*Key   // by ID
	users map[string]string // their numbers, by name
}

// NewAccount returns an account without keys.
func NewAccount() *Account {
	return &Account{
		uid:   "1" + random(digits, 15),
		keys:  make(map[string]*Key),
		users: make(map[string]string),
	}
}

// UID returns the account's 16-digit number.
func (a *Account) UID() string { return a.uid }

// AddRootKey adds an AccessKey of the account itself.
func (a *Account) AddRootKey() *Key {
	return a.add(Key{id: longID(), secret: random(alphanum, 30), owner: principal{
		kind: "Account", arn: a.arn("root"), userID: a.uid, principalID: a.uid,
	}})
}

// AddKey adds an AccessKey of the RAM user, with an ID of 24 characters as they are made today.
func (a *Account) AddKey(user string) *Key { return a.addUserKey(user, longID()) }

// AddShortKey adds an AccessKey of the RAM user, with an ID of 16 characters as they were made once.
func (a *Account) AddShortKey(user string) *Key {
	return a.addUserKey(user, "LTAI"+random(alphanum, 12))
}

func (a *Account) addUserKey(user, id string) *Key {
	userID := a.userID(user)
	return a.add(Key{id: id, secret: random(alphanum, 30), owner: principal{
		kind: "RAMUser", arn: a.arn("user/" + user), userID: userID, principalID: userID,
	}})
}

// AddSession adds a temporary credential of an assumed role, with its security token.
func (a *Account) AddSession(role, session string, expires time.Time) *Key {
	roleID := "3" + random(digits, 15)
	return a.add(Key{
		id:      "STS.N" + random(base58, 24),
		secret:  random(base58, 44),
		token:   "CAIS" + base64.StdEncoding.EncodeToString([]byte(random(alphanum, 240))),
		expires: expires,
		owner: principal{
			kind: "AssumedRoleUser", arn: a.arn("role/" + role + "/" + session),
			userID: roleID + ":" + session, principalID: roleID + ":" + session, roleID: roleID,
		},
	})
}

// userID creates the user at first sight.
func (a *Account) userID(user string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.users[user] == "" {
		a.users[user] = "2" + random(digits, 15)
	}
	return a.users[user]
}

func (a *Account) add(k Key) *Key {
	a.mu.Lock()
	defer a.mu.Unlock()
	k.account = a
	a.keys[k.id] = &k
	return &k
}

func (a *Account) arn(resource string) string { return "acs:ram::" + a.uid + ":" + resource }

// find returns a copy of the key as it is now.
func (a *Account) find(id string) (Key, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k, ok := a.keys[id]
	if !ok || k.status == Deleted {
		return Key{}, false
	}
	return *k, true
}

// ownsToken reports whether the account issued the security token.
func (a *Account) ownsToken(token string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, k := range a.keys {
		if k.token == token {
			return true
		}
	}
	return false
}

// principal is who a key belongs to.
type principal struct {
	kind, arn, userID, principalID, roleID string
}

// Status is what the account's owner has done with a key.
type Status string

// The statuses of a key. The zero Status is Active.
const (
	Active   Status = ""
	Inactive Status = "Inactive"
	Deleted  Status = "Deleted"
)

// Key is an AccessKey or a temporary credential of an Account.
type Key struct {
	account    *Account
	id, secret string
	token      string    // of a temporary credential
	expires    time.Time // of a temporary credential
	owner      principal

	// Under account.mu.
	status    Status
	protected string // services that refuse the key, each between commas
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

// SetStatus disables, enables, deletes or restores the key.
func (k *Key) SetStatus(s Status) {
	k.account.mu.Lock()
	defer k.account.mu.Unlock()
	k.status = s
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

func longID() string { return "LTAI5t" + random(base58, 18) }

// random returns n random characters. That some come a little more often than others does no harm here.
func random(alphabet string, n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(b)
}
