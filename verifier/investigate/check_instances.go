package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// instancesMade asks which instances were started.
func instancesMade() Check {
	asks := append(ask("ecs", "DescribeRegions", "DescribeInstances"), events()...)
	return Check{ID: "instances", Severity: Critical, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, i := range s.Instances {
			subject := Subject{Kind: kindInstance, Name: i.ID, Region: i.Region}
			what := reason.New("investigate.instance", i.ID, i.Type, i.Region)
			if i.GPU > 0 {
				what = reason.New("investigate.instance-gpu", i.ID, i.Type, i.Region, i.GPU)
			}
			out = append(out, s.suspect(subject, i.Created, what)...)
		}
		gone := func(m Subject) reason.Reason { return reason.New("investigate.instance-gone", m.Name, m.Region) }
		return append(out, s.vanished(gone, kindInstance)...)
	}}
}
