package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// providersMade asks which identity providers were made or changed: whoever controls one can log in as a role.
func providersMade() Check {
	asks := append(ask("ims", "ListSAMLProviders", "ListOIDCProviders"), events()...)
	return Check{ID: "providers", Severity: Critical, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, p := range s.Providers {
			at := p.Created
			if p.Updated.After(at) {
				at = p.Updated
			}
			out = append(out, s.suspect(Subject{Kind: kindProvider, Name: p.Name}, at, reason.New("investigate.provider", p.Kind, p.Name))...)
		}
		gone := func(m Subject) reason.Reason { return reason.New("investigate.provider-gone", m.Name) }
		return append(out, s.vanished(gone, kindProvider)...)
	}}
}
