package survey

import (
	"cmp"
	"slices"
	"strings"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// Rights lists the permissions with which every question is answered, sorted.
func Rights() []string {
	all := []string{rightLookup}
	for _, q := range table() {
		all = append(all, q.right)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Policy returns the least permission policy, as JSON, with which every question is answered; after a reading, with which
// those that its ledger says were refused are. It is "" if none were.
func Policy(l account.Ledger) string {
	rights := Rights()
	if l != nil {
		rights = nil
		for _, e := range l {
			if e.Right != "" {
				rights = append(rights, e.Right)
			}
		}
		slices.Sort(rights)
		rights = slices.Compact(rights)
	}
	if len(rights) == 0 {
		return ""
	}
	return cloud.Document(cloud.Statement{Effect: "Allow", Action: rights, Resource: []string{"*"}})
}

// DirectoryPolicy returns the least permission policy, as JSON, for reading all accounts of an organization: that of the
// administrator, who enters the others by a role; [MemberRole] if it is "".
func DirectoryPolicy(role string) string {
	role = cmp.Or(role, MemberRole)
	all := append(Rights(), "resourcemanager:ListAccounts")
	slices.Sort(all)
	// Services write the names of roles in lower case, and whether a policy is compared with that is not documented.
	roles := []string{"acs:ram::*:role/" + role, "acs:ram::*:role/" + strings.ToLower(role)}
	slices.Sort(roles)
	return cloud.Document(cloud.Statement{Effect: "Allow", Action: all, Resource: []string{"*"}}, cloud.Statement{Effect: "Allow", Action: []string{"sts:AssumeRole"}, Resource: slices.Compact(roles)})
}
