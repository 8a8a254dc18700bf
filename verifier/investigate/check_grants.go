package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// grantsMade asks which rights users, groups and roles were given.
func grantsMade() Check {
	asks := append(ask("ram", "ListPoliciesForUser", "ListPoliciesForGroup", "ListPoliciesForRole", "ListGroupsForUser"), events()...)
	return Check{ID: "grants", Severity: Critical, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, u := range s.Users {
			for _, p := range u.Policies {
				out = append(out, s.suspect(Subject{Kind: kindGrant, Name: u.Name, Of: p.Policy}, p.At, reason.New("investigate.grant-user", p.Policy, u.Name))...)
			}
			for _, g := range u.Groups {
				out = append(out, s.suspect(Subject{Kind: kindGrant, Name: u.Name, Of: g.Group}, g.Since, reason.New("investigate.grant-member", u.Name, g.Group))...)
			}
		}
		for _, g := range s.Groups {
			for _, p := range g.Policies {
				out = append(out, s.suspect(Subject{Kind: kindGroup, Name: g.Name, Of: p.Policy}, p.At, reason.New("investigate.grant-group", p.Policy, g.Name))...)
			}
		}
		for _, r := range s.Roles {
			for _, p := range r.Policies {
				out = append(out, s.suspect(Subject{Kind: kindRole, Name: r.Name, Of: p.Policy}, p.At, reason.New("investigate.grant-role", p.Policy, r.Name))...)
			}
		}
		gone := func(m Subject) reason.Reason { return reason.New("investigate.grant-gone", m.Of, m.Name) }
		return append(out, s.vanished(gone, kindGrant)...)
	}}
}
