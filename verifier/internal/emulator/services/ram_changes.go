package services

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// What a thief changes in RAM, and what undoes it.

func exists(kind, name string) *wire.Failure {
	return wire.Refusal(http.StatusConflict, "EntityAlreadyExists."+kind, fmt.Sprintf("The %s %q already exists.", kind, name))
}

func ramUserChanges() map[string]Action {
	on := func(name string, run func(c *Invocation, u *state.UserRecord) (wire.Object, *wire.Failure)) Action {
		return Action{permission: "ram:" + name, resource: ramUserARN, Run: locked(func(c *Invocation) (wire.Object, *wire.Failure) {
			u, refused := c.ramUser()
			if refused != nil {
				return nil, refused
			}
			return run(c, u)
		})}
	}
	return map[string]Action{
		"CreateUser":         {permission: "ram:CreateUser", resource: ramUserARN, Run: locked(ramCreateUser)},
		"DeleteUser":         on("DeleteUser", ramDeleteUser),
		"CreateLoginProfile": on("CreateLoginProfile", ramCreateLoginProfile),
		"UpdateLoginProfile": on("UpdateLoginProfile", ramUpdateLoginProfile),
		"UnbindMFADevice":    on("UnbindMFADevice", ramUnbindMFADevice),
	}
}

func ramCreateUser(c *Invocation) (wire.Object, *wire.Failure) {
	name := c.param("UserName")
	if name == "" {
		return nil, wire.Missing("UserName")
	}
	if c.Account.Users[name] != nil {
		return nil, exists("User", name)
	}
	u := c.Account.PutUser(state.User{Name: name, DisplayName: c.param("DisplayName"), Email: c.param("Email"), Comments: c.param("Comments")})
	return wire.Object{{"User", ramUserObject(u)}}, nil
}

// ramDeleteUser refuses while the user has keys, policies or groups, as RAM does. A user goes to the recycle bin.
func ramDeleteUser(c *Invocation, u *state.UserRecord) (wire.Object, *wire.Failure) {
	conflict := func(kind string) (wire.Object, *wire.Failure) {
		return nil, wire.Refusal(http.StatusConflict, "DeleteConflict.User."+kind, "The user still has something of its own.")
	}
	switch {
	case len(c.Account.KeysOf(u.Name, state.Active, state.Inactive)) > 0:
		return conflict("AccessKey")
	case len(u.Attached) > 0:
		return conflict("Policy")
	case len(c.Account.GroupsOf(u.Name)) > 0:
		return conflict("Group")
	}
	c.Account.Recycle(u.Name)
	return nil, nil
}

func ramCreateLoginProfile(c *Invocation, u *state.UserRecord) (wire.Object, *wire.Failure) {
	if u.Console {
		return nil, exists("User.LoginProfile", u.Name)
	}
	u.Console, u.MFARequired = true, c.param("MFABindRequired") == "true"
	u.Profile, u.Updated = c.Now, c.Now
	return ramGetLoginProfile(c)
}

func ramUpdateLoginProfile(c *Invocation, u *state.UserRecord) (wire.Object, *wire.Failure) {
	if refused := c.profile(u); refused != nil {
		return nil, refused
	}
	if text := c.param("MFABindRequired"); text != "" {
		u.MFARequired = text == "true"
	}
	u.Updated = c.Now
	return ramGetLoginProfile(c)
}

func ramUnbindMFADevice(c *Invocation, u *state.UserRecord) (wire.Object, *wire.Failure) {
	answer, refused := mfaObject(c, u)
	if refused != nil {
		return nil, refused
	}
	u.MFA, u.Updated = false, c.Now
	return answer, nil
}

func ramGroupChanges() map[string]Action {
	return map[string]Action{
		"CreateGroup":         {permission: "ram:CreateGroup", resource: namedARN("group", "GroupName"), Run: locked(ramCreateGroup)},
		"AddUserToGroup":      {permission: "ram:AddUserToGroup", resource: namedARN("group", "GroupName"), Run: locked(ramJoin)},
		"RemoveUserFromGroup": {permission: "ram:RemoveUserFromGroup", resource: namedARN("group", "GroupName"), Run: locked(ramLeave)},
	}
}

func ramCreateGroup(c *Invocation) (wire.Object, *wire.Failure) {
	name := c.param("GroupName")
	if name == "" {
		return nil, wire.Missing("GroupName")
	}
	if c.Account.Groups[name] != nil {
		return nil, exists("Group", name)
	}
	return wire.Object{{"Group", groupObject(c.Account.PutGroup(name))}}, nil
}

func (c *Invocation) member() (*state.Group, *state.UserRecord, *wire.Failure) {
	g, ok := c.Account.Groups[c.param("GroupName")]
	if !ok {
		return nil, nil, noEntity("Group", "group", c.param("GroupName"))
	}
	u, refused := c.ramUser()
	return g, u, refused
}

func ramJoin(c *Invocation) (wire.Object, *wire.Failure) {
	g, u, refused := c.member()
	if refused != nil {
		return nil, refused
	}
	if !g.Join(u.Name, c.Now) {
		return nil, exists("User.Group", u.Name)
	}
	return nil, nil
}

func ramLeave(c *Invocation) (wire.Object, *wire.Failure) {
	g, u, refused := c.member()
	if refused != nil {
		return nil, refused
	}
	if !slices.Contains(g.Users, u.Name) {
		return nil, noEntity("User.Group", "user", u.Name)
	}
	g.Users = slices.DeleteFunc(g.Users, func(name string) bool { return name == u.Name })
	return nil, nil
}

func ramCreateRole(c *Invocation) (wire.Object, *wire.Failure) {
	name, trust := c.param("RoleName"), c.param("AssumeRolePolicyDocument")
	if name == "" {
		return nil, wire.Missing("RoleName")
	}
	if c.Account.Roles[name] != nil {
		return nil, exists("Role", name)
	}
	if _, err := state.ParseDocument(trust); err != nil {
		return nil, wire.Invalid("AssumeRolePolicyDocument")
	}
	r := c.Account.PutRole(state.Role{Name: name, Description: c.param("Description"), Trust: trust})
	return wire.Object{{"Role", append(c.roleObject(r), wire.Member{"AssumeRolePolicyDocument", r.Trust})}}, nil
}

func ramDeleteRole(c *Invocation) (wire.Object, *wire.Failure) {
	r, refused := c.calledRole()
	if refused != nil {
		return nil, refused
	}
	if len(r.Attached) > 0 {
		return nil, wire.Refusal(http.StatusConflict, "DeleteConflict.Role.Policy", "The role has policies.")
	}
	delete(c.Account.Roles, r.Name)
	return nil, nil
}

func ramListVersions(c *Invocation) (wire.Object, *wire.Failure) {
	p, refused := c.calledPolicy()
	if refused != nil {
		return nil, refused
	}
	return wire.Object{list("PolicyVersions", "PolicyVersion", p.Versions, func(v state.PolicyVersion) wire.Object { return versionObject(p, v) })}, nil
}

// customPolicy finds a policy that may be changed.
func (c *Invocation) customPolicy() (*state.Policy, *wire.Failure) {
	p, ok := c.Account.Policies[c.param("PolicyName")]
	if !ok {
		return nil, noEntity("Policy", "policy", c.param("PolicyName"))
	}
	return p, nil
}

// ramCreateVersion allows five versions, as RAM does.
func ramCreateVersion(c *Invocation) (wire.Object, *wire.Failure) {
	const most = 5
	p, refused := c.customPolicy()
	switch {
	case refused != nil:
		return nil, refused
	case len(p.Versions) >= most:
		return nil, wire.Refusal(http.StatusConflict, "LimitExceeded.Policy.Version", "The policy has too many versions.")
	}
	v, err := p.AddVersion(c.param("PolicyDocument"), c.Now)
	if err != nil {
		return nil, wire.Refusal(http.StatusBadRequest, "InvalidParameter.PolicyDocument", "The specified policy document is not valid.")
	}
	if c.param("SetAsDefault") == "true" {
		p.Use(v.Number, c.Now)
	}
	return wire.Object{{"PolicyVersion", versionObject(p, v)}}, nil
}

func ramSetDefault(c *Invocation) (wire.Object, *wire.Failure) {
	p, refused := c.customPolicy()
	if refused != nil {
		return nil, refused
	}
	v, refused := c.version(p, c.param("VersionId"))
	if refused != nil {
		return nil, refused
	}
	p.Use(v.Number, c.Now)
	return nil, nil
}

func ramDeleteVersion(c *Invocation) (wire.Object, *wire.Failure) {
	p, refused := c.customPolicy()
	if refused != nil {
		return nil, refused
	}
	v, refused := c.version(p, c.param("VersionId"))
	switch {
	case refused != nil:
		return nil, refused
	case v.Number == p.Version:
		return nil, wire.Refusal(http.StatusConflict, "DeleteConflict.Policy.Version", "The version v"+strconv.Itoa(v.Number)+" is in force.")
	}
	p.Versions = slices.DeleteFunc(p.Versions, func(old state.PolicyVersion) bool { return old.Number == v.Number })
	return nil, nil
}
