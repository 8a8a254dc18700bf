package investigate

import (
	"slices"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// keyUsage asks from where and for what the leaked keys were used, by the record of 400 days.
func keyUsage() Check {
	asks := ask("actiontrail", "GetAccessKeyLastUsedInfo", "GetAccessKeyLastUsedIps", "GetAccessKeyLastUsedProducts", "GetAccessKeyLastUsedResources", "GetAccessKeyLastUsedEvents")
	return Check{ID: "key-usage", Sums: true, Severity: High, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, u := range s.Usage {
			if u.Kind != "ip" || !s.since(u.Last) || s.known.Address(u.Value) || s.usedBefore(u.Value) {
				continue
			}
			subject, maker := Subject{Kind: kindKey, Name: string(u.Key)}, Nobody
			if slices.Contains(s.tree.Addresses, u.Value) {
				maker = Thief
			}
			out = append(out, Evidence{What: reason.New("investigate.used-from", u.Value), Subject: subject, At: u.Last, Maker: maker, State: s.states.of(subject)})
		}
		return out
	}}
}

// usedBefore reports whether an event before the exposure came from the address.
func (s *scene) usedBefore(address string) bool {
	return slices.ContainsFunc(s.Events, func(e account.Event) bool { return e.SourceIP == address && e.Time.Before(s.Since) })
}
