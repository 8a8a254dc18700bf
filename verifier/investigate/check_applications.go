package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// applicationsMade asks which OAuth applications were made, or got a secret.
func applicationsMade() Check {
	asks := append(ask("ims", "ListApplications", "ListAppSecretIds"), events()...)
	return Check{ID: "applications", Severity: High, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, a := range s.Applications {
			at := a.Created
			for _, secret := range a.Secrets {
				if secret.After(at) {
					at = secret
				}
			}
			out = append(out, s.suspect(Subject{Kind: kindApplication, Name: a.ID}, at, reason.New("investigate.application", a.ID, a.Name))...)
		}
		gone := func(m Subject) reason.Reason { return reason.New("investigate.application", m.Name, "") }
		return append(out, s.vanished(gone, kindApplication)...)
	}}
}
