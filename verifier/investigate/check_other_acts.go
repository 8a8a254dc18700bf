package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// otherActs asks what else the thief changed: whatever no check before it is about.
func otherActs() Check {
	return Check{ID: "other-acts", Severity: High, Asks: events(), judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, act := range s.tree.Writes() {
			if !s.told[act.Event] {
				out = append(out, s.evidence(act, reason.New("investigate.act", act.Call.Service, act.Call.Name, act.Call.Region)))
			}
		}
		return out
	}}
}
