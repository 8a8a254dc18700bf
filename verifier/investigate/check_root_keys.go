package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// rootKeys asks whether the account itself has AccessKeys.
func rootKeys() Check {
	return Check{ID: "root-keys", Severity: High, Posture: true, Asks: ask("ims", "GetAccountSecurityPracticeReport"), judge: func(s *scene) []Evidence {
		if s.Settings.RootKeys == nil || !*s.Settings.RootKeys {
			return nil
		}
		return []Evidence{{What: reason.New("investigate.root-keys"), Subject: Subject{Kind: kindAccount, Name: s.Account}}}
	}}
}
