// Package reach says in plain words what a leaked key that works can do: its blast radius. It reads the RAM policies of
// the key's owner and asks them about a list of actions that people fear. It wraps a Verifier and adds a Reach to the
// verdicts of live keys.
//
// It asks with an administrator's credential or, if the caller wants that, with the leaked key itself: that is one more
// use of it, which its owner's ActionTrail records, and most keys may not read their own policies.
//
// Limits: it reads policies, it does not try anything. It does not weigh conditions, control policies of the
// organization, the policy of a session, nor what buckets, keys and the like allow by themselves; and an action that is
// not on the list is not mentioned. What it cannot read it says.
package reach

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/internal/openapi"
)

// limits go with every answer.
const limits = "by its policies in RAM: conditions, control policies and what resources allow by themselves are not weighed"

// Admin is an administrator's credential.
type Admin interface {
	Get(ctx context.Context) (rules.Credential, error)
}

// Options say who asks, and where.
type Options struct {
	Admin     Admin          // nil: the leaked key itself asks
	STS, RAM  string         // endpoints; the public ones if empty
	RootCAs   *x509.CertPool // the system's if nil
	UserAgent string
}

// Over adds to next's verdicts of live keys what these can do. It fails on an unusable endpoint, and calls nothing yet.
func Over(next verifier.Verifier, o Options) (verifier.Verifier, error) {
	if o.RAM == "" {
		o.RAM = openapi.EndpointRAM
	}
	r := &reacher{next: next, admin: o.Admin}
	for client, endpoint := range map[**openapi.Client]string{&r.sts: o.STS, &r.ram: o.RAM} {
		var err error
		if *client, err = openapi.New(openapi.Options{Endpoint: endpoint, RootCAs: o.RootCAs, UserAgent: o.UserAgent}); err != nil {
			return nil, fmt.Errorf("preparing to read policies: %w", err)
		}
	}
	return r, nil
}

type reacher struct {
	next     verifier.Verifier
	admin    Admin
	sts, ram *openapi.Client

	mu   sync.Mutex // held while the policies of a key are read: one at a time, because RAM takes few calls
	down error      // why a service could not be reached; it is not tried again then
}

// Verify is next's verdict, and what the key can do.
func (r *reacher) Verify(ctx context.Context, c rules.Credential) verifier.Verdict {
	v := r.next.Verify(ctx, c)
	switch {
	case v.Status != verifier.Live || v.Identity == nil:
	case v.Identity.Root():
		v.Reach = &verifier.Reach{Can: "do everything in the account, and with the account: it is root", Limits: "no policy limits root"}
	default:
		v.Reach = r.reach(ctx, c, *v.Identity)
	}
	return v
}

// reach reads the policies of a user or a role.
func (r *reacher) reach(ctx context.Context, c rules.Credential, i verifier.Identity) *verifier.Reach {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.down != nil {
		return &verifier.Reach{Limits: fmt.Sprintf("not known: %v; not asked again", r.down)}
	}
	cred, err := r.asking(ctx, c, i)
	if err != nil {
		r.note(err)
		return &verifier.Reach{Limits: "not known: " + err.Error()}
	}
	policies, err := r.policies(ctx, cred, i)
	if err != nil {
		r.note(err)
		return &verifier.Reach{Limits: fmt.Sprintf("not known: its policies cannot be read: %v", err)}
	}
	documents, unread := r.documents(ctx, cred, policies)
	can := strings.Join(words(documents), "; ")
	if can == "" && unread == 0 {
		can = "none of what akguard asks about"
	}
	out := &verifier.Reach{Can: can, Limits: limits}
	if unread > 0 {
		out.Limits = fmt.Sprintf("%d of its %d policies cannot be read, so it may do more; %s", unread, len(policies), limits)
	}
	return out
}

// note remembers that a service is out of reach.
func (r *reacher) note(err error) {
	var e *openapi.Error
	if errors.As(err, &e) && e.Unreachable {
		r.down = err
	}
}

// asking returns the credential that asks: the administrator's, if it is of the key's account.
func (r *reacher) asking(ctx context.Context, c rules.Credential, i verifier.Identity) (rules.Credential, error) {
	if r.admin == nil {
		return c, nil
	}
	cred, err := r.admin.Get(ctx)
	if err != nil {
		return cred, err
	}
	me, err := r.sts.GetCallerIdentity(ctx, cred)
	if err == nil && me.AccountID != i.AccountID {
		err = fmt.Errorf("the key is of account %s, and the administrator of %s", i.AccountID, me.AccountID)
	}
	return cred, err
}

// policies lists what is attached to the owner of the key, and to its groups.
func (r *reacher) policies(ctx context.Context, cred rules.Credential, i verifier.Identity) ([]openapi.Policy, error) {
	_, path, _ := strings.Cut(i.ARN, i.AccountID+":")
	kind, name, _ := strings.Cut(path, "/")
	name, _, _ = strings.Cut(name, "/") // a role's ARN goes on with its session
	switch {
	case name == "":
		return nil, errors.New("its owner is neither a user nor a role")
	case i.Type == verifier.TypeRole || kind == "role":
		return r.ram.ListPoliciesForRole(ctx, cred, name)
	}
	all, err := r.ram.ListPoliciesForUser(ctx, cred, name)
	if err != nil {
		return nil, err
	}
	groups, err := r.ram.ListGroupsForUser(ctx, cred, name)
	for _, group := range groups {
		policies, err := r.ram.ListPoliciesForGroup(ctx, cred, group)
		if err != nil {
			return nil, err
		}
		all = append(all, policies...)
	}
	return all, err
}

// documents reads the policies, and counts those that cannot be read.
func (r *reacher) documents(ctx context.Context, cred rules.Credential, policies []openapi.Policy) (documents []document, unread int) {
	for _, p := range policies {
		var d document
		got, err := r.ram.GetPolicy(ctx, cred, p.Type, p.Name)
		if err != nil || json.Unmarshal([]byte(got.Document), &d) != nil {
			unread++
			continue
		}
		documents = append(documents, d)
	}
	return documents, unread
}
