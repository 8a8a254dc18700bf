package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// serviceCredentials asks for a kind of back door that no list of AccessKeys shows.
func serviceCredentials() Check {
	asks := append(ask("ims", "ListUsers", "ListServiceCredentials"), events()...)
	return Check{ID: "service-credentials", Severity: Critical, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, u := range s.Users {
			for _, c := range u.Services {
				subject := Subject{Kind: kindService, Name: c.ID, Of: u.Name}
				out = append(out, s.suspect(subject, c.Created, reason.New("investigate.service-credential", c.ID, u.Name, c.Service))...)
			}
		}
		return out
	}}
}
