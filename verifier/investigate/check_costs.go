package investigate

import (
	"fmt"
	"slices"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// costsToday asks what the things cost that the thief or nobody known made.
func costsToday() Check {
	asks := append(ask("bssopenapi", "DescribeInstanceBill"), events()...)
	return Check{ID: "costs", Severity: High, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, c := range s.Today {
			i := slices.IndexFunc(s.Instances, func(i account.Instance) bool { return i.ID == c.Instance })
			subject := Subject{Kind: kindInstance, Name: c.Instance, Region: c.Region}
			maker, events := s.maker(subject)
			made := i >= 0 && s.since(s.Instances[i].Created) && maker != Somebody && !s.known.Subject(subject)
			if !made && maker != Thief {
				continue
			}
			what := reason.New("investigate.cost", c.Instance, fmt.Sprintf("%.2f %s", c.Amount, c.Currency), c.Day)
			out = append(out, Evidence{What: what, Subject: subject, Events: events, Maker: maker, State: s.states.of(subject)})
		}
		return out
	}}
}
