package revoke

import (
	"context"
	"errors"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/usage"
)

// Impact lists who uses a key, as far as Alibaba Cloud reports it.
type Impact struct {
	Target   revocation.Target `json:"target"`
	State    revocation.State  `json:"state"`
	LastUsed time.Time         `json:"lastUsed,omitzero"` // zero if never, or if it could not be read
	Service  string            `json:"service,omitempty"`
	Since    time.Time         `json:"since"` // the start of the window, by the service's clock
	Until    time.Time         `json:"until"` // its end
	usage.Answer

	NoLastUse reason.Reason `json:"noLastUse,omitzero"` // why the last use could not be read
	NoCallers reason.Reason `json:"noCallers,omitzero"` // why the events could not be read, or not all of them
}

// Unread reports whether something could not be read, so that its absence says nothing.
func (i *Impact) Unread() bool { return !i.NoLastUse.IsZero() || !i.NoCallers.IsZero() }

// Look says where and how far back Impact looks.
type Look struct {
	Last    time.Duration // up to 90 days
	Regions []string      // all that the account has opened if empty
	Ever    bool          // ask also what is remembered of the key for 400 days
}

// Impact finds out who used the key recently. The result also names what could not be read.
func (r *Revoker) Impact(ctx context.Context, s Subject, l Look) (*Impact, error) {
	if err := r.whoAmI(ctx); err != nil {
		return nil, err
	}
	owner, err := r.owner(ctx, s)
	if err != nil {
		var other *foreign
		if errors.As(err, &other) {
			err = change.Fail(reason.New("revoke.about", s.ID.String(), other.note.Text), other.note.Hint)
		}
		return nil, err
	}
	now := r.now()
	i := &Impact{Target: revocation.NewTarget(s.ID, owner), Since: now.Add(-l.Last), Until: now}
	r.ids.set(i.Target.Fingerprint, s.ID)
	if i.State, err = r.Observe(ctx, revocation.Action{Kind: revocation.Disable, Target: i.Target}); err != nil {
		return nil, err
	}
	used, err := r.lastUse(ctx, i.Target)
	if err != nil {
		i.NoLastUse = reason.Of(err)
	}
	i.LastUsed, i.Service = used.At, used.Service
	i.Answer, err = usage.Ask(ctx, r.cloud, usage.Question{ID: s.ID, From: i.Since, To: i.Until, Regions: l.Regions, Ever: l.Ever})
	i.NoCallers = i.Answer.Unread()
	return i, err
}
