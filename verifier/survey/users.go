package survey

import (
	"context"
	"slices"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/internal/read"
)

func userQuestions() []*question {
	return slices.Concat(listsOfUsers(), questionsOfUsers(), questionsOfKeys())
}

func listsOfUsers() []*question {
	return []*question{
		{
			Ask: ask(cloud.IMS, "ListUsers"), right: "ram:ListUsers", rank: rankFirst,
			run: readUsers, then: (*reader).chooseReport,
		},
		{
			Ask: ask(cloud.IMS, makeReport), right: "ram:GenerateCredentialReport", rank: rankFirst, scope: after, from: ask(cloud.IMS, "ListUsers"),
			optional: true, run: func(ctx context.Context, r *reader, _ target) (int, error) { return 0, read.MakeReport(ctx, r.client) },
			then: func(r *reader, _ target) { r.ask(r.find(cloud.IMS, getReport), target{}) },
		},
		{
			Ask: ask(cloud.IMS, getReport), right: "ram:GetCredentialReport", rank: rankFirst, scope: after, from: ask(cloud.IMS, makeReport),
			optional: true, run: readReport, then: (*reader).eachUser,
		},
		{
			Ask: ask(cloud.IMS, "ListUsersInRecycleBin"), right: "ram:ListUsersInRecycleBin", rank: rankWho,
			run: readRecycledUsers,
		},
	}
}

// questionsOfUsers are asked of each user.
func questionsOfUsers() []*question {
	return []*question{
		{
			Ask: ask(cloud.IMS, "ListAccessKeys"), right: "ram:ListAccessKeys", rank: rankWho, scope: perUser,
			run: readKeys, then: (*reader).eachKey,
		},
		{
			Ask: ask(cloud.IMS, "GetLoginProfile"), right: "ram:GetLoginProfile", rank: rankWho, scope: perUser,
			run: ofUser(func(ctx context.Context, r *reader, t target) (*account.Login, error) {
				return read.Login(ctx, r.client, r.principal(t.about))
			}, func(u *account.User, login *account.Login) int { u.Login = login; return count(login != nil) }),
		},
		{
			Ask: ask(cloud.IMS, "GetUserMFAInfo"), right: "ram:GetUserMFAInfo", rank: rankWho, scope: perUser,
			run: ofUser(func(ctx context.Context, r *reader, t target) (bool, error) {
				return read.MFA(ctx, r.client, r.principal(t.about))
			}, func(u *account.User, bound bool) int { u.MFA = bound; return count(bound) }),
		},
		{
			Ask: ask(cloud.RAM, "ListPoliciesForUser"), right: "ram:ListPoliciesForUser", rank: rankWho, scope: perUser,
			run: ofUser(func(ctx context.Context, r *reader, t target) ([]account.Attached, error) {
				return read.Attached(ctx, r.client, read.ForUser, t.about)
			}, func(u *account.User, policies []account.Attached) int { u.Policies = policies; return len(policies) }),
		},
		{
			Ask: ask(cloud.RAM, "ListGroupsForUser"), right: "ram:ListGroupsForUser", rank: rankWho, scope: perUser,
			run: ofUser(func(ctx context.Context, r *reader, t target) ([]account.Membership, error) {
				return read.Memberships(ctx, r.client, t.about)
			}, func(u *account.User, groups []account.Membership) int { u.Groups = groups; return len(groups) }),
		},
		{
			Ask: ask(cloud.IMS, "ListServiceCredentials"), right: "ram:ListServiceCredentials", rank: rankRights, scope: perUser,
			run: ofUser(func(ctx context.Context, r *reader, t target) ([]account.Service, error) {
				return read.ServiceCredentials(ctx, r.client, r.principal(t.about))
			}, func(u *account.User, services []account.Service) int { u.Services = services; return len(services) }),
		},
		{
			Ask: ask(cloud.IMS, "ListAccessKeysInRecycleBin"), right: "ram:ListAccessKeysInRecycleBin", rank: rankRights, scope: perUser,
			run: readRecycledKeys,
		},
	}
}

// questionsOfKeys are asked of each key of a user.
func questionsOfKeys() []*question {
	return []*question{
		{
			Ask: ask(cloud.IMS, "GetAccessKeyLastUsed"), right: "ram:GetAccessKeyLastUsed", rank: rankRights, scope: perKey,
			run: readLastUse,
		},
		{
			Ask: ask(cloud.IMS, "GetAccessKeyPolicy"), right: "ram:GetAccessKeyPolicy", rank: rankRest, scope: perKey,
			run: readKeyRestriction,
		},
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// ofUser asks something about a user, and puts the answer into it.
func ofUser[T any](ask func(context.Context, *reader, target) (T, error), put func(*account.User, T) int) func(context.Context, *reader, target) (int, error) {
	return func(ctx context.Context, r *reader, t target) (int, error) {
		answer, err := ask(ctx, r, t)
		if isGone(err) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		return put(r.user(t.about), answer), nil
	}
}

// isGone reports whether what was asked about was deleted since it was listed.
func isGone(err error) bool { return cloud.IsAbsent(err) }

// isAway is isGone for ECS and RDS, which have other codes.
func isAway(err error) bool {
	switch cloud.Code(err) {
	case "InvalidSecurityGroupId.NotFound", "InvalidPrefixListId.NotFound", "InvalidPrefixList.NotFound", "InvalidImageId.NotFound", "InvalidDBInstanceId.NotFound", "NoSuchBucket":
		return true
	}
	return isGone(err)
}

func without[T any](list []T, drop func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), drop)
}

func readUsers(ctx context.Context, r *reader, _ target) (int, error) {
	users, domain, err := read.Users(ctx, r.client)
	r.mu.Lock()
	defer r.mu.Unlock()
	slices.SortStableFunc(users, func(a, b account.User) int { return b.Created.Compare(a.Created) }) // new ones are asked about first
	r.s.Users, r.domain = users, domain
	return len(users), err
}

func readKeys(ctx context.Context, r *reader, t target) (int, error) {
	keys, ids, err := read.Keys(ctx, r.client, r.principal(t.about))
	if isGone(err) {
		err = nil
	}
	if err != nil {
		return 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.learn(ids)
	u := r.user(t.about)
	for i, k := range keys { // a resumed reading knows the last use already
		for _, old := range u.Keys {
			if old.Ref == k.Ref {
				keys[i].LastUsed, keys[i].Service = old.LastUsed, old.Service
			}
		}
	}
	u.Keys = keys
	return len(keys), nil
}

func readLastUse(ctx context.Context, r *reader, t target) (int, error) {
	at, service, err := read.Used(ctx, r.client, r.principal(t.of), r.id(t.about))
	if isGone(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.user(t.of).Keys {
		if k := &r.user(t.of).Keys[i]; string(k.Ref) == t.about {
			k.LastUsed, k.Service = at, service
		}
	}
	return count(!at.IsZero()), nil
}

func readKeyRestriction(ctx context.Context, r *reader, t target) (int, error) {
	restriction, err := read.KeyRestriction(ctx, r.client, r.principal(t.of), r.id(t.about))
	if isGone(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return r.restrict(restriction), nil
}

// restrict keeps a network policy.
func (r *reader) restrict(n account.Restriction) int {
	if n.Document == "" || n.Document == "{}" {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.s.Restrictions = slices.DeleteFunc(r.s.Restrictions, func(old account.Restriction) bool { return old.Key == n.Key })
	r.s.Restrictions = append(r.s.Restrictions, n)
	return 1
}

func readRecycledKeys(ctx context.Context, r *reader, t target) (int, error) {
	keys, ids, err := read.RecycledKeys(ctx, r.client, account.User{Name: t.about, ID: t.of})
	if isGone(err) {
		err = nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.learn(ids)
	for _, k := range keys {
		r.recycle(k)
	}
	return len(keys), err
}

func readRecycledUsers(ctx context.Context, r *reader, _ target) (int, error) {
	users, err := read.RecycledUsers(ctx, r.client)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, u := range users {
		r.recycle(u)
	}
	return len(users), err
}

// recycle keeps something that can be restored. The caller holds mu.
func (r *reader) recycle(n account.Recycled) {
	if !slices.Contains(r.s.Recycled, n) {
		r.s.Recycled = append(r.s.Recycled, n)
	}
}
