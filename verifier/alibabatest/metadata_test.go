package alibabatest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/alibabatest"
)

func TestMetadata(t *testing.T) {
	a := alibabatest.NewAccount()
	s := newServer(t, a)
	m := &alibabatest.Metadata{Account: a, Role: "web", Hardened: true}
	call := func(method, path string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, nil)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		m.ServeHTTP(w, r)
		return w
	}
	const ttl, credentials = "X-aliyun-ecs-metadata-token-ttl-seconds", "/latest/meta-data/ram/security-credentials/"
	token := call("PUT", "/latest/api/token", ttl, "60").Body.String()
	with := []string{"X-aliyun-ecs-metadata-token", token}
	if w := call("GET", credentials, with...); w.Body.String() != "web" {
		t.Errorf("role: HTTP %d %q", w.Code, w.Body)
	}
	var got struct{ Code, AccessKeyID, AccessKeySecret, SecurityToken, Expiration string }
	first := call("GET", credentials+"web", with...).Body.String()
	if err := json.Unmarshal([]byte(first), &got); err != nil || got.Code != "Success" {
		t.Fatalf("credential: %v", err)
	}
	if at, err := time.Parse(time.RFC3339, got.Expiration); err != nil || time.Until(at) < 5*time.Hour {
		t.Errorf("expires %s", got.Expiration)
	}
	c := client{t, s, rules.Credential{Type: rules.STS, ID: rules.NewSecret(got.AccessKeyID),
		Secret: rules.NewSecret(got.AccessKeySecret), Token: rules.NewSecret(got.SecurityToken)}}
	if b := c.must("Sts.GetCallerIdentity"); b.text("IdentityType") != "AssumedRoleUser" {
		t.Errorf("identity: %v", b.tree)
	}
	tests := []struct {
		name, method, path string
		headers            []string
		status             int
	}{
		{"no token", "GET", credentials, nil, http.StatusForbidden},
		{"wrong token", "GET", credentials, []string{with[0], "x"}, http.StatusForbidden},
		{"no lifetime", "PUT", "/latest/api/token", nil, http.StatusBadRequest},
		{"long lifetime", "PUT", "/latest/api/token", []string{ttl, "21601"}, http.StatusBadRequest},
		{"forwarded", "PUT", "/latest/api/token", []string{ttl, "60", "X-Forwarded-For", "1.2.3.4"}, http.StatusBadRequest},
		{"GET of a token", "GET", "/latest/api/token", []string{ttl, "60"}, http.StatusMethodNotAllowed},
		{"POST", "POST", credentials, with, http.StatusMethodNotAllowed},
		{"another role", "GET", credentials + "db", with, http.StatusNotFound},
	}
	for _, test := range tests {
		if w := call(test.method, test.path, test.headers...); w.Code != test.status {
			t.Errorf("%s: HTTP %d, want %d", test.name, w.Code, test.status)
		}
	}
	m.Hardened = false
	if w := call("GET", credentials+"web"); w.Code != 200 {
		t.Errorf("not hardened: HTTP %d", w.Code)
	}
	bare := &alibabatest.Metadata{Account: a}
	w := httptest.NewRecorder()
	if bare.ServeHTTP(w, httptest.NewRequest("GET", credentials, nil)); w.Code != http.StatusNotFound {
		t.Errorf("without a role: HTTP %d", w.Code)
	}
}
