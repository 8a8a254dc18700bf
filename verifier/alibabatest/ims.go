package alibabatest

import (
	"net/http"
	"strings"
	"time"
)

// IMS knows users by UserPrincipalName or by number, and takes a call without either for one about the caller:
// with root credentials, about the root keys. Its permissions are those of RAM.

func imsActions() map[string]action {
	return merge(imsKeyActions(), imsBinActions(), imsAccountActions(), map[string]action{
		"GetUser":         {permission: "ram:GetUser", run: locked(imsGetUser)},
		"ListUsers":       {permission: "ram:ListUsers", run: locked(imsListUsers)},
		"GetLoginProfile": {permission: "ram:GetLoginProfile", resource: imsUserARN, run: locked(imsGetLoginProfile)},
	})
}

func imsKeyActions() map[string]action {
	of := func(name string, run func(c *call, owner string) (object, *failure)) action {
		return action{permission: "ram:" + name, resource: imsUserARN, own: managesOwnKeysInIMS,
			run: locked(func(c *call) (object, *failure) {
				owner, refused := c.imsOwner()
				if refused != nil {
					return nil, refused
				}
				return run(c, owner)
			})}
	}
	return map[string]action{
		"ListAccessKeys":       of("ListAccessKeys", listKeys),
		"CreateAccessKey":      of("CreateAccessKey", createKey),
		"UpdateAccessKey":      of("UpdateAccessKey", updateKey),
		"DeleteAccessKey":      of("DeleteAccessKey", deleteKey),
		"GetAccessKeyLastUsed": of("GetAccessKeyLastUsed", keyLastUsed),
		"SetAccessKeyPolicy":   of("SetAccessKeyPolicy", setKeyPolicy),
		"GetAccessKeyPolicy":   of("GetAccessKeyPolicy", getKeyPolicy),
	}
}

// imsUserName is whom a call is about, by the name before the @; empty for the account itself.
func (c *call) imsUserName() string {
	if principal := c.param("UserPrincipalName"); principal != "" {
		name, _, _ := strings.Cut(principal, "@")
		return name
	}
	return c.key.owner.user
}

func imsUserARN(c *call) string { return c.account.arn("user/" + c.imsUserName()) }

func managesOwnKeysInIMS(c *call) bool {
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	return c.account.settings.UsersManageKeys && c.key.owner.user != "" && c.imsUserName() == c.key.owner.user
}

// imsOwner is whose keys a call is about: a user's name, or empty for the account itself.
func (c *call) imsOwner() (string, *failure) {
	if c.param("UserPrincipalName") == "" {
		if c.key.owner.role != "" {
			return "", missing("UserPrincipalName") // a session has no keys of its own
		}
		return c.key.owner.user, nil
	}
	u, refused := c.imsPrincipal()
	if refused != nil {
		return "", refused
	}
	return u.Name, nil
}

func (c *call) imsPrincipal() (*user, *failure) {
	principal := c.param("UserPrincipalName")
	name, domain, _ := strings.Cut(principal, "@")
	u, ok := c.account.users[name]
	if !ok || domain != c.account.Domain() {
		return nil, noEntity("User", "user", principal)
	}
	return u, nil
}

func (c *call) imsUserObject(u *user) object {
	return object{
		{"UserId", u.id},
		{"UserPrincipalName", c.account.PrincipalName(u.Name)},
		{"DisplayName", u.DisplayName},
		{"Email", u.Email},
		{"Comments", u.Comments},
		{"Status", "active"},
		{"ProvisionType", "Manual"},
		{"LastLoginDate", stamp(u.LastLogin)},
		{"CreateDate", stamp(u.Created)},
		{"UpdateDate", stamp(u.updated)},
	}
}

// imsGetUser also maps an AccessKey to its owner. A root key has no user behind it.
func imsGetUser(c *call) (object, *failure) {
	u, refused := c.imsFind()
	if refused != nil {
		return nil, refused
	}
	return object{{"User", c.imsUserObject(u)}}, nil
}

func (c *call) imsFind() (*user, *failure) {
	id, number := c.param("UserAccessKeyId"), c.param("UserId")
	switch {
	case c.param("UserPrincipalName") != "":
		return c.imsPrincipal()
	case number != "":
		if u, ok := c.account.userByID(number); ok {
			return u, nil
		}
		return nil, noEntity("User", "user", number)
	case id != "":
		k, ok := c.account.keys[id]
		if !ok || k.token != "" || k.status != Active && k.status != Inactive {
			return nil, noEntity("User.AccessKey", "access key", id)
		}
		if u, ok := c.account.users[k.owner.user]; ok {
			return u, nil
		}
		return nil, noEntity("User", "user of access key", id)
	}
	return nil, missing("UserPrincipalName")
}

func (a *Account) userByID(id string) (*user, bool) {
	for _, u := range a.users {
		if u.id == id {
			return u, true
		}
	}
	return nil, false
}

func imsListUsers(c *call) (object, *failure) {
	users, answer, refused := page(c, byName(c.account.users), func(u *user) string { return u.Name })
	if refused != nil {
		return nil, refused
	}
	return append(answer, list("Users", "User", users, c.imsUserObject)), nil
}

func imsGetLoginProfile(c *call) (object, *failure) {
	u, refused := c.imsPrincipal()
	if refused == nil {
		refused = c.profile(u)
	}
	if refused != nil {
		return nil, refused
	}
	return object{{"LoginProfile", object{
		{"UserPrincipalName", c.account.PrincipalName(u.Name)},
		{"Status", "Active"},
		{"MFABindRequired", u.MFARequired},
		{"PasswordResetRequired", false},
		{"LastLoginTime", stamp(u.LastLogin)},
		{"UpdateDate", stamp(u.updated)},
	}}}, nil
}

// setKeyPolicy takes an allow-list of addresses for one key. The code for one that cannot be read is inferred.
func setKeyPolicy(c *call, owner string) (object, *failure) {
	text := c.param("AccessKeyPolicy")
	if _, ok := parseNetworkPolicy(text); !ok {
		return nil, &failure{http.StatusBadRequest, "InvalidParameter.AccessKeyPolicy", "The access key policy is not valid."}
	}
	k, refused := c.ownedKey(owner, Active, Inactive)
	if refused != nil {
		return nil, refused
	}
	k.network = text
	return object{{"AccessKeyId", k.id}, {"AccessKeyPolicy", text}}, nil
}

// getKeyPolicy answers {} for a key that never had a policy.
func getKeyPolicy(c *call, owner string) (object, *failure) {
	k, refused := c.ownedKey(owner, Active, Inactive)
	if refused != nil {
		return nil, refused
	}
	text := k.network
	if text == "" {
		text = "{}"
	}
	return object{{"AccessKeyId", k.id}, {"AccessKeyPolicy", text}}, nil
}

func imsAccountActions() map[string]action {
	return map[string]action{
		"GetAccountMFAInfo":                {permission: "ram:GetAccountMFAInfo", run: locked(imsAccountMFA)},
		"GetAccountSummary":                {permission: "ram:GetAccountSummary", run: locked(imsAccountSummary)},
		"GetAccountSecurityPracticeReport": {permission: "ram:GetAccountSecurityPracticeReport", run: locked(imsSecurityReport)},
		"GetDefaultDomain": {permission: "ram:GetDefaultDomain", run: locked(func(c *call) (object, *failure) {
			return object{{"DefaultDomainName", c.account.Domain()}}, nil
		})},
	}
}

func imsAccountMFA(c *call) (object, *failure) {
	return object{{"IsMFAEnable", c.account.settings.RootMFA}}, nil
}

func imsAccountSummary(c *call) (object, *failure) {
	a, devices := c.account, 0
	for _, u := range a.users {
		if u.MFA {
			devices++
		}
	}
	return object{{"SummaryMap", object{
		{"Users", len(a.users)},
		{"Groups", len(a.groups)},
		{"Roles", len(a.roles)},
		{"Policies", len(a.policies)},
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
func imsSecurityReport(c *call) (object, *failure) {
	const quarter = 90 * 24 * time.Hour
	a, old, unused, withMFA := c.account, 0, 0, 0
	oldUsers, unusedUsers := make(map[string]bool), make(map[string]bool)
	for name, u := range a.users {
		if u.MFA {
			withMFA++
		}
		for _, k := range a.keysOf(name, Active) {
			if c.now.Sub(k.created) > quarter {
				old++
				oldUsers[name] = true
			}
			if c.now.Sub(later(k.lastUsed, k.created)) > quarter {
				unused++
				unusedUsers[name] = true
			}
		}
	}
	return object{{"AccountSecurityPracticeInfo", object{
		{"Score", a.settings.SecurityPracticeScore},
		{"AccountSecurityPracticeUserInfo", object{
			{"RootWithAccessKey", len(a.keysOf("", Active, Inactive))},
			{"BindMfa", a.settings.RootMFA},
			{"SubUser", len(a.users)},
			{"SubUserBindMfa", withMFA},
			{"SubUserPwdLevel", a.settings.PasswordPolicy.level()},
			{"OldAkNum", old},
			{"SubUserWithOldAccessKey", len(oldUsers)},
			{"UnusedAkNum", unused},
			{"SubUserWithUnusedAccessKey", len(unusedUsers)},
		}},
	}}}, nil
}

// level is a guess at the service's own: it is not documented what makes a password policy weak.
func (p PasswordPolicy) level() string {
	switch {
	case p.MinimumLength >= 12 && p.Lowercase && p.Uppercase && p.Numbers && p.Symbols:
		return "high"
	case p.MinimumLength >= 8 && (p.Numbers || p.Symbols):
		return "mid"
	}
	return "low"
}
