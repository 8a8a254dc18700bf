package services

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

func ramPolicyActions() map[string]Action {
	table := map[string]Action{
		"ListPolicies":          {permission: "ram:ListPolicies", Run: locked(ramListPolicies)},
		"GetPolicy":             {permission: "ram:GetPolicy", resource: policyARN, Run: locked(ramGetPolicy)},
		"GetPolicyVersion":      {permission: "ram:GetPolicyVersion", resource: policyARN, Run: locked(ramGetPolicyVersion)},
		"ListEntitiesForPolicy": {permission: "ram:ListEntitiesForPolicy", resource: policyARN, Run: locked(ramListEntities)},
		"ListPolicyVersions":    {permission: "ram:ListPolicyVersions", resource: policyARN, Run: locked(ramListVersions)},
		"CreatePolicyVersion":   {permission: "ram:CreatePolicyVersion", resource: policyARN, Run: locked(ramCreateVersion)},
		"DeletePolicyVersion":   {permission: "ram:DeletePolicyVersion", resource: policyARN, Run: locked(ramDeleteVersion)},
		"CreatePolicy":          {permission: "ram:CreatePolicy", resource: policyARN, Run: locked(ramCreatePolicy)},
		"DeletePolicy":          {permission: "ram:DeletePolicy", resource: policyARN, Run: locked(ramDeletePolicy)},
	}
	table["SetDefaultPolicyVersion"] = Action{permission: "ram:SetDefaultPolicyVersion", resource: policyARN, Run: locked(ramSetDefault)}
	for _, kind := range []string{"User", "Group", "Role"} {
		of := holder{kind}
		table["ListPoliciesFor"+kind] = Action{permission: "ram:ListPoliciesFor" + kind, resource: of.arn, Run: locked(of.list)}
		table["AttachPolicyTo"+kind] = Action{permission: "ram:AttachPolicyTo" + kind, resource: of.arn, Run: locked(of.attach)}
		table["DetachPolicyFrom"+kind] = Action{permission: "ram:DetachPolicyFrom" + kind, resource: of.arn, Run: locked(of.detach)}
	}
	return table
}

// policyARN says what a call is about: acs:ram::<uid>:policy/<name>, and for one of Alibaba Cloud's own policies
// acs:ram::system:policy/<name>.
func policyARN(c *Invocation) string {
	if c.param("PolicyType") == "System" {
		return "acs:ram::system:policy/" + c.param("PolicyName")
	}
	return c.Account.ARN("policy/" + c.param("PolicyName"))
}

// calledPolicy returns the policy that PolicyType and PolicyName name.
func (c *Invocation) calledPolicy() (*state.Policy, *wire.Failure) {
	kind, name := c.param("PolicyType"), c.param("PolicyName")
	switch {
	case kind != "System" && kind != "Custom":
		return nil, wire.Refusal(http.StatusBadRequest, "InvalidParameter.PolicyType", "The policy type is neither System nor Custom.")
	case name == "":
		return nil, wire.Missing("PolicyName")
	}
	p, ok := c.Account.FindPolicy(kind, name)
	if !ok {
		return nil, noEntity("Policy", "policy", name)
	}
	return p, nil
}

func versionID(p *state.Policy) string { return "v" + strconv.Itoa(p.Version) }

func object(p *state.Policy) wire.Object {
	return wire.Object{
		{"PolicyName", p.Name},
		{"PolicyType", p.Kind},
		{"Description", p.Description},
		{"DefaultVersion", versionID(p)},
		{"CreateDate", state.Stamp(p.Created)},
		{"UpdateDate", state.Stamp(p.Updated)},
	}
}

func versionObject(p *state.Policy, v state.PolicyVersion) wire.Object {
	return wire.Object{
		{"VersionId", "v" + strconv.Itoa(v.Number)},
		{"IsDefaultVersion", v.Number == p.Version},
		{"CreateDate", state.Stamp(v.Created)},
		{"PolicyDocument", v.Text},
	}
}

// version finds the version that VersionId names, or the one in force.
func (c *Invocation) version(p *state.Policy, id string) (state.PolicyVersion, *wire.Failure) {
	for _, v := range p.Versions {
		if "v"+strconv.Itoa(v.Number) == id {
			return v, nil
		}
	}
	return state.PolicyVersion{}, noEntity("Policy.Version", "policy version", id)
}

func ramListPolicies(c *Invocation) (wire.Object, *wire.Failure) {
	var all []*state.Policy
	if c.param("PolicyType") != "Custom" {
		all = append(all, byName(state.SystemPolicies())...)
	}
	if c.param("PolicyType") != "System" {
		all = append(all, byName(c.Account.Policies)...)
	}
	slices.SortFunc(all, func(a, b *state.Policy) int { return cmp.Compare(a.Name, b.Name) })
	policies, answer, refused := page(c, all, func(p *state.Policy) string { return p.Name })
	if refused != nil {
		return nil, refused
	}
	return append(answer, list("Policies", "Policy", policies, func(p *state.Policy) wire.Object {
		return append(object(p), wire.Member{"AttachmentCount", countAttached(c.Account, p)})
	})), nil
}

func ramGetPolicy(c *Invocation) (wire.Object, *wire.Failure) {
	p, refused := c.calledPolicy()
	if refused != nil {
		return nil, refused
	}
	v, refused := c.version(p, versionID(p))
	if refused != nil {
		return nil, refused
	}
	return wire.Object{
		{"Policy", append(object(p), wire.Member{"AttachmentCount", countAttached(c.Account, p)})},
		{"DefaultPolicyVersion", versionObject(p, v)},
	}, nil
}

func ramGetPolicyVersion(c *Invocation) (wire.Object, *wire.Failure) {
	p, refused := c.calledPolicy()
	if refused != nil {
		return nil, refused
	}
	v, refused := c.version(p, c.param("VersionId"))
	if refused != nil {
		return nil, refused
	}
	return wire.Object{{"PolicyVersion", versionObject(p, v)}}, nil
}

// holders returns who has the policy, each in the order of names.
func holders(a *state.Account, p *state.Policy) (users []*state.UserRecord, groups []*state.Group, roles []*state.RoleRecord) {
	has := func(list []state.Attachment) bool {
		return slices.ContainsFunc(list, func(at state.Attachment) bool { return at.Kind == p.Kind && at.Name == p.Name })
	}
	for _, u := range byName(a.Users) {
		if has(u.Attached) {
			users = append(users, u)
		}
	}
	for _, g := range byName(a.Groups) {
		if has(g.Attached) {
			groups = append(groups, g)
		}
	}
	for _, r := range byName(a.Roles) {
		if has(r.Attached) {
			roles = append(roles, r)
		}
	}
	return users, groups, roles
}

func countAttached(a *state.Account, p *state.Policy) int {
	users, groups, roles := holders(a, p)
	return len(users) + len(groups) + len(roles)
}

func ramListEntities(c *Invocation) (wire.Object, *wire.Failure) {
	p, refused := c.calledPolicy()
	if refused != nil {
		return nil, refused
	}
	users, groups, roles := holders(c.Account, p)
	return wire.Object{
		list("Users", "User", users, func(u *state.UserRecord) wire.Object {
			return wire.Object{{"UserId", u.ID}, {"UserName", u.Name}, {"DisplayName", u.DisplayName}}
		}),
		list("Groups", "Group", groups, func(g *state.Group) wire.Object { return wire.Object{{"GroupName", g.Name}} }),
		list("Roles", "Role", roles, func(r *state.RoleRecord) wire.Object {
			return wire.Object{{"RoleName", r.Name}, {"Arn", c.Account.ARN("role/" + r.Name)}}
		}),
	}, nil
}

func ramCreatePolicy(c *Invocation) (wire.Object, *wire.Failure) {
	name := c.param("PolicyName")
	if name == "" {
		return nil, wire.Missing("PolicyName")
	}
	if _, ok := c.Account.Policies[name]; ok {
		return nil, wire.Refusal(http.StatusConflict, "EntityAlreadyExists.Policy", fmt.Sprintf("The policy %q already exists.", name))
	}
	p, err := c.Account.PutPolicy(name, c.param("PolicyDocument"))
	if err != nil {
		return nil, wire.Refusal(http.StatusBadRequest, "InvalidParameter.PolicyDocument", "The specified policy document is not valid.")
	}
	p.Description = c.param("Description")
	return wire.Object{{"Policy", object(p)}}, nil
}

// ramDeletePolicy refuses while somebody has the policy.
func ramDeletePolicy(c *Invocation) (wire.Object, *wire.Failure) {
	name := c.param("PolicyName")
	p, ok := c.Account.Policies[name]
	if !ok {
		return nil, noEntity("Policy", "policy", name)
	}
	users, groups, roles := holders(c.Account, p)
	for kind, n := range map[string]int{"User": len(users), "Group": len(groups), "Role": len(roles)} {
		if n > 0 {
			return nil, wire.Refusal(http.StatusConflict, "DeleteConflict.Policy."+kind, "The policy is attached to somebody.")
		}
	}
	delete(c.Account.Policies, name)
	return nil, nil
}

// holder is who may have policies: a User, a Group or a Role.
type holder struct{ kind string }

func (h holder) arn(c *Invocation) string { return h.of(c, "acs:ram::"+c.Account.Number+":") }

func (h holder) of(c *Invocation, prefix string) string {
	return prefix + map[string]string{"User": "user/", "Group": "group/", "Role": "role/"}[h.kind] + c.param(h.kind+"Name")
}

func (h holder) attachments(c *Invocation) (*[]state.Attachment, *wire.Failure) {
	name := c.param(h.kind + "Name")
	if name == "" {
		return nil, wire.Missing(h.kind + "Name")
	}
	list := c.Account.Attachments(h.of(c, ""))
	if list == nil {
		return nil, noEntity(h.kind, h.kind, name)
	}
	return list, nil
}

func (h holder) list(c *Invocation) (wire.Object, *wire.Failure) {
	attached, refused := h.attachments(c)
	if refused != nil {
		return nil, refused
	}
	return wire.Object{list("Policies", "Policy", *attached, func(at state.Attachment) wire.Object {
		o := wire.Object{{"PolicyName", at.Name}, {"PolicyType", at.Kind}, {"AttachDate", state.Stamp(at.Date)}}
		if p, ok := c.Account.FindPolicy(at.Kind, at.Name); ok {
			o = append(o, wire.Member{"Description", p.Description}, wire.Member{"DefaultVersion", versionID(p)})
		}
		return o
	})}, nil
}

func (h holder) attach(c *Invocation) (wire.Object, *wire.Failure) {
	attached, refused := h.attachments(c)
	if refused != nil {
		return nil, refused
	}
	p, refused := c.calledPolicy()
	if refused != nil {
		return nil, refused
	}
	if !state.Attach(attached, state.Attachment{Kind: p.Kind, Name: p.Name, Date: c.Now}) {
		return nil, wire.Refusal(http.StatusConflict, "EntityAlreadyExists."+h.kind+".Policy", "The policy is attached already.")
	}
	return nil, nil
}

func (h holder) detach(c *Invocation) (wire.Object, *wire.Failure) {
	attached, refused := h.attachments(c)
	if refused != nil {
		return nil, refused
	}
	if !state.Detach(attached, c.param("PolicyType"), c.param("PolicyName")) {
		return nil, noEntity(h.kind+".Policy", "policy", c.param("PolicyName"))
	}
	return nil, nil
}
