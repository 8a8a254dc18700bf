package investigate

import (
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// trailTampered asks who stopped, changed or deleted a trail.
func trailTampered() Check {
	return Check{ID: "trail-tampered", Severity: Critical, Asks: events(), judge: func(s *scene) []Evidence {
		return s.acts(func(e account.Event) reason.Reason { return reason.New("investigate.trail-tampered", e.Name) }, "StopLogging", "DeleteTrail", "UpdateTrail")
	}}
}
