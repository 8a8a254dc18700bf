package revoke

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/internal/openapi"
)

// Caller is who uses, or tries to use, a key: calls of one service from one address by one program.
type Caller struct {
	Service   string    `json:"service"`
	SourceIP  string    `json:"sourceIp"`
	UserAgent string    `json:"userAgent"`
	Calls     int       `json:"calls"`
	Failed    int       `json:"failed"` // of them: refused, for instance because the key is inactive
	Last      time.Time `json:"last"`
}

// Impact is who needs a key, as far as Alibaba Cloud tells.
type Impact struct {
	Target   Target    `json:"target"`
	State    State     `json:"state"`
	LastUsed time.Time `json:"lastUsed,omitzero"` // zero if never, or not told
	Service  string    `json:"service,omitempty"`
	Callers  []Caller  `json:"callers"` // the busiest first
	Since    time.Time `json:"since"`   // from when on events were looked at
	Partial  bool      `json:"partial"` // there are more events than were looked at
	Missing  []string  `json:"missing,omitempty"`
}

const (
	impactPages = 6                      // of 50 events
	trailPause  = 500 * time.Millisecond // ActionTrail answers two calls a second
)

// Impact finds out who uses the key since a time, at the most 90 days ago. What may not be read is said in Missing.
func (r *Revoker) Impact(ctx context.Context, s Subject, since time.Time) (*Impact, error) {
	if err := r.whoAmI(ctx); err != nil {
		return nil, err
	}
	owner, err := r.owner(ctx, s)
	if err != nil {
		var other *foreign
		if errors.As(err, &other) {
			err = hinted(other.note.Hint, "%s: %w", s.ID, err)
		}
		return nil, err
	}
	i := &Impact{Target: newTarget(s.ID, owner), Since: since, Callers: []Caller{}}
	r.ids[i.Target.Fingerprint] = s.ID.Reveal()
	if i.State, err = r.observe(ctx, Action{Kind: Disable, Target: i.Target}); err != nil {
		return nil, err
	}
	used, err := r.lastUse(ctx, i.Target)
	if err != nil {
		i.Missing = append(i.Missing, "last use: "+err.Error())
	}
	i.LastUsed, i.Service = used.At, used.Service
	if err := r.callers(ctx, s.ID, i); err != nil {
		i.Missing = append(i.Missing, "ActionTrail: "+err.Error())
	}
	return i, ctx.Err()
}

// callers counts the events of the key.
func (r *Revoker) callers(ctx context.Context, id rules.Secret, i *Impact) error {
	found := make(map[Caller]*Caller)
	l := openapi.Lookup{Key: "EventAccessKeyId", Value: id, From: i.Since, To: r.Now()}
	for page := range impactPages {
		if page > 0 {
			if err := r.Pause(ctx, trailPause); err != nil {
				return err
			}
		}
		events, next, err := r.events(ctx, l)
		if err != nil {
			return err
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
	return nil
}

func (r *Revoker) events(ctx context.Context, l openapi.Lookup) (events []openapi.Event, next string, err error) {
	events, err = read(ctx, r.cloud, func(cred rules.Credential) (events []openapi.Event, err error) {
		events, next, err = r.cloud.trail.LookupEvents(ctx, cred, l)
		return events, err
	})
	return events, next, err
}

func count(found map[Caller]*Caller, e openapi.Event) {
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
