// Package inventory says whether a leaked key is one of the owner's own. It asks about the key's ID alone, with an
// administrator's credential, and never uses the leaked secret. So it also recognises keys that no longer work, or do not
// work from this machine.
//
// It wraps a Verifier and adds an Owner to its verdicts. IMS knows the user of an ID; if the administrator may not
// ask IMS, all keys of all users are listed once, and the ID is looked up among them. It does so in the administrator's
// account first, then in the other accounts of its organization whose access role the administrator may assume.
//
// Limits: only the account itself can list its own (root) keys, and deleted keys belong to nobody.
package inventory

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// Admin is an administrator's credential.
type Admin interface {
	Get(ctx context.Context) (rules.Credential, error)
	// Owns reports whether the ID is its own, or that of the key with which its role is assumed.
	Owns(id rules.Secret) bool
}

// Options say who asks. Admin and Connection are required.
type Options struct {
	Admin      Admin
	Connection *connection.Connection
	Timeout    time.Duration // for all keys together; none if zero
}

// Over adds to next's verdicts whether the key is the owner's. It makes no call. It fails if a service that it needs has
// no endpoint in the connection's region.
func Over(next verifier.Verifier, o Options) (verifier.Verifier, error) {
	client := o.Connection.Client()
	for _, service := range []string{cloud.STS, cloud.IMS, cloud.RAM} {
		if _, err := client.Endpoint(service); err != nil {
			return nil, err
		}
	}
	l := &lookup{admin: o.Admin, client: client}
	l.here.client = client.As(o.Admin)
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

// Verify returns next's verdict with the key's owner.
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

// lookup finds the owner of an ID. It is a Verifier so that Breaker and Budget can stop it; its verdicts hold an Owner, or
// the reason why there is none.
type lookup struct {
	admin  Admin
	client *cloud.Client

	me      verifier.Identity // once it is known
	here    account           // the administrator's
	members []*account        // the others of the organization; nil before they are listed
	unseen  bool              // there may be more of them, which the administrator may not list
}

// has reports whether an account is the administrator's or another one of its organization, as far as is known.
func (l *lookup) has(id string) bool {
	return id != "" && (id == l.me.AccountID || slices.ContainsFunc(l.members, func(a *account) bool { return a.id == id }))
}

// Verify looks the ID up.
func (l *lookup) Verify(ctx context.Context, c rules.Credential) verifier.Verdict {
	if l.admin.Owns(c.ID) {
		return verifier.Verdict{Status: verifier.Unknown, Reason: reason.New("inventory.own-key")}
	}
	if l.me.AccountID == "" {
		var err error
		if l.me, err = l.here.client.GetCallerIdentity(ctx); err != nil {
			return failed(reason.New("inventory.asking-administrator", err), err)
		}
		l.here.id = l.me.AccountID
	}
	user, found, err := l.find(ctx, &l.here, c.ID)
	if err == nil && !found && l.me.Root() {
		found, err = l.root(ctx, c.ID)
	}
	switch {
	case err != nil:
		return failed(reason.New("inventory.asking-owner", err), err)
	case found:
		return owned(l.me.AccountID, user)
	}
	return l.elsewhere(ctx, c.ID)
}

func owned(account, user string) verifier.Verdict {
	return verifier.Verdict{Owner: &verifier.Owner{Ours: verifier.OursYes, AccountID: account, User: user}}
}

// failed is the verdict for a lookup without an answer.
func failed(why reason.Reason, err error) verifier.Verdict {
	return verifier.Verdict{Status: verifier.Unknown, Reason: why, Offline: cloud.IsUnreachable(err)}
}

// root looks the ID up among the account's own keys, which only the account itself can list.
func (l *lookup) root(ctx context.Context, id rules.Secret) (found bool, err error) {
	keys, err := l.here.client.IdentityKeys(ctx, "")
	for _, k := range keys {
		found = found || k.ID.Reveal() == id.Reveal()
	}
	return found, err
}
