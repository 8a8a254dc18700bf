package cleanup

import (
	"context"
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/investigate"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

// Options say how to act, and with what credential. Connection and Admin are required.
type Options struct {
	Connection *connection.Connection
	Admin      revoke.Admin
	Account    string            // refuse to act in any other account; any if empty
	Known      investigate.Known // what is never touched
	Timeout    time.Duration     // for one call; 10 s if zero
}

// Cleaner plans and acts. It is for one plan at a time.
type Cleaner struct {
	keys  *revoke.Revoker // for acts on keys
	cloud *cloud.Client
	known investigate.Known
	me    verifier.Identity // zero before the first call
}

// maxKeys is more than any thief makes.
const maxKeys = 10_000

// New returns a Cleaner. It makes no call.
func New(o Options) (*Cleaner, error) {
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	keys, err := revoke.New(revoke.Options{Connection: o.Connection, Admin: o.Admin, Account: o.Account, MaxKeys: maxKeys, Timeout: o.Timeout})
	if err != nil {
		return nil, err
	}
	client := o.Connection.Client().WithTimeout(o.Timeout).As(o.Admin)
	for _, service := range []string{cloud.ECS, cloud.ActionTrail} {
		if _, err := client.Endpoint(service); err != nil {
			return nil, err
		}
	}
	return &Cleaner{keys: keys, cloud: client, known: o.Known}, nil
}

// identify asks once who acts, and refuses any account but one.
func (c *Cleaner) identify(ctx context.Context, account string) error {
	me, err := c.keys.Identify(ctx)
	if err != nil {
		return err
	}
	c.me = me
	if me.AccountID != account {
		return change.Fail(reason.New("cleanup.other-account", account, me.AccountID), reason.New("revoke.use-profile-of-account"))
	}
	return nil
}

// own reports whether a user or a role is the one that acts.
func (c *Cleaner) own(holder, name string) bool {
	_, path, _ := strings.Cut(c.me.ARN, c.me.AccountID+":")
	parts := strings.Split(path, "/")
	if len(parts) < 2 || name == "" || parts[1] != name {
		return false
	}
	return holder == revocation.ByUser && parts[0] == "user" || holder == revocation.ByRole && (parts[0] == "role" || parts[0] == "assumed-role")
}

// spare says why an action must not be made, whatever was found: it is about what acts, or about what is known.
func (c *Cleaner) spare(a revocation.Action) (reason.Reason, bool) {
	for _, who := range holders(a) {
		switch {
		case c.own(who.holder, who.name):
			return reason.New("cleanup.own"), true
		case c.known.Subject(who.subject()):
			return reason.New("cleanup.known"), true
		}
	}
	if t := a.Thing; t != nil {
		s := investigate.Subject{Name: t.Name, Region: t.Region}
		if t.Rule != nil {
			s.Of = t.Rule.ID
		}
		if c.known.Subject(s) {
			return reason.New("cleanup.known"), true
		}
	}
	return reason.Reason{}, false
}

// who is a user, group or role that an action is about.
type who struct{ holder, name string }

func (w who) subject() investigate.Subject {
	if w.holder == revocation.ByGroup {
		return investigate.Subject{Name: w.name} // among the resources
	}
	return investigate.Subject{Kind: w.holder, Name: w.name}
}

func holders(a revocation.Action) []who {
	switch a.Kind {
	case revocation.Disable, revocation.Enable:
		return []who{{revocation.ByUser, a.Target.Owner.User}}
	case revocation.DeleteLogin:
		return []who{{revocation.ByUser, a.Thing.Name}}
	case revocation.Leave, revocation.Join:
		return []who{{revocation.ByUser, a.Thing.Name}, {revocation.ByGroup, a.Thing.Of}}
	case revocation.Detach, revocation.Attach:
		return []who{{a.Thing.Holder, a.Thing.Of}}
	case revocation.SetTrust:
		return []who{{revocation.ByRole, a.Thing.Name}}
	}
	return nil
}
