// Package inventory says whether a leaked key is one of the owner's own. It asks with an administrator's credential for
// the key's ID alone, and never uses the leaked secret: so it also knows keys that do not work any more, or not from here.
//
// It wraps a Verifier and adds an Owner to its verdicts. Of the administrator's account it asks IMS whose the ID is,
// which one call answers; where it may not ask that, it lists the keys of every user, once. Then come the other accounts
// of the resource directory, through the role that each has for that, where the administrator may take it on. Limits:
// the keys of an account itself (root) are told to the account itself alone, deleted keys are nobody's, and in a member
// account the listing is left out.
package inventory

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/internal/openapi"
)

// Admin is an administrator's credential.
type Admin interface {
	Get(ctx context.Context) (rules.Credential, error)
	// Owns reports whether the ID is its own, or that of the key behind it.
	Owns(id rules.Secret) bool
}

// Endpoints say where the services are. Empty ones are the public ones.
type Endpoints struct {
	STS, RAM, IMS, ResourceManager string
}

// Options say who asks, and where. Admin is required.
type Options struct {
	Admin     Admin
	Endpoints Endpoints
	RootCAs   *x509.CertPool // the system's if nil
	UserAgent string
	Timeout   time.Duration // for all keys together; none if zero
}

// What is asked, how often: RAM and IMS take ten calls a second.
const (
	callsPerSecond = 10
	retries        = 3
	retryPause     = 500 * time.Millisecond
)

// Over adds to next's verdicts whether the key is the owner's. It fails on an unusable endpoint, and calls nothing yet.
func Over(next verifier.Verifier, o Options) (verifier.Verifier, error) {
	l := &lookup{admin: o.Admin}
	e := o.Endpoints
	for _, service := range []struct {
		client        **openapi.Client
		given, public string
	}{
		{&l.sts, e.STS, openapi.EndpointSTS}, {&l.ram, e.RAM, openapi.EndpointRAM},
		{&l.ims, e.IMS, openapi.EndpointIMS}, {&l.directory, e.ResourceManager, openapi.EndpointResourceManager},
	} {
		endpoint := service.given
		if endpoint == "" {
			endpoint = service.public
		}
		client, err := openapi.New(openapi.Options{Endpoint: endpoint, RootCAs: o.RootCAs, UserAgent: o.UserAgent})
		if err != nil {
			return nil, fmt.Errorf("preparing the inventory: %w", err)
		}
		*service.client = client
	}
	asked := verifier.Retry(verifier.Limit(l, verifier.Rate{PerSecond: callsPerSecond}), retries, retryPause)
	asked = verifier.Breaker(asked, 1) // keys are looked up one after the other: without a network, each would cost a timeout
	asked = verifier.Budget(asked, o.Timeout)
	return &inventory{next: next, admin: l, lookup: asked, known: map[string]*verifier.Owner{}}, nil
}

type inventory struct {
	next, lookup verifier.Verifier
	admin        *lookup // behind lookup

	mu    sync.Mutex // held while a key is looked up: one at a time
	known map[string]*verifier.Owner
}

// Verify is next's verdict, and whose the key is.
func (i *inventory) Verify(ctx context.Context, c rules.Credential) verifier.Verdict {
	v := i.next.Verify(ctx, c)
	if c.ID.IsZero() || c.Type != rules.AccessKey && c.Type != rules.AccessKeyID {
		return v
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if owner := i.known[c.ID.Reveal()]; owner != nil {
		v.Owner = owner
		return v
	}
	answer := i.lookup.Verify(ctx, c)
	switch {
	case v.Identity.Root() && v.Identity.AccountID == i.admin.me.AccountID: // which no list shows
		v.Owner = &verifier.Owner{Ours: verifier.OursYes, AccountID: v.Identity.AccountID}
	case answer.Owner == nil:
		v.Owner = &verifier.Owner{Note: answer.Reason}
		return v
	default:
		v.Owner = answer.Owner
	}
	i.known[c.ID.Reveal()] = v.Owner
	return v
}

// lookup finds the owner of an ID. As a Verifier it can be limited and repeated like one; its verdicts hold an Owner, or
// the reason why there is none.
type lookup struct {
	admin                    Admin
	sts, ram, ims, directory *openapi.Client

	me      verifier.Identity // once it is known
	listed  map[string]string // users by the ID of their keys; nil if not listed
	members []account         // of the resource directory; nil if not asked for yet
	missed  int               // accounts of it that could not be looked into
}

// account is another account, with a credential for it.
type account struct {
	id         string
	credential rules.Credential
}

// Verify looks for the ID.
func (l *lookup) Verify(ctx context.Context, c rules.Credential) verifier.Verdict {
	if l.admin.Owns(c.ID) {
		return unknown("this is the administrator's own key: take another one for the inventory")
	}
	cred, err := l.admin.Get(ctx)
	if err == nil && l.me.AccountID == "" {
		l.me, err = l.sts.GetCallerIdentity(ctx, cred)
	}
	if err != nil {
		return failed("asking who the administrator is", err)
	}
	user, found, err := l.here(ctx, cred, c.ID)
	switch {
	case err != nil:
		return failed("asking whose the key is", err)
	case found:
		return owned(l.me.AccountID, user)
	}
	return l.elsewhere(ctx, cred, c.ID)
}

func owned(account, user string) verifier.Verdict {
	return verifier.Verdict{Owner: &verifier.Owner{Ours: verifier.OursYes, AccountID: account, User: user}}
}

func unknown(reason string) verifier.Verdict {
	return verifier.Verdict{Status: verifier.Unknown, Reason: reason}
}

// failed says why there is no answer, and whether there may be one the next time.
func failed(doing string, err error) verifier.Verdict {
	v := unknown(fmt.Sprintf("%s: %v", doing, err))
	v.Transient = openapi.IsThrottled(err)
	var e *openapi.Error
	v.Offline = errors.As(err, &e) && e.Unreachable
	return v
}

// here looks for the ID in the administrator's account.
func (l *lookup) here(ctx context.Context, cred rules.Credential, id rules.Secret) (user string, found bool, err error) {
	if l.listed == nil {
		u, err := l.ims.IdentityOfKey(ctx, cred, id)
		switch {
		case err == nil:
			return u.Login(), true, nil
		case openapi.IsAbsent(err):
			return l.root(ctx, cred, id)
		case !openapi.IsDenied(err):
			return "", false, err
		}
		if l.listed, err = l.list(ctx, cred); err != nil {
			l.listed = nil
			return "", false, err
		}
	}
	if user, found = l.listed[id.Reveal()]; found {
		return user, true, nil
	}
	return l.root(ctx, cred, id)
}

// root looks for the ID with the account itself, which tells its keys to itself alone.
func (l *lookup) root(ctx context.Context, cred rules.Credential, id rules.Secret) (user string, found bool, err error) {
	if !l.me.Root() {
		return "", false, nil
	}
	keys, err := l.ims.IdentityKeys(ctx, cred, "")
	for _, k := range keys {
		found = found || k.ID.Reveal() == id.Reveal()
	}
	return "", found, err
}

// list returns the users of all keys.
func (l *lookup) list(ctx context.Context, cred rules.Credential) (map[string]string, error) {
	users, err := l.ram.ListUsers(ctx, cred)
	if err != nil {
		return nil, err
	}
	listed := map[string]string{}
	for _, u := range users {
		keys, err := l.ram.ListAccessKeys(ctx, cred, u.Name)
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			listed[k.ID.Reveal()] = u.Name
		}
	}
	return listed, nil
}
