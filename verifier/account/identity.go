package account

import "time"

// Identity is who may act in the account.
type Identity struct {
	Users        []User        `json:"users,omitempty"`
	Groups       []Group       `json:"groups,omitempty"`
	Roles        []Role        `json:"roles,omitempty"`
	Policies     []Policy      `json:"policies,omitempty"` // custom ones
	Providers    []Provider    `json:"providers,omitempty"`
	Applications []Application `json:"applications,omitempty"`
	Recycled     []Recycled    `json:"recycled,omitempty"`
	Restrictions []Restriction `json:"restrictions,omitempty"`
	Settings     Settings      `json:"settings,omitzero"`
}

// User is a RAM user.
type User struct {
	Name        string       `json:"name"`
	ID          string       `json:"id,omitempty"`
	DisplayName string       `json:"displayName,omitempty"`
	Created     time.Time    `json:"created,omitzero"`
	LastLogin   time.Time    `json:"lastLogin,omitzero"`
	Provision   string       `json:"provision,omitempty"` // Manual, or by CloudSSO or SCIM
	Login       *Login       `json:"login,omitempty"`     // nil: may not use the console
	MFA         bool         `json:"mfa,omitempty"`
	Keys        []Key        `json:"keys,omitempty"`
	Policies    []Attached   `json:"policies,omitempty"`
	Groups      []Membership `json:"groups,omitempty"`
	Services    []Service    `json:"services,omitempty"`
}

// Login is a user's log-in profile for the console.
type Login struct {
	Created time.Time `json:"created,omitzero"`
	Enabled bool      `json:"enabled"`
	MFABind bool      `json:"mfaBind,omitempty"` // a second factor is required
}

// Key is an AccessKey of a user.
type Key struct {
	Ref      KeyRef    `json:"ref"`
	Active   bool      `json:"active"`
	Created  time.Time `json:"created,omitzero"`
	Updated  time.Time `json:"updated,omitzero"`
	LastUsed time.Time `json:"lastUsed,omitzero"`
	Service  string    `json:"service,omitempty"` // that it was last used for
}

// Service is a credential of one service, such as a bearer token, that a user may have besides keys.
type Service struct {
	ID      string    `json:"id"`
	Service string    `json:"service,omitempty"`
	Active  bool      `json:"active"`
	Created time.Time `json:"created,omitzero"`
}

// Attached is a policy that a user, group or role has.
type Attached struct {
	Policy string    `json:"policy"`
	System bool      `json:"system,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// Membership is a group that a user is in.
type Membership struct {
	Group string    `json:"group"`
	Since time.Time `json:"since,omitzero"`
}

// Group is a group of users.
type Group struct {
	Name     string     `json:"name"`
	Created  time.Time  `json:"created,omitzero"`
	Updated  time.Time  `json:"updated,omitzero"`
	Policies []Attached `json:"policies,omitempty"`
}

// Role is a role, and who may assume it.
type Role struct {
	Name     string     `json:"name"`
	Created  time.Time  `json:"created,omitzero"`
	Updated  time.Time  `json:"updated,omitzero"`
	Trust    string     `json:"trust,omitempty"` // the policy, in JSON
	Policies []Attached `json:"policies,omitempty"`
}

// Policy is a custom policy.
type Policy struct {
	Name     string    `json:"name"`
	Created  time.Time `json:"created,omitzero"`
	Updated  time.Time `json:"updated,omitzero"`
	Default  string    `json:"default,omitempty"`  // the version in force
	Document string    `json:"document,omitempty"` // of that version, in JSON
	Versions []Version `json:"versions,omitempty"`
	Attached int       `json:"attached,omitempty"` // to how many users, groups and roles
}

// Version is a version of a policy.
type Version struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created,omitzero"`
	Default bool      `json:"default,omitempty"`
}

// Provider is an identity provider that the account trusts.
type Provider struct {
	Kind    string    `json:"kind"` // saml or oidc
	Name    string    `json:"name"`
	Issuer  string    `json:"issuer,omitempty"`
	Created time.Time `json:"created,omitzero"`
	Updated time.Time `json:"updated,omitzero"`
}

// Application is an OAuth application.
type Application struct {
	ID        string      `json:"id"`
	Name      string      `json:"name,omitempty"`
	Created   time.Time   `json:"created,omitzero"`
	Updated   time.Time   `json:"updated,omitzero"`
	Redirects []string    `json:"redirects,omitempty"`
	Secrets   []time.Time `json:"secrets,omitempty"` // when each was made
}

// Recycled is a deleted user or key that can still be restored.
type Recycled struct {
	User    string    `json:"user"`
	Key     KeyRef    `json:"key,omitempty"` // "" if it is the user
	Created time.Time `json:"created,omitzero"`
	Deleted time.Time `json:"deleted,omitzero"`
	Ends    time.Time `json:"ends,omitzero"` // when it cannot be restored any more
}

// Restriction is a network policy: of one key, or of the account if Key is "".
type Restriction struct {
	User     string `json:"user,omitempty"`
	Key      KeyRef `json:"key,omitempty"`
	Document string `json:"document"` // JSON; "" or "{}" if there never was one
}

// Settings are the account's security settings. A pointer is nil where the service did not say.
type Settings struct {
	RootMFA        *bool           `json:"rootMFA,omitempty"`
	RootKeys       *bool           `json:"rootKeys,omitempty"`
	ManageOwnKeys  *bool           `json:"manageOwnKeys,omitempty"` // users may create keys for themselves
	PasswordPolicy *PasswordPolicy `json:"passwordPolicy,omitempty"`
}

// PasswordPolicy is what the passwords of RAM users must be like.
type PasswordPolicy struct {
	MinimumLength int  `json:"minimumLength"`
	Lower         bool `json:"lower"`
	Upper         bool `json:"upper"`
	Digits        bool `json:"digits"`
	Symbols       bool `json:"symbols"`
	MaxAttempts   int  `json:"maxAttempts,omitempty"` // 0: no limit
}
