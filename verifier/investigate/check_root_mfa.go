package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// rootMFA asks whether the account itself logs in with a second factor.
func rootMFA() Check {
	return Check{ID: "root-mfa", Severity: High, Posture: true, Asks: ask("ims", "GetAccountMFAInfo"), judge: func(s *scene) []Evidence {
		if s.Settings.RootMFA == nil || *s.Settings.RootMFA {
			return nil
		}
		return []Evidence{{What: reason.New("investigate.root-mfa"), Subject: Subject{Kind: kindAccount, Name: s.Account}}}
	}}
}
