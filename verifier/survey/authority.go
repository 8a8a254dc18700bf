package survey

import (
	"context"
	"slices"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/internal/read"
)

// rightQuestions are about what users and roles may do, and who may become one.
func rightQuestions() []*question {
	return slices.Concat(groupQuestions(), roleQuestions(), policyQuestions(), providerQuestions())
}

func groupQuestions() []*question {
	return []*question{
		{
			Ask: ask(cloud.RAM, "ListGroups"), right: "ram:ListGroups", rank: rankWho,
			run: func(ctx context.Context, r *reader, _ target) (int, error) {
				groups, err := read.Groups(ctx, r.client)
				r.mu.Lock()
				defer r.mu.Unlock()
				r.s.Groups = groups
				return len(groups), err
			},
			then: func(r *reader, _ target) {
				for _, g := range r.s.Groups {
					r.ask(r.find(cloud.RAM, "ListPoliciesForGroup"), target{about: g.Name})
				}
			},
		},
		{
			Ask: ask(cloud.RAM, "ListPoliciesForGroup"), right: "ram:ListPoliciesForGroup", rank: rankRights, scope: after, from: ask(cloud.RAM, "ListGroups"),
			run: func(ctx context.Context, r *reader, t target) (int, error) {
				policies, err := read.Attached(ctx, r.client, read.ForGroup, t.about)
				if isGone(err) {
					return 0, nil
				}
				r.mu.Lock()
				defer r.mu.Unlock()
				for i := range r.s.Groups {
					if r.s.Groups[i].Name == t.about {
						r.s.Groups[i].Policies = policies
					}
				}
				return len(policies), err
			},
		},
	}
}

func roleQuestions() []*question {
	return []*question{
		{
			Ask: ask(cloud.RAM, "ListRoles"), right: "ram:ListRoles", rank: rankWho,
			run: func(ctx context.Context, r *reader, _ target) (int, error) {
				roles, err := read.Roles(ctx, r.client)
				r.mu.Lock()
				defer r.mu.Unlock()
				r.s.Roles = roles
				return len(roles), err
			},
			then: func(r *reader, _ target) {
				for _, role := range r.s.Roles {
					r.ask(r.find(cloud.RAM, "ListPoliciesForRole"), target{about: role.Name})
					if role.Trust == "" {
						r.ask(r.find(cloud.RAM, "GetRole"), target{about: role.Name})
					}
				}
			},
		},
		{
			Ask: ask(cloud.RAM, "GetRole"), right: "ram:GetRole", rank: rankRights, scope: after, from: ask(cloud.RAM, "ListRoles"),
			run: func(ctx context.Context, r *reader, t target) (int, error) {
				role, err := read.Role(ctx, r.client, t.about)
				return r.ofRole(t.about, err, func(old *account.Role) int {
					old.Trust, old.Created, old.Updated = role.Trust, role.Created, role.Updated
					return 1
				})
			},
		},
		{
			Ask: ask(cloud.RAM, "ListPoliciesForRole"), right: "ram:ListPoliciesForRole", rank: rankRights, scope: after, from: ask(cloud.RAM, "ListRoles"),
			run: func(ctx context.Context, r *reader, t target) (int, error) {
				policies, err := read.Attached(ctx, r.client, read.ForRole, t.about)
				return r.ofRole(t.about, err, func(old *account.Role) int {
					old.Policies = policies
					return len(policies)
				})
			},
		},
	}
}

// ofRole puts an answer into a role, if there is one.
func (r *reader) ofRole(name string, err error, put func(*account.Role) int) (int, error) {
	if isGone(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.s.Roles {
		if r.s.Roles[i].Name == name {
			return put(&r.s.Roles[i]), nil
		}
	}
	return 0, nil
}

func policyQuestions() []*question {
	return []*question{
		{
			Ask: ask(cloud.RAM, "ListPolicies"), right: "ram:ListPolicies", rank: rankWho,
			run: func(ctx context.Context, r *reader, _ target) (int, error) {
				policies, err := read.Policies(ctx, r.client)
				r.mu.Lock()
				defer r.mu.Unlock()
				r.s.Policies = policies
				return len(policies), err
			},
			then: func(r *reader, _ target) {
				for _, p := range r.s.Policies {
					r.ask(r.find(cloud.RAM, "ListPolicyVersions"), target{about: p.Name})
					r.ask(r.find(cloud.RAM, "GetPolicyVersion"), target{about: p.Name, of: p.Default})
				}
			},
		},
		{
			Ask: ask(cloud.RAM, "ListPolicyVersions"), right: "ram:ListPolicyVersions", rank: rankRights, scope: after, from: ask(cloud.RAM, "ListPolicies"),
			run: func(ctx context.Context, r *reader, t target) (int, error) {
				versions, err := read.Versions(ctx, r.client, t.about)
				return r.ofPolicy(t.about, err, func(p *account.Policy) int {
					p.Versions = versions
					return len(versions)
				})
			},
		},
		{
			Ask: ask(cloud.RAM, "GetPolicyVersion"), right: "ram:GetPolicyVersion", rank: rankRights, scope: after, from: ask(cloud.RAM, "ListPolicies"),
			run: func(ctx context.Context, r *reader, t target) (int, error) {
				document, err := read.Document(ctx, r.client, t.about, t.of)
				return r.ofPolicy(t.about, err, func(p *account.Policy) int {
					p.Document = document
					return 1
				})
			},
		},
	}
}

// ofPolicy puts an answer into a policy, if there is one.
func (r *reader) ofPolicy(name string, err error, put func(*account.Policy) int) (int, error) {
	if isGone(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.s.Policies {
		if r.s.Policies[i].Name == name {
			return put(&r.s.Policies[i]), nil
		}
	}
	return 0, nil
}

func providerQuestions() []*question {
	providers := func(kind string) func(context.Context, *reader, target) (int, error) {
		return func(ctx context.Context, r *reader, _ target) (int, error) {
			list, err := read.Providers(ctx, r.client, kind)
			r.mu.Lock()
			defer r.mu.Unlock()
			r.s.Providers = slices.DeleteFunc(r.s.Providers, func(p account.Provider) bool { return p.Kind == kind })
			r.s.Providers = append(r.s.Providers, list...)
			return len(list), err
		}
	}
	return []*question{
		{
			Ask: ask(cloud.IMS, "ListSAMLProviders"), right: "ram:ListSAMLProviders", rank: rankRights,
			run: providers(read.SAML),
		},
		{
			Ask: ask(cloud.IMS, "ListOIDCProviders"), right: "ram:ListOIDCProviders", rank: rankRights,
			run: providers(read.OIDC),
		},
		{
			Ask: ask(cloud.IMS, "ListApplications"), right: "ram:ListApplications", rank: rankRights,
			run: func(ctx context.Context, r *reader, _ target) (int, error) {
				list, err := read.Applications(ctx, r.client)
				r.mu.Lock()
				defer r.mu.Unlock()
				r.s.Applications = list
				return len(list), err
			},
			then: func(r *reader, _ target) {
				for _, a := range r.s.Applications {
					r.ask(r.find(cloud.IMS, "ListAppSecretIds"), target{about: a.ID})
				}
			},
		},
		{
			Ask: ask(cloud.IMS, "ListAppSecretIds"), right: "ram:ListAppSecretIds", rank: rankRights, scope: after, from: ask(cloud.IMS, "ListApplications"),
			run: func(ctx context.Context, r *reader, t target) (int, error) {
				secrets, err := read.AppSecrets(ctx, r.client, t.about)
				if isGone(err) {
					return 0, nil
				}
				r.mu.Lock()
				defer r.mu.Unlock()
				for i := range r.s.Applications {
					if r.s.Applications[i].ID == t.about {
						r.s.Applications[i].Secrets = secrets
					}
				}
				return len(secrets), err
			},
		},
	}
}
