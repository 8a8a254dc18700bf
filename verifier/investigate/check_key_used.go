package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// keyUsed asks what the leaked keys did.
func keyUsed() Check {
	return Check{ID: "key-used", Sums: true, Severity: Critical, Asks: events(), judge: func(s *scene) []Evidence {
		return s.summary(func(n Node) bool { return n.Parent < 0 })
	}}
}

// summary returns evidence for what some identities of the thief's did, one for each action.
func (s *scene) summary(of func(Node) bool) []Evidence {
	type action struct {
		node    int
		service string
		name    string
		failed  bool
	}
	index := map[action]int{}
	var out []Evidence
	count := map[int]int{}
	for _, act := range s.tree.Acts {
		n := s.tree.Nodes[act.Node]
		if !of(n) {
			continue
		}
		a := action{act.Node, act.Call.Service, act.Call.Name, !act.Succeeded()}
		i, ok := index[a]
		if !ok {
			i = len(out)
			index[a] = i
			out = append(out, Evidence{Subject: n.Subject, At: act.Call.Time, Maker: Thief, State: n.State})
		}
		count[i]++
		out[i].Events = append(out[i].Events, act.Event)
		if a.failed {
			out[i].What = reason.New("investigate.call-failed", a.service, a.name, count[i], act.Call.SourceIP, act.Call.Error)
		} else {
			out[i].What = reason.New("investigate.call", a.service, a.name, count[i], act.Call.SourceIP)
		}
	}
	return out
}
