package alibabatest

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"
)

func stsActions() map[string]action {
	return map[string]action{
		"GetCallerIdentity":  {run: getCallerIdentity},
		"AssumeRole":         {permission: "sts:AssumeRole", resource: calledRoleARN, run: assumeRole},
		"AssumeRoleWithOIDC": {unsigned: true, run: assumeRoleWithOIDC},
	}
}

func calledRoleARN(c *call) string { return c.param("RoleArn") }

func getCallerIdentity(c *call) (object, *failure) {
	o := object{
		{"IdentityType", c.key.owner.kind},
		{"AccountId", c.account.uid},
		{"PrincipalId", c.key.owner.principalID},
		{"UserId", c.key.owner.userID},
		{"Arn", c.key.owner.arn},
	}
	if c.key.owner.roleID != "" {
		o = append(o, member{"RoleId", c.key.owner.roleID})
	}
	return o, nil
}

// assumeRole may reach into another account, which is why it locks that one alone.
func assumeRole(c *call) (object, *failure) {
	if c.key.isRoot() {
		return nil, &failure{http.StatusForbidden, "NoPermission", "Roles may not be assumed by root accounts."}
	}
	trusted := func(s statement) bool {
		return s.Principal["RAM"].match(c.key.owner.arn, func(t string) string { return t }) ||
			s.Principal["RAM"].match(c.account.arn("root"), func(t string) string { return t })
	}
	return c.newSession(attempt{action: "sts:AssumeRole", context: c.context()}, trusted)
}

// newSession checks the call's parameters and the role's trust policy, and hands out a temporary credential.
func (c *call) newSession(try attempt, trusted func(statement) bool) (object, *failure) {
	seconds, refused := c.number("DurationSeconds", 900, 43200, 3600)
	if refused != nil {
		return nil, refused
	}
	session := c.param("RoleSessionName")
	if ok, _ := regexp.MatchString(`^[a-zA-Z0-9.@_-]{2,64}$`, session); !ok {
		return nil, &failure{http.StatusBadRequest, "InvalidParameter.RoleSessionName", "The role session name is not well-formed."}
	}
	scope, refused := c.scope()
	if refused != nil {
		return nil, refused
	}
	uid, name, ok := splitRoleARN(c.param("RoleArn"))
	if !ok {
		return nil, &failure{http.StatusBadRequest, "InvalidParameter.RoleArn", "The role ARN is not well-formed."}
	}
	a, ok := c.server.account(uid)
	if !ok {
		return nil, noEntity("Role", "role", name)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	r, ok := a.roles[name]
	switch {
	case !ok:
		return nil, noEntity("Role", "role", name)
	case !r.trusts(try, trusted):
		return nil, noPermission()
	case time.Duration(seconds)*time.Second > r.MaxSession:
		return nil, &failure{http.StatusBadRequest, "InvalidParameter.DurationSeconds", "The session is longer than the role allows."}
	}
	expires := c.now.Add(time.Duration(seconds) * time.Second).UTC().Truncate(time.Second)
	return sessionObject(a.addSession(name, session, expires, scope)), nil
}

// scope reads the policy that narrows a session.
func (c *call) scope() (*document, *failure) {
	text := c.param("Policy")
	if text == "" {
		return nil, nil
	}
	d, err := parseDocument(text)
	if err != nil {
		return nil, &failure{http.StatusBadRequest, "InvalidParameter.PolicyGrammar", "The policy is not valid."}
	}
	return &d, nil
}

// splitRoleARN reads acs:ram::<uid>:role/<name>.
func splitRoleARN(arn string) (uid, name string, ok bool) {
	parts := strings.Split(arn, ":")
	if len(parts) != 5 || parts[0] != "acs" || parts[1] != "ram" {
		return "", "", false
	}
	name, ok = strings.CutPrefix(parts[4], "role/")
	return parts[3], name, ok && name != ""
}

// trusts asks the trust policy, which names principals instead of resources.
func (r *role) trusts(try attempt, trusted func(statement) bool) bool {
	var d document
	if json.Unmarshal([]byte(r.Trust), &d) != nil {
		return false
	}
	result := silent
	for _, s := range d.Statement {
		s.Resource = texts{"*"}
		if !trusted(s) || !s.covers(try) {
			continue
		}
		if s.Effect == "Deny" {
			return false
		}
		result = allowed
	}
	return result == allowed
}

func sessionObject(k *Key) object {
	return object{
		{"AssumedRoleUser", object{{"AssumedRoleId", k.owner.principalID}, {"Arn", k.owner.arn}}},
		{"Credentials", object{
			{"AccessKeyId", k.id},
			{"AccessKeySecret", k.secret},
			{"SecurityToken", k.token},
			{"Expiration", stamp(k.expires)},
		}},
	}
}
