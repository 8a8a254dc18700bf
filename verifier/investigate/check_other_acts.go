package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// otherActs asks what else the thief changed: whatever no other check is about.
func otherActs() Check {
	return Check{ID: "other-acts", Severity: High, Asks: events(), judge: func(s *scene) []Evidence {
		told := map[string]bool{}
		for _, c := range Checks() {
			if c.ID == "other-acts" || c.ID == "key-used" || c.ID == "offspring" || c.ID == "borrowed" {
				continue
			}
			for _, e := range c.judge(s) {
				for _, id := range e.Events {
					told[id] = true
				}
			}
		}
		var out []Evidence
		for _, act := range s.tree.Writes() {
			if !told[act.Event] {
				out = append(out, s.evidence(act, reason.New("investigate.act", act.Call.Service, act.Call.Name, act.Call.Region)))
			}
		}
		return out
	}}
}
