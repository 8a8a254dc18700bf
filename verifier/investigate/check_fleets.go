package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// fleetsMade asks for what starts instances by itself: deleting the instances does not stop it.
func fleetsMade() Check {
	asks := append(ask("ecs", "DescribeAutoProvisioningGroups"), ask("ess", "DescribeScalingGroups")...)
	return Check{ID: "fleets", Severity: Critical, Asks: append(asks, events()...), judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, f := range s.Fleets {
			subject := Subject{Kind: kindFleet, Name: f.ID, Region: f.Region}
			out = append(out, s.suspect(subject, f.Created, reason.New("investigate.fleet", f.ID, f.Region, f.Wanted))...)
		}
		gone := func(m Subject) reason.Reason { return reason.New("investigate.fleet-gone", m.Name, m.Region) }
		return append(out, s.vanished(gone, kindFleet)...)
	}}
}
