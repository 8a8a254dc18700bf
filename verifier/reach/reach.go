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
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
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
	Timeout   time.Duration // for all keys together; none if zero
	PerSecond int           // calls at the most; 10 if zero
}

// Over adds to next's verdicts of live keys what these can do. It fails on an unusable endpoint, and calls nothing yet.
func Over(next verifier.Verifier, o Options) (verifier.Verifier, error) {
	if o.RAM == "" {
		o.RAM = openapi.EndpointRAM
	}
	r := &reacher{next: next, admin: o.Admin, timeout: o.Timeout}
	patience := &openapi.Patience{PerSecond: o.PerSecond}
	for client, endpoint := range map[**openapi.Client]string{&r.sts: o.STS, &r.ram: o.RAM} {
		var err error
		*client, err = openapi.New(openapi.Options{Endpoint: endpoint, RootCAs: o.RootCAs, UserAgent: o.UserAgent, Patience: patience})
		if err != nil {
			return nil, fmt.Errorf("preparing to read policies: %w", err)
		}
	}
	return r, nil
}

type reacher struct {
	next     verifier.Verifier
	admin    Admin
	sts, ram *openapi.Client
	timeout  time.Duration

	mu   sync.Mutex        // held while the policies of a key are read: one at a time
	me   verifier.Identity // the administrator, once that is known
	ends time.Time         // when the time for all keys is used up; zero before the first
	down error             // why a service could not be reached; it is not tried again then
}

// Verify is next's verdict, and what the key can do.
func (r *reacher) Verify(ctx context.Context, c rules.Credential) verifier.Verdict {
	v := r.next.Verify(ctx, c)
	switch {
	case v.Status != verifier.Live || v.Identity == nil:
	case v.Identity.Root():
		v.Reach = &verifier.Reach{Can: []reason.Reason{reason.Text("do everything in the account, and with the account: it is root")}, Limits: reason.Text("no policy limits root")}
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
		return unknown("%v; not asked again", r.down)
	}
	limited, cancel := r.limit(ctx)
	defer cancel()
	out, err := r.read(limited, c, i)
	switch {
	case err == nil:
		return out
	case ctx.Err() != nil:
		return unknown("stopped before its policies were read")
	case limited.Err() != nil:
		return unknown("the time for reading policies (%s) was used up", r.timeout)
	case openapi.IsUnreachable(err):
		r.down = err
	}
	return unknown("%v", err)
}

func unknown(format string, args ...any) *verifier.Reach {
	return &verifier.Reach{Limits: reason.Text("not known: " + fmt.Sprintf(format, args...))}
}

// limit ends ctx when the time for all keys is used up, which begins with the first.
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
	cred, err := r.asking(ctx, c, i)
	if err != nil {
		return nil, err
	}
	policies, err := r.policies(ctx, cred, i)
	if err != nil {
		return nil, fmt.Errorf("its policies cannot be read: %w", err)
	}
	documents, err := r.documents(ctx, cred, policies)
	if err != nil {
		return nil, fmt.Errorf("its policies cannot be read: %w", err)
	}
	unread := len(policies) - len(documents)
	out := &verifier.Reach{Limits: reason.Text(limits)}
	for _, can := range words(documents) {
		out.Can = append(out.Can, reason.Text(can))
	}
	if len(out.Can) == 0 && unread == 0 {
		out.Can = []reason.Reason{reason.Text("none of what akguard asks about")}
	}
	if unread > 0 {
		out.Limits = reason.Text(fmt.Sprintf("%d of its %d policies cannot be read, so it may do more; %s", unread, len(policies), limits))
	}
	return out, nil
}

// asking returns the credential that asks: the administrator's, if it is of the key's account.
func (r *reacher) asking(ctx context.Context, c rules.Credential, i verifier.Identity) (rules.Credential, error) {
	if r.admin == nil {
		return c, nil
	}
	cred, err := r.admin.Get(ctx)
	if err == nil && r.me.AccountID == "" {
		r.me, err = r.sts.GetCallerIdentity(ctx, cred)
	}
	switch {
	case err != nil:
		return cred, fmt.Errorf("asking who the administrator is: %w", err)
	case r.me.AccountID != i.AccountID:
		return cred, fmt.Errorf("the key is of account %s, and the administrator of %s", i.AccountID, r.me.AccountID)
	}
	return cred, nil
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

// documents reads the policies, and leaves out those that cannot be read.
func (r *reacher) documents(ctx context.Context, cred rules.Credential, policies []openapi.Policy) ([]document, error) {
	var documents []document
	for _, p := range policies {
		got, err := r.ram.GetPolicy(ctx, cred, p.Type, p.Name)
		if err != nil && (ctx.Err() != nil || openapi.IsUnreachable(err)) {
			return nil, err
		}
		var d document
		if err == nil && json.Unmarshal([]byte(got.Document), &d) == nil {
			documents = append(documents, d)
		}
	}
	return documents, nil
}
