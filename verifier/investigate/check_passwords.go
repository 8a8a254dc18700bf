package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// minPassword is the length that the incident guide asks for.
const minPassword = 12

// passwords asks whether passwords must have 12 characters of four classes.
func passwords() Check {
	return Check{ID: "passwords", Severity: Medium, Posture: true, Asks: ask("ims", "GetPasswordPolicy"), judge: func(s *scene) []Evidence {
		p := s.Settings.PasswordPolicy
		if p == nil || p.MinimumLength >= minPassword && p.Lower && p.Upper && p.Digits && p.Symbols {
			return nil
		}
		classes := 0
		for _, required := range []bool{p.Lower, p.Upper, p.Digits, p.Symbols} {
			if required {
				classes++
			}
		}
		return []Evidence{{What: reason.New("investigate.passwords", p.MinimumLength, classes), Subject: Subject{Kind: kindAccount, Name: s.Account}}}
	}}
}
