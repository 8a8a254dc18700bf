package alibabatest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

func ramPolicyActions() map[string]action {
	table := map[string]action{
		"ListPolicies":          {permission: "ram:ListPolicies", run: locked(ramListPolicies)},
		"GetPolicy":             {permission: "ram:GetPolicy", resource: policyARN, run: locked(ramGetPolicy)},
		"GetPolicyVersion":      {permission: "ram:GetPolicyVersion", resource: policyARN, run: locked(ramGetPolicyVersion)},
		"ListEntitiesForPolicy": {permission: "ram:ListEntitiesForPolicy", resource: policyARN, run: locked(ramListEntities)},
		"CreatePolicy":          {permission: "ram:CreatePolicy", resource: policyARN, run: locked(ramCreatePolicy)},
		"DeletePolicy":          {permission: "ram:DeletePolicy", resource: policyARN, run: locked(ramDeletePolicy)},
	}
	for _, kind := range []string{"User", "Group", "Role"} {
		of := holder{kind}
		table["ListPoliciesFor"+kind] = action{permission: "ram:ListPoliciesFor" + kind, resource: of.arn, run: locked(of.list)}
		table["AttachPolicyTo"+kind] = action{permission: "ram:AttachPolicyTo" + kind, resource: of.arn, run: locked(of.attach)}
		table["DetachPolicyFrom"+kind] = action{permission: "ram:DetachPolicyFrom" + kind, resource: of.arn, run: locked(of.detach)}
	}
	return table
}

// policyARN says what a call is about: acs:ram::<uid>:policy/<name>, and for one of Alibaba Cloud's own policies
// acs:ram::system:policy/<name>.
func policyARN(c *call) string {
	if c.param("PolicyType") == "System" {
		return "acs:ram::system:policy/" + c.param("PolicyName")
	}
	return c.account.arn("policy/" + c.param("PolicyName"))
}

// calledPolicy is the one that PolicyType and PolicyName tell.
func (c *call) calledPolicy() (*policy, *failure) {
	kind, name := c.param("PolicyType"), c.param("PolicyName")
	switch {
	case kind != "System" && kind != "Custom":
		return nil, &failure{http.StatusBadRequest, "InvalidParameter.PolicyType", "The policy type is neither System nor Custom."}
	case name == "":
		return nil, missing("PolicyName")
	}
	p, ok := c.account.policy(kind, name)
	if !ok {
		return nil, noEntity("Policy", "policy", name)
	}
	return p, nil
}

func (p *policy) versionID() string { return "v" + strconv.Itoa(p.version) }

func (p *policy) object() object {
	return object{
		{"PolicyName", p.name},
		{"PolicyType", p.kind},
		{"Description", p.description},
		{"DefaultVersion", p.versionID()},
		{"CreateDate", stamp(p.created)},
		{"UpdateDate", stamp(p.updated)},
	}
}

func (p *policy) versionObject() object {
	return object{
		{"VersionId", p.versionID()},
		{"IsDefaultVersion", true},
		{"CreateDate", stamp(p.updated)},
		{"PolicyDocument", p.text},
	}
}

func ramListPolicies(c *call) (object, *failure) {
	var all []*policy
	if c.param("PolicyType") != "Custom" {
		all = append(all, byName(systemPolicies())...)
	}
	if c.param("PolicyType") != "System" {
		all = append(all, byName(c.account.policies)...)
	}
	slices.SortFunc(all, func(a, b *policy) int { return cmp.Compare(a.name, b.name) })
	policies, answer, refused := page(c, all, func(p *policy) string { return p.name })
	if refused != nil {
		return nil, refused
	}
	return append(answer, list("Policies", "Policy", policies, func(p *policy) object {
		return append(p.object(), member{"AttachmentCount", c.account.countAttached(p)})
	})), nil
}

func ramGetPolicy(c *call) (object, *failure) {
	p, refused := c.calledPolicy()
	if refused != nil {
		return nil, refused
	}
	return object{
		{"Policy", append(p.object(), member{"AttachmentCount", c.account.countAttached(p)})},
		{"DefaultPolicyVersion", p.versionObject()},
	}, nil
}

func ramGetPolicyVersion(c *call) (object, *failure) {
	p, refused := c.calledPolicy()
	if refused != nil {
		return nil, refused
	}
	if c.param("VersionId") != p.versionID() {
		return nil, noEntity("Policy.Version", "policy version", c.param("VersionId"))
	}
	return object{{"PolicyVersion", p.versionObject()}}, nil
}

// holders returns who has the policy, each in the order of names.
func (a *Account) holders(p *policy) (users []*user, groups []*group, roles []*role) {
	has := func(list []attachment) bool {
		return slices.ContainsFunc(list, func(at attachment) bool { return at.kind == p.kind && at.name == p.name })
	}
	for _, u := range byName(a.users) {
		if has(u.attached) {
			users = append(users, u)
		}
	}
	for _, g := range byName(a.groups) {
		if has(g.attached) {
			groups = append(groups, g)
		}
	}
	for _, r := range byName(a.roles) {
		if has(r.attached) {
			roles = append(roles, r)
		}
	}
	return users, groups, roles
}

func (a *Account) countAttached(p *policy) int {
	users, groups, roles := a.holders(p)
	return len(users) + len(groups) + len(roles)
}

func ramListEntities(c *call) (object, *failure) {
	p, refused := c.calledPolicy()
	if refused != nil {
		return nil, refused
	}
	users, groups, roles := c.account.holders(p)
	return object{
		list("Users", "User", users, func(u *user) object {
			return object{{"UserId", u.id}, {"UserName", u.Name}, {"DisplayName", u.DisplayName}}
		}),
		list("Groups", "Group", groups, func(g *group) object { return object{{"GroupName", g.name}} }),
		list("Roles", "Role", roles, func(r *role) object { return object{{"RoleName", r.Name}, {"Arn", c.account.arn("role/" + r.Name)}} }),
	}, nil
}

func ramCreatePolicy(c *call) (object, *failure) {
	name := c.param("PolicyName")
	if name == "" {
		return nil, missing("PolicyName")
	}
	if _, ok := c.account.policies[name]; ok {
		return nil, &failure{http.StatusConflict, "EntityAlreadyExists.Policy", fmt.Sprintf("The policy %q already exists.", name)}
	}
	p, err := c.account.putPolicy(name, c.param("PolicyDocument"))
	if err != nil {
		return nil, &failure{http.StatusBadRequest, "InvalidParameter.PolicyDocument", "The specified policy document is not valid."}
	}
	p.description = c.param("Description")
	return object{{"Policy", p.object()}}, nil
}

// ramDeletePolicy refuses while somebody has the policy.
func ramDeletePolicy(c *call) (object, *failure) {
	name := c.param("PolicyName")
	p, ok := c.account.policies[name]
	if !ok {
		return nil, noEntity("Policy", "policy", name)
	}
	users, groups, roles := c.account.holders(p)
	for kind, n := range map[string]int{"User": len(users), "Group": len(groups), "Role": len(roles)} {
		if n > 0 {
			return nil, &failure{http.StatusConflict, "DeleteConflict.Policy." + kind, "The policy is attached to somebody."}
		}
	}
	delete(c.account.policies, name)
	return nil, nil
}

// holder is who may have policies: a User, a Group or a Role.
type holder struct{ kind string }

func (h holder) arn(c *call) string { return h.of(c, "acs:ram::"+c.account.uid+":") }

func (h holder) of(c *call, prefix string) string {
	return prefix + map[string]string{"User": "user/", "Group": "group/", "Role": "role/"}[h.kind] + c.param(h.kind+"Name")
}

func (h holder) attachments(c *call) (*[]attachment, *failure) {
	name := c.param(h.kind + "Name")
	if name == "" {
		return nil, missing(h.kind + "Name")
	}
	list := c.account.attachments(h.of(c, ""))
	if list == nil {
		return nil, noEntity(h.kind, h.kind, name)
	}
	return list, nil
}

func (h holder) list(c *call) (object, *failure) {
	attached, refused := h.attachments(c)
	if refused != nil {
		return nil, refused
	}
	return object{list("Policies", "Policy", *attached, func(at attachment) object {
		o := object{{"PolicyName", at.name}, {"PolicyType", at.kind}, {"AttachDate", stamp(at.date)}}
		if p, ok := c.account.policy(at.kind, at.name); ok {
			o = append(o, member{"Description", p.description}, member{"DefaultVersion", p.versionID()})
		}
		return o
	})}, nil
}

func (h holder) attach(c *call) (object, *failure) {
	attached, refused := h.attachments(c)
	if refused != nil {
		return nil, refused
	}
	p, refused := c.calledPolicy()
	if refused != nil {
		return nil, refused
	}
	if !attach(attached, attachment{p.kind, p.name, c.now}) {
		return nil, &failure{http.StatusConflict, "EntityAlreadyExists." + h.kind + ".Policy", "The policy is attached already."}
	}
	return nil, nil
}

func (h holder) detach(c *call) (object, *failure) {
	attached, refused := h.attachments(c)
	if refused != nil {
		return nil, refused
	}
	if !detach(attached, c.param("PolicyType"), c.param("PolicyName")) {
		return nil, noEntity(h.kind+".Policy", "policy", c.param("PolicyName"))
	}
	return nil, nil
}
