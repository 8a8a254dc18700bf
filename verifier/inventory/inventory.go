// Package inventory says whether a leaked key is one of the owner's own. It asks with an administrator's credential for
// the key's ID alone, and never uses the leaked secret: so it also knows keys that do not work any more, or not from here.
//
// It wraps a Verifier and adds an Owner to its verdicts. IMS says at once whose an ID is; where the administrator may not
// ask it that, the keys of all users are listed, once, and the ID is looked for among them. So it is done in the
// administrator's account, and then in the other accounts of its organization, through the role that each has for that,
// where the administrator may take it on. Limits: the keys of an account itself (root) are told to the account itself
// alone, and deleted keys are nobody's.
package inventory

import (
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
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
	PerSecond int           // calls at the most; 10 if zero
}

// Over adds to next's verdicts whether the key is the owner's. It fails on an unusable endpoint, and calls nothing yet.
func Over(next verifier.Verifier, o Options) (verifier.Verifier, error) {
	l := &lookup{admin: o.Admin}
	patience := &openapi.Patience{PerSecond: o.PerSecond}
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
		client, err := openapi.New(openapi.Options{Endpoint: endpoint, RootCAs: o.RootCAs, UserAgent: o.UserAgent, Patience: patience})
		if err != nil {
			return nil, fmt.Errorf("preparing the inventory: %w", err)
		}
		*service.client = client
	}
	asked := verifier.Breaker(l, 1) // keys are looked up one after the other: without a network, each would cost a timeout
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
	case v.Identity != nil && i.admin.has(v.Identity.AccountID): // STS knows more than lists do: of root, above all
		_, user, _ := strings.Cut(v.Identity.ARN, ":user/")
		v.Owner = &verifier.Owner{Ours: verifier.OursYes, AccountID: v.Identity.AccountID, User: user}
	case answer.Owner == nil:
		v.Owner = &verifier.Owner{Note: answer.Reason}
		return v
	default:
		v.Owner = answer.Owner
	}
	i.known[c.ID.Reveal()] = v.Owner
	return v
}

// lookup finds the owner of an ID. As a Verifier it can be stopped like one; its verdicts hold an Owner, or the reason
// why there is none.
type lookup struct {
	admin                    Admin
	sts, ram, ims, directory *openapi.Client

	me      verifier.Identity // once it is known
	here    account           // the administrator's
	members []*account        // the others of the organization; nil if not asked for yet
	unseen  string            // why there may be more of them; "" if not
}

// has reports whether an account is the administrator's, or another one of the organization, as far as that is known.
func (l *lookup) has(id string) bool {
	return id != "" && (id == l.me.AccountID || slices.ContainsFunc(l.members, func(a *account) bool { return a.id == id }))
}

// Verify looks for the ID.
func (l *lookup) Verify(ctx context.Context, c rules.Credential) verifier.Verdict {
	if l.admin.Owns(c.ID) {
		return verifier.Verdict{Status: verifier.Unknown, Reason: reason.Text("this is the administrator's own key: take another one for the inventory")}
	}
	cred, err := l.admin.Get(ctx)
	if err == nil && l.me.AccountID == "" {
		l.me, err = l.sts.GetCallerIdentity(ctx, cred)
	}
	if err != nil {
		return failed("asking who the administrator is", err)
	}
	l.here.id, l.here.credential = l.me.AccountID, cred // which may be a new one each time
	user, found, err := l.find(ctx, &l.here, c.ID)
	if err == nil && !found && l.me.Root() {
		found, err = l.root(ctx, cred, c.ID)
	}
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

// failed says why there is no answer.
func failed(doing string, err error) verifier.Verdict {
	return verifier.Verdict{
		Status: verifier.Unknown, Reason: reason.Text(fmt.Sprintf("%s: %v", doing, err)), Offline: openapi.IsUnreachable(err),
	}
}

// root looks for the ID with the account itself, which tells its keys to itself alone.
func (l *lookup) root(ctx context.Context, cred rules.Credential, id rules.Secret) (found bool, err error) {
	keys, err := l.ims.IdentityKeys(ctx, cred, "")
	for _, k := range keys {
		found = found || k.ID.Reveal() == id.Reveal()
	}
	return found, err
}
