package alibabatest_test

import (
	"encoding/xml"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/alibabatest"
)

func TestUsersComeInPages(t *testing.T) {
	a, _, admin := office(t)
	for _, name := range []string{"dora", "berta", "carl"} {
		a.AddUser(alibabatest.User{Name: name, DisplayName: strings.ToUpper(name)})
	}
	for _, test := range []struct{ operation, field string }{
		{"Ram.ListUsers", "DisplayName"}, {"Ims.ListUsers", "DisplayName"},
	} {
		var got []string
		marker, pages := "", 0
		for {
			b := admin.must(test.operation, "MaxItems", "3", "Marker", marker)
			got = append(got, b.texts("Users.User", test.field)...)
			pages++
			if b.at("IsTruncated") != true {
				break
			}
			marker = b.text("Marker")
		}
		if want := []string{"admin", "BERTA", "CARL", "DORA"}; !slices.Equal(got, want) || pages != 2 {
			t.Errorf("%s: %v in %d pages", test.operation, got, pages)
		}
	}
	admin.refused(400, "InvalidParameter", "Ram.ListUsers", "MaxItems", "many")
}

func TestKeyLifecycle(t *testing.T) {
	a, s, admin := office(t)
	key := a.AddKey("ci")
	id := key.Credential().ID.Reveal()
	of := []string{"UserName", "ci", "UserAccessKeyId", id}

	admin.refused(409, "DeleteConflict.AccessKey.Active", "Ram.DeleteAccessKey", of...)
	admin.refused(400, "InvalidParameter.Status", "Ram.UpdateAccessKey", append(of, "Status", "Off")...)
	admin.must("Ram.UpdateAccessKey", append(of, "Status", "Inactive")...)
	as(t, s, key).refused(400, "InvalidAccessKeyId.Inactive", "Sts.GetCallerIdentity")
	if b := admin.must("Ram.ListAccessKeys", "UserName", "ci"); b.text("AccessKeys.AccessKey.0.Status") != "Inactive" ||
		b.text("AccessKeys.AccessKey.0.AccessKeyId") != id || b.text("AccessKeys.AccessKey.0.CreateDate") == "" {
		t.Errorf("ListAccessKeys: %v", b.tree)
	}
	admin.must("Ram.UpdateAccessKey", append(of, "Status", "Active")...)
	as(t, s, key).must("Sts.GetCallerIdentity")
	admin.must("Ram.UpdateAccessKey", append(of, "Status", "Inactive")...)
	admin.must("Ram.DeleteAccessKey", of...)
	if key.Status() != alibabatest.Recycled {
		t.Errorf("status after deletion: %s", key.Status())
	}
	as(t, s, key).refused(404, "InvalidAccessKeyId.NotFound", "Sts.GetCallerIdentity")
	admin.refused(404, "EntityNotExist.User.AccessKey", "Ram.UpdateAccessKey", append(of, "Status", "Active")...)
	admin.refused(404, "EntityNotExist.User", "Ram.ListAccessKeys", "UserName", "nobody")
}

func TestDeletingAnActiveKeyCanBeAllowed(t *testing.T) {
	a, _, admin := office(t)
	a.Configure(alibabatest.Settings{DeleteActiveKeys: true})
	key := a.AddKey("ci")
	admin.must("Ram.DeleteAccessKey", "UserName", "ci", "UserAccessKeyId", key.Credential().ID.Reveal())
	if key.Status() != alibabatest.Recycled {
		t.Errorf("status %s", key.Status())
	}
}

func TestTwoKeysAUser(t *testing.T) {
	a, s, admin := office(t)
	a.AddUser(alibabatest.User{Name: "ci"})
	first := admin.must("Ram.CreateAccessKey", "UserName", "ci")
	if len(first.text("AccessKey.AccessKeySecret")) != 30 || first.text("AccessKey.Status") != "Active" {
		t.Errorf("the new key: %v", first.at("AccessKey.Status"))
	}
	admin.must("Ram.CreateAccessKey", "UserName", "ci")
	admin.refused(409, "LimitExceeded.User.AccessKey", "Ram.CreateAccessKey", "UserName", "ci")
	keys := a.Keys("ci")
	if len(keys) != 2 {
		t.Fatalf("%d keys", len(keys))
	}
	as(t, s, keys[0]).must("Sts.GetCallerIdentity")
}

func TestLastUse(t *testing.T) {
	a, s, admin := office(t)
	now := time.Date(2030, 5, 6, 7, 8, 9, 0, time.UTC)
	key := a.AddKey("ci")
	of := []string{"UserName", "ci", "UserAccessKeyId", key.Credential().ID.Reveal()}
	if b := admin.must("Ram.GetAccessKeyLastUsed", of...); b.text("AccessKeyLastUsed.LastUsedDate") != "" {
		t.Errorf("never used: %v", b.tree)
	}
	key.SetLastUsed(now, "Ecs")
	b := admin.must("Ims.GetAccessKeyLastUsed", "UserPrincipalName", a.PrincipalName("ci"), of[2], of[3])
	if b.text("AccessKeyLastUsed.LastUsedDate") != "2030-05-06T07:08:09Z" || b.text("AccessKeyLastUsed.ServiceName") != "Ecs" {
		t.Errorf("used once: %v", b.tree)
	}
	as(t, s, key).must("Sts.GetCallerIdentity")
	if at, service := key.LastUsed(); service != "Sts" || at.IsZero() {
		t.Errorf("used now: %v, %s", at, service)
	}
}

func TestOwnKeys(t *testing.T) {
	a, s, _ := office(t)
	key := a.AddKey("ci")
	ci := as(t, s, key)
	id := key.Credential().ID.Reveal()
	ci.refused(403, "NoPermission", "Ram.ListAccessKeys")
	a.Configure(alibabatest.Settings{UsersManageKeys: true})
	if b := ci.must("Ram.ListAccessKeys"); b.text("AccessKeys.AccessKey.0.AccessKeyId") != id {
		t.Errorf("own keys: %v", b.tree)
	}
	ci.refused(403, "NoPermission", "Ram.ListAccessKeys", "UserName", "admin")
	ci.must("Ram.UpdateAccessKey", "UserAccessKeyId", id, "Status", "Inactive")
	if key.Status() != alibabatest.Inactive {
		t.Errorf("status %s", key.Status())
	}
	as(t, s, a.AddRootKey()).refused(400, "MissingParameter", "Ram.ListAccessKeys")
}

func TestProtectedKeyMayNotCallRAMAndIMS(t *testing.T) {
	a, s, _ := office(t)
	key := a.AddKey("admin")
	key.Protect("Ram", "Ims")
	c := as(t, s, key)
	c.refused(403, "Forbidden", "Ram.ListUsers")
	c.refused(403, "Forbidden", "Ims.ListUsers")
	c.must("Sts.GetCallerIdentity")
}

func TestPoliciesOfGroupsAndRoles(t *testing.T) {
	a, s, admin := office(t)
	a.AddGroup("ops", "ci")
	a.AddRole(alibabatest.Role{Name: "deploy"})
	if err := a.AddPolicy("own", `{"Statement":[{"Effect":"Allow","Action":"oss:*","Resource":"*"}]}`); err != nil {
		t.Fatal(err)
	}
	attach(t, a, "group/ops", "own", "ReadOnlyAccess")
	attach(t, a, "role/deploy", "AliyunOSSReadOnlyAccess")
	if got := admin.must("Ram.ListPoliciesForGroup", "GroupName", "ops").texts("Policies.Policy", "PolicyName"); !slices.Equal(got, []string{"own", "ReadOnlyAccess"}) {
		t.Errorf("group: %v", got)
	}
	if got := admin.must("Ram.ListPoliciesForRole", "RoleName", "deploy").texts("Policies.Policy", "PolicyType"); !slices.Equal(got, []string{"System"}) {
		t.Errorf("role: %v", got)
	}
	if got := admin.must("Ram.ListGroupsForUser", "UserName", "ci").texts("Groups.Group", "GroupName"); !slices.Equal(got, []string{"ops"}) {
		t.Errorf("groups: %v", got)
	}
	if got := admin.must("Ram.ListUsersForGroup", "GroupName", "ops").texts("Users.User", "UserName"); !slices.Equal(got, []string{"ci"}) {
		t.Errorf("users: %v", got)
	}
	as(t, s, a.AddKey("ci")).must("Ram.ListUsers") // through the group
	as(t, s, a.AddSession("deploy", "s", time.Now().Add(time.Hour))).refused(403, "NoPermission", "Ram.ListUsers")
	b := admin.must("Ram.GetPolicy", "PolicyType", "Custom", "PolicyName", "own")
	if b.at("Policy.AttachmentCount") != 1.0 || !strings.Contains(b.text("DefaultPolicyVersion.PolicyDocument"), "oss:*") {
		t.Errorf("policy: %v", b.tree)
	}
	admin.refused(404, "EntityNotExist.Role", "Ram.ListPoliciesForRole", "RoleName", "none")
}

func TestPolicyLifecycle(t *testing.T) {
	a, s, admin := office(t)
	key := a.AddKey("ci")
	attach(t, a, "user/ci", "AdministratorAccess")
	deny := `{"Version":"1","Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"]}]}`
	admin.must("Ram.CreatePolicy", "PolicyName", "quarantine", "PolicyDocument", deny)
	admin.refused(409, "EntityAlreadyExists.Policy", "Ram.CreatePolicy", "PolicyName", "quarantine", "PolicyDocument", deny)
	admin.refused(400, "InvalidParameter.PolicyDocument", "Ram.CreatePolicy", "PolicyName", "bad", "PolicyDocument", "{}")
	of := []string{"PolicyType", "Custom", "PolicyName", "quarantine", "UserName", "ci"}
	admin.must("Ram.AttachPolicyToUser", of...)
	admin.refused(409, "EntityAlreadyExists.User.Policy", "Ram.AttachPolicyToUser", of...)
	as(t, s, key).refused(403, "NoPermission", "Ram.ListUsers")
	as(t, s, key).must("Sts.GetCallerIdentity")
	if got := a.Attached("user/ci"); !slices.Equal(got, []string{"AdministratorAccess", "quarantine"}) {
		t.Errorf("attached: %v", got)
	}
	if got := admin.must("Ram.ListEntitiesForPolicy", of[:4]...).texts("Users.User", "UserName"); !slices.Equal(got, []string{"ci"}) {
		t.Errorf("entities: %v", got)
	}
	admin.refused(409, "DeleteConflict.Policy.User", "Ram.DeletePolicy", "PolicyName", "quarantine")
	admin.must("Ram.DetachPolicyFromUser", of...)
	admin.refused(404, "EntityNotExist.User.Policy", "Ram.DetachPolicyFromUser", of...)
	as(t, s, key).must("Ram.ListUsers")
	admin.must("Ram.DeletePolicy", "PolicyName", "quarantine")
	if _, ok := a.Policy("quarantine"); ok {
		t.Error("the policy is still there")
	}
}

func TestRolesAndSecurity(t *testing.T) {
	a, _, admin := office(t)
	a.AddRole(alibabatest.Role{Name: "deploy"})
	a.AddUser(alibabatest.User{Name: "eve", Console: true, MFARequired: true, MFA: true})
	if got := admin.must("Ram.ListRoles").texts("Roles.Role", "RoleName"); !slices.Equal(got, []string{"deploy"}) {
		t.Errorf("roles: %v", got)
	}
	if doc := admin.must("Ram.GetRole", "RoleName", "deploy").text("Role.AssumeRolePolicyDocument"); !strings.Contains(doc, a.UID()+":root") {
		t.Errorf("trust: %s", doc)
	}
	if b := admin.must("Ram.GetLoginProfile", "UserName", "eve"); b.at("LoginProfile.MFABindRequired") != true {
		t.Errorf("profile: %v", b.tree)
	}
	if b := admin.must("Ram.GetUserMFAInfo", "UserName", "eve"); b.text("MFADevice.SerialNumber") == "" {
		t.Errorf("MFA: %v", b.tree)
	}
	admin.must("Ram.DeleteLoginProfile", "UserName", "eve")
	admin.refused(404, "EntityNotExist.User.LoginProfile", "Ram.GetLoginProfile", "UserName", "eve")
	admin.refused(404, "EntityNotExist.User.MFADevice", "Ram.GetUserMFAInfo", "UserName", "admin")
	a.Configure(alibabatest.Settings{Alias: "shop", UsersManageKeys: true, PasswordPolicy: alibabatest.PasswordPolicy{MaxLoginAttemps: 5}})
	if b := admin.must("Ram.GetPasswordPolicy"); b.at("PasswordPolicy.MaxLoginAttemps") != 5.0 || b.at("PasswordPolicy.MinimumPasswordLength") != 8.0 {
		t.Errorf("password policy: %v", b.tree)
	}
	if b := admin.must("Ram.GetSecurityPreference"); b.at("SecurityPreference.AccessKeyPreference.AllowUserToManageAccessKeys") != true {
		t.Errorf("preference: %v", b.tree)
	}
	if b := admin.must("Ram.GetAccountAlias"); b.text("AccountAlias") != "shop" {
		t.Errorf("alias: %v", b.tree)
	}
}

func TestListsInXML(t *testing.T) {
	a, s, admin := office(t)
	a.AddUser(alibabatest.User{Name: "<eve> & co"})
	call := newCall("GET", admin.key, none)
	delete(call.params, "Format")
	call.params["Action"], call.params["Version"] = "ListUsers", "2015-05-01"
	var got struct {
		XMLName xml.Name
		Names   []string `xml:"Users>User>UserName"`
	}
	w := call.sign(admin.key.Secret.Reveal()).send(s)
	if err := xml.Unmarshal(w.Body.Bytes(), &got); err != nil || got.XMLName.Local != "ListUsersResponse" ||
		!slices.Equal(got.Names, []string{"<eve> & co", "admin"}) {
		t.Errorf("%q: %+v, %v", w.Body, got, err)
	}
}
