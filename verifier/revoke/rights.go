package revoke

import "github.com/akguard/akguard/verifier/revocation"

// Rights are the RAM permissions that an administrator needs.
type Rights struct {
	// Needed are those without which the action cannot be done.
	Needed []string
	// Useful are those without which a plan says less: about last use, callers, or the recycle bin.
	Useful []string
}

// Watching stands for Impact, which is not an action but needs permissions too.
const Watching revocation.Kind = "watch"

// Kinds lists the kinds of actions on keys, and Watching, in the order in which a person meets them.
func Kinds() []revocation.Kind {
	return []revocation.Kind{revocation.Disable, revocation.Enable, revocation.Quarantine, revocation.Release, revocation.Delete, revocation.Restore, Watching}
}

// RightsFor returns the permissions for planning and carrying out an action on a key. ram:ListUsers can replace ram:GetUser:
// the key is then searched among those of all users. STS GetCallerIdentity needs no permission.
func RightsFor(k revocation.Kind) Rights {
	find := []string{"ram:GetUser", "ram:ListAccessKeys"}
	with := func(more ...string) []string { return append(find[:len(find):len(find)], more...) }
	switch k {
	case revocation.Disable:
		return Rights{with("ram:UpdateAccessKey"), []string{"ram:GetAccessKeyLastUsed"}}
	case revocation.Enable:
		return Rights{with("ram:UpdateAccessKey"), nil}
	case revocation.Quarantine:
		return Rights{with("ram:GetAccessKeyPolicy", "ram:SetAccessKeyPolicy"), []string{"ram:GetAccessKeyLastUsed", "ram:GetAccessKeyPolicyForAccount"}}
	case revocation.Release:
		return Rights{with("ram:GetAccessKeyPolicy", "ram:SetAccessKeyPolicy"), nil}
	case revocation.Delete:
		return Rights{with("ram:DeleteAccessKey"), []string{"ram:ListAccessKeysInRecycleBin"}}
	case revocation.Restore:
		return Rights{with("ram:GetAccessKeyInfoInRecycleBin", "ram:ListAccessKeysInRecycleBin", "ram:RestoreAccessKeyFromRecycleBin"), nil}
	case Watching:
		return Rights{find, []string{"ram:GetAccessKeyLastUsed", "actiontrail:LookupEvents",
			"actiontrail:GetAccessKeyLastUsedIps", "actiontrail:GetAccessKeyLastUsedProducts", "ecs:DescribeRegions"}}
	}
	return Rights{}
}
