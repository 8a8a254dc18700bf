package services

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

func stsActions() map[string]Action {
	return map[string]Action{
		"GetCallerIdentity":  {Run: getCallerIdentity},
		"AssumeRole":         {permission: "sts:AssumeRole", resource: calledRoleARN, Run: assumeRole},
		"AssumeRoleWithOIDC": {Unsigned: true, Run: assumeRoleWithOIDC},
	}
}

func calledRoleARN(c *Invocation) string { return c.param("RoleArn") }

func getCallerIdentity(c *Invocation) (wire.Object, *wire.Failure) {
	o := wire.Object{
		{"IdentityType", c.Key.Owner.Kind},
		{"AccountId", c.Account.Number},
		{"PrincipalId", c.Key.Owner.PrincipalID},
		{"UserId", c.Key.Owner.UserID},
		{"Arn", c.Key.Owner.ARN},
	}
	if c.Key.Owner.RoleID != "" {
		o = append(o, wire.Member{"RoleId", c.Key.Owner.RoleID})
	}
	return o, nil
}

// assumeRole may be about another account's role, so it locks only that account.
func assumeRole(c *Invocation) (wire.Object, *wire.Failure) {
	if c.Key.IsRoot() {
		return nil, wire.Refusal(http.StatusForbidden, "NoPermission", "Roles may not be assumed by root accounts.")
	}
	trusted := func(s state.Statement) bool {
		return s.Principal["RAM"].Match(c.Key.Owner.ARN, func(t string) string { return t }) ||
			s.Principal["RAM"].Match(c.Account.ARN("root"), func(t string) string { return t })
	}
	return c.newSession(state.Attempt{Action: "sts:AssumeRole", Context: c.context()}, trusted)
}

// newSession checks the call's parameters and the role's trust policy, and issues a temporary credential.
func (c *Invocation) newSession(try state.Attempt, trusted func(state.Statement) bool) (wire.Object, *wire.Failure) {
	seconds, refused := c.number("DurationSeconds", 900, 43200, 3600)
	if refused != nil {
		return nil, refused
	}
	session := c.param("RoleSessionName")
	if ok, _ := regexp.MatchString(`^[a-zA-Z0-9.@_-]{2,64}$`, session); !ok {
		return nil, wire.Refusal(http.StatusBadRequest, "InvalidParameter.RoleSessionName", "The role session name is not well-formed.")
	}
	scope, refused := c.scope()
	if refused != nil {
		return nil, refused
	}
	uid, name, ok := splitRoleARN(c.param("RoleArn"))
	if !ok {
		return nil, wire.Refusal(http.StatusBadRequest, "InvalidParameter.RoleArn", "The role ARN is not well-formed.")
	}
	a, ok := c.Find(uid)
	if !ok {
		return nil, noEntity("Role", "role", name)
	}
	a.Mu.Lock()
	defer a.Mu.Unlock()
	r, ok := a.Roles[name]
	switch {
	case !ok:
		return nil, noEntity("Role", "role", name)
	case !trusts(r, try, trusted):
		return nil, NoPermission()
	case time.Duration(seconds)*time.Second > r.MaxSession:
		return nil, wire.Refusal(http.StatusBadRequest, "InvalidParameter.DurationSeconds", "The session is longer than the role allows.")
	}
	expires := c.Now.Add(time.Duration(seconds) * time.Second).UTC().Truncate(time.Second)
	return sessionObject(a.IssueSession(name, session, expires, scope)), nil
}

// scope reads the policy that narrows a session.
func (c *Invocation) scope() (*state.Document, *wire.Failure) {
	text := c.param("Policy")
	if text == "" {
		return nil, nil
	}
	d, err := state.ParseDocument(text)
	if err != nil {
		return nil, wire.Refusal(http.StatusBadRequest, "InvalidParameter.PolicyGrammar", "The policy is not valid.")
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

// trusts evaluates the trust policy, which names principals instead of resources.
func trusts(r *state.RoleRecord, try state.Attempt, trusted func(state.Statement) bool) bool {
	var d state.Document
	if json.Unmarshal([]byte(r.Trust), &d) != nil {
		return false
	}
	result := state.Silent
	for _, s := range d.Statement {
		s.Resource = state.Texts{"*"}
		if !trusted(s) || !s.Covers(try) {
			continue
		}
		if s.Effect == "Deny" {
			return false
		}
		result = state.Allowed
	}
	return result == state.Allowed
}

func sessionObject(k *state.Key) wire.Object {
	return wire.Object{
		{"AssumedRoleUser", wire.Object{{"AssumedRoleId", k.Owner.PrincipalID}, {"Arn", k.Owner.ARN}}},
		{"Credentials", wire.Object{
			{"AccessKeyId", k.ID},
			{"AccessKeySecret", k.Secret},
			{"SecurityToken", k.Token},
			{"Expiration", state.Stamp(k.Expires)},
		}},
	}
}
