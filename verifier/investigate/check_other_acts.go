package investigate

import (
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
)

// otherActs asks what else the thief changed: whatever no check before it is about.
func otherActs() Check {
	return Check{ID: "other-acts", Severity: High, Asks: events(), judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, act := range s.tree.Writes() {
			if !s.told[act.Event] {
				e := s.evidence(act, reason.New("investigate.act", act.Call.Service, act.Call.Name, act.Call.Region))
				if removes(act.Call.Name) {
					e.State = Gone // a thief who cleans up leaves nothing to undo
				}
				out = append(out, e)
			}
		}
		return out
	}}
}

// removes reports whether an action takes something away, or restores what another one stopped.
func removes(action string) bool {
	return slices.ContainsFunc([]string{"Delete", "Detach", "Remove", "Revoke", "Release", "Cancel", "StartLogging"}, func(verb string) bool { return strings.HasPrefix(action, verb) })
}
