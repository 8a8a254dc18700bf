package alibabatest

func ramRoleActions() map[string]action {
	return map[string]action{
		"ListRoles":  {permission: "ram:ListRoles", run: locked(ramListRoles)},
		"GetRole":    {permission: "ram:GetRole", resource: namedARN("role", "RoleName"), run: locked(ramGetRole)},
		"UpdateRole": {permission: "ram:UpdateRole", resource: namedARN("role", "RoleName"), run: locked(ramUpdateRole)},
	}
}

func (c *call) roleObject(r *role) object {
	return object{
		{"RoleId", r.id},
		{"RoleName", r.Name},
		{"Arn", c.account.arn("role/" + r.Name)},
		{"Description", r.Description},
		{"MaxSessionDuration", int64(r.MaxSession.Seconds())},
		{"CreateDate", stamp(r.Created)},
		{"UpdateDate", stamp(r.Created)},
	}
}

// ramListRoles leaves the trust policies to GetRole, as the true service does.
func ramListRoles(c *call) (object, *failure) {
	roles, answer, refused := page(c, byName(c.account.roles), func(r *role) string { return r.Name })
	if refused != nil {
		return nil, refused
	}
	return append(answer, list("Roles", "Role", roles, c.roleObject)), nil
}

func (c *call) calledRole() (*role, *failure) {
	r, ok := c.account.roles[c.param("RoleName")]
	if !ok {
		return nil, noEntity("Role", "role", c.param("RoleName"))
	}
	return r, nil
}

func ramGetRole(c *call) (object, *failure) {
	r, refused := c.calledRole()
	if refused != nil {
		return nil, refused
	}
	return object{{"Role", append(c.roleObject(r), member{"AssumeRolePolicyDocument", r.Trust})}}, nil
}

func ramUpdateRole(c *call) (object, *failure) {
	r, refused := c.calledRole()
	if refused != nil {
		return nil, refused
	}
	if text := c.param("NewAssumeRolePolicyDocument"); text != "" {
		if _, err := parseDocument(text); err != nil {
			return nil, invalid("NewAssumeRolePolicyDocument")
		}
		r.Trust = text
	}
	return object{{"Role", append(c.roleObject(r), member{"AssumeRolePolicyDocument", r.Trust})}}, nil
}
