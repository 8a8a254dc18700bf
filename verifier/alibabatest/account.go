package alibabatest

import (
	"crypto/rand"
	"strings"
	"sync"
	"time"
)

const (
	digits   = "0123456789"
	alphanum = digits + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	base58   = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
)

// Account is an Alibaba Cloud account with its users, groups, roles, policies, keys and events. Its methods set
// the scene and read it back; calls of the API change it in between. It is safe for concurrent use.
type Account struct {
	uid string

	mu        sync.Mutex
	clock     func() time.Time
	keys      map[string]*Key    // by ID
	users     map[string]*user   // by name
	recycled  map[string]*user   // deleted ones that can be restored, by name
	groups    map[string]*group  // by name
	roles     map[string]*role   // by name
	policies  map[string]*policy // custom ones, by name
	providers map[string]*oidcProvider
	events    []Event // in the order in which they came
	members   []*Account
	settings  Settings
}

// NewAccount returns an account with nobody in it but its owner, and without keys.
func NewAccount() *Account {
	return &Account{
		uid:       "1" + random(digits, 15),
		clock:     time.Now,
		keys:      make(map[string]*Key),
		users:     make(map[string]*user),
		recycled:  make(map[string]*user),
		groups:    make(map[string]*group),
		roles:     make(map[string]*role),
		policies:  make(map[string]*policy),
		providers: make(map[string]*oidcProvider),
	}
}

// UID returns the account's 16-digit number.
func (a *Account) UID() string { return a.uid }

// Domain returns the end of its users' principal names: <uid>.onaliyun.com.
func (a *Account) Domain() string { return a.uid + ".onaliyun.com" }

// Settings is what an account's owner has decided for the whole of it. The zero Settings is a new account's.
type Settings struct {
	Alias                 string         // what the console calls the account
	RootMFA               bool           // the owner's own log-in asks for a second factor
	UsersManageKeys       bool           // users may manage their own AccessKeys without a permission to
	UsersManageMFA        bool           // users may manage their own second factor
	DeleteActiveKeys      bool           // DeleteAccessKey takes an active key too; see doc.go
	PasswordPolicy        PasswordPolicy // for every user's password
	LoginSessionHours     int            // 6 if zero
	SecurityPracticeScore int            // what GetAccountSecurityPracticeReport says in Score
}

// PasswordPolicy is what a user's password must be. The zero PasswordPolicy asks for eight characters of any kind.
type PasswordPolicy struct {
	MinimumLength                                int // 8 if zero
	Lowercase, Uppercase, Numbers, Symbols       bool
	HardExpiry                                   bool
	MaxAgeDays, ReusePrevention, MaxLoginAttemps int
}

// Configure replaces the account's settings.
func (a *Account) Configure(s Settings) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settings = s
}

// AddMembers makes the account the management account of a resource directory with these members.
func (a *Account) AddMembers(members ...*Account) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.members = append(a.members, members...)
}

func (a *Account) setClock(now func() time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.clock = now
}

func (a *Account) time() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.clock()
}

func (a *Account) arn(resource string) string { return "acs:ram::" + a.uid + ":" + resource }

// stamp is how the API writes a time; the zero time is empty.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
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

// requestID looks like 8F0A1B2C-1234-5678-9ABC-DEF012345678.
func requestID() string {
	const hex = "0123456789ABCDEF"
	return strings.Join([]string{random(hex, 8), random(hex, 4), random(hex, 4), random(hex, 4), random(hex, 12)}, "-")
}
