package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// trailState asks whether a trail records the events of the account.
func trailState() Check {
	return Check{ID: "trail-state", Severity: High, Asks: ask("actiontrail", "DescribeTrails", "GetTrailStatus"), judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, t := range s.Trails.Trails {
			if !t.Logging {
				subject := Subject{Kind: kindTrail, Name: t.Name}
				maker, events := s.maker(subject)
				out = append(out, Evidence{What: reason.New("investigate.trail-off", t.Name), Subject: subject, At: t.Stopped, Events: events, Maker: maker, State: Exists})
			}
		}
		return out
	}}
}
