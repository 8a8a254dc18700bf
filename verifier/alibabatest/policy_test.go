package alibabatest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/alibabatest"
)

// TestPolicyEvaluation checks whether a user with only this policy may list the keys of user ci.
func TestPolicyEvaluation(t *testing.T) {
	tests := []struct {
		name, statements string
		allowed          bool
	}{
		{"exact", `{"Effect":"Allow","Action":"ram:ListAccessKeys","Resource":"*"}`, true},
		{"lists", `{"Effect":"Allow","Action":["oss:*","ram:ListAccessKeys"],"Resource":["*"]}`, true},
		{"another case", `{"Effect":"Allow","Action":"RAM:listaccesskeys","Resource":"*"}`, true},
		{"star", `{"Effect":"Allow","Action":"ram:List*","Resource":"*"}`, true},
		{"question mark", `{"Effect":"Allow","Action":"ram:ListAccessKey?","Resource":"*"}`, true},
		{"another action", `{"Effect":"Allow","Action":"ram:ListAccessKey","Resource":"*"}`, false},
		{"another service", `{"Effect":"Allow","Action":"ims:*","Resource":"*"}`, false},
		{"that user", `{"Effect":"Allow","Action":"*","Resource":"acs:ram:*:*:user/ci"}`, true},
		{"another user", `{"Effect":"Allow","Action":"*","Resource":"acs:ram:*:*:user/cd"}`, false},
		{"another account", `{"Effect":"Allow","Action":"*","Resource":"acs:ram:*:1:user/ci"}`, false},
		{"all but", `{"Effect":"Allow","NotAction":"oss:*","Resource":"*"}`, true},
		{"all but this", `{"Effect":"Allow","NotAction":"ram:*","Resource":"*"}`, false},
		{"not on this", `{"Effect":"Allow","Action":"*","NotResource":"acs:ram:*:*:user/ci"}`, false},
		{"denied", `{"Effect":"Deny","Action":"ram:*","Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"}`, false},
		{"something else denied", `{"Effect":"Deny","Action":"oss:*","Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"}`, true},
		{"from here", `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"acs:SourceIp":["10.0.0.0/8"]}}}`, true},
		{"from elsewhere", `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"acs:SourceIp":"11.0.0.1"}}}`, false},
		{"not from here", `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NotIpAddress":{"acs:SourceIp":"10.0.0.0/8"}}}`, false},
		{"with MFA", `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"acs:MFAPresent":true}}}`, false},
		{"in time", `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"acs:CurrentTime":"2030-01-02T00:00:01+08:00"}}}`, true},
		{"too late", `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"acs:CurrentTime":"2030-01-01T23:59:59+08:00"}}}`, false},
		{"later", `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateGreaterThan":{"acs:CurrentTime":"2029-01-01T00:00:00Z"}}}`, true},
		{"unknown condition", `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Phase":{"moon":"full"}}}`, false},
		{"denied on an unknown condition", `{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Phase":{"moon":"full"}}}`, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := alibabatest.NewAccount()
			s := newServer(t, a)
			s.SetSourceIP("10.1.2.3")
			now := time.Date(2030, 1, 1, 16, 0, 0, 0, time.UTC)
			s.SetClock(func() time.Time { return now })
			if err := a.AddPolicy("p", `{"Version":"1","Statement":[`+test.statements+`]}`); err != nil {
				t.Fatal(err)
			}
			a.AddUser(alibabatest.User{Name: "ci"})
			c := as(t, s, a.AddKey("somebody"))
			attach(t, a, "user/somebody", "p")
			got := c.do("Ram.ListAccessKeys", "UserName", "ci", "Timestamp", now.Format(time.RFC3339))
			if ok := got.status == 200; ok != test.allowed || !ok && got.text("Code") != "NoPermission" {
				t.Errorf("HTTP %d %s, want allowed: %t", got.status, got.text("Code"), test.allowed)
			}
		})
	}
}

func TestBadPoliciesAndAttachments(t *testing.T) {
	a := alibabatest.NewAccount()
	for _, text := range []string{"", "[]", "{}", `{"Statement":[{"Effect":"Maybe"}]}`, `{"Statement":[]}`} {
		if err := a.AddPolicy("p", text); err == nil || !strings.Contains(err.Error(), "reading a policy") {
			t.Errorf("policy %q: %v", text, err)
		}
	}
	a.AddUser(alibabatest.User{Name: "ci"})
	for _, bad := range [][2]string{{"user/cd", "AdministratorAccess"}, {"user/ci", "NoSuchAccess"}, {"ci", "AdministratorAccess"}} {
		if err := a.Attach(bad[0], bad[1]); err == nil {
			t.Errorf("%q could be attached to %q", bad[1], bad[0])
		}
	}
	if got := a.Attached("user/ci"); got != nil {
		t.Errorf("attached: %v", got)
	}
}

// FuzzPolicy reads what the fuzzer wrote, and asks it something if it is a policy.
func FuzzPolicy(f *testing.F) {
	f.Add(`{"Statement":[{"Effect":"Allow","Action":["ram:*"],"Resource":"acs:*?","Condition":{"IpAddress":{"acs:SourceIp":["::/0",1]}}}]}`)
	f.Add(`{"Statement":[{"Effect":"Deny","NotAction":null,"Principal":{"RAM":[]}}]}`)
	a := alibabatest.NewAccount()
	s := newServer(f, a)
	key := a.AddKey("ci")
	f.Fuzz(func(t *testing.T, text string) {
		if a.AddPolicy("p", text) != nil {
			return
		}
		attach(t, a, "user/ci", "p")
		if b := as(t, s, key).do("Ram.ListUsers"); b.status != 200 && b.status != 403 {
			t.Errorf("HTTP %d: %v", b.status, b.tree)
		}
	})
}
