package investigate

import (
	"strings"

	"github.com/akguard/akguard/rules/reason"
)

// containersMade asks which container groups were started.
func containersMade() Check {
	asks := append(ask("eci", "DescribeContainerGroups"), events()...)
	return Check{ID: "containers", Severity: Critical, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, c := range s.Containers {
			subject := Subject{Kind: kindContainer, Name: c.ID, Region: c.Region}
			out = append(out, s.suspect(subject, c.Created, reason.New("investigate.container", c.ID, c.Region, strings.Join(c.Images, ", ")))...)
		}
		gone := func(m Subject) reason.Reason { return reason.New("investigate.container-gone", m.Name, m.Region) }
		return append(out, s.vanished(gone, kindContainer)...)
	}}
}
