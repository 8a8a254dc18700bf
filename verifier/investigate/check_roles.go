package investigate

import (
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// rolesChanged asks which roles were made, changed, or trust a foreign account.
func rolesChanged() Check {
	return Check{ID: "roles", Severity: Critical, Asks: append(ask("ram", "ListRoles", "GetRole"), events()...), judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, r := range s.Roles {
			subject := Subject{Kind: kindRole, Name: r.Name}
			what, at := reason.New("investigate.role-changed", r.Name), r.Updated
			if s.since(r.Created) {
				what, at = reason.New("investigate.role-made", r.Name), r.Created
			}
			if trusted := s.foreign(r.Trust); len(trusted) > 0 {
				what = reason.New("investigate.role-foreign", r.Name, strings.Join(trusted, ", "))
			}
			out = append(out, s.suspect(subject, at, what)...)
		}
		gone := func(m Subject) reason.Reason { return reason.New("investigate.role-made", m.Name) }
		return append(out, s.vanished(gone, kindRole)...)
	}}
}

// foreign returns the accounts that a trust policy names besides the own one and the known ones, also where a service acts for them;
// * for everybody.
func (s *scene) foreign(trust string) []string {
	var out []string
	for _, principal := range account.Principals(trust) {
		number, service := account.ActingService(principal)
		if !service && strings.HasPrefix(principal, "acs:ram::") {
			number, _, _ = strings.Cut(strings.TrimPrefix(principal, "acs:ram::"), ":")
		}
		switch {
		case principal == "*":
			out = append(out, principal)
		case number != "" && number != s.Account && !slices.Contains(s.known.Accounts, number):
			out = append(out, number)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
