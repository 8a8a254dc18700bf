package revoke

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/internal/openapi"
)

// Options say with what and how to act. Admin is needed; the zero values of the others are those for daily use.
type Options struct {
	Admin     Admin
	Account   string            // refuse to act in any other; any if empty
	MaxKeys   int               // how many keys one plan may hold; 10 if zero
	WatchTime time.Duration     // between disabling a key and deleting it; 24 hours if zero
	Leaked    *rules.Credential // the leaked key, to disable itself with; nil: it is never used
	Endpoints Endpoints
	Timeout   time.Duration // for one call; 10 s if zero
	UserAgent string
	PerSecond int // calls in any second; 10 if zero, and no limit if negative
	Now       func() time.Time
	Pause     func(ctx context.Context, d time.Duration) error // waits; for tests
}

// Revoker plans and acts. It is for one plan at a time.
type Revoker struct {
	Options
	cloud *cloud            // as the administrator
	self  *cloud            // as the leaked key; nil: it is never used
	ids   map[string]string // by fingerprint, of the keys seen so far
	me    verifier.Identity // who the administrator is; zero before the first call
}

// Hinted is an error with what to do about it.
type Hinted struct {
	Err  error
	Hint string
}

func (e *Hinted) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Hinted) Unwrap() error { return e.Err }

func hinted(hint, format string, args ...any) error {
	return &Hinted{fmt.Errorf(format, args...), hint}
}

// New returns a Revoker. It makes no call.
func New(o Options) (*Revoker, error) {
	o.setDefaults()
	c, err := newCloud(o)
	if err != nil {
		return nil, hinted("an endpoint is an https URL; http is accepted for this machine only", "preparing to revoke: %w", err)
	}
	r := &Revoker{Options: o, ids: map[string]string{}}
	if o.Leaked != nil {
		leaked := *o.Leaked
		r.ids[Fingerprint(leaked.ID)] = leaked.ID.Reveal()
		r.self = c.with(func(context.Context) (rules.Credential, error) { return leaked, nil })
	}
	switch {
	case o.Admin != nil:
		r.cloud = c.with(o.Admin.Get)
	case r.self != nil:
		r.cloud = r.self
	default:
		return nil, errors.New("preparing to revoke: there is no credential to act with")
	}
	return r, nil
}

func (o *Options) setDefaults() {
	if o.MaxKeys <= 0 {
		o.MaxKeys = 10
	}
	if o.WatchTime <= 0 {
		o.WatchTime = 24 * time.Hour
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.PerSecond == 0 {
		o.PerSecond = 10
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Pause == nil {
		o.Pause = sleep
	}
}

// whoAmI asks once who acts, and refuses another account than the one that was named.
func (r *Revoker) whoAmI(ctx context.Context) error {
	if r.me.AccountID != "" {
		return nil
	}
	me, err := read(ctx, r.cloud, func(cred rules.Credential) (verifier.Identity, error) {
		return r.cloud.sts.GetCallerIdentity(ctx, cred)
	})
	if r.cloud == r.self && isOff(err) {
		return hinted("nothing more can be done with it, and for now nothing has to be", "the leaked key does not work any more: %w", err)
	}
	if err != nil {
		return hinted(advise(err), "asking STS who the administrator is: %w", err)
	}
	if r.Account != "" && r.Account != me.AccountID {
		return hinted("take another profile, or mend --account", "the administrator's credential is of account %s, and not of %s",
			me.AccountID, r.Account)
	}
	r.me = me
	return nil
}

// isOff reports whether a credential was refused because its key is disabled or deleted.
func isOff(err error) bool {
	code := openapi.Code(err)
	return code == "InvalidAccessKeyId.Inactive" || code == "InvalidAccessKeyId.NotFound"
}

// isRoot reports whether the administrator acts with a key of the account itself.
func (r *Revoker) isRoot() bool { return r.me.Type == "Account" }

// Hotline is Alibaba Cloud's, in mainland China.
const Hotline = "95187"

// advise says what to do about a call that failed.
func advise(err error) string {
	var known *Hinted
	switch code := openapi.Code(err); {
	case errors.As(err, &known):
		return known.Hint
	case code == "NoPermission", code == "Forbidden.RAM", code == "Forbidden.AccessDenied":
		return "the credential lacks a permission: take an administrator's, or give it AliyunRAMFullAccess for now"
	case code == "Forbidden":
		return "if this is the leaked key, Alibaba Cloud already restricts it: take an administrator's credential, or disable the key " +
			"in the RAM console, or call " + Hotline
	case code == "InvalidAccessKeyId.NotFound", code == "InvalidAccessKeyId.Inactive", code == "SignatureDoesNotMatch",
		code == "InvalidSecurityToken.Expired":
		return "the credential itself does not work: take another profile"
	case isPassing(err):
		return "the service is busy or down: try again; the RAM console does the same"
	}
	return "try again; if it stays so, disable the key in the RAM console, or call " + Hotline
}
