package investigate

import (
	"slices"
	"sync"

	"github.com/akguard/akguard/verifier/account"
)

// listing says which question lists the things of a kind, and whether a thing is in the list.
type listing struct {
	ask []account.Ask
	has func(a *account.Snapshot, s Subject) bool
}

func contains[T any](all []T, same func(T) bool) bool { return slices.ContainsFunc(all, same) }

// listings are the lists of the things that have one.
var listings = sync.OnceValue(func() map[string]listing {
	user := func(a *account.Snapshot, name string) (account.User, bool) {
		i := slices.IndexFunc(a.Users, func(u account.User) bool { return u.Name == name })
		if i < 0 {
			return account.User{}, false
		}
		return a.Users[i], true
	}
	return map[string]listing{
		kindUser: {ask("ims", "ListUsers"), func(a *account.Snapshot, s Subject) bool { _, ok := user(a, s.Name); return ok }},
		kindLogin: {ask("ims", "ListUsers", "GetLoginProfile"), func(a *account.Snapshot, s Subject) bool {
			u, ok := user(a, s.Name)
			return ok && u.Login != nil
		}},
		kindKey: {ask("ims", "ListUsers", "ListAccessKeys"), func(a *account.Snapshot, s Subject) bool {
			return contains(a.Users, func(u account.User) bool {
				return contains(u.Keys, func(k account.Key) bool { return string(k.Ref) == s.Name })
			})
		}},
		kindGrant: {ask("ram", "ListPoliciesForUser", "ListGroupsForUser"), func(a *account.Snapshot, s Subject) bool {
			u, _ := user(a, s.Name)
			return contains(u.Policies, func(p account.Attached) bool { return p.Policy == s.Of }) ||
				contains(u.Groups, func(g account.Membership) bool { return g.Group == s.Of })
		}},
		kindGroup: {ask("ram", "ListGroups"), func(a *account.Snapshot, s Subject) bool {
			return contains(a.Groups, func(g account.Group) bool { return g.Name == s.Name })
		}},
		kindRole: {ask("ram", "ListRoles"), func(a *account.Snapshot, s Subject) bool {
			return contains(a.Roles, func(r account.Role) bool { return r.Name == s.Name })
		}},
		kindPolicy: {ask("ram", "ListPolicies"), func(a *account.Snapshot, s Subject) bool {
			return contains(a.Policies, func(p account.Policy) bool { return p.Name == s.Name })
		}},
		kindProvider: {ask("ims", "ListSAMLProviders", "ListOIDCProviders"), func(a *account.Snapshot, s Subject) bool {
			return contains(a.Providers, func(p account.Provider) bool { return p.Name == s.Name })
		}},
		kindApplication: {ask("ims", "ListApplications"), func(a *account.Snapshot, s Subject) bool {
			return contains(a.Applications, func(p account.Application) bool { return p.ID == s.Name || p.Name == s.Name })
		}},
		kindFirewall: {ask("ecs", "DescribeSecurityGroups"), func(a *account.Snapshot, s Subject) bool {
			return contains(a.SecurityGroups, func(g account.SecurityGroup) bool { return g.ID == s.Name })
		}},
		kindList: {ask("ecs", "DescribePrefixLists"), func(a *account.Snapshot, s Subject) bool {
			return contains(a.PrefixLists, func(l account.PrefixList) bool { return l.ID == s.Name })
		}},
		kindInstance: {ask("ecs", "DescribeInstances"), func(a *account.Snapshot, s Subject) bool {
			return contains(a.Instances, func(i account.Instance) bool { return i.ID == s.Name })
		}},
		kindFleet: {ask("ess", "DescribeScalingGroups"), func(a *account.Snapshot, s Subject) bool {
			return contains(a.Fleets, func(f account.Fleet) bool { return f.ID == s.Name })
		}},
		kindContainer: {ask("eci", "DescribeContainerGroups"), func(a *account.Snapshot, s Subject) bool {
			return contains(a.Containers, func(c account.Container) bool { return c.ID == s.Name || c.Name == s.Name })
		}},
		kindKeyPair: {ask("ecs", "DescribeKeyPairs"), func(a *account.Snapshot, s Subject) bool {
			return contains(a.KeyPairs, func(k account.KeyPair) bool { return k.Name == s.Name && k.Region == s.Region })
		}},
		kindTrail: {ask("actiontrail", "DescribeTrails"), func(a *account.Snapshot, s Subject) bool {
			return contains(a.Trails.Trails, func(t account.Trail) bool { return t.Name == s.Name })
		}},
		kindDatabase: {ask("rds", "DescribeDBInstances"), func(a *account.Snapshot, s Subject) bool {
			return contains(a.Databases, func(d account.Database) bool { return d.ID == s.Name })
		}},
		kindBucket: {ask("oss", "GetService"), func(a *account.Snapshot, s Subject) bool {
			return contains(a.Buckets, func(b account.Bucket) bool { return b.Name == s.Name })
		}},
	}
})

// works reports whether a user's key is active.
func works(a *account.Snapshot, ref string) bool {
	return contains(a.Users, func(u account.User) bool {
		return contains(u.Keys, func(k account.Key) bool { return string(k.Ref) == ref && k.Active })
	})
}

// Listed reports whether a list of the account would have the thing if it exists.
func (s Subject) Listed() bool {
	_, ok := listings()[s.Kind]
	return ok
}

// stateOf says whether a thing is in the list that would have it. Lists that were not seen say nothing.
func stateOf(a *account.Snapshot, s Subject) State {
	l, ok := listings()[s.Kind]
	switch {
	case !ok:
		return Unclear
	case l.has(a, s) && s.Kind == kindKey && !works(a, s.Name):
		return Off
	case l.has(a, s):
		return Exists
	case slices.ContainsFunc(l.ask, func(q account.Ask) bool { return !a.Ledger.Asked(q) }) || len(a.Ledger.Blind(l.ask...)) > 0:
		return Unclear
	}
	return Gone
}
