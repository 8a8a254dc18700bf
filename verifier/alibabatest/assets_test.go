package alibabatest_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/alibabatest"
)

// TestUndoing makes each thing that a thief makes, sees it in its list, and undoes it.
func TestUndoing(t *testing.T) {
	a, _, admin := office(t)
	admin.must("Ram.CreateUser", "UserName", "eve")
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(a.AddPolicy("own", `{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:*","Resource":"*"}]}`))
	a.AddGroup("ops")
	a.AddSecurityGroup(account.SecurityGroup{ID: "sg-1", Region: "us-west-1"})
	a.AddImage(account.Image{ID: "m-1", Region: "us-west-1"})
	a.AddDatabase(account.Database{ID: "rm-1", Region: "us-west-1", Allowed: []string{"10.0.0.1"}})
	eve := a.PrincipalName("eve")
	all := `{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	west := []string{"RegionId", "us-west-1"}
	rule := append([]string{"SecurityGroupId", "sg-1", "IpProtocol", "TCP", "PortRange", "22/22", "SourceCidrIp", "0.0.0.0/0"}, west...)
	for _, test := range []struct {
		name               string
		do, see, undo      []string
		list, field, thing string
	}{
		{"policy of a user", []string{"Ram.AttachPolicyToUser", "UserName", "eve", "PolicyType", "Custom", "PolicyName", "own"}, []string{"Ram.ListPoliciesForUser", "UserName", "eve"},
			[]string{"Ram.DetachPolicyFromUser", "UserName", "eve", "PolicyType", "Custom", "PolicyName", "own"}, "Policies.Policy", "PolicyName", "own"},
		{"member of a group", []string{"Ram.AddUserToGroup", "UserName", "eve", "GroupName", "ops"}, []string{"Ram.ListGroupsForUser", "UserName", "eve"},
			[]string{"Ram.RemoveUserFromGroup", "UserName", "eve", "GroupName", "ops"}, "Groups.Group", "GroupName", "ops"},
		{"version of a policy", []string{"Ram.CreatePolicyVersion", "PolicyName", "own", "PolicyDocument", all}, []string{"Ram.ListPolicyVersions", "PolicyType", "Custom", "PolicyName", "own"},
			[]string{"Ram.DeletePolicyVersion", "PolicyName", "own", "VersionId", "v2"}, "PolicyVersions.PolicyVersion", "VersionId", "v2"},
		{"role", []string{"Ram.CreateRole", "RoleName", "door", "AssumeRolePolicyDocument", all}, []string{"Ram.ListRoles"}, []string{"Ram.DeleteRole", "RoleName", "door"}, "Roles.Role", "RoleName", "door"},
		{"SAML provider", []string{"Ims.CreateSAMLProvider", "SAMLProviderName", "p"}, []string{"Ims.ListSAMLProviders"}, []string{"Ims.DeleteSAMLProvider", "SAMLProviderName", "p"},
			"SAMLProviders.SAMLProvider", "SAMLProviderName", "p"},
		{"OIDC provider", []string{"Ims.CreateOIDCProvider", "OIDCProviderName", "p", "IssuerUrl", "https://x.example"}, []string{"Ims.ListOIDCProviders"},
			[]string{"Ims.DeleteOIDCProvider", "OIDCProviderName", "p"}, "OIDCProviders.OIDCProvider", "OIDCProviderName", "p"},
		{"rule", append([]string{"Ecs.AuthorizeSecurityGroup"}, rule...), append([]string{"Ecs.DescribeSecurityGroupAttribute", "SecurityGroupId", "sg-1"}, west...),
			append([]string{"Ecs.RevokeSecurityGroup"}, rule...), "Permissions.Permission", "SourceCidrIp", "0.0.0.0/0"},
		{"key pair", append([]string{"Ecs.ImportKeyPair", "KeyPairName", "k"}, west...), append([]string{"Ecs.DescribeKeyPairs"}, west...),
			append([]string{"Ecs.DeleteKeyPairs", "KeyPairNames", `["k"]`}, west...), "KeyPairs.KeyPair", "KeyPairName", "k"},
		{"share of an image", append([]string{"Ecs.ModifyImageSharePermission", "ImageId", "m-1", "AddAccount.1", "123"}, west...),
			append([]string{"Ecs.DescribeImageSharePermission", "ImageId", "m-1"}, west...),
			append([]string{"Ecs.ModifyImageSharePermission", "ImageId", "m-1", "RemoveAccount.1", "123"}, west...), "Accounts.Account", "AliyunId", "123"},
		{"addresses of a database", append([]string{"Rds.ModifySecurityIps", "DBInstanceId", "rm-1", "SecurityIps", "0.0.0.0/0"}, west...),
			append([]string{"Rds.DescribeDBInstanceIPArrayList", "DBInstanceId", "rm-1"}, west...),
			append([]string{"Rds.ModifySecurityIps", "DBInstanceId", "rm-1", "SecurityIps", "10.0.0.1"}, west...), "Items.DBInstanceIPArray", "SecurityIPList", "0.0.0.0/0"},
	} {
		seen := func() bool {
			return slices.Contains(admin.must(test.see[0], test.see[1:]...).texts(test.list, test.field), test.thing)
		}
		if seen() {
			t.Errorf("%s: it is there before it is made", test.name)
		}
		admin.must(test.do[0], test.do[1:]...)
		if !seen() {
			t.Errorf("%s: it is not in the list", test.name)
		}
		admin.must(test.undo[0], test.undo[1:]...)
		if seen() {
			t.Errorf("%s: it is there after it was undone", test.name)
		}
	}
	admin.must("Ims.CreateServiceCredential", "UserPrincipalName", eve, "ServiceName", "x.aliyuncs.com")
	id := admin.must("Ims.ListServiceCredentials", "UserPrincipalName", eve).text("ServiceCredentials.0.ServiceCredentialId")
	admin.must("Ims.DeleteServiceCredential", "UserPrincipalName", eve, "ServiceCredentialId", id)
	if b := admin.must("Ims.ListServiceCredentials", "UserPrincipalName", eve); len(b.list("ServiceCredentials")) != 0 {
		t.Errorf("service credentials: %v", b.tree)
	}
}

func TestInstances(t *testing.T) {
	_, _, admin := office(t)
	b := admin.must("Ecs.RunInstances", "RegionId", "us-west-1", "InstanceType", "ecs.gn7i-c8g1.2xlarge", "Amount", "3", "KeyPairName", "k")
	ids := b.list("InstanceIdSets.InstanceIdSet")
	list := func(region string) body {
		return admin.must("Ecs.DescribeInstances", "RegionId", region, "MaxResults", "100")
	}
	if b := list("us-west-1"); len(ids) != 3 || len(b.list("Instances.Instance")) != 3 || b.at("Instances.Instance.0.GPUAmount") != 1.0 || b.text("Instances.Instance.0.Status") != "Running" {
		t.Errorf("%v: %v", ids, b.tree)
	}
	if b := list("cn-hangzhou"); len(b.list("Instances.Instance")) != 0 {
		t.Errorf("in another region: %v", b.tree)
	}
	id := fmt.Sprint(ids[0])
	admin.refused(403, "IncorrectInstanceStatus", "Ecs.DeleteInstance", "RegionId", "us-west-1", "InstanceId", id)
	admin.must("Ecs.StopInstance", "RegionId", "us-west-1", "InstanceId", id)
	if got := list("us-west-1").texts("Instances.Instance", "Status"); !slices.Equal(got, []string{"Stopped", "Running", "Running"}) {
		t.Errorf("statuses %v", got)
	}
	admin.must("Ecs.StartInstance", "RegionId", "us-west-1", "InstanceId", id)
	admin.must("Ecs.DeleteInstance", "RegionId", "us-west-1", "InstanceId", id, "Force", "true")
	if b := list("us-west-1"); len(b.list("Instances.Instance")) != 2 {
		t.Errorf("after one was deleted: %v", b.tree)
	}
	admin.refused(404, "InvalidInstanceId.NotFound", "Ecs.StopInstance", "RegionId", "us-west-1", "InstanceId", id)
	admin.refused(404, "InvalidRegionId.NotFound", "Ecs.DescribeInstances", "RegionId", "eu-west-1")
}

// TestPaging reads lists of each kind page by page.
func TestPaging(t *testing.T) {
	a, _, admin := office(t)
	for i := range 120 {
		id := fmt.Sprintf("%03d", i)
		a.AddInstance(account.Instance{ID: "i-" + id, Region: "cn-hangzhou"})
		a.AddKeyPair(account.KeyPair{Name: "k-" + id, Region: "cn-hangzhou"})
		a.AddContainer(account.Container{ID: "eci-" + id, Region: "cn-hangzhou"})
	}
	for _, test := range []struct{ operation, list, field, size, number string }{
		{"Ecs.DescribeInstances", "Instances.Instance", "InstanceId", "MaxResults", ""},
		{"Eci.DescribeContainerGroups", "ContainerGroups", "ContainerGroupId", "Limit", ""},
		{"Ecs.DescribeKeyPairs", "KeyPairs.KeyPair", "KeyPairName", "PageSize", "PageNumber"},
	} {
		var got []string
		token := ""
		for page := 1; page < 20; page++ {
			pairs := []string{"RegionId", "cn-hangzhou", test.size, "20"}
			if test.number != "" {
				pairs = append(pairs, test.number, fmt.Sprint(page))
			} else if token != "" {
				pairs = append(pairs, "NextToken", token)
			}
			b := admin.must(test.operation, pairs...)
			got = append(got, b.texts(test.list, test.field)...)
			if token = b.text("NextToken"); test.number == "" && token == "" || test.number != "" && len(got) >= int(b.at("TotalCount").(float64)) {
				break
			}
		}
		if distinct := slices.Compact(slices.Sorted(slices.Values(got))); len(got) != 120 || len(distinct) != 120 {
			t.Errorf("%s: %d items, %d of them distinct", test.operation, len(got), len(distinct))
		}
	}
}

// bucketCall is a call of OSS, signed here without the server's code.
func bucketCall(c client, method, target, region string, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, bytes.NewBufferString(body))
	at := time.Now().UTC()
	r.Header.Set("x-oss-date", at.Format("20060102T150405Z"))
	r.Header.Set("x-oss-content-sha256", "UNSIGNED-PAYLOAD")
	if strings.Contains(target, "?acl") && method == "PUT" {
		r.Header.Set("x-oss-acl", "public-read")
	}
	headers := ""
	for _, name := range []string{"x-oss-acl", "x-oss-content-sha256", "x-oss-date"} {
		if value := r.Header.Get(name); value != "" {
			headers += name + ":" + value + "\n"
		}
	}
	path, query, _ := strings.Cut(target, "?")
	canonical := method + "\n" + path + "\n" + query + "\n" + headers + "\n\nUNSIGNED-PAYLOAD"
	hash := sha256.Sum256([]byte(canonical))
	day := at.Format("20060102")
	text := "OSS4-HMAC-SHA256\n" + at.Format("20060102T150405Z") + "\n" + day + "/" + region + "/oss/aliyun_v4_request\n" + hex.EncodeToString(hash[:])
	key := []byte("aliyun_v4" + c.key.Secret.Reveal())
	for _, part := range []string{day, region, "oss", "aliyun_v4_request", text} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	r.Header.Set("Authorization", "OSS4-HMAC-SHA256 Credential="+c.key.ID.Reveal()+"/"+day+"/"+region+"/oss/aliyun_v4_request,Signature="+hex.EncodeToString(key))
	w := httptest.NewRecorder()
	c.server.ServeHTTP(w, r)
	return w
}

func TestBuckets(t *testing.T) {
	a, s, admin := office(t)
	a.AddBucket(account.Bucket{Name: "photos", Region: "us-west-1", ACL: "private"})
	do := func(method, target string) *httptest.ResponseRecorder {
		return bucketCall(admin, method, target, "us-west-1", "{}")
	}
	if w := do("GET", "/"); w.Code != 200 || !strings.Contains(w.Body.String(), "<Name>photos</Name>") || w.Header().Get("x-oss-request-id") == "" {
		t.Errorf("list: %d %s", w.Code, w.Body)
	}
	if w := do("PUT", "/photos/?acl"); w.Code != 200 {
		t.Errorf("setting the ACL: %d %s", w.Code, w.Body)
	}
	if w := do("GET", "/photos/?acl"); !strings.Contains(w.Body.String(), "<Grant>public-read</Grant>") {
		t.Errorf("ACL: %d %s", w.Code, w.Body)
	}
	if w := do("GET", "/photos/?policy"); w.Code != 404 || !strings.Contains(w.Body.String(), "<Code>NoSuchBucketPolicy</Code>") {
		t.Errorf("policy: %d %s", w.Code, w.Body)
	}
	do("PUT", "/photos/?policy")
	if w := do("GET", "/photos/?policy"); w.Body.String() != "{}" {
		t.Errorf("policy: %d %s", w.Code, w.Body)
	}
	if w := bucketCall(admin, "GET", "/photos/?acl", "cn-hangzhou", ""); w.Code != 403 {
		t.Errorf("in another region: %d %s", w.Code, w.Body)
	}
	thief := as(t, s, a.AddKey("eve"))
	if w := bucketCall(thief, "GET", "/photos/?acl", "us-west-1", ""); w.Code != 403 || !strings.Contains(w.Body.String(), "<Code>") {
		t.Errorf("without a permission: %d %s", w.Code, w.Body)
	}
	wrong := admin
	wrong.key.Secret = a.AddKey("mallory").Credential().Secret
	if w := bucketCall(wrong, "GET", "/", "us-west-1", ""); w.Code == http.StatusOK {
		t.Error("a wrong signature is accepted")
	}
	before := len(a.Events())
	if w := do("GET", "/photos/a.jpg"); w.Code != 200 || len(a.Events()) != before {
		t.Errorf("reading an object: %d, %d events", w.Code, len(a.Events())-before)
	}
	if at, service := a.Keys("admin")[0].LastUsed(); at.IsZero() || service != "Oss" {
		t.Errorf("last use: %s, %s", at, service)
	}
	i := slices.IndexFunc(a.Events(), func(e alibabatest.Event) bool { return e.Name == "PutBucketAcl" })
	if i < 0 || a.Events()[i].Region != "us-west-1" || !slices.Equal(a.Events()[i].Resources["ACS::OSS::Bucket"], []string{"photos"}) {
		t.Errorf("events: %+v", a.Events())
	}
}
