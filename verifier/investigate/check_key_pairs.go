package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// keyPairsMade asks which SSH key pairs were made or imported.
func keyPairsMade() Check {
	asks := append(ask("ecs", "DescribeKeyPairs"), events()...)
	return Check{ID: "key-pairs", Severity: High, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, k := range s.KeyPairs {
			out = append(out, s.suspect(Subject{Kind: kindKeyPair, Name: k.Name, Region: k.Region}, k.Created, reason.New("investigate.key-pair", k.Name, k.Region))...)
		}
		gone := func(m Subject) reason.Reason { return reason.New("investigate.key-pair", m.Name, m.Region) }
		return append(out, s.vanished(gone, kindKeyPair)...)
	}}
}
