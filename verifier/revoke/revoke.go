package revoke

import (
	"context"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/revocation"
)

// Admin is the credential that acts.
type Admin interface {
	Get(ctx context.Context) (rules.Credential, error)
	// Owns reports whether the ID is its own, or that of the key with which its role is assumed.
	Owns(id rules.Secret) bool
}

// Options say how to act, and with what credential. Connection and Admin are needed; the zero values of the others are
// for daily use.
type Options struct {
	Connection *connection.Connection
	Admin      Admin
	Account    string            // refuse to act in any other account; any if empty
	MaxKeys    int               // how many keys one plan may hold; 10 if zero
	WatchTime  time.Duration     // between disabling a key and deleting it; 24 hours if zero
	Leaked     *rules.Credential // the leaked key, which disables itself; nil: it is never used
	Timeout    time.Duration     // for one call; 10 s if zero
}

// Revoker plans and acts. It is for one plan, or one Freeze, at a time.
type Revoker struct {
	Options
	cloud         *cloud.Client     // as the administrator
	self          *cloud.Client     // as the leaked key; nil: it is never used
	ids           identifiers       // of the keys seen so far
	me            verifier.Identity // the administrator; zero before the first call
	search        search            // for owners, where the administrator may not ask
	accountPolicy accountPolicy
	lists         *lists // reads that keys share; nil but in a Freeze
}

// New returns a Revoker. It makes no call.
func New(o Options) (*Revoker, error) {
	o.setDefaults()
	client := o.Connection.Client().WithTimeout(o.Timeout)
	for _, service := range []string{cloud.STS, cloud.RAM, cloud.IMS} {
		if _, err := client.Endpoint(service); err != nil {
			return nil, err
		}
	}
	r := &Revoker{Options: o}
	if o.Leaked != nil {
		r.ids.set(revocation.Fingerprint(o.Leaked.ID), o.Leaked.ID)
		r.self = client.AsKey(*o.Leaked)
	}
	switch {
	case o.Admin != nil:
		r.cloud = client.As(o.Admin)
	case r.self != nil:
		r.cloud = r.self
	default:
		return nil, reason.NewError("revoke.no-credential")
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
}

// now is the time by the service's clock, which the first call of every plan and run (to STS) reveals.
func (r *Revoker) now() time.Time { return r.cloud.Now() }

// whoAmI asks STS once who the administrator is, and refuses any account but the one in the options.
func (r *Revoker) whoAmI(ctx context.Context) error {
	if r.me.AccountID != "" {
		return nil
	}
	me, err := r.cloud.GetCallerIdentity(ctx)
	if err != nil && !cloud.IsRefusal(err) && ctx.Err() == nil { // nothing can be done without it, so one bad answer must not end all
		me, err = r.cloud.GetCallerIdentity(ctx)
	}
	switch {
	case r.cloud == r.self && isOff(err):
		return &reason.Error{Reason: reason.New("revoke.leaked-key-off", err), Hint: reason.New("revoke.leaked-key-off-hint"), Err: err}
	case err != nil:
		return change.FailCall(reason.New("revoke.asking-administrator", err), err)
	case r.Account != "" && r.Account != me.AccountID:
		return change.Fail(reason.New("revoke.wrong-account", me.AccountID, r.Account), reason.New("revoke.wrong-account-hint"))
	}
	r.me = me
	return nil
}

// Identify returns who the administrator is. It asks once, and refuses any account but the one in the options.
func (r *Revoker) Identify(ctx context.Context) (verifier.Identity, error) {
	err := r.whoAmI(ctx)
	return r.me, err
}

// isOff reports whether a credential was refused because its key is disabled or deleted.
func isOff(err error) bool {
	code := cloud.Code(err)
	return code == "InvalidAccessKeyId.Inactive" || code == "InvalidAccessKeyId.NotFound"
}

// isRoot reports whether the administrator acts with a key of the account itself.
func (r *Revoker) isRoot() bool { return r.me.Root() }
