package investigate

import (
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// databasesOpen asks which databases the world can connect to, and what the thief changed in them.
func databasesOpen() Check {
	asks := append(ask("rds", "DescribeDBInstances", "DescribeDBInstanceIPArrayList", "DescribeAccounts"), events()...)
	return Check{ID: "databases", Severity: High, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, d := range s.Databases {
			var all ranges
			for _, text := range d.Allowed {
				if block, ok := parseBlock(text); ok {
					all = all.plus(block)
				}
			}
			subject := Subject{Kind: kindDatabase, Name: d.ID, Region: d.Region}
			maker, events, open := s.timeless(subject)
			if all.public().world() && open {
				out = append(out, Evidence{What: reason.New("investigate.database", d.ID, d.Region), Subject: subject, Events: events, Maker: maker, State: Exists})
			}
		}
		changed := func(e account.Event) reason.Reason { return reason.New("investigate.database-changed", e.Name) }
		return append(out, s.acts(changed, "ModifySecurityIps", "CreateAccount", "ResetAccountPassword", "GrantAccountPrivilege", "AllocateInstancePublicConnection", "CreateDBInstance")...)
	}}
}
