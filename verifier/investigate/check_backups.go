package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// backups asks which disks nothing takes snapshots of.
func backups() Check {
	asks := ask("ecs", "DescribeAutoSnapshotPolicyEx", "DescribeDisks")
	return Check{ID: "backups", Severity: Medium, Posture: true, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, d := range s.Disks {
			if !d.Auto || d.Policy == "" {
				out = append(out, Evidence{What: reason.New("investigate.disk", d.ID, d.Region), Subject: Subject{Kind: kindDisk, Name: d.ID, Region: d.Region}, State: Exists})
			}
		}
		return out
	}}
}
