package investigate

import (
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/verifier/account"
)

// A clean-up leaves some things where they are, for evidence and so that it can be undone: a user without keys and rights, a
// version of a policy that is not in force. Such a thing is there, and harmless. That it is must have been seen.

// idle reports whether a user cannot do anything: it has nothing to log in with, and no rights.
func (st states) idle(name string) bool {
	needs := append(ask("ims", "ListUsers", "ListAccessKeys", "GetLoginProfile", "ListServiceCredentials"), ask("ram", "ListPoliciesForUser", "ListGroupsForUser")...)
	if !st.saw(needs) {
		return false
	}
	return slices.ContainsFunc(st.snapshot.Users, func(u account.User) bool {
		works := slices.ContainsFunc(u.Keys, func(k account.Key) bool { return k.Active }) ||
			slices.ContainsFunc(u.Services, func(s account.Service) bool { return s.Active }) || u.Login != nil && u.Login.Enabled
		return u.Name == name && !works && len(u.Policies)+len(u.Groups) == 0
	})
}

// stopped reports whether an instance does not run.
func (st states) stopped(id string) bool {
	return slices.ContainsFunc(st.snapshot.Instances, func(i account.Instance) bool { return i.ID == id && !i.Running() })
}

// harmless reports whether a policy or a role that the thief made or changed gives nobody anything any more.
func (s *scene) harmless(subject Subject) bool {
	switch subject.Kind {
	case kindPolicy:
		i := slices.IndexFunc(s.Policies, func(p account.Policy) bool { return p.Name == subject.Name })
		return i >= 0 && s.policyRestored(s.Policies[i])
	case kindRole:
		i := slices.IndexFunc(s.Roles, func(r account.Role) bool { return r.Name == subject.Name })
		return i >= 0 && subject.Of == "" && s.roleRestored(s.Roles[i])
	}
	return false
}

// policyRestored reports whether the version in force is older than the exposure, and not one that the thief chose. A policy
// that was made in it must not be attached to anybody.
func (s *scene) policyRestored(p account.Policy) bool {
	if !s.states.saw(ask("ram", "ListPolicies", "ListPolicyVersions")) {
		return false
	}
	if s.since(p.Created) {
		return p.Attached == 0
	}
	i := slices.IndexFunc(p.Versions, func(v account.Version) bool { return v.ID == p.Default })
	return i >= 0 && !s.since(p.Versions[i].Created) && s.chooser(p) != Thief
}

// chooser says who has put the version of a policy into force that is. If no event does, that is Nobody for a policy with a version
// of the exposure, which was in force and is not any more, and else the thief for all that is known.
func (s *scene) chooser(p account.Policy) Maker {
	maker, last := Thief, time.Time{}
	if s.since(newestVersion(p)) {
		maker = Nobody
	}
	for _, e := range s.Events {
		if e.Name != "SetDefaultPolicyVersion" || e.Error != "" || e.Params["PolicyName"] != p.Name || e.Time.Before(last) {
			continue
		}
		last, maker = e.Time, Somebody
		if slices.ContainsFunc(s.tree.Acts, func(a Act) bool { return a.Event == e.ID }) && e.Params["VersionId"] == p.Default {
			maker = Thief
		}
	}
	return maker
}

// roleRestored reports whether a role trusts nobody suspicious and, if it was created since the exposure, has no rights.
func (s *scene) roleRestored(r account.Role) bool {
	if r.Trust == "" || !s.states.saw(ask("ram", "ListRoles", "ListPoliciesForRole")) || len(Doubtful(s.Snapshot, s.known, r.Trust)) > 0 {
		return false
	}
	return !s.since(r.Created) || len(r.Policies) == 0
}

// Doubtful returns whom a trust policy names that may be the thief's: foreign accounts that are not known, and users, roles and
// identity providers of the account that do not exist, or were made since the exposure and are not known.
func Doubtful(a *account.Snapshot, known Known, trust string) []string {
	return slices.DeleteFunc(account.Principals(trust), func(principal string) bool {
		if number, ok := account.ActingService(principal); ok {
			return number == "" || number == a.Account || slices.Contains(known.Accounts, number)
		}
		number, rest, _ := strings.Cut(strings.TrimPrefix(principal, "acs:ram::"), ":")
		switch kind, name, _ := strings.Cut(rest, "/"); {
		case !strings.HasPrefix(principal, "acs:ram::"):
			return false
		case number != a.Account:
			return slices.Contains(known.Accounts, number)
		case kind == "root":
			return true
		case kind == "user":
			return slices.Contains(known.Users, name) || slices.ContainsFunc(a.Users, func(u account.User) bool { return u.Name == name && u.Created.Before(a.Since) })
		case kind == "role":
			return slices.Contains(known.Roles, name) || slices.ContainsFunc(a.Roles, func(r account.Role) bool { return r.Name == name && r.Created.Before(a.Since) })
		default: // an identity provider
			return slices.ContainsFunc(a.Providers, func(p account.Provider) bool { return p.Name == name && p.Created.Before(a.Since) })
		}
	})
}
