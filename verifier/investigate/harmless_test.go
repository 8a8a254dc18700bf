package investigate

import (
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/account"
)

// TestHarmless tells roles and policies that give nobody anything from those that do, or may.
func TestHarmless(t *testing.T) {
	since := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	before, after := since.Add(-time.Hour), since.Add(time.Hour)
	trust := func(principal string) string {
		return `{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["` + principal + `"]}}]}`
	}
	const own = "1234567890123456"
	choose := func(version string) account.Event {
		return account.Event{ID: "choose", Time: after, Name: "SetDefaultPolicyVersion", Write: true, SourceIP: "198.51.100.1",
			Actor: account.Actor{Kind: account.RAMUser, Name: "x", Key: "leaked"}, Params: map[string]string{"PolicyName": "p", "VersionId": version}}
	}
	versions := []account.Version{{ID: "v1", Created: before}, {ID: "v2", Created: after}}
	policy := func(p account.Policy, events ...account.Event) *account.Snapshot {
		p.Name = "p"
		a := &account.Snapshot{Identity: account.Identity{Policies: []account.Policy{p}}}
		a.Events = events
		return a
	}
	role := func(r account.Role) *account.Snapshot {
		r.Name = "r"
		return &account.Snapshot{Identity: account.Identity{Roles: []account.Role{r}, Users: []account.User{{Name: "old", Created: before}, {Name: "new", Created: after}}}}
	}
	for name, c := range map[string]struct {
		snapshot *account.Snapshot
		subject  Subject
		harmless bool
	}{
		"the older version is in force again": {policy(account.Policy{Created: before, Default: "v1", Versions: versions}), Subject{Kind: kindPolicy, Name: "p"}, true},
		"the new version is in force":         {policy(account.Policy{Created: before, Default: "v2", Versions: versions}), Subject{Kind: kindPolicy, Name: "p"}, false},
		"the thief chose an old version":      {policy(account.Policy{Created: before, Default: "v1", Versions: versions}, choose("v1")), Subject{Kind: kindPolicy, Name: "p"}, false},
		"the thief's choice was taken back":   {policy(account.Policy{Created: before, Default: "v1", Versions: versions}, choose("v2")), Subject{Kind: kindPolicy, Name: "p"}, true},
		"nobody knows who switched":           {policy(account.Policy{Created: before, Default: "v1", Versions: versions[:1]}), Subject{Kind: kindPolicy, Name: "p"}, false},
		"a new policy, attached":              {policy(account.Policy{Created: after, Default: "v1", Versions: versions, Attached: 1}), Subject{Kind: kindPolicy, Name: "p"}, false},
		"a new policy, attached to nobody":    {policy(account.Policy{Created: after, Default: "v1", Versions: versions}), Subject{Kind: kindPolicy, Name: "p"}, true},
		"trusts its account":                  {role(account.Role{Created: before, Trust: trust("acs:ram::" + own + ":root")}), Subject{Kind: kindRole, Name: "r"}, true},
		"trusts a stranger":                   {role(account.Role{Created: before, Trust: trust("acs:ram::5012345678901234:root")}), Subject{Kind: kindRole, Name: "r"}, false},
		"trusts a known account":              {role(account.Role{Created: before, Trust: trust("acs:ram::7777777777777777:root")}), Subject{Kind: kindRole, Name: "r"}, true},
		"trusts an old user":                  {role(account.Role{Created: before, Trust: trust("acs:ram::" + own + ":user/old")}), Subject{Kind: kindRole, Name: "r"}, true},
		"trusts a new user":                   {role(account.Role{Created: before, Trust: trust("acs:ram::" + own + ":user/new")}), Subject{Kind: kindRole, Name: "r"}, false},
		"trusts a user that is not there":     {role(account.Role{Created: before, Trust: trust("acs:ram::" + own + ":user/gone")}), Subject{Kind: kindRole, Name: "r"}, false},
		"trusts everybody":                    {role(account.Role{Created: before, Trust: trust("*")}), Subject{Kind: kindRole, Name: "r"}, false},
		"trusts a service":                    {role(account.Role{Created: before, Trust: trust("ecs.aliyuncs.com")}), Subject{Kind: kindRole, Name: "r"}, true},
		"trusts a service for its account":    {role(account.Role{Created: before, Trust: trust(own + "@ecs.aliyuncs.com")}), Subject{Kind: kindRole, Name: "r"}, true},
		"trusts a service for a stranger":     {role(account.Role{Created: before, Trust: trust("5012345678901234@ecs.aliyuncs.com")}), Subject{Kind: kindRole, Name: "r"}, false},
		"trusts a service for a known one":    {role(account.Role{Created: before, Trust: trust("7777777777777777@ecs.aliyuncs.com")}), Subject{Kind: kindRole, Name: "r"}, true},
		"its trust was not read":              {role(account.Role{Created: before}), Subject{Kind: kindRole, Name: "r"}, false},
		"a new role with rights":              {role(account.Role{Created: after, Trust: trust("acs:ram::" + own + ":root"), Policies: []account.Attached{{Policy: "x"}}}), Subject{Kind: kindRole, Name: "r"}, false},
		"a right of a role":                   {role(account.Role{Created: before, Trust: trust("acs:ram::" + own + ":root")}), Subject{Kind: kindRole, Name: "r", Of: "x"}, false},
	} {
		a := c.snapshot
		a.Account, a.Since, a.Leaked = own, since, []account.KeyRef{"leaked"}
		for _, q := range ask("ram", "ListPolicies", "ListPolicyVersions", "ListRoles", "ListPoliciesForRole") {
			a.Ledger = append(a.Ledger, account.Entry{Ask: q, Outcome: account.Seen})
		}
		known := Known{Accounts: []string{"7777777777777777"}}
		if got := newScene(a, known).harmless(c.subject); got != c.harmless {
			t.Errorf("%s: %v", name, got)
		}
		for i := range a.Ledger { // what was not seen is not known to be harmless
			a.Ledger[i].Outcome = account.Denied
		}
		if newScene(a, known).harmless(c.subject) {
			t.Errorf("%s: harmless, although no list was seen", name)
		}
	}
}
