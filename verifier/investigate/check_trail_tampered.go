package investigate

import (
	"slices"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// trailTampered asks who stopped, changed or deleted a trail. A trail that records again was not stopped for good.
func trailTampered() Check {
	return Check{ID: "trail-tampered", Severity: Critical, Asks: events(), judge: func(s *scene) []Evidence {
		out := s.acts(func(e account.Event) reason.Reason { return reason.New("investigate.trail-tampered", e.Name) }, "StopLogging", "DeleteTrail", "UpdateTrail")
		for i, e := range out {
			if e.What.Args()[0] == "StopLogging" && e.State == Exists && s.records(e.Subject.Name) {
				out[i].State = Harmless
			}
		}
		return out
	}}
}

// records reports whether a trail is known to record.
func (s *scene) records(trail string) bool {
	return s.states.saw(ask("actiontrail", "DescribeTrails", "GetTrailStatus")) &&
		slices.ContainsFunc(s.Trails.Trails, func(t account.Trail) bool { return t.Name == trail && t.Logging })
}
