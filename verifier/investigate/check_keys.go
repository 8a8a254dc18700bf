package investigate

import (
	"slices"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// keysMade asks which AccessKeys were made, of all users.
func keysMade() Check {
	return Check{ID: "keys", Severity: Critical, Asks: append(ask("ims", "ListUsers", "ListAccessKeys"), events()...), judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, u := range s.Users {
			for _, k := range u.Keys {
				if slices.Contains(s.Leaked, k.Ref) {
					continue
				}
				subject := Subject{Kind: kindKey, Name: string(k.Ref), Of: u.Name}
				out = append(out, s.suspect(subject, k.Created, reason.New("investigate.key", k.Ref.String(), u.Name))...)
			}
		}
		gone := func(m Subject) reason.Reason {
			return reason.New("investigate.key", account.KeyRef(m.Name).String(), m.Of)
		}
		return append(out, s.vanished(gone, kindKey)...)
	}}
}
