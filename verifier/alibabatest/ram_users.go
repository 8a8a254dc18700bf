package alibabatest

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// The permissions here follow the action's name, as Alibaba Cloud's do.

func ramActions() map[string]action {
	return merge(ramUserActions(), ramKeyActions(), ramRoleActions(), ramPolicyActions(), ramSecurityActions())
}

func ramUserActions() map[string]action {
	return map[string]action{
		"ListUsers":          {permission: "ram:ListUsers", run: locked(ramListUsers)},
		"GetUser":            {permission: "ram:GetUser", resource: ramUserARN, run: locked(ramGetUser)},
		"ListGroups":         {permission: "ram:ListGroups", run: locked(ramListGroups)},
		"ListGroupsForUser":  {permission: "ram:ListGroupsForUser", resource: ramUserARN, run: locked(ramListGroupsForUser)},
		"ListUsersForGroup":  {permission: "ram:ListUsersForGroup", resource: namedARN("group", "GroupName"), run: locked(ramListUsersForGroup)},
		"GetLoginProfile":    {permission: "ram:GetLoginProfile", resource: ramUserARN, run: locked(ramGetLoginProfile)},
		"DeleteLoginProfile": {permission: "ram:DeleteLoginProfile", resource: ramUserARN, run: locked(ramDeleteLoginProfile)},
		"GetUserMFAInfo":     {permission: "ram:GetUserMFAInfo", resource: ramUserARN, run: locked(ramGetUserMFAInfo)},
	}
}

// namedARN makes resources such as acs:ram::<uid>:group/ops, with the name from a parameter.
func namedARN(kind, parameter string) func(c *call) string {
	return func(c *call) string { return c.account.arn(kind + "/" + c.param(parameter)) }
}

// byName returns a table's values in the order of their names.
func byName[T any](table map[string]T) []T {
	var all []T
	for _, name := range slices.Sorted(maps.Keys(table)) {
		all = append(all, table[name])
	}
	return all
}

func ramUserObject(u *user) object {
	return object{
		{"UserId", u.id},
		{"UserName", u.Name},
		{"DisplayName", u.DisplayName},
		{"Email", u.Email},
		{"Comments", u.Comments},
		{"CreateDate", stamp(u.Created)},
		{"UpdateDate", stamp(u.updated)},
	}
}

func ramListUsers(c *call) (object, *failure) {
	users, answer, refused := page(c, byName(c.account.users), func(u *user) string { return u.Name })
	if refused != nil {
		return nil, refused
	}
	return append(answer, list("Users", "User", users, ramUserObject)), nil
}

func ramGetUser(c *call) (object, *failure) {
	if c.param("UserName") == "" {
		return nil, missing("UserName")
	}
	u, refused := c.ramUser()
	if refused != nil {
		return nil, refused
	}
	return object{{"User", append(ramUserObject(u), member{"LastLoginDate", stamp(u.LastLogin)})}}, nil
}

func groupObject(g *group) object {
	return object{{"GroupId", g.id}, {"GroupName", g.name}, {"Comments", ""}, {"CreateDate", stamp(g.created)}}
}

func ramListGroups(c *call) (object, *failure) {
	groups, answer, refused := page(c, byName(c.account.groups), func(g *group) string { return g.name })
	if refused != nil {
		return nil, refused
	}
	return append(answer, list("Groups", "Group", groups, groupObject)), nil
}

func ramListGroupsForUser(c *call) (object, *failure) {
	u, refused := c.ramUser()
	if refused != nil {
		return nil, refused
	}
	return object{list("Groups", "Group", c.account.groupsOf(u.Name), groupObject)}, nil
}

func ramListUsersForGroup(c *call) (object, *failure) {
	g, ok := c.account.groups[c.param("GroupName")]
	if !ok {
		return nil, noEntity("Group", "group", c.param("GroupName"))
	}
	users, answer, refused := page(c, slices.Sorted(slices.Values(g.users)), func(name string) string { return name })
	if refused != nil {
		return nil, refused
	}
	return append(answer, list("Users", "User", users, func(name string) object {
		return object{{"UserName", name}, {"DisplayName", c.account.users[name].DisplayName}, {"JoinDate", stamp(g.created)}}
	})), nil
}

// profile finds the log-in profile of the user.
func (c *call) profile(u *user) *failure {
	if u.Console {
		return nil
	}
	return &failure{http.StatusNotFound, "EntityNotExist.User.LoginProfile",
		fmt.Sprintf("The login policy of user %q does not exist.", u.Name)}
}

func ramGetLoginProfile(c *call) (object, *failure) {
	u, refused := c.ramUser()
	if refused == nil {
		refused = c.profile(u)
	}
	if refused != nil {
		return nil, refused
	}
	return object{{"LoginProfile", object{
		{"UserName", u.Name},
		{"PasswordResetRequired", false},
		{"MFABindRequired", u.MFARequired},
		{"CreateDate", stamp(u.Created)},
	}}}, nil
}

func ramDeleteLoginProfile(c *call) (object, *failure) {
	u, refused := c.ramUser()
	if refused == nil {
		refused = c.profile(u)
	}
	if refused != nil {
		return nil, refused
	}
	u.Console, u.updated = false, c.now
	return nil, nil
}

func ramGetUserMFAInfo(c *call) (object, *failure) {
	u, refused := c.ramUser()
	if refused != nil {
		return nil, refused
	}
	if !u.MFA {
		return nil, &failure{http.StatusNotFound, "EntityNotExist.User.MFADevice",
			fmt.Sprintf("The user %q does not bind any MFA device.", u.Name)}
	}
	return object{{"MFADevice", object{{"SerialNumber", c.account.arn("mfa/" + u.Name)}, {"Type", "VMFA"}}}}, nil
}

func ramSecurityActions() map[string]action {
	return map[string]action{
		"GetPasswordPolicy":     {permission: "ram:GetPasswordPolicy", run: locked(ramGetPasswordPolicy)},
		"GetSecurityPreference": {permission: "ram:GetSecurityPreference", run: locked(ramGetSecurityPreference)},
		"GetAccountAlias":       {permission: "ram:GetAccountAlias", run: locked(ramGetAccountAlias)},
	}
}

// ramGetPasswordPolicy spells MaxLoginAttemps as the API does.
func ramGetPasswordPolicy(c *call) (object, *failure) {
	p := c.account.settings.PasswordPolicy
	return object{{"PasswordPolicy", object{
		{"MinimumPasswordLength", cmp.Or(p.MinimumLength, 8)},
		{"RequireLowercaseCharacters", p.Lowercase},
		{"RequireUppercaseCharacters", p.Uppercase},
		{"RequireNumbers", p.Numbers},
		{"RequireSymbols", p.Symbols},
		{"HardExpiry", p.HardExpiry},
		{"MaxPasswordAge", p.MaxAgeDays},
		{"PasswordReusePrevention", p.ReusePrevention},
		{"MaxLoginAttemps", p.MaxLoginAttemps},
	}}}, nil
}

func ramGetSecurityPreference(c *call) (object, *failure) {
	s := c.account.settings
	return object{{"SecurityPreference", object{
		{"AccessKeyPreference", object{{"AllowUserToManageAccessKeys", s.UsersManageKeys}}},
		{"MFAPreference", object{{"AllowUserToManageMFADevices", s.UsersManageMFA}}},
		{"PublicKeyPreference", object{{"AllowUserToManagePublicKeys", false}}},
		{"LoginProfilePreference", object{
			{"EnableSaveMFATicket", false},
			{"AllowUserToChangePassword", true},
			{"LoginSessionDuration", cmp.Or(s.LoginSessionHours, 6)},
			{"LoginNetworkMasks", ""},
		}},
	}}}, nil
}

func ramGetAccountAlias(c *call) (object, *failure) {
	return object{{"AccountAlias", c.account.settings.Alias}}, nil
}
