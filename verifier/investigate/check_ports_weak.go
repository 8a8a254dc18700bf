package investigate

import (
	"slices"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// portsWeak asks which ports have been open to the world all along.
func portsWeak() Check {
	asks := ask("ecs", "DescribeRegions", "DescribeSecurityGroups", "DescribeSecurityGroupAttribute")
	return Check{ID: "ports-weak", Severity: Medium, Posture: true, Asks: asks, judge: func(s *scene) []Evidence {
		return append(s.openPorts(func(g account.SecurityGroup, at time.Time) bool { return !s.opened(g, at) }), s.unclearRules()...)
	}}
}

// unclearRules returns evidence for the groups with a rule that could not be read and may open a watched port.
func (s *scene) unclearRules() []Evidence {
	var out []Evidence
	for _, g := range s.SecurityGroups {
		f := newFirewall(g, s.PrefixLists)
		if slices.ContainsFunc(watchedPorts(), func(port int) bool { return f.reach("tcp", port).unclear }) {
			out = append(out, Evidence{What: reason.New("investigate.port-unclear", g.ID, g.Region), Subject: Subject{Kind: kindFirewall, Name: g.ID, Region: g.Region}, State: Exists})
		}
	}
	return out
}
