package survey

import (
	"context"
	"slices"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/internal/read"
)

func trailQuestions() []*question {
	all := []*question{
		{
			Ask: ask(cloud.ActionTrail, "DescribeTrails"), right: "actiontrail:DescribeTrails", rank: rankFirst,
			run: readTrails, then: func(r *reader, _ target) {
				for _, t := range r.s.Trails.Trails {
					r.ask(r.find(cloud.ActionTrail, "GetTrailStatus"), target{about: t.Name, of: t.Region})
				}
			},
		},
		{
			Ask: ask(cloud.ActionTrail, "GetTrailStatus"), right: "actiontrail:GetTrailStatus", rank: rankFirst, scope: after, from: ask(cloud.ActionTrail, "DescribeTrails"),
			run: readTrailStatus,
		},
		{
			// Accounts get this call on request only. Without an answer, both regions that may hold the global events are read.
			Ask: ask(cloud.ActionTrail, "GetGlobalEventsStorageRegion"), right: "actiontrail:GetGlobalEventsStorageRegion", rank: rankFirst,
			optional: true, run: func(ctx context.Context, r *reader, _ target) (int, error) {
				region, err := read.GlobalRegion(ctx, r.client)
				if err == nil && region != "" {
					r.mu.Lock()
					defer r.mu.Unlock()
					r.s.International = region == worldHome
				}
				return 1, err
			},
		},
	}
	for _, action := range []string{read.UsageInfo, read.UsageIPs, read.UsageProducts, read.UsageResources, read.UsageEvents} {
		all = append(all, &question{
			Ask: ask(cloud.ActionTrail, action), right: "actiontrail:" + action, rank: rankFirst, scope: perLeaked,
			run: func(ctx context.Context, r *reader, t target) (int, error) {
				usage, err := read.Usage(ctx, r.client, action, r.id(t.about))
				r.mu.Lock()
				defer r.mu.Unlock()
				for _, u := range usage {
					if !slices.Contains(r.s.Usage, u) {
						r.s.Usage = append(r.s.Usage, u)
					}
				}
				return len(usage), err
			},
		})
	}
	return all
}

func readTrails(ctx context.Context, r *reader, _ target) (int, error) {
	trails, err := read.Trails(ctx, r.home())
	r.mu.Lock()
	defer r.mu.Unlock()
	r.s.Trails.Trails = trails
	return len(trails), err
}

func readTrailStatus(ctx context.Context, r *reader, t target) (int, error) {
	logging, stopped, err := read.TrailStatus(ctx, r.in(t.of), t.about)
	if err != nil {
		return 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.s.Trails.Trails {
		if trail := &r.s.Trails.Trails[i]; trail.Name == t.about {
			trail.Logging = logging
			if !stopped.IsZero() {
				trail.Stopped = stopped
			}
		}
	}
	return 1, nil
}

// user returns the user of that name, to be changed. The caller holds mu.
func (r *reader) user(name string) *account.User {
	for i := range r.s.Users {
		if r.s.Users[i].Name == name {
			return &r.s.Users[i]
		}
	}
	return &account.User{} // it was deleted meanwhile: what is written here is lost
}
