package services

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// The permissions here follow the action's name, as Alibaba Cloud's do.

func ramActions() map[string]Action {
	return merge(ramUserActions(), ramUserChanges(), ramGroupChanges(), ramKeyActions(), ramRoleActions(), ramPolicyActions(), ramSecurityActions())
}

func ramUserActions() map[string]Action {
	return map[string]Action{
		"ListUsers":          {permission: "ram:ListUsers", Run: locked(ramListUsers)},
		"GetUser":            {permission: "ram:GetUser", resource: ramUserARN, Run: locked(ramGetUser)},
		"ListGroups":         {permission: "ram:ListGroups", Run: locked(ramListGroups)},
		"ListGroupsForUser":  {permission: "ram:ListGroupsForUser", resource: ramUserARN, Run: locked(ramListGroupsForUser)},
		"ListUsersForGroup":  {permission: "ram:ListUsersForGroup", resource: namedARN("group", "GroupName"), Run: locked(ramListUsersForGroup)},
		"GetLoginProfile":    {permission: "ram:GetLoginProfile", resource: ramUserARN, Run: locked(ramGetLoginProfile)},
		"DeleteLoginProfile": {permission: "ram:DeleteLoginProfile", resource: ramUserARN, Run: locked(ramDeleteLoginProfile)},
		"GetUserMFAInfo":     {permission: "ram:GetUserMFAInfo", resource: ramUserARN, Run: locked(ramGetUserMFAInfo)},
	}
}

// namedARN makes resources such as acs:ram::<uid>:group/ops, with the name from a parameter.
func namedARN(kind, parameter string) func(c *Invocation) string {
	return func(c *Invocation) string { return c.Account.ARN(kind + "/" + c.param(parameter)) }
}

// byName returns a table's values in the order of their names.
func byName[T any](table map[string]T) []T {
	var all []T
	for _, name := range slices.Sorted(maps.Keys(table)) {
		all = append(all, table[name])
	}
	return all
}

func ramUserObject(u *state.UserRecord) wire.Object {
	return wire.Object{
		{"UserId", u.ID},
		{"UserName", u.Name},
		{"DisplayName", u.DisplayName},
		{"Email", u.Email},
		{"Comments", u.Comments},
		{"CreateDate", state.Stamp(u.Created)},
		{"UpdateDate", state.Stamp(u.Updated)},
	}
}

func ramListUsers(c *Invocation) (wire.Object, *wire.Failure) {
	users, answer, refused := page(c, byName(c.Account.Users), func(u *state.UserRecord) string { return u.Name })
	if refused != nil {
		return nil, refused
	}
	return append(answer, list("Users", "User", users, ramUserObject)), nil
}

func ramGetUser(c *Invocation) (wire.Object, *wire.Failure) {
	if c.param("UserName") == "" {
		return nil, wire.Missing("UserName")
	}
	u, refused := c.ramUser()
	if refused != nil {
		return nil, refused
	}
	return wire.Object{{"User", append(ramUserObject(u), wire.Member{"LastLoginDate", state.Stamp(u.LastLogin)})}}, nil
}

func groupObject(g *state.Group) wire.Object {
	return wire.Object{{"GroupId", g.ID}, {"GroupName", g.Name}, {"Comments", ""}, {"CreateDate", state.Stamp(g.Created)}}
}

func ramListGroups(c *Invocation) (wire.Object, *wire.Failure) {
	groups, answer, refused := page(c, byName(c.Account.Groups), func(g *state.Group) string { return g.Name })
	if refused != nil {
		return nil, refused
	}
	return append(answer, list("Groups", "Group", groups, groupObject)), nil
}

func ramListGroupsForUser(c *Invocation) (wire.Object, *wire.Failure) {
	u, refused := c.ramUser()
	if refused != nil {
		return nil, refused
	}
	return wire.Object{list("Groups", "Group", c.Account.GroupsOf(u.Name), func(g *state.Group) wire.Object {
		return append(groupObject(g), wire.Member{"JoinDate", state.Stamp(g.Joined[u.Name])})
	})}, nil
}

func ramListUsersForGroup(c *Invocation) (wire.Object, *wire.Failure) {
	g, ok := c.Account.Groups[c.param("GroupName")]
	if !ok {
		return nil, noEntity("Group", "group", c.param("GroupName"))
	}
	users, answer, refused := page(c, slices.Sorted(slices.Values(g.Users)), func(name string) string { return name })
	if refused != nil {
		return nil, refused
	}
	return append(answer, list("Users", "User", users, func(name string) wire.Object {
		return wire.Object{{"UserName", name}, {"DisplayName", c.Account.Users[name].DisplayName}, {"JoinDate", state.Stamp(g.Joined[name])}}
	})), nil
}

// profile finds the log-in profile of the user.
func (c *Invocation) profile(u *state.UserRecord) *wire.Failure {
	if u.Console {
		return nil
	}
	return wire.Refusal(http.StatusNotFound, "EntityNotExist.User.LoginProfile",
		fmt.Sprintf("The login policy of user %q does not exist.", u.Name))
}

func ramGetLoginProfile(c *Invocation) (wire.Object, *wire.Failure) {
	u, refused := c.ramUser()
	if refused == nil {
		refused = c.profile(u)
	}
	if refused != nil {
		return nil, refused
	}
	return wire.Object{{"LoginProfile", wire.Object{
		{"UserName", u.Name},
		{"PasswordResetRequired", false},
		{"MFABindRequired", u.MFARequired},
		{"CreateDate", state.Stamp(u.Profile)},
	}}}, nil
}

func ramDeleteLoginProfile(c *Invocation) (wire.Object, *wire.Failure) {
	u, refused := c.ramUser()
	if refused == nil {
		refused = c.profile(u)
	}
	if refused != nil {
		return nil, refused
	}
	u.Console, u.Updated = false, c.Now
	return nil, nil
}

func ramGetUserMFAInfo(c *Invocation) (wire.Object, *wire.Failure) {
	u, refused := c.ramUser()
	if refused != nil {
		return nil, refused
	}
	return mfaObject(c, u)
}

func mfaObject(c *Invocation, u *state.UserRecord) (wire.Object, *wire.Failure) {
	if !u.MFA {
		return nil, wire.Refusal(http.StatusNotFound, "EntityNotExist.User.MFADevice",
			fmt.Sprintf("The user %q does not bind any MFA device.", u.Name))
	}
	return wire.Object{{"MFADevice", wire.Object{{"SerialNumber", c.Account.ARN("mfa/" + u.Name)}, {"Type", "VMFA"}}}}, nil
}

func ramSecurityActions() map[string]Action {
	return map[string]Action{
		"GetPasswordPolicy":     {permission: "ram:GetPasswordPolicy", Run: locked(ramGetPasswordPolicy)},
		"GetSecurityPreference": {permission: "ram:GetSecurityPreference", Run: locked(ramGetSecurityPreference)},
		"GetAccountAlias":       {permission: "ram:GetAccountAlias", Run: locked(ramGetAccountAlias)},
	}
}

// ramGetPasswordPolicy spells MaxLoginAttemps as the API does.
func ramGetPasswordPolicy(c *Invocation) (wire.Object, *wire.Failure) {
	p := c.Account.Settings.PasswordPolicy
	return wire.Object{{"PasswordPolicy", wire.Object{
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

func ramGetSecurityPreference(c *Invocation) (wire.Object, *wire.Failure) {
	s := c.Account.Settings
	return wire.Object{{"SecurityPreference", wire.Object{
		{"AccessKeyPreference", wire.Object{{"AllowUserToManageAccessKeys", s.UsersManageKeys}}},
		{"MFAPreference", wire.Object{{"AllowUserToManageMFADevices", s.UsersManageMFA}}},
		{"PublicKeyPreference", wire.Object{{"AllowUserToManagePublicKeys", false}}},
		{"LoginProfilePreference", wire.Object{
			{"EnableSaveMFATicket", false},
			{"AllowUserToChangePassword", true},
			{"LoginSessionDuration", cmp.Or(s.LoginSessionHours, 6)},
			{"LoginNetworkMasks", ""},
		}},
	}}}, nil
}

func ramGetAccountAlias(c *Invocation) (wire.Object, *wire.Failure) {
	return wire.Object{{"AccountAlias", c.Account.Settings.Alias}}, nil
}
