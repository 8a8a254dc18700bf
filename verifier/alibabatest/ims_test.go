package alibabatest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/alibabatest"
)

func TestKeyToItsUser(t *testing.T) {
	a, _, admin := office(t)
	key, root := a.AddKey("ci"), a.AddRootKey()
	id := key.Credential().ID.Reveal()
	for name, by := range map[string][]string{
		"key":    {"UserAccessKeyId", id},
		"number": {"UserId", a.UserID("ci")},
		"name":   {"UserPrincipalName", "ci@" + a.UID() + ".onaliyun.com"},
	} {
		if b := admin.must("Ims.GetUser", by...); b.text("User.UserPrincipalName") != a.PrincipalName("ci") || b.text("User.UserId") != a.UserID("ci") {
			t.Errorf("by %s: %v", name, b.tree)
		}
	}
	key.SetStatus(alibabatest.Inactive)
	admin.must("Ims.GetUser", "UserAccessKeyId", id)
	admin.refused(404, "EntityNotExist.User", "Ims.GetUser", "UserAccessKeyId", root.Credential().ID.Reveal())
	admin.refused(404, "EntityNotExist.User.AccessKey", "Ims.GetUser", "UserAccessKeyId", "LTAInobody")
	admin.refused(404, "EntityNotExist.User", "Ims.GetUser", "UserPrincipalName", "ci@elsewhere")
	admin.refused(400, "MissingParameter", "Ims.GetUser")
}

func TestRootManagesItsOwnKeys(t *testing.T) {
	a, s, admin := office(t)
	leaked, good := a.AddRootKey(), as(t, s, a.AddRootKey())
	id := leaked.Credential().ID.Reveal()
	if got := good.must("Ims.ListAccessKeys").texts("AccessKeys.AccessKey", "AccessKeyId"); len(got) != 2 || !slices.Contains(got, id) {
		t.Errorf("root's keys: %v", got)
	}
	good.must("Ims.UpdateAccessKey", "UserAccessKeyId", id, "Status", "Inactive")
	if leaked.Status() != alibabatest.Inactive {
		t.Errorf("status %s", leaked.Status())
	}
	good.must("Ims.DeleteAccessKey", "UserAccessKeyId", id)
	if leaked.Status() != alibabatest.Deleted {
		t.Errorf("status %s", leaked.Status())
	}
	admin.refused(404, "EntityNotExist.User.AccessKey", "Ims.UpdateAccessKey",
		"UserAccessKeyId", good.key.ID.Reveal(), "Status", "Inactive") // which is not the administrator's own
}

// bin deletes the key and returns its ID.
func bin(c client, a *alibabatest.Account, k *alibabatest.Key) string {
	k.SetStatus(alibabatest.Inactive)
	id := k.Credential().ID.Reveal()
	c.must("Ims.DeleteAccessKey", "UserPrincipalName", a.PrincipalName("ci"), "UserAccessKeyId", id)
	return id
}

func TestRecycleBin(t *testing.T) {
	a, s, admin := office(t)
	now := time.Now()
	s.SetClock(func() time.Time { return now })
	var keys []*alibabatest.Key
	var ids []string
	for range 4 {
		now = now.Add(time.Second)
		k := a.AddKey("ci")
		keys, ids = append(keys, k), append(ids, bin(admin, a, k))
	}
	of := []string{"UserId", a.UserID("ci")}
	if got := admin.must("Ims.ListAccessKeysInRecycleBin", of...).texts("AccessKeys.AccessKey", "AccessKeyId"); !slices.Equal(got, ids[1:]) {
		t.Errorf("the bin holds %v, want %v", got, ids[1:])
	}
	if keys[0].Status() != alibabatest.Deleted {
		t.Errorf("the oldest is %s", keys[0].Status())
	}
	b := admin.must("Ims.GetAccessKeyInfoInRecycleBin", "UserAccessKeyId", ids[3])
	if b.text("AccessKey.UserPrincipalName") != a.PrincipalName("ci") || b.at("AccessKey.UserRecycled") != false || b.text("AccessKey.DeleteDate") == "" {
		t.Errorf("in the bin: %v", b.tree)
	}
	admin.must("Ims.RestoreAccessKeyFromRecycleBin", append(of, "UserAccessKeyId", ids[3])...)
	if keys[3].Status() != alibabatest.Inactive {
		t.Errorf("restored, it is %s", keys[3].Status())
	}
	admin.must("Ims.DeleteAccessKeyInRecycleBin", append(of, "UserAccessKeyId", ids[2])...)
	if keys[2].Status() != alibabatest.Deleted {
		t.Errorf("deleted in the bin, it is %s", keys[2].Status())
	}
	admin.refused(404, "EntityNotExist.User.AccessKey", "Ims.RestoreAccessKeyFromRecycleBin", append(of, "UserAccessKeyId", ids[2])...)
	admin.refused(404, "EntityNotExist.User", "Ims.ListAccessKeysInRecycleBin", "UserId", "1")
	later := now.Add(32 * 24 * time.Hour)
	s.SetClock(func() time.Time { return later })
	if got := admin.must("Ims.ListAccessKeysInRecycleBin", append(of, "Timestamp", later.UTC().Format("2006-01-02T15:04:05Z"))...); len(got.list("AccessKeys.AccessKey")) != 0 {
		t.Errorf("a month later: %v", got.tree)
	}
}

func TestRestoringNeedsRoom(t *testing.T) {
	a, _, admin := office(t)
	id := bin(admin, a, a.AddKey("ci"))
	a.AddKey("ci")
	a.AddKey("ci")
	admin.refused(409, "LimitExceeded.User.AccessKey", "Ims.RestoreAccessKeyFromRecycleBin", "UserId", a.UserID("ci"), "UserAccessKeyId", id)
}

func TestNetworkPolicyOfAKey(t *testing.T) {
	a, s, admin := office(t)
	key := a.AddKey("ci")
	of := []string{"UserPrincipalName", a.PrincipalName("ci"), "UserAccessKeyId", key.Credential().ID.Reveal()}
	if b := admin.must("Ims.GetAccessKeyPolicy", of...); b.text("AccessKeyPolicy") != "{}" {
		t.Errorf("without a policy: %v", b.tree)
	}
	policy := `{"Version":1,"Status":"Active","Statements":[{"Type":"ClassicWhiteList","IPList":["203.0.113.0/24","2001:db8::1"]}]}`
	admin.must("Ims.SetAccessKeyPolicy", append(of, "AccessKeyPolicy", policy)...)
	if b := admin.must("Ims.GetAccessKeyPolicy", of...); b.text("AccessKeyPolicy") != policy || key.NetworkPolicy() != policy {
		t.Errorf("with a policy: %v", b.tree)
	}
	for address, ok := range map[string]bool{"203.0.113.9": true, "2001:db8::1": true, "203.0.114.9": false, "": false} {
		s.SetSourceIP(address)
		if b := as(t, s, key).do("Sts.GetCallerIdentity"); (b.status == 200) != ok || !ok && b.text("Code") != "InvalidAccessKeyId.Inactive" {
			t.Errorf("from %q: %v", address, b.tree)
		}
		admin.must("Sts.GetCallerIdentity") // its key has no policy
	}
	admin.must("Ims.SetAccessKeyPolicy", append(of, "AccessKeyPolicy", `{"Version":1,"Status":"Inactive","Statements":[]}`)...)
	as(t, s, key).must("Sts.GetCallerIdentity")
	for _, bad := range []string{"", "{}", `{"Status":"Active"}`, `{"Status":"Active","Statements":[{"Type":"ClassicWhiteList","IPList":["here"]}]}`} {
		admin.refused(400, "InvalidParameter.AccessKeyPolicy", "Ims.SetAccessKeyPolicy", append(of, "AccessKeyPolicy", bad)...)
	}
}

func TestAccountReports(t *testing.T) {
	a, _, admin := office(t)
	a.Configure(alibabatest.Settings{RootMFA: true, SecurityPracticeScore: 70})
	a.AddUser(alibabatest.User{Name: "eve", MFA: true})
	a.AddKey("eve").SetCreated(time.Now().Add(-100 * 24 * time.Hour))
	a.AddRootKey()
	if b := admin.must("Ims.GetAccountMFAInfo"); b.at("IsMFAEnable") != true {
		t.Errorf("MFA: %v", b.tree)
	}
	if b := admin.must("Ims.GetAccountSummary"); b.at("SummaryMap.Users") != 2.0 || b.at("SummaryMap.AccessKeysPerUserQuota") != 2.0 {
		t.Errorf("summary: %v", b.tree)
	}
	b := admin.must("Ims.GetAccountSecurityPracticeReport")
	for field, want := range map[string]any{"RootWithAccessKey": 1.0, "BindMfa": true, "SubUserBindMfa": 1.0, "OldAkNum": 1.0, "UnusedAkNum": 1.0} {
		if got := b.at("AccountSecurityPracticeInfo.AccountSecurityPracticeUserInfo." + field); got != want {
			t.Errorf("%s is %v, want %v", field, got, want)
		}
	}
}
