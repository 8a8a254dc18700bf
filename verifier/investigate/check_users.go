package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// usersMade asks which RAM users were made.
func usersMade() Check {
	return Check{ID: "users", Severity: Critical, Asks: append(ask("ims", "ListUsers"), events()...), judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, u := range s.Users {
			out = append(out, s.suspect(Subject{Kind: kindUser, Name: u.Name}, u.Created, reason.New("investigate.user", u.Name))...)
		}
		return append(out, s.vanished(func(m Subject) reason.Reason { return reason.New("investigate.user", m.Name) }, kindUser)...)
	}}
}
