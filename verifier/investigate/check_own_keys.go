package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// ownKeys asks whether users may make keys for themselves.
func ownKeys() Check {
	return Check{ID: "own-keys", Severity: Medium, Posture: true, Asks: ask("ims", "GetSecurityPreference"), judge: func(s *scene) []Evidence {
		if s.Settings.ManageOwnKeys == nil || !*s.Settings.ManageOwnKeys {
			return nil
		}
		return []Evidence{{What: reason.New("investigate.own-keys"), Subject: Subject{Kind: kindAccount, Name: s.Account}}}
	}}
}
