package alibabatest_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/alibabatest"
)

// session is the credential that an answer holds.
func (b body) session() rules.Credential {
	return rules.Credential{
		Type:   rules.STS,
		ID:     rules.NewSecret(b.text("Credentials.AccessKeyId")),
		Secret: rules.NewSecret(b.text("Credentials.AccessKeySecret")),
		Token:  rules.NewSecret(b.text("Credentials.SecurityToken")),
	}
}

func TestAssumeRole(t *testing.T) {
	a, s, admin := office(t)
	a.AddRole(alibabatest.Role{Name: "audit"})
	attach(t, a, "role/audit", "AliyunRAMReadOnlyAccess")
	arn := "acs:ram::" + a.UID() + ":role/audit"
	b := admin.must("Sts.AssumeRole", "RoleArn", arn, "RoleSessionName", "day-1")
	if !strings.HasSuffix(b.text("AssumedRoleUser.Arn"), ":role/audit/day-1") {
		t.Errorf("who: %v", b.at("AssumedRoleUser"))
	}
	audit := client{t, s, b.session()}
	if got := audit.must("Sts.GetCallerIdentity"); got.text("IdentityType") != "AssumedRoleUser" || got.text("RoleId") == "" {
		t.Errorf("identity: %v", got.tree)
	}
	audit.must("Ram.ListUsers")
	audit.refused(403, "NoPermission", "Ram.CreateAccessKey", "UserName", "admin")
	narrow := admin.must("Sts.AssumeRole", "RoleArn", arn, "RoleSessionName", "day-2",
		"Policy", `{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*"}]}`)
	client{t, s, narrow.session()}.refused(403, "NoPermission", "Ram.ListUsers")
	client{t, s, narrow.session()}.must("Ram.GetPasswordPolicy")

	as(t, s, a.AddRootKey()).refused(403, "NoPermission", "Sts.AssumeRole", "RoleArn", arn, "RoleSessionName", "day-1")
	as(t, s, a.AddKey("ci")).refused(403, "NoPermission", "Sts.AssumeRole", "RoleArn", arn, "RoleSessionName", "day-1")
	admin.refused(404, "EntityNotExist.Role", "Sts.AssumeRole", "RoleArn", arn+"s", "RoleSessionName", "day-1")
	admin.refused(400, "InvalidParameter.RoleArn", "Sts.AssumeRole", "RoleArn", "audit", "RoleSessionName", "day-1")
	admin.refused(400, "InvalidParameter.RoleSessionName", "Sts.AssumeRole", "RoleArn", arn)
	admin.refused(400, "InvalidParameter.DurationSeconds", "Sts.AssumeRole", "RoleArn", arn, "RoleSessionName", "day-1", "DurationSeconds", "7200")
	admin.refused(400, "InvalidParameter", "Sts.AssumeRole", "RoleArn", arn, "RoleSessionName", "day-1", "DurationSeconds", "1")
}

func TestTrustBetweenAccounts(t *testing.T) {
	home, away := alibabatest.NewAccount(), alibabatest.NewAccount()
	s := newServer(t, home, away)
	admin := as(t, s, home.AddKey("admin"))
	attach(t, home, "user/admin", "AdministratorAccess")
	trust := func(principal, effect string) string {
		return `{"Statement":[{"Effect":"` + effect + `","Action":"sts:AssumeRole","Principal":{"RAM":"` + principal + `"}}],"Version":"1"}`
	}
	for name, test := range map[string]struct {
		trust string
		ok    bool
	}{
		"own account only": {"", false},
		"that account":     {trust("acs:ram::"+home.UID()+":root", "Allow"), true},
		"that user":        {trust("acs:ram::"+home.UID()+":user/admin", "Allow"), true},
		"another user":     {trust("acs:ram::"+home.UID()+":user/eve", "Allow"), false},
		"denied":           {trust("acs:ram::"+home.UID()+":root", "Deny"), false},
	} {
		away.AddRole(alibabatest.Role{Name: "r", Trust: test.trust})
		b := admin.do("Sts.AssumeRole", "RoleArn", "acs:ram::"+away.UID()+":role/r", "RoleSessionName", "x1")
		if (b.status == 200) != test.ok {
			t.Errorf("%s: %v", name, b.at("Code"))
		}
		if test.ok && (client{t, s, b.session()}).must("Sts.GetCallerIdentity").text("AccountId") != away.UID() {
			t.Errorf("%s: the session is not the other account's", name)
		}
	}
}

func TestAssumeRoleWithOIDC(t *testing.T) {
	a := alibabatest.NewAccount()
	s := newServer(t, a)
	a.AddOIDCProvider("cluster", "https://oidc.example.com", "sts.aliyuncs.com")
	provider := "acs:ram::" + a.UID() + ":oidc-provider/cluster"
	a.AddRole(alibabatest.Role{Name: "pod", Trust: `{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
		"Principal":{"Federated":["` + provider + `"]},"Condition":{"StringEquals":{"oidc:sub":["system:serviceaccount:a:b"]}}}]}`})
	soon := time.Now().Add(time.Hour)
	token := a.OIDCToken("cluster", "system:serviceaccount:a:b", "sts.aliyuncs.com", soon)
	tests := []struct{ name, token, provider, code string }{
		{"good", token, provider, ""},
		{"another subject", a.OIDCToken("cluster", "system:serviceaccount:a:c", "sts.aliyuncs.com", soon), provider, "NoPermission"},
		{"another audience", a.OIDCToken("cluster", "system:serviceaccount:a:b", "else", soon), provider, "AuthenticationFail.OIDCToken.AudienceNotMatch"},
		{"old", a.OIDCToken("cluster", "system:serviceaccount:a:b", "sts.aliyuncs.com", time.Now()), provider, "AuthenticationFail.OIDCToken.Expired"},
		{"changed", "x" + token, provider, "AuthenticationFail.OIDCToken.Invalid"},
		{"empty", "", provider, "AuthenticationFail.OIDCToken.Invalid"},
		{"another provider", token, provider + "s", "EntityNotExist.OIDCProvider"},
	}
	for _, test := range tests {
		form := url.Values{"Action": {"AssumeRoleWithOIDC"}, "Version": {"2015-04-01"}, "Format": {"JSON"},
			"RoleArn": {"acs:ram::" + a.UID() + ":role/pod"}, "RoleSessionName": {"pod-1"},
			"OIDCProviderArn": {test.provider}, "OIDCToken": {test.token}}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader(form.Encode())))
		b := body{status: w.Code}
		if err := json.Unmarshal(w.Body.Bytes(), &b.tree); err != nil || b.text("Code") != test.code {
			t.Errorf("%s: HTTP %d %v, %v", test.name, w.Code, b.at("Code"), err)
		}
		if test.code == "" {
			client{t, s, b.session()}.must("Sts.GetCallerIdentity")
		}
	}
	if a.OIDCToken("none", "", "", soon) != "" {
		t.Error("a token of no provider")
	}
}
