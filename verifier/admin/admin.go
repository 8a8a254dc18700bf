// Package admin finds the credential with which an owner acts on leaked keys: never the leaked key itself. It looks
// where Alibaba Cloud's own programs look, in this order, and takes the first that is there:
//
//   - the profile that Options names, and no other place then
//   - ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and ALIBABA_CLOUD_SECURITY_TOKEN
//   - ALIBABA_CLOUD_ROLE_ARN, ALIBABA_CLOUD_OIDC_PROVIDER_ARN and ALIBABA_CLOUD_OIDC_TOKEN_FILE
//   - the current profile of ~/.aliyun/config.json, or the one that ALIBABA_CLOUD_PROFILE names
//   - the role of the ECS instance, if Options or ALIBABA_CLOUD_ECS_METADATA ask for it
//
// Something that is there and unusable is an error, not a reason to look further: whoever set it meant it. A
// temporary credential is renewed before it ends, where there is a way to. No error holds any part of a credential.
package admin

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/internal/openapi"
)

// Options say where to look. The zero value looks everywhere but at the metadata service.
type Options struct {
	Profile   string              // only this profile of the configuration file
	Config    string              // the configuration file; ~/.aliyun/config.json if empty
	ECS       bool                // ask the metadata service if nothing else is there
	Metadata  string              // the metadata service, http on a loopback host; the true one if empty
	STS       string              // the endpoint that gives out roles; the public one if empty
	RootCAs   *x509.CertPool      // who may vouch for that endpoint; the system's if nil
	UserAgent string              // names the program to Alibaba Cloud
	Getenv    func(string) string // os.Getenv if nil
	Now       func() time.Time    // time.Now if nil
}

// Error says why there is no credential, and what to do about it.
type Error struct {
	Err  error
	Hint string
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func failed(hint, format string, args ...any) error {
	return &Error{fmt.Errorf(format, args...), hint}
}

// Credential is the credential of an administrator. It is safe for concurrent use.
type Credential struct {
	// Source is where it comes from, in words: "the environment", "profile prod of ~/.aliyun/config.json".
	Source string

	base  *Credential // with which the role is taken on; nil if there is none
	now   func() time.Time
	fetch func(ctx context.Context) (openapi.Session, error) // nil if it cannot be renewed

	mu      sync.Mutex
	current openapi.Session
}

// early is how long before its end a temporary credential is renewed.
const early = 5 * time.Minute

// Get returns the credential as it is to be used now, and renews it first if it ends soon.
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

// Owns reports whether the ID is the credential's own, or that of a key with which its role is taken on.
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

const noneHint = "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET to an administrator's key, or run " +
	"aliyun configure and name the profile with --profile; the leaked key is not the one to take"

// Find finds the credential and, where it is a role's, takes the role on once. The error is an *Error, or wraps ctx's.
func Find(ctx context.Context, o Options) (*Credential, error) {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	c, err := finder{o}.find()
	if err != nil {
		return nil, err
	}
	c.now = o.Now
	if _, err := c.Get(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

func (f finder) find() (*Credential, error) {
	if f.Profile != "" {
		return f.profile(f.Profile)
	}
	for _, look := range []func() (*Credential, error){f.environment, f.oidc, f.current, f.instance} {
		if c, err := look(); c != nil || err != nil {
			return c, err
		}
	}
	return nil, failed(noneHint, "no administrator's credential was found: neither in the environment nor in %s", f.configName())
}

// environment is nil if the variables are not set.
func (f finder) environment() (*Credential, error) {
	id, secret := f.Getenv("ALIBABA_CLOUD_ACCESS_KEY_ID"), f.Getenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET")
	if id == "" && secret == "" {
		return nil, nil
	}
	c, err := newCredential(id, secret, f.Getenv("ALIBABA_CLOUD_SECURITY_TOKEN"))
	if err != nil {
		return nil, failed("set both ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or neither",
			"the credential in the environment: %w", err)
	}
	return &Credential{Source: "the environment", current: openapi.Session{Credential: c}}, nil
}

// newCredential checks what cannot be a credential: it would be refused by the service in words that do not help.
func newCredential(id, secret, token string) (rules.Credential, error) {
	switch {
	case id == "":
		return rules.Credential{}, errors.New("its ID is missing")
	case secret == "":
		return rules.Credential{}, errors.New("its secret is missing")
	case !isToken(id) || !isToken(secret) || !isToken(token):
		return rules.Credential{}, errors.New("it holds spaces or other characters that no credential has")
	}
	c := rules.Credential{Type: rules.AccessKey, ID: rules.NewSecret(id), Secret: rules.NewSecret(secret), Token: rules.NewSecret(token)}
	if token != "" {
		c.Type = rules.STS
	}
	return c, nil
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

// oidc is nil if the variables are not set.
func (f finder) oidc() (*Credential, error) {
	arn, provider := f.Getenv("ALIBABA_CLOUD_ROLE_ARN"), f.Getenv("ALIBABA_CLOUD_OIDC_PROVIDER_ARN")
	file := f.Getenv("ALIBABA_CLOUD_OIDC_TOKEN_FILE")
	switch {
	case file == "" && provider == "": // the ARN alone is used with other credentials too
		return nil, nil
	case file == "" || provider == "" || arn == "":
		return nil, failed("set all three: ALIBABA_CLOUD_ROLE_ARN, ALIBABA_CLOUD_OIDC_PROVIDER_ARN and ALIBABA_CLOUD_OIDC_TOKEN_FILE",
			"the OIDC settings in the environment are incomplete")
	}
	name := cmp.Or(f.Getenv("ALIBABA_CLOUD_ROLE_SESSION_NAME"), defaultSession)
	return f.web(openapi.Assume{RoleARN: arn, Session: name, Provider: provider}, file,
		"the OIDC token of the environment ("+shortRole(arn)+")"), nil
}
