package investigate

import (
	"strings"

	"github.com/akguard/akguard/rules/reason"
)

// balance asks whether the account has money left.
func balance() Check {
	return Check{ID: "balance", Severity: High, Posture: true, Asks: ask("bssopenapi", "QueryAccountBalance"), judge: func(s *scene) []Evidence {
		if s.Balance == nil || !strings.HasPrefix(strings.TrimSpace(s.Balance.Available), "-") {
			return nil
		}
		what := reason.New("investigate.balance", s.Balance.Available, s.Balance.Currency)
		return []Evidence{{What: what, Subject: Subject{Kind: kindAccount, Name: s.Account}}}
	}}
}
