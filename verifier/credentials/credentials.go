// Package credentials finds the credential with which an administrator acts on leaked keys; it is never the leaked key.
// The package looks where Alibaba Cloud's own programs look, in this order, and takes the first credential that exists:
//
//   - the profile that Options names; then it looks nowhere else
//   - ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and ALIBABA_CLOUD_SECURITY_TOKEN; the same with
//     ALIBABACLOUD_ or ALICLOUD_, as the aliyun command reads them; ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY, as
//     Terraform does
//   - ALIBABA_CLOUD_ROLE_ARN, ALIBABA_CLOUD_OIDC_PROVIDER_ARN and ALIBABA_CLOUD_OIDC_TOKEN_FILE
//   - the current profile of ~/.aliyun/config.json, or the one that ALIBABA_CLOUD_PROFILE names; ALIBABA_CLOUD_CONFIG_FILE
//     names another file
//   - the section "default" of ~/.alibabacloud/credentials, or the one that ALIBABA_CLOUD_PROFILE names;
//     ALIBABA_CLOUD_CREDENTIALS_FILE names another file
//   - the role of the ECS instance, if Options or ALIBABA_CLOUD_ECS_METADATA ask for it
//   - what ALIBABA_CLOUD_CREDENTIALS_URI answers
//
// A source that exists and is unusable is an error, not a reason to look further: somebody set it on purpose. Temporary
// credentials are renewed before they expire, if possible. No error holds any part of a credential.
package credentials

import (
	"cmp"
	"context"
	"os"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// Options say where to look. The zero value looks everywhere but at the metadata service; a Connection is needed where a
// role is to be assumed.
type Options struct {
	Account    string // refuse a credential of another account; any if empty
	Profile    string // only this profile of the configuration file
	Config     string // the configuration file; ~/.aliyun/config.json if empty
	Shared     string // the SDKs' file; ~/.alibabacloud/credentials if empty
	ECS        bool   // ask the metadata service if nothing else is found
	Metadata   string // replaces the metadata service; http on a loopback host
	OAuth      string // replaces the service that exchanges OAuth tokens; for tests
	Connection *connection.Connection
	Getenv     func(string) string // os.Getenv if nil
	Now        func() time.Time    // time.Now if nil
}

// failed is the error for a missing credential, with a hint.
func failed(r, hint reason.Reason) error { return &reason.Error{Reason: r, Hint: hint} }

// Credential is the credential of an administrator. It is safe for concurrent use.
type Credential struct {
	// Source is where it comes from: the environment, a profile, a role.
	Source reason.Reason

	base  *Credential // with which the role is assumed; nil if there is none
	now   func() time.Time
	fetch func(ctx context.Context) (cloud.Session, error) // nil if it cannot be renewed

	mu      sync.Mutex
	current cloud.Session
}

// early is how long before its expiry a temporary credential is renewed.
const early = 5 * time.Minute

// Get returns the credential to use now, which it renews first if it expires soon.
func (c *Credential) Get(ctx context.Context) (rules.Credential, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fetch == nil || c.lasts(early) {
		return c.current.Credential, nil
	}
	s, err := c.fetch(ctx)
	switch {
	case err == nil:
		c.current = s
	case !c.lasts(0):
		return rules.Credential{}, err
	}
	return c.current.Credential, nil
}

// Owns reports whether the ID is the credential's own, or that of a key with which its role is assumed.
func (c *Credential) Owns(id rules.Secret) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	own := id.Reveal()
	return own != "" && (own == c.current.Credential.ID.Reveal() || c.base != nil && c.base.Owns(id))
}

func (c *Credential) lasts(d time.Duration) bool {
	return c.current.Expires.After(c.now().Add(d))
}

// finder looks for a credential.
type finder struct {
	Options
}

// Find finds the credential and, if it is a role's, assumes the role once. The error is a *reason.Error, or wraps ctx's.
func Find(ctx context.Context, o Options) (*Credential, error) {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Now == nil {
		o.Now = time.Now
		if o.Connection != nil { // a role expires by the service's clock
			o.Now = o.Connection.Now
		}
	}
	c, err := finder{o}.find()
	if err != nil {
		return nil, err
	}
	c.now = o.Now
	if _, err := c.Get(ctx); err != nil {
		return nil, err
	}
	return c, o.checkAccount(ctx, c)
}

// checkAccount asks STS whose the credential is, if it has to be of one account.
func (o Options) checkAccount(ctx context.Context, c *Credential) error {
	if o.Account == "" {
		return nil
	}
	me, err := o.Connection.Client().As(c).GetCallerIdentity(ctx)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return failed(reason.New("credentials.whose", c.Source, err), reason.New("credentials.mend-credential"))
	case me.AccountID != o.Account:
		return failed(reason.New("credentials.wrong-account", c.Source, me.AccountID, o.Account), reason.New("credentials.wrong-account-hint"))
	}
	return nil
}

func (f finder) find() (*Credential, error) {
	if f.Profile != "" {
		return f.profile(f.Profile)
	}
	for _, look := range []func() (*Credential, error){f.environment, f.oidc, f.current, f.inShared, f.instance, f.atURI} {
		if c, err := look(); c != nil || err != nil {
			return c, err
		}
	}
	return nil, failed(reason.New("credentials.none", f.configName(), f.sharedName()), reason.New("credentials.set-one"))
}

// prefixes begin the names of variables, in the order in which they are looked at.
var prefixes = []string{"ALIBABA_CLOUD_", "ALIBABACLOUD_", "ALICLOUD_"}

// first returns the first variable that is set, under the prefixes.
func (f finder) first(name string) string {
	for _, prefix := range prefixes {
		if value := f.Getenv(prefix + name); value != "" {
			return value
		}
	}
	return ""
}

// environment returns nil if the variables are not set. Those of two prefixes are never mixed: half of each is a mistake.
func (f finder) environment() (*Credential, error) {
	for _, prefix := range prefixes {
		id, secret := f.Getenv(prefix+"ACCESS_KEY_ID"), f.Getenv(prefix+"ACCESS_KEY_SECRET")
		if id != "" || secret != "" {
			return f.inEnvironment(prefix, id, secret, f.Getenv(prefix+"SECURITY_TOKEN"))
		}
	}
	id, secret := f.Getenv("ALICLOUD_ACCESS_KEY"), f.Getenv("ALICLOUD_SECRET_KEY")
	if id == "" && secret == "" {
		return nil, nil
	}
	return f.inEnvironment("ALICLOUD_", id, secret, cmp.Or(f.Getenv("ALICLOUD_SECURITY_TOKEN"), f.Getenv("ALICLOUD_STS_TOKEN")))
}

func (f finder) inEnvironment(prefix, id, secret, token string) (*Credential, error) {
	source := reason.New("credentials.environment")
	if prefix != prefixes[0] {
		source = reason.New("credentials.environment-as", prefix)
	}
	c, bad := newCredential(id, secret, token)
	if !bad.IsZero() {
		return nil, failed(reason.New("credentials.unusable", source, bad), reason.New("credentials.set-both"))
	}
	return &Credential{Source: source, current: cloud.Session{Credential: c}}, nil
}

func (f finder) inShared() (*Credential, error) { return f.shared("") }

// atURI returns nil if the variable is not set.
func (f finder) atURI() (*Credential, error) {
	raw := f.Getenv("ALIBABA_CLOUD_CREDENTIALS_URI")
	if raw == "" {
		return nil, nil
	}
	return f.uri(raw, reason.New("credentials.uri"))
}

// newCredential rejects what cannot be a credential, because the service's own refusal would not help the user.
func newCredential(id, secret, token string) (c rules.Credential, bad reason.Reason) {
	switch {
	case id == "":
		return c, reason.New("credentials.no-id")
	case secret == "":
		return c, reason.New("credentials.no-secret")
	case !isToken(id) || !isToken(secret) || !isToken(token):
		return c, reason.New("credentials.odd-characters")
	}
	c = rules.Credential{Type: rules.AccessKey, ID: rules.NewSecret(id), Secret: rules.NewSecret(secret), Token: rules.NewSecret(token)}
	if token != "" {
		c.Type = rules.STS
	}
	return c, bad
}

// maxPart is far above the length of any part of a credential.
const maxPart = 16 << 10

func isToken(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return len(s) <= maxPart
}

// oidc returns nil if the variables are not set.
func (f finder) oidc() (*Credential, error) {
	arn, provider := f.Getenv("ALIBABA_CLOUD_ROLE_ARN"), f.Getenv("ALIBABA_CLOUD_OIDC_PROVIDER_ARN")
	file := f.Getenv("ALIBABA_CLOUD_OIDC_TOKEN_FILE")
	switch {
	case file == "" && provider == "": // the ARN alone is used with other credentials too
		return nil, nil
	case file == "" || provider == "" || arn == "":
		return nil, failed(reason.New("credentials.oidc-incomplete"), reason.New("credentials.set-oidc"))
	}
	name := cmp.Or(f.Getenv("ALIBABA_CLOUD_ROLE_SESSION_NAME"), defaultSession)
	return f.web(cloud.Assume{RoleARN: arn, Session: name, Provider: provider}, file,
		withRole(reason.New("credentials.oidc-environment"), arn)), nil
}
