package cleanup

import (
	"slices"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/investigate"
	"github.com/akguard/akguard/verifier/revocation"
)

// Rights returns the permissions that planning and carrying out some actions takes, sorted.
func Rights(actions []revocation.Action) []string {
	var all []string
	for _, a := range actions {
		all = append(all, rightsFor(a)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Acts returns about how many things a clean-up would do. It makes no call: all keys of a user count as one.
func Acts(r investigate.Report, a *account.Snapshot, q Request) int {
	return len(wishesFor(r, a, q).all)
}

// Policy returns the least permission policy, as JSON, with which what a report names can be cleaned up; "" if there is nothing to do. It
// makes no call.
func Policy(r investigate.Report, a *account.Snapshot, q Request) string {
	var actions []revocation.Action
	for _, w := range wishesFor(r, a, q).all {
		actions = append(actions, w.Action)
	}
	if len(actions) == 0 {
		return ""
	}
	return cloud.Document(cloud.Statement{Effect: "Allow", Action: Rights(actions), Resource: []string{"*"}})
}

func rightsFor(a revocation.Action) []string {
	switch a.Kind {
	case revocation.Disable:
		needed := []string{"ram:ListAccessKeys", "ram:UpdateAccessKey"}
		if slices.ContainsFunc(a.Risks, func(r reason.Reason) bool { return r.Code == unknownMaker }) { // who uses it is asked
			needed = append(needed, "ram:GetAccessKeyLastUsed")
		}
		return needed
	case revocation.Enable:
		return []string{"ram:ListAccessKeys", "ram:UpdateAccessKey"}
	case revocation.DeleteLogin:
		return []string{"ram:GetLoginProfile", "ram:DeleteLoginProfile"}
	case revocation.Leave:
		return []string{"ram:ListGroupsForUser", "ram:RemoveUserFromGroup"}
	case revocation.Join:
		return []string{"ram:ListGroupsForUser", "ram:AddUserToGroup"}
	case revocation.Detach:
		return []string{"ram:ListPoliciesFor" + holderKind(a.Thing.Holder), "ram:DetachPolicyFrom" + holderKind(a.Thing.Holder)}
	case revocation.Attach:
		return []string{"ram:ListPoliciesFor" + holderKind(a.Thing.Holder), "ram:AttachPolicyTo" + holderKind(a.Thing.Holder)}
	case revocation.SetVersion:
		return []string{"ram:ListPolicyVersions", "ram:SetDefaultPolicyVersion"}
	case revocation.SetTrust:
		return []string{"ram:GetRole", "ram:UpdateRole"}
	case revocation.StartLogging, revocation.StopLogging:
		return []string{"actiontrail:GetTrailStatus", "actiontrail:" + query(a).Action}
	case revocation.CloseRule, revocation.OpenRule:
		return []string{"ecs:DescribeSecurityGroupAttribute", "ecs:" + query(a).Action}
	}
	return []string{"ecs:DescribeInstances", "ecs:" + query(a).Action}
}
