package investigate

import (
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// otherActs asks what else the thief changed: whatever no check before it is about.
func otherActs() Check {
	return Check{ID: "other-acts", Severity: High, Asks: events(), judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, act := range s.tree.Writes() {
			if !s.told[act.Event] {
				e := s.evidence(act, reason.New("investigate.act", act.Call.Service, act.Call.Name, act.Call.Region))
				if removes(act.Call.Name) || s.undone(act.Call) {
					e.State = Gone // a thief who cleans up leaves nothing to undo
				}
				out = append(out, e)
			}
		}
		return out
	}}
}

// undone reports whether what a call gave is not there any more: the policy of its holder, or the rule of a security group.
func (s *scene) undone(e account.Event) bool {
	if e.Name == "AuthorizeSecurityGroup" && e.Params["PortRange"] != "" {
		return s.states.saw(ask("ecs", "DescribeSecurityGroups", "DescribeSecurityGroupAttribute")) && !slices.ContainsFunc(s.SecurityGroups, func(g account.SecurityGroup) bool {
			return g.ID == e.Params["SecurityGroupId"] && slices.ContainsFunc(g.Rules, func(r account.Rule) bool {
				return r.Ports == e.Params["PortRange"] && r.Source == e.Params["SourceCidrIp"]
			})
		})
	}
	kind, ok := strings.CutPrefix(e.Name, "AttachPolicyTo")
	if !ok || !s.states.saw(ask("ram", "ListPoliciesFor"+kind)) || kind != "User" && !s.states.saw(ask("ram", "List"+kind+"s")) {
		return false
	}
	has := func(list []account.Attached) bool {
		return slices.ContainsFunc(list, func(p account.Attached) bool { return p.Policy == e.Params["PolicyName"] })
	}
	name := e.Params[kind+"Name"]
	return !slices.ContainsFunc(s.Users, func(u account.User) bool { return kind == "User" && u.Name == login(name) && has(u.Policies) }) &&
		!slices.ContainsFunc(s.Groups, func(g account.Group) bool { return kind == "Group" && g.Name == name && has(g.Policies) }) &&
		!slices.ContainsFunc(s.Roles, func(r account.Role) bool { return kind == "Role" && r.Name == name && has(r.Policies) })
}

// removes reports whether an action takes something away, or restores what another one stopped.
func removes(action string) bool {
	return slices.ContainsFunc([]string{"Delete", "Detach", "Remove", "Revoke", "Release", "Cancel", "StartLogging"}, func(verb string) bool { return strings.HasPrefix(action, verb) })
}
