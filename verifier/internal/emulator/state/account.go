package state

import (
	"crypto/rand"
	"strings"
	"sync"
	"time"
)

const (
	digits = "0123456789"
	// Alphanum are the characters of IDs and secrets.
	Alphanum = digits + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	lower    = digits + "abcdefghijklmnopqrstuvwxyz"
	base58   = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
)

// Account is an Alibaba Cloud account with its users, groups, roles, policies, keys and events. Its methods set
// the scene and read it back; calls of the API change it in between. It is safe for concurrent use.
type Account struct {
	Number string

	Mu        sync.Mutex
	Now       func() time.Time
	KeyByID   map[string]*Key        // by ID
	Users     map[string]*UserRecord // by name
	Recycled  map[string]*UserRecord // deleted ones that can be restored, by name
	Groups    map[string]*Group      // by name
	Roles     map[string]*RoleRecord // by name
	Policies  map[string]*Policy     // custom ones, by name
	Providers map[string]*OIDCProvider
	Recorded  []Event // in the order in which they came
	Members   []*Account
	Settings  Settings
	Report    CredentialReport
	Identities
	Assets
}

// CredentialReport is the table of all users that IMS made last.
type CredentialReport struct {
	Made time.Time
	Rows []string
}

// NewAccount returns an account without users and keys.
func NewAccount() *Account {
	return &Account{
		Number:    "1" + RandomText(digits, 15),
		Now:       time.Now,
		KeyByID:   make(map[string]*Key),
		Users:     make(map[string]*UserRecord),
		Recycled:  make(map[string]*UserRecord),
		Groups:    make(map[string]*Group),
		Roles:     make(map[string]*RoleRecord),
		Policies:  make(map[string]*Policy),
		Providers: make(map[string]*OIDCProvider),
	}
}

// UID returns the account's 16-digit number.
func (a *Account) UID() string { return a.Number }

// Domain returns the end of its users' principal names: <uid>.onaliyun.com.
func (a *Account) Domain() string { return a.Number + ".onaliyun.com" }

// Settings are the account-wide settings. The zero Settings are those of a new account.
type Settings struct {
	Alias                 string         // what the console calls the account
	RootMFA               bool           // the owner's own log-in asks for a second factor
	UsersManageKeys       bool           // users may manage their own AccessKeys without a permission to
	UsersManageMFA        bool           // users may manage their own second factor
	DeleteActiveKeys      bool           // DeleteAccessKey takes an active key too; see doc.go
	PasswordPolicy        PasswordPolicy // for every user's password
	LoginSessionHours     int            // 6 if zero
	SecurityPracticeScore int            // what GetAccountSecurityPracticeReport says in Score
	International         bool           // belongs to the international site: its global events are in Singapore
	Regions               []string       // that the account has opened; a few if nil
	EventDelay            time.Duration  // how late ActionTrail shows an event
}

// defaultRegions are those of an account whose settings name none.
var defaultRegions = []string{"cn-hangzhou", "cn-beijing", "cn-shanghai", "ap-southeast-1", "us-west-1"}

// Opened returns the regions that the account has opened. The caller holds Mu.
func (a *Account) Opened() []string {
	if len(a.Settings.Regions) > 0 {
		return a.Settings.Regions
	}
	return defaultRegions
}

// Home returns the region that keeps the events of central services. The caller holds Mu.
func (a *Account) Home() string {
	if a.Settings.International {
		return "ap-southeast-1"
	}
	return "cn-hangzhou"
}

// PasswordPolicy is the policy for users' passwords. The zero PasswordPolicy asks for eight characters of any kind.
type PasswordPolicy struct {
	MinimumLength                                int // 8 if zero
	Lowercase, Uppercase, Numbers, Symbols       bool
	HardExpiry                                   bool
	MaxAgeDays, ReusePrevention, MaxLoginAttemps int
}

// Configure replaces the account's settings.
func (a *Account) Configure(s Settings) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Settings = s
}

// AddMembers makes the account the management account of a resource directory with these members.
func (a *Account) AddMembers(members ...*Account) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Members = append(a.Members, members...)
}

// SetClock replaces the clock that dates keys, users and events.
func (a *Account) SetClock(now func() time.Time) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Now = now
}

// Time returns the time by the account's clock.
func (a *Account) Time() time.Time {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	return a.Now()
}

// ARN returns the name of a resource of the account.
func (a *Account) ARN(resource string) string { return "acs:ram::" + a.Number + ":" + resource }

// Stamp formats a time as the API does; the zero time is empty.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// LongID returns a new ID of 24 characters.
func LongID() string { return "LTAI5t" + RandomText(base58, 18) }

// RandomText returns n random characters. Some come slightly more often than others, which does no harm here.
func RandomText(alphabet string, n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(b)
}

// RequestID looks like 8F0A1B2C-1234-5678-9ABC-DEF012345678.
func RequestID() string {
	const hex = "0123456789ABCDEF"
	return strings.Join([]string{RandomText(hex, 8), RandomText(hex, 4), RandomText(hex, 4), RandomText(hex, 4), RandomText(hex, 12)}, "-")
}
