package revoke

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// Caller is a user of a key, or somebody who tries to be one: calls to one service from one address by one program.
type Caller struct {
	Service   string    `json:"service"`
	SourceIP  string    `json:"sourceIp"`
	UserAgent string    `json:"userAgent"`
	Calls     int       `json:"calls"`
	Failed    int       `json:"failed"` // how many of them were refused, for instance because the key is inactive
	Last      time.Time `json:"last"`
}

// Impact lists who uses a key, as far as Alibaba Cloud reports it.
type Impact struct {
	Target   Target    `json:"target"`
	State    State     `json:"state"`
	LastUsed time.Time `json:"lastUsed,omitzero"` // zero if never, or if it could not be read
	Service  string    `json:"service,omitempty"`
	Callers  []Caller  `json:"callers"`          // the busiest first
	Since    time.Time `json:"since"`            // the start of the window, by the service's clock
	Until    time.Time `json:"until"`            // its end
	Region   string    `json:"region,omitempty"` // the only one whose ActionTrail was asked; a host if an endpoint was named
	Partial  bool      `json:"partial"`          // there are older events that were not read

	NoLastUse reason.Reason `json:"noLastUse,omitzero"` // why the last use could not be read
	NoCallers reason.Reason `json:"noCallers,omitzero"` // why the events could not be read, or not all of them
}

// Unread reports whether something could not be read, so that its absence says nothing.
func (i *Impact) Unread() bool { return !i.NoLastUse.IsZero() || !i.NoCallers.IsZero() }

// impactPages is how many pages of 50 events are read.
const impactPages = 6

// trailDelay is how late ActionTrail may record a call, by its documentation.
const trailDelay = 10 * time.Minute

// Impact finds out who used the key recently, up to 90 days back. The result also names what could not be read.
func (r *Revoker) Impact(ctx context.Context, s Subject, last time.Duration) (*Impact, error) {
	if err := r.whoAmI(ctx); err != nil {
		return nil, err
	}
	owner, err := r.owner(ctx, s)
	if err != nil {
		var other *foreign
		if errors.As(err, &other) {
			err = fail(reason.New("revoke.about", s.ID.String(), other.note.Text), other.note.Hint)
		}
		return nil, err
	}
	now := r.now()
	i := &Impact{Target: newTarget(s.ID, owner), Since: now.Add(-last), Until: now, Callers: []Caller{}}
	i.Region = r.cloud.Region(cloud.ActionTrail)
	r.ids.set(i.Target.Fingerprint, s.ID)
	if i.State, err = r.observe(ctx, Action{Kind: Disable, Target: i.Target}); err != nil {
		return nil, err
	}
	used, err := r.lastUse(ctx, i.Target)
	if err != nil {
		i.NoLastUse = reason.Of(err)
	}
	i.LastUsed, i.Service = used.At, used.Service
	if err := r.callers(ctx, s.ID, i); err != nil {
		i.NoCallers = reason.Of(err)
	}
	return i, ctx.Err()
}

// callers counts the events of the key.
func (r *Revoker) callers(ctx context.Context, id rules.Secret, i *Impact) error {
	found := make(map[Caller]*Caller)
	l := cloud.Lookup{Key: "EventAccessKeyId", Value: id, From: i.Since, To: i.Until}
	var failed error
	for range impactPages {
		events, next, err := r.cloud.LookupEvents(ctx, l)
		if failed = err; err != nil {
			break
		}
		for _, e := range events {
			count(found, e)
		}
		if l.Next = next; next == "" {
			break
		}
	}
	i.Partial = l.Next != ""
	for _, c := range found {
		i.Callers = append(i.Callers, *c)
	}
	slices.SortFunc(i.Callers, func(a, b Caller) int {
		return cmp.Or(b.Calls-a.Calls, b.Last.Compare(a.Last), cmp.Compare(a.Service+a.SourceIP+a.UserAgent, b.Service+b.SourceIP+b.UserAgent))
	})
	return failed
}

// Delay returns how late a call may be recorded.
func (i *Impact) Delay() time.Duration { return trailDelay }

func count(found map[Caller]*Caller, e cloud.Event) {
	key := Caller{Service: e.Service, SourceIP: e.SourceIP, UserAgent: e.UserAgent}
	c, ok := found[key]
	if !ok {
		c = &Caller{Service: e.Service, SourceIP: e.SourceIP, UserAgent: e.UserAgent}
		found[key] = c
	}
	c.Calls++
	if e.Error != "" {
		c.Failed++
	}
	if e.Time.After(c.Last) {
		c.Last = e.Time
	}
}
