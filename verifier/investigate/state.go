package investigate

import (
	"maps"
	"slices"
	"sync"

	"github.com/akguard/akguard/verifier/account"
)

// listing says which questions list the things of a kind, and whether a thing is in the list.
type listing struct {
	asks []account.Ask
	has  func(a *account.Snapshot, s Subject) bool
}

// listed makes the listing of things that are in a list of the snapshot.
func listed[T any](asks []account.Ask, all func(*account.Snapshot) []T, is func(T, Subject) bool) listing {
	return listing{asks, func(a *account.Snapshot, s Subject) bool {
		return slices.ContainsFunc(all(a), func(t T) bool { return is(t, s) })
	}}
}

// listings are the lists of the things that have one, by kind.
var listings = sync.OnceValue(func() map[string]listing {
	all := identityListings()
	maps.Copy(all, assetListings())
	return all
})

func identityListings() map[string]listing {
	users := func(a *account.Snapshot) []account.User { return a.Users }
	return map[string]listing{
		kindUser:  listed(ask("ims", "ListUsers"), users, func(u account.User, s Subject) bool { return u.Name == s.Name }),
		kindLogin: listed(ask("ims", "ListUsers", "GetLoginProfile"), users, func(u account.User, s Subject) bool { return u.Name == s.Name && u.Login != nil }),
		kindKey: listed(ask("ims", "ListUsers", "ListAccessKeys"), users, func(u account.User, s Subject) bool {
			return slices.ContainsFunc(u.Keys, func(k account.Key) bool { return string(k.Ref) == s.Name })
		}),
		kindGrant: listed(ask("ram", "ListPoliciesForUser", "ListGroupsForUser"), users, func(u account.User, s Subject) bool {
			return u.Name == s.Name && (slices.ContainsFunc(u.Policies, func(p account.Attached) bool { return p.Policy == s.Of }) ||
				slices.ContainsFunc(u.Groups, func(g account.Membership) bool { return g.Group == s.Of }))
		}),
		kindGroup: listed(ask("ram", "ListGroups"), func(a *account.Snapshot) []account.Group { return a.Groups },
			func(g account.Group, s Subject) bool { return g.Name == s.Name }),
		kindRole: listed(ask("ram", "ListRoles"), func(a *account.Snapshot) []account.Role { return a.Roles },
			func(r account.Role, s Subject) bool { return r.Name == s.Name }),
		kindPolicy: listed(ask("ram", "ListPolicies"), func(a *account.Snapshot) []account.Policy { return a.Policies },
			func(p account.Policy, s Subject) bool { return p.Name == s.Name }),
		kindProvider: listed(ask("ims", "ListSAMLProviders", "ListOIDCProviders"), func(a *account.Snapshot) []account.Provider { return a.Providers },
			func(p account.Provider, s Subject) bool { return p.Name == s.Name }),
		kindApplication: listed(ask("ims", "ListApplications"), func(a *account.Snapshot) []account.Application { return a.Applications },
			func(p account.Application, s Subject) bool { return p.ID == s.Name || p.Name == s.Name }),
	}
}

func assetListings() map[string]listing {
	return map[string]listing{
		kindFirewall: listed(ask("ecs", "DescribeSecurityGroups"), func(a *account.Snapshot) []account.SecurityGroup { return a.SecurityGroups },
			func(g account.SecurityGroup, s Subject) bool { return g.ID == s.Name }),
		kindList: listed(ask("ecs", "DescribePrefixLists"), func(a *account.Snapshot) []account.PrefixList { return a.PrefixLists },
			func(l account.PrefixList, s Subject) bool { return l.ID == s.Name }),
		kindInstance: listed(ask("ecs", "DescribeInstances"), func(a *account.Snapshot) []account.Instance { return a.Instances },
			func(i account.Instance, s Subject) bool { return i.ID == s.Name }),
		kindFleet: listed(append(ask("ess", "DescribeScalingGroups"), ask("ecs", "DescribeAutoProvisioningGroups")...), func(a *account.Snapshot) []account.Fleet { return a.Fleets },
			func(f account.Fleet, s Subject) bool { return f.ID == s.Name }),
		kindContainer: listed(ask("eci", "DescribeContainerGroups"), func(a *account.Snapshot) []account.Container { return a.Containers },
			func(c account.Container, s Subject) bool { return c.ID == s.Name || c.Name == s.Name }),
		kindKeyPair: listed(ask("ecs", "DescribeKeyPairs"), func(a *account.Snapshot) []account.KeyPair { return a.KeyPairs },
			func(k account.KeyPair, s Subject) bool { return k.Name == s.Name && k.Region == s.Region }),
		kindTrail: listed(ask("actiontrail", "DescribeTrails"), func(a *account.Snapshot) []account.Trail { return a.Trails.Trails },
			func(t account.Trail, s Subject) bool { return t.Name == s.Name }),
		kindDatabase: listed(ask("rds", "DescribeDBInstances"), func(a *account.Snapshot) []account.Database { return a.Databases },
			func(d account.Database, s Subject) bool { return d.ID == s.Name }),
		kindBucket: listed(ask("oss", "GetService"), func(a *account.Snapshot) []account.Bucket { return a.Buckets },
			func(b account.Bucket, s Subject) bool { return b.Name == s.Name }),
	}
}

// Listed reports whether a list of the account would have the thing if it exists.
func (s Subject) Listed() bool {
	_, ok := listings()[s.Kind]
	return ok
}

// states says what is still there. It looks each list up in the ledger once: a ledger may have many thousand entries.
type states struct {
	snapshot *account.Snapshot
	asked    map[string]bool            // whether the list of a kind was asked for
	blind    map[string]map[string]bool // the regions in which it was not seen, by kind; "" for all of them
}

func newStates(a *account.Snapshot) states {
	st := states{a, map[string]bool{}, map[string]map[string]bool{}}
	for kind, l := range listings() {
		st.asked[kind] = !slices.ContainsFunc(l.asks, func(q account.Ask) bool { return !a.Ledger.Asked(q) })
		st.blind[kind] = map[string]bool{}
		for _, e := range a.Ledger.Blind(l.asks...) {
			st.blind[kind][e.Region] = true
		}
	}
	return st
}

// seen reports whether the list that would have a thing was seen whole, in the thing's region if it has one.
func (st states) seen(s Subject) bool {
	blind := st.blind[s.Kind]
	if s.Region == "" {
		return st.asked[s.Kind] && len(blind) == 0
	}
	return st.asked[s.Kind] && !blind[""] && !blind[s.Region]
}

// saw reports whether all questions were answered.
func (st states) saw(asks []account.Ask) bool {
	asked := !slices.ContainsFunc(asks, func(q account.Ask) bool { return !st.snapshot.Ledger.Asked(q) })
	return asked && len(st.snapshot.Ledger.Blind(asks...)) == 0
}

// of returns the state of a thing. A thing that is missing from a list may still exist if the list was not read to the end.
func (st states) of(s Subject) State {
	l, ok := listings()[s.Kind]
	switch {
	case !ok:
		return Unclear
	case l.has(st.snapshot, s) && s.Kind == kindKey && !works(st.snapshot, s.Name):
		return Off
	case s.Kind == kindUser && st.idle(s.Name), s.Kind == kindInstance && st.stopped(s.Name):
		return Harmless
	case l.has(st.snapshot, s):
		return Exists
	case st.seen(s):
		return Gone
	}
	return Unclear
}

// works reports whether a user's key is active.
func works(a *account.Snapshot, ref string) bool {
	return slices.ContainsFunc(a.Users, func(u account.User) bool {
		return slices.ContainsFunc(u.Keys, func(k account.Key) bool { return string(k.Ref) == ref && k.Active })
	})
}
