package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// prefixLists asks which lists of addresses were made or changed to hold the world: a rule that refers to one does not show it.
func prefixLists() Check {
	asks := append(ask("ecs", "DescribePrefixLists", "DescribePrefixListAttributes"), events()...)
	return Check{ID: "prefix-lists", Severity: High, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, l := range s.PrefixLists {
			var all ranges
			for _, entry := range l.Entries {
				if block, ok := parseBlock(entry); ok {
					all = all.plus(block)
				}
			}
			subject := Subject{Kind: kindList, Name: l.ID, Region: l.Region}
			maker, events := s.maker(subject)
			if !all.public().world() || s.known.Subject(subject) || maker == Somebody || maker == Nobody && !s.since(l.Created) {
				continue
			}
			out = append(out, Evidence{What: reason.New("investigate.prefix-list", l.ID), Subject: subject, At: l.Created, Events: events, Maker: maker, State: Exists})
		}
		return out
	}}
}
