package revoke

// Rights are the RAM permissions that an administrator needs.
type Rights struct {
	// Needed are those without which the action cannot be done.
	Needed []string
	// Useful are those without which a plan says less: about last use, callers, or the recycle bin.
	Useful []string
}

// Watching stands for Impact, which is not an action but needs permissions too.
const Watching Kind = "watch"

// Kinds lists the kinds of actions on keys, and Watching, in the order in which a person meets them.
func Kinds() []Kind {
	return []Kind{Disable, Enable, Quarantine, Release, Delete, Restore, Watching}
}

// RightsFor returns the permissions for planning and carrying out an action on a key. ram:ListUsers can replace ram:GetUser:
// the key is then searched among those of all users. STS GetCallerIdentity needs no permission.
func RightsFor(k Kind) Rights {
	find := []string{"ram:GetUser", "ram:ListAccessKeys"}
	with := func(more ...string) []string { return append(find[:len(find):len(find)], more...) }
	switch k {
	case Disable:
		return Rights{with("ram:UpdateAccessKey"), []string{"ram:GetAccessKeyLastUsed"}}
	case Enable:
		return Rights{with("ram:UpdateAccessKey"), nil}
	case Quarantine:
		return Rights{with("ram:GetAccessKeyPolicy", "ram:SetAccessKeyPolicy"), []string{"ram:GetAccessKeyLastUsed", "ram:GetAccessKeyPolicyForAccount"}}
	case Release:
		return Rights{with("ram:GetAccessKeyPolicy", "ram:SetAccessKeyPolicy"), nil}
	case Delete:
		return Rights{with("ram:DeleteAccessKey"), []string{"ram:ListAccessKeysInRecycleBin"}}
	case Restore:
		return Rights{with("ram:GetAccessKeyInfoInRecycleBin", "ram:ListAccessKeysInRecycleBin", "ram:RestoreAccessKeyFromRecycleBin"), nil}
	case Watching:
		return Rights{find, []string{"ram:GetAccessKeyLastUsed", "actiontrail:LookupEvents",
			"actiontrail:GetAccessKeyLastUsedIps", "actiontrail:GetAccessKeyLastUsedProducts", "ecs:DescribeRegions"}}
	}
	return Rights{}
}
