package cloud_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// caller makes calls for a test, and knows what they are about.
type caller struct {
	*cloud.Client
	ctx  context.Context
	cred rules.Credential
	id   rules.Secret
}

// services lists each call: how it is made, what must be sent, the answer, and the expected result. {id}
// stands for the ID of the key that a call is about.
var services = []struct {
	action string
	call   func(c caller) (any, error)
	sent   string // parameters, as "Name=value", with spaces between
	answer string // without the request ID
	want   string // as fmt writes it
}{
	{"ListUsers", func(c caller) (any, error) { return c.ListUsers(c.ctx) },
		"MaxItems=100 Version=2015-05-01", `"IsTruncated":false,"Users":{"User":[{"UserId":"21","UserName":"ci","CreateDate":"2024-05-01T08:00:00Z"}]}`,
		"[{21 ci   2024-05-01 08:00:00 +0000 UTC 0001-01-01 00:00:00 +0000 UTC}]"},
	{"GetUser", func(c caller) (any, error) { return c.GetUser(c.ctx, "ci") },
		"UserName=ci Version=2015-05-01", `"User":{"UserId":"21","UserName":"ci","DisplayName":"CI"}`, "{21 ci  CI 0001-01-01 00:00:00 +0000 UTC 0001-01-01 00:00:00 +0000 UTC}"},
	{"ListAccessKeys", func(c caller) (any, error) { return c.ListAccessKeys(c.ctx, "ci") },
		"UserName=ci", `"AccessKeys":{"AccessKey":[{"AccessKeyId":"{id}","Status":"Active","CreateDate":"2024-05-01T08:00:00Z"}]}`,
		"[{{masked} Active 2024-05-01 08:00:00 +0000 UTC 0001-01-01 00:00:00 +0000 UTC}]"},
	{"ListAccessKeys", func(c caller) (any, error) { return c.IdentityKeys(c.ctx, "") },
		"Version=2019-08-15 !UserPrincipalName", `"AccessKeys":{"AccessKey":[{"AccessKeyId":"{id}","Status":"Inactive","UpdateDate":"2024-05-01T08:00:00Z"}]}`,
		"[{{masked} Inactive 0001-01-01 00:00:00 +0000 UTC 2024-05-01 08:00:00 +0000 UTC}]"},
	{"UpdateAccessKey", func(c caller) (any, error) {
		return nil, c.UpdateAccessKey(c.ctx, "ci", c.id, cloud.Inactive)
	},
		"UserName=ci UserAccessKeyId={id} Status=Inactive Version=2015-05-01", "", "<nil>"},
	{"UpdateAccessKey", func(c caller) (any, error) {
		return nil, c.UpdateIdentityKey(c.ctx, "ci@x", c.id, cloud.Active)
	},
		"UserPrincipalName=ci@x UserAccessKeyId={id} Status=Active Version=2019-08-15", "", "<nil>"},
	{"DeleteAccessKey", func(c caller) (any, error) { return nil, c.DeleteAccessKey(c.ctx, "ci", c.id) },
		"UserName=ci UserAccessKeyId={id} Version=2015-05-01", "", "<nil>"},
	{"DeleteAccessKey", func(c caller) (any, error) { return nil, c.DeleteIdentityKey(c.ctx, "", c.id) },
		"UserAccessKeyId={id} Version=2019-08-15 !UserPrincipalName", "", "<nil>"},
	{"GetAccessKeyLastUsed", func(c caller) (any, error) { return c.GetAccessKeyLastUsed(c.ctx, "ci", c.id) },
		"UserName=ci UserAccessKeyId={id}", `"AccessKeyLastUsed":{"LastUsedDate":"2024-05-01T08:00:00Z"}`, "{2024-05-01 08:00:00 +0000 UTC }"},
	{"GetAccessKeyLastUsed", func(c caller) (any, error) { return c.IdentityKeyLastUsed(c.ctx, "ci@x", c.id) },
		"UserPrincipalName=ci@x UserAccessKeyId={id}", `"AccessKeyLastUsed":{"LastUsedDate":"N/A","ServiceName":"Ecs"}`, "{0001-01-01 00:00:00 +0000 UTC Ecs}"},
	{"ListPoliciesForUser", func(c caller) (any, error) { return c.ListPoliciesForUser(c.ctx, "ci") },
		"UserName=ci", `"Policies":{"Policy":[{"PolicyType":"System","PolicyName":"AdministratorAccess","DefaultVersion":"v1"}]}`, "[{System AdministratorAccess v1 }]"},
	{"ListPoliciesForRole", func(c caller) (any, error) { return c.ListPoliciesForRole(c.ctx, "r") }, "RoleName=r", `"Policies":{"Policy":[]}`, "[]"},
	{"ListPoliciesForGroup", func(c caller) (any, error) { return c.ListPoliciesForGroup(c.ctx, "g") }, "GroupName=g", `"Policies":{}`, "[]"},
	{"ListGroupsForUser", func(c caller) (any, error) { return c.ListGroupsForUser(c.ctx, "ci") },
		"UserName=ci", `"Groups":{"Group":[{"GroupName":"dev"}]}`, "[dev]"},
	{"GetPolicy", func(c caller) (any, error) { return c.GetPolicy(c.ctx, "Custom", "p") }, "PolicyType=Custom PolicyName=p",
		`"Policy":{"PolicyType":"Custom","PolicyName":"p","DefaultVersion":"v2"},"DefaultPolicyVersion":{"PolicyDocument":"{}"}`, "{Custom p v2 {}}"},
	{"GetPolicyVersion", func(c caller) (any, error) {
		return c.GetPolicyVersion(c.ctx, cloud.Policy{Type: "Custom", Name: "p", Version: "v1"})
	}, "PolicyType=Custom PolicyName=p VersionId=v1", `"PolicyVersion":{"VersionId":"v1","PolicyDocument":"{}"}`, "{Custom p v1 {}}"},
	{"CreatePolicy", func(c caller) (any, error) { return nil, c.CreatePolicy(c.ctx, "p", "why", "{}") },
		"PolicyName=p Description=why PolicyDocument={}", "", "<nil>"},
	{"AttachPolicyToRole", func(c caller) (any, error) {
		return nil, c.AttachPolicyToRole(c.ctx, "r", cloud.Policy{Type: "Custom", Name: "p"})
	}, "RoleName=r PolicyType=Custom PolicyName=p", "", "<nil>"},
	{"DetachPolicyFromRole", func(c caller) (any, error) {
		return nil, c.DetachPolicyFromRole(c.ctx, "r", cloud.Policy{Type: "Custom", Name: "p"})
	}, "RoleName=r PolicyType=Custom PolicyName=p", "", "<nil>"},
	{"GetUser", func(c caller) (any, error) { return c.IdentityOfKey(c.ctx, c.id) },
		"UserAccessKeyId={id} Version=2019-08-15", `"User":{"UserId":"21","UserPrincipalName":"ci@x"}`, "{21  ci@x  0001-01-01 00:00:00 +0000 UTC 0001-01-01 00:00:00 +0000 UTC}"},
	{"GetAccessKeyPolicy", func(c caller) (any, error) { return c.AccessKeyPolicy(c.ctx, "ci@x", c.id) },
		"UserAccessKeyId={id} UserPrincipalName=ci@x", `"AccessKeyPolicy":"{}"`, "{}"},
	{"SetAccessKeyPolicy", func(c caller) (any, error) { return nil, c.SetAccessKeyPolicy(c.ctx, "ci@x", c.id, "{}") },
		"UserAccessKeyId={id} UserPrincipalName=ci@x AccessKeyPolicy={}", "", "<nil>"},
	{"ListAccessKeysInRecycleBin", func(c caller) (any, error) { return c.RecycledKeys(c.ctx, "21") },
		"UserId=21", `"AccessKeys":{"AccessKey":[{"AccessKeyId":"{id}","RecycleDate":"2024-05-01T08:00:00Z"}]}`,
		"[{{masked} 21  0001-01-01 00:00:00 +0000 UTC 2024-05-01 08:00:00 +0000 UTC 0001-01-01 00:00:00 +0000 UTC}]"},
	{"GetAccessKeyInfoInRecycleBin", func(c caller) (any, error) { return c.RecycledKey(c.ctx, c.id) },
		"UserAccessKeyId={id}", `"AccessKey":{"AccessKeyId":"{id}","UserId":"21","UserPrincipalName":"ci@x"}`,
		"{{masked} 21 ci@x 0001-01-01 00:00:00 +0000 UTC 0001-01-01 00:00:00 +0000 UTC 0001-01-01 00:00:00 +0000 UTC}"},
	{"RestoreAccessKeyFromRecycleBin", func(c caller) (any, error) { return nil, c.RestoreKey(c.ctx, "21", c.id) }, "UserId=21 UserAccessKeyId={id}", "", "<nil>"},
	{"DeleteAccessKeyInRecycleBin", func(c caller) (any, error) { return nil, c.DeleteRecycledKey(c.ctx, "21", c.id) }, "UserId=21 UserAccessKeyId={id}", "", "<nil>"},
	{"LookupEvents", func(c caller) (any, error) {
		events, next, err := c.LookupEvents(c.ctx, cloud.Lookup{Key: "EventAccessKeyId", Value: c.id,
			From: time.Date(2024, 5, 1, 8, 0, 0, 0, time.UTC), To: time.Date(2024, 5, 1, 9, 0, 0, 0, time.UTC)})
		return fmt.Sprint(events, next), err
	}, "LookupAttribute.1.Key=EventAccessKeyId LookupAttribute.1.Value={id} StartTime=2024-05-01T08:00:00Z EndTime=2024-05-01T09:00:00Z MaxResults=50 Version=2020-07-06",
		`"NextToken":"t","Events":[{"eventId":"1","eventTime":"2024-05-01T08:30:00Z","serviceName":"Ecs","eventName":"RunInstances",` +
			`"sourceIpAddress":"203.0.113.7","userAgent":"cli {id}","errorCode":"NoPermission","userIdentity":{"userName":"ci"}},{"userIdentity":null,"eventName":7}]`,
		"[{1 2024-05-01 08:30:00 +0000 UTC Ecs RunInstances  203.0.113.7 cli {masked} ci NoPermission} { 0001-01-01 00:00:00 +0000 UTC  7     }]t"},
	{"ListAccounts", func(c caller) (any, error) { return c.ListAccounts(c.ctx) },
		"PageNumber=1 PageSize=100", `"TotalCount":1,"Accounts":{"Account":[{"AccountId":"11","DisplayName":"prod"}]}`, "[{11 prod}]"},
	{"AssumeRole", func(c caller) (any, error) {
		return c.AssumeRole(c.ctx, cloud.Assume{RoleARN: "acs:ram::1:role/r", Session: "akguard", External: "e"})
	}, "RoleArn=acs:ram::1:role/r RoleSessionName=akguard ExternalId=e DurationSeconds=3600",
		`"Credentials":{"AccessKeyId":"STS.` + strings.Repeat("N", 25) + `","AccessKeySecret":"` + strings.Repeat("s", 44) + `","SecurityToken":"` + strings.Repeat("t", 99) + `","Expiration":"2024-05-01T08:00:00Z"}`,
		"{{sts STS.NN****NNNN ss****ss tt****tt} 2024-05-01 08:00:00 +0000 UTC}"},
	{"AssumeRoleWithOIDC", func(c caller) (any, error) {
		return c.AssumeRoleWithOIDC(c.ctx, cloud.Assume{RoleARN: "acs:ram::1:role/r", Session: "akguard", Provider: "p", Token: rules.NewSecret("jwt")})
	}, "RoleArn=acs:ram::1:role/r OIDCProviderArn=p OIDCToken=jwt !AccessKeyId !Signature",
		`"Credentials":{"AccessKeyId":"STS.` + strings.Repeat("N", 25) + `","AccessKeySecret":"` + strings.Repeat("s", 44) + `","SecurityToken":"` + strings.Repeat("t", 99) + `","Expiration":"2024-05-01T08:00:00Z"}`,
		"{{sts STS.NN****NNNN ss****ss tt****tt} 2024-05-01 08:00:00 +0000 UTC}"},
}

func newCaller(t *testing.T, handler http.HandlerFunc) caller {
	t.Helper()
	client, err := cloud.New(cloud.Options{Endpoints: at(serve(t, handler)), Unpaced: true})
	if err != nil {
		t.Fatal(err)
	}
	account := alibabatest.NewAccount()
	admin := account.AddKey("admin").Credential()
	return caller{client.AsKey(admin), t.Context(), admin, account.AddKey("ci").Credential().ID}
}

func TestServices(t *testing.T) {
	for _, test := range services {
		t.Run(test.action, func(t *testing.T) {
			var c caller
			fill := func(s string) string {
				return strings.NewReplacer("{id}", c.id.Reveal(), "{masked}", c.id.String()).Replace(s)
			}
			c = newCaller(t, func(w http.ResponseWriter, r *http.Request) {
				_ = r.ParseForm()
				wantSent(t, r, test.action, fill(test.sent))
				more := ""
				if test.answer != "" {
					more = "," + fill(test.answer)
				}
				_, _ = fmt.Fprintf(w, `{"RequestId":"R-1"%s}`, more)
			})
			got, err := test.call(c)
			if err != nil || fmt.Sprint(got) != fill(test.want) {
				t.Errorf("got %v, error %v; want %s", got, err, fill(test.want))
			}
		})
	}
}

func wantSent(t *testing.T, r *http.Request, action, params string) {
	t.Helper()
	if got := r.Form.Get("Action"); got != action {
		t.Errorf("action %q, want %q", got, action)
	}
	for param := range strings.FieldsSeq(params) {
		name, value, ok := strings.Cut(param, "=")
		switch {
		case !ok && r.Form.Has(strings.TrimPrefix(name, "!")):
			t.Errorf("%s was sent", name)
		case ok && r.Form.Get(name) != value:
			t.Errorf("%s is %q, want %q", name, r.Form.Get(name), value)
		}
	}
}

// TestServicesFail has each call refused in words that quote what it is about, and answered by something that is
// not Alibaba Cloud.
func TestServicesFail(t *testing.T) {
	for _, test := range services {
		t.Run(test.action, func(t *testing.T) {
			var c caller
			refuse := true
			c = newCaller(t, func(w http.ResponseWriter, r *http.Request) {
				if !refuse {
					_, _ = w.Write([]byte(`{}`))
					return
				}
				w.WriteHeader(http.StatusForbidden)
				_ = json.NewEncoder(w).Encode(map[string]string{"RequestId": "R-1", "Code": "NoPermission",
					"Message": "no: " + c.id.Reveal() + " " + c.cred.ID.Reveal() + " " + r.FormValue("OIDCToken")})
			})
			_, err := test.call(c)
			if cloud.Code(err) != "NoPermission" || !cloud.IsRefusal(err) {
				t.Errorf("error %v, want NoPermission", err)
			}
			for _, secret := range []string{c.id.Reveal(), c.cred.ID.Reveal(), "jwt"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("error %v holds what the call is about", err)
				}
			}
			refuse = false
			var e *cloud.Error
			if _, err := test.call(c); !errors.As(err, &e) || e.Code != "" || cloud.IsRefusal(err) {
				t.Errorf("an empty answer: error %v", err)
			}
		})
	}
}

func TestListHasAnEnd(t *testing.T) {
	pages := 0
	c := newCaller(t, func(w http.ResponseWriter, _ *http.Request) {
		pages++
		_, _ = fmt.Fprintf(w, `{"RequestId":"R-1","IsTruncated":true,"Marker":"m%d","Users":{"User":[{"UserName":"u"}]}}`, pages)
	})
	if users, err := c.ListUsers(t.Context()); err == nil || len(users) != pages || pages > 1000 {
		t.Errorf("%d pages, %d users, error %v", pages, len(users), err)
	}
}
