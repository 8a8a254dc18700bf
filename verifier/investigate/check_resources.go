package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// resourcesMade asks what else was made, of all services.
func resourcesMade() Check {
	asks := append(ask("resourcecenter", "SearchResources"), events()...)
	return Check{ID: "resources", Severity: Medium, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, r := range s.Resources {
			subject := Subject{Kind: kindResource, Name: r.ID, Region: r.Region}
			if s.named[r.ID] {
				continue
			}
			out = append(out, s.suspect(subject, r.Created, reason.New("investigate.resource", r.Type, r.ID, r.Region))...)
		}
		return out
	}}
}
