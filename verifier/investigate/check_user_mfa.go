package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// userMFA asks which users log in to the console without a second factor.
func userMFA() Check {
	asks := ask("ims", "ListUsers", "GetLoginProfile", "GetUserMFAInfo")
	return Check{ID: "user-mfa", Severity: Medium, Posture: true, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, u := range s.Users {
			if u.Login != nil && u.Login.Enabled && !u.MFA {
				out = append(out, Evidence{What: reason.New("investigate.user-mfa", u.Name), Subject: Subject{Kind: kindUser, Name: u.Name}, State: Exists})
			}
		}
		return out
	}}
}
