// Package reach says what a leaked key that works can do: its blast radius. It reads the RAM policies of the key's owner
// and evaluates them for a list of dangerous actions. It wraps a Verifier and adds a Reach to the verdicts of live keys.
//
// It asks with an administrator's credential or, if the caller wants that, with the leaked key itself: that is one more
// use of the key, which its owner's ActionTrail records, and most keys may not read their own policies.
//
// Limits: it reads policies and tries nothing. It ignores conditions, control policies of the organization, session
// policies, and resource policies such as those of buckets. An action that is not on the list is not mentioned.
// Policies that it cannot read are counted in the answer.
package reach

import (
	"context"
	"encoding/json"
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
}

// Options say who asks. Connection is required.
type Options struct {
	Admin      Admin // nil: the leaked key itself asks
	Connection *connection.Connection
	Timeout    time.Duration // for all keys together; none if zero
}

// Over adds what live keys can do to next's verdicts. It makes no call. It fails if a service that it needs has no
// endpoint in the connection's region.
func Over(next verifier.Verifier, o Options) (verifier.Verifier, error) {
	client := o.Connection.Client()
	for _, service := range []string{cloud.STS, cloud.RAM} {
		if _, err := client.Endpoint(service); err != nil {
			return nil, err
		}
	}
	return &reacher{next: next, admin: o.Admin, client: client, timeout: o.Timeout}, nil
}

type reacher struct {
	next    verifier.Verifier
	admin   Admin
	client  *cloud.Client // without a credential
	timeout time.Duration

	mu   sync.Mutex        // held while the policies of a key are read: one at a time
	me   verifier.Identity // the administrator, once that is known
	ends time.Time         // when the time for all keys is used up; zero before the first
	down error             // why a service could not be reached; it is not tried again then
}

// Verify returns next's verdict with what the key can do.
func (r *reacher) Verify(ctx context.Context, c rules.Credential) verifier.Verdict {
	v := r.next.Verify(ctx, c)
	switch {
	case v.Status != verifier.Live || v.Identity == nil:
	case v.Identity.Root():
		v.Reach = &verifier.Reach{Can: []reason.Reason{reason.New("reach.root")}, Limits: reason.New("reach.no-limits")}
	default:
		v.Reach = r.reach(ctx, c, *v.Identity)
	}
	return v
}

// reach reads the policies of a user or a role, while there is time.
func (r *reacher) reach(ctx context.Context, c rules.Credential, i verifier.Identity) *verifier.Reach {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.down != nil {
		return unknown(reason.New("verifier.not-asked-again", r.down))
	}
	limited, cancel := r.limit(ctx)
	defer cancel()
	out, err := r.read(limited, c, i)
	switch {
	case err == nil:
		return out
	case ctx.Err() != nil:
		return unknown(reason.New("reach.stopped"))
	case limited.Err() != nil:
		return unknown(reason.New("reach.time-used-up", r.timeout))
	case cloud.IsUnreachable(err):
		r.down = err
	}
	return unknown(reason.Of(err))
}

func unknown(why reason.Reason) *verifier.Reach {
	return &verifier.Reach{Limits: reason.New("reach.unknown", why)}
}

// limit ends ctx when the time for all keys is used up, which starts with the first key.
func (r *reacher) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if r.timeout <= 0 {
		return context.WithCancel(ctx)
	}
	if r.ends.IsZero() {
		r.ends = time.Now().Add(r.timeout)
	}
	return context.WithDeadline(ctx, r.ends)
}

func (r *reacher) read(ctx context.Context, c rules.Credential, i verifier.Identity) (*verifier.Reach, error) {
	client, err := r.asking(ctx, c, i)
	if err != nil {
		return nil, err
	}
	policies, err := policiesOf(ctx, client, i)
	if err != nil {
		return nil, reason.NewError("reach.unreadable", err)
	}
	documents, err := read(ctx, client, policies)
	if err != nil {
		return nil, reason.NewError("reach.unreadable", err)
	}
	unread := len(policies) - len(documents)
	out := &verifier.Reach{Can: allowed(documents), Limits: reason.New("reach.limits")}
	if len(out.Can) == 0 && unread == 0 {
		out.Can = []reason.Reason{reason.New("reach.nothing")}
	}
	if unread > 0 {
		out.Limits = reason.New("reach.unread-policies", unread, len(policies), out.Limits)
	}
	return out, nil
}

// asking returns the client that asks: the administrator's, if that is of the key's account.
func (r *reacher) asking(ctx context.Context, c rules.Credential, i verifier.Identity) (*cloud.Client, error) {
	if r.admin == nil {
		return r.client.AsKey(c), nil
	}
	client := r.client.As(r.admin)
	if r.me.AccountID == "" {
		var err error
		if r.me, err = client.GetCallerIdentity(ctx); err != nil {
			return nil, reason.NewError("inventory.asking-administrator", err)
		}
	}
	if r.me.AccountID != i.AccountID {
		return nil, reason.NewError("reach.another-account", i.AccountID, r.me.AccountID)
	}
	return client, nil
}

// policiesOf lists the policies of the owner of a key, including those of its groups.
func policiesOf(ctx context.Context, client *cloud.Client, i verifier.Identity) ([]cloud.Policy, error) {
	_, path, _ := strings.Cut(i.ARN, i.AccountID+":")
	kind, name, _ := strings.Cut(path, "/")
	name, _, _ = strings.Cut(name, "/") // a role's ARN goes on with its session
	switch {
	case name == "":
		return nil, reason.NewError("reach.odd-owner")
	case i.Type == verifier.TypeRole || kind == "role":
		return client.ListPoliciesForRole(ctx, name)
	}
	all, err := client.ListPoliciesForUser(ctx, name)
	if err != nil {
		return nil, err
	}
	groups, err := client.ListGroupsForUser(ctx, name)
	for _, group := range groups {
		policies, err := client.ListPoliciesForGroup(ctx, group)
		if err != nil {
			return nil, err
		}
		all = append(all, policies...)
	}
	return all, err
}

// read returns the documents of the policies, without those that cannot be read.
func read(ctx context.Context, client *cloud.Client, policies []cloud.Policy) ([]document, error) {
	var documents []document
	for _, p := range policies {
		got, err := client.GetPolicy(ctx, p.Type, p.Name)
		if err != nil && (ctx.Err() != nil || cloud.IsUnreachable(err)) {
			return nil, err
		}
		var d document
		if err == nil && json.Unmarshal([]byte(got.Document), &d) == nil {
			documents = append(documents, d)
		}
	}
	return documents, nil
}
