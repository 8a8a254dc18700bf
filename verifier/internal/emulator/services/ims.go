package services

import (
	"net/http"
	"strings"
	"time"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// IMS knows users by UserPrincipalName or by number, and takes a call without either for one about the caller:
// with root credentials, about the root keys. Its permissions are those of RAM.

func imsActions() map[string]Action {
	return merge(imsKeyActions(), imsBinActions(), imsAccountActions(), imsTrustActions(), imsServiceActions(), imsReportActions(), map[string]Action{
		"GetUser":         {permission: "ram:GetUser", Run: locked(imsGetUser)},
		"ListUsers":       {permission: "ram:ListUsers", Run: locked(imsListUsers)},
		"GetLoginProfile": {permission: "ram:GetLoginProfile", resource: imsUserARN, Run: locked(imsGetLoginProfile)},
		"GetUserMFAInfo":  {permission: "ram:GetUserMFAInfo", resource: imsUserARN, Run: locked(imsGetUserMFAInfo)},
	})
}

func imsKeyActions() map[string]Action {
	of := func(name string, run func(c *Invocation, owner string) (wire.Object, *wire.Failure)) Action {
		return Action{permission: "ram:" + name, resource: imsUserARN, own: managesOwnKeysInIMS,
			Run: locked(func(c *Invocation) (wire.Object, *wire.Failure) {
				owner, refused := c.imsOwner()
				if refused != nil {
					return nil, refused
				}
				return run(c, owner)
			})}
	}
	return map[string]Action{
		"ListAccessKeys":       of("ListAccessKeys", listKeys),
		"CreateAccessKey":      of("CreateAccessKey", createKey),
		"UpdateAccessKey":      of("UpdateAccessKey", updateKey),
		"DeleteAccessKey":      of("DeleteAccessKey", deleteKey),
		"GetAccessKeyLastUsed": of("GetAccessKeyLastUsed", keyLastUsed),
		"SetAccessKeyPolicy":   of("SetAccessKeyPolicy", setKeyPolicy),
		"GetAccessKeyPolicy":   of("GetAccessKeyPolicy", getKeyPolicy),
	}
}

// imsUserName is the user that a call is about, by the name before the @; empty for the account itself.
func (c *Invocation) imsUserName() string {
	if principal := c.param("UserPrincipalName"); principal != "" {
		name, _, _ := strings.Cut(principal, "@")
		return name
	}
	return c.Key.Owner.User
}

func imsUserARN(c *Invocation) string { return c.Account.ARN("user/" + c.imsUserName()) }

func managesOwnKeysInIMS(c *Invocation) bool {
	c.Account.Mu.Lock()
	defer c.Account.Mu.Unlock()
	return c.Account.Settings.UsersManageKeys && c.Key.Owner.User != "" && c.imsUserName() == c.Key.Owner.User
}

// imsOwner is the owner of the keys that a call is about: a user's name, or empty for the account itself.
func (c *Invocation) imsOwner() (string, *wire.Failure) {
	if c.param("UserPrincipalName") == "" {
		if c.Key.Owner.Role != "" {
			return "", wire.Missing("UserPrincipalName") // a session has no keys of its own
		}
		return c.Key.Owner.User, nil
	}
	u, refused := c.imsPrincipal()
	if refused != nil {
		return "", refused
	}
	return u.Name, nil
}

func (c *Invocation) imsPrincipal() (*state.UserRecord, *wire.Failure) {
	principal := c.param("UserPrincipalName")
	name, domain, _ := strings.Cut(principal, "@")
	u, ok := c.Account.Users[name]
	if !ok || domain != c.Account.Domain() {
		return nil, noEntity("User", "user", principal)
	}
	return u, nil
}

func (c *Invocation) imsUserObject(u *state.UserRecord) wire.Object {
	return wire.Object{
		{"UserId", u.ID},
		{"UserPrincipalName", c.Account.PrincipalName(u.Name)},
		{"DisplayName", u.DisplayName},
		{"Email", u.Email},
		{"Comments", u.Comments},
		{"Status", "active"},
		{"ProvisionType", "Manual"},
		{"LastLoginDate", state.Stamp(u.LastLogin)},
		{"CreateDate", state.Stamp(u.Created)},
		{"UpdateDate", state.Stamp(u.Updated)},
	}
}

// imsGetUser also maps an AccessKey to its owner. A root key has no user behind it.
func imsGetUser(c *Invocation) (wire.Object, *wire.Failure) {
	u, refused := c.imsFind()
	if refused != nil {
		return nil, refused
	}
	return wire.Object{{"User", c.imsUserObject(u)}}, nil
}

func (c *Invocation) imsFind() (*state.UserRecord, *wire.Failure) {
	id, number := c.param("UserAccessKeyId"), c.param("UserId")
	switch {
	case c.param("UserPrincipalName") != "":
		return c.imsPrincipal()
	case number != "":
		if u, ok := userByID(c.Account, number); ok {
			return u, nil
		}
		return nil, noEntity("User", "user", number)
	case id != "":
		k, ok := c.Account.KeyByID[id]
		if !ok || k.Token != "" || k.State != state.Active && k.State != state.Inactive {
			return nil, noEntity("User.AccessKey", "access key", id)
		}
		if u, ok := c.Account.Users[k.Owner.User]; ok {
			return u, nil
		}
		return nil, noEntity("User", "user of access key", id)
	}
	return nil, wire.Missing("UserPrincipalName")
}

func userByID(a *state.Account, id string) (*state.UserRecord, bool) {
	for _, u := range a.Users {
		if u.ID == id {
			return u, true
		}
	}
	return nil, false
}

func imsListUsers(c *Invocation) (wire.Object, *wire.Failure) {
	users, answer, refused := page(c, byName(c.Account.Users), func(u *state.UserRecord) string { return u.Name })
	if refused != nil {
		return nil, refused
	}
	return append(answer, list("Users", "User", users, c.imsUserObject)), nil
}

func imsGetLoginProfile(c *Invocation) (wire.Object, *wire.Failure) {
	u, refused := c.imsPrincipal()
	if refused == nil {
		refused = c.profile(u)
	}
	if refused != nil {
		return nil, refused
	}
	return wire.Object{{"LoginProfile", wire.Object{
		{"UserPrincipalName", c.Account.PrincipalName(u.Name)},
		{"Status", "Active"},
		{"MFABindRequired", u.MFARequired},
		{"PasswordResetRequired", false},
		{"LastLoginTime", state.Stamp(u.LastLogin)},
		{"CreateDate", state.Stamp(u.Profile)},
		{"UpdateDate", state.Stamp(u.Updated)},
	}}}, nil
}

func imsGetUserMFAInfo(c *Invocation) (wire.Object, *wire.Failure) {
	u, refused := c.imsPrincipal()
	if refused != nil {
		return nil, refused
	}
	return mfaObject(c, u)
}

// setKeyPolicy takes an allow-list of addresses for one key. The code for one that cannot be read is inferred.
func setKeyPolicy(c *Invocation, owner string) (wire.Object, *wire.Failure) {
	text := c.param("AccessKeyPolicy")
	if _, ok := state.ParseNetworkPolicy(text); !ok {
		return nil, wire.Refusal(http.StatusBadRequest, "InvalidParameter.AccessKeyPolicy", "The access key policy is not valid.")
	}
	k, refused := c.ownedKey(owner, state.Active, state.Inactive)
	if refused != nil {
		return nil, refused
	}
	k.Network = text
	return wire.Object{{"AccessKeyId", k.ID}, {"AccessKeyPolicy", text}}, nil
}

// getKeyPolicy answers {} for a key that never had a policy.
func getKeyPolicy(c *Invocation, owner string) (wire.Object, *wire.Failure) {
	k, refused := c.ownedKey(owner, state.Active, state.Inactive)
	if refused != nil {
		return nil, refused
	}
	text := k.Network
	if text == "" {
		text = "{}"
	}
	return wire.Object{{"AccessKeyId", k.ID}, {"AccessKeyPolicy", text}}, nil
}

func imsAccountActions() map[string]Action {
	return map[string]Action{
		"GetAccountMFAInfo":                {permission: "ram:GetAccountMFAInfo", Run: locked(imsAccountMFA)},
		"GetAccountSummary":                {permission: "ram:GetAccountSummary", Run: locked(imsAccountSummary)},
		"GetAccountSecurityPracticeReport": {permission: "ram:GetAccountSecurityPracticeReport", Run: locked(imsSecurityReport)},
		"GetPasswordPolicy":                {permission: "ram:GetPasswordPolicy", Run: locked(ramGetPasswordPolicy)},
		"GetSecurityPreference":            {permission: "ram:GetSecurityPreference", Run: locked(ramGetSecurityPreference)},
		"GetDefaultDomain": {permission: "ram:GetDefaultDomain", Run: locked(func(c *Invocation) (wire.Object, *wire.Failure) {
			return wire.Object{{"DefaultDomainName", c.Account.Domain()}}, nil
		})},
	}
}

func imsAccountMFA(c *Invocation) (wire.Object, *wire.Failure) {
	return wire.Object{{"IsMFAEnable", c.Account.Settings.RootMFA}}, nil
}

func imsAccountSummary(c *Invocation) (wire.Object, *wire.Failure) {
	a, devices := c.Account, 0
	for _, u := range a.Users {
		if u.MFA {
			devices++
		}
	}
	return wire.Object{{"SummaryMap", wire.Object{
		{"Users", len(a.Users)},
		{"Groups", len(a.Groups)},
		{"Roles", len(a.Roles)},
		{"Policies", len(a.Policies)},
		{"MFADevices", devices},
		{"MFADevicesInUse", devices},
		{"UsersQuota", 1000},
		{"GroupsQuota", 50},
		{"RolesQuota", 1000},
		{"PoliciesQuota", 1500},
		{"GroupsPerUserQuota", 50},
		{"AccessKeysPerUserQuota", 2},
		{"AttachedPoliciesPerUserQuota", 20},
		{"AttachedPoliciesPerGroupQuota", 20},
		{"AttachedPoliciesPerRoleQuota", 20},
		{"VersionsPerPolicyQuota", 5},
		{"PolicySizeQuota", 6144},
	}}}, nil
}

// imsSecurityReport counts keys as old after 90 days, and as unused if nobody called with them for 90 days.
func imsSecurityReport(c *Invocation) (wire.Object, *wire.Failure) {
	const quarter = 90 * 24 * time.Hour
	a, old, unused, withMFA := c.Account, 0, 0, 0
	oldUsers, unusedUsers := make(map[string]bool), make(map[string]bool)
	for name, u := range a.Users {
		if u.MFA {
			withMFA++
		}
		for _, k := range a.KeysOf(name, state.Active) {
			if c.Now.Sub(k.Created) > quarter {
				old++
				oldUsers[name] = true
			}
			if c.Now.Sub(later(k.Used, k.Created)) > quarter {
				unused++
				unusedUsers[name] = true
			}
		}
	}
	return wire.Object{{"AccountSecurityPracticeInfo", wire.Object{
		{"Score", a.Settings.SecurityPracticeScore},
		{"AccountSecurityPracticeUserInfo", wire.Object{
			{"RootWithAccessKey", len(a.KeysOf("", state.Active, state.Inactive))},
			{"BindMfa", a.Settings.RootMFA},
			{"SubUser", len(a.Users)},
			{"SubUserBindMfa", withMFA},
			{"SubUserPwdLevel", level(a.Settings.PasswordPolicy)},
			{"OldAkNum", old},
			{"SubUserWithOldAccessKey", len(oldUsers)},
			{"UnusedAkNum", unused},
			{"SubUserWithUnusedAccessKey", len(unusedUsers)},
		}},
	}}}, nil
}

// level is a guess at the service's own: it is not documented what makes a password policy weak.
func level(p state.PasswordPolicy) string {
	switch {
	case p.MinimumLength >= 12 && p.Lowercase && p.Uppercase && p.Numbers && p.Symbols:
		return "high"
	case p.MinimumLength >= 8 && (p.Numbers || p.Symbols):
		return "mid"
	}
	return "low"
}
