package services

import (
	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

func ramRoleActions() map[string]Action {
	return map[string]Action{
		"CreateRole": {permission: "ram:CreateRole", resource: namedARN("role", "RoleName"), Run: locked(ramCreateRole)},
		"DeleteRole": {permission: "ram:DeleteRole", resource: namedARN("role", "RoleName"), Run: locked(ramDeleteRole)},
		"ListRoles":  {permission: "ram:ListRoles", Run: locked(ramListRoles)},
		"GetRole":    {permission: "ram:GetRole", resource: namedARN("role", "RoleName"), Run: locked(ramGetRole)},
		"UpdateRole": {permission: "ram:UpdateRole", resource: namedARN("role", "RoleName"), Run: locked(ramUpdateRole)},
	}
}

func (c *Invocation) roleObject(r *state.RoleRecord) wire.Object {
	return wire.Object{
		{"RoleId", r.ID},
		{"RoleName", r.Name},
		{"Arn", c.Account.ARN("role/" + r.Name)},
		{"Description", r.Description},
		{"MaxSessionDuration", int64(r.MaxSession.Seconds())},
		{"CreateDate", state.Stamp(r.Created)},
		{"UpdateDate", state.Stamp(r.Updated)},
	}
}

// ramListRoles leaves the trust policies to GetRole, as the true service does.
func ramListRoles(c *Invocation) (wire.Object, *wire.Failure) {
	roles, answer, refused := page(c, byName(c.Account.Roles), func(r *state.RoleRecord) string { return r.Name })
	if refused != nil {
		return nil, refused
	}
	return append(answer, list("Roles", "Role", roles, c.roleObject)), nil
}

func (c *Invocation) calledRole() (*state.RoleRecord, *wire.Failure) {
	r, ok := c.Account.Roles[c.param("RoleName")]
	if !ok {
		return nil, noEntity("Role", "role", c.param("RoleName"))
	}
	return r, nil
}

func ramGetRole(c *Invocation) (wire.Object, *wire.Failure) {
	r, refused := c.calledRole()
	if refused != nil {
		return nil, refused
	}
	return wire.Object{{"Role", append(c.roleObject(r), wire.Member{"AssumeRolePolicyDocument", r.Trust})}}, nil
}

func ramUpdateRole(c *Invocation) (wire.Object, *wire.Failure) {
	r, refused := c.calledRole()
	if refused != nil {
		return nil, refused
	}
	if text := c.param("NewAssumeRolePolicyDocument"); text != "" {
		if _, err := state.ParseDocument(text); err != nil {
			return nil, wire.Invalid("NewAssumeRolePolicyDocument")
		}
		r.Trust, r.Updated = text, c.Now
	}
	return wire.Object{{"Role", append(c.roleObject(r), wire.Member{"AssumeRolePolicyDocument", r.Trust})}}, nil
}
