package services_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/rules/service"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/services"
)

// emulated is all services in one: it knows one key of each, and what it was sent.
type emulated struct {
	key, intlKey, token, login string
	known                      string // what the robot says to a token that it knows
	everybody                  bool   // it accepts any value

	mu   sync.Mutex
	sent []string
}

func (e *emulated) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	e.sent = append(e.sent, r.Method+" "+r.URL.Path)
	e.mu.Unlock()
	given := r.Header.Get("Authorization")
	switch {
	case strings.HasSuffix(r.URL.Path, "/models"):
		key := e.key
		if r.Header.Get("X-Site") == "intl" {
			key = e.intlKey
		}
		if e.everybody || given == "Bearer "+key {
			fmt.Fprint(w, `{"object":"list","data":[{"id":"qwen-max"}]}`)
			return
		}
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":{"code":"invalid_api_key","message":"Incorrect API key provided."}}`)
	case r.URL.Path == "/robot/send":
		if e.everybody || r.URL.Query().Get("access_token") == e.token {
			fmt.Fprint(w, e.known)
			return
		}
		fmt.Fprint(w, `{"errcode":300005,"errmsg":"token is not exist"}`)
	case r.URL.Path == "/auth":
		if e.everybody || given == "Basic "+e.login {
			fmt.Fprint(w, `{"token":"x"}`)
			return
		}
		w.WriteHeader(http.StatusUnauthorized)
	}
}

// intl marks what goes to the international site.
func intl(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("X-Site", "intl")
		next.ServeHTTP(w, r)
	})
}

// start returns verifiers that ask e, and what a trace says.
func start(t *testing.T, e http.Handler) (services.Verifiers, func() string) {
	t.Helper()
	china, abroad := httptest.NewServer(e), httptest.NewServer(intl(e))
	t.Cleanup(china.Close)
	t.Cleanup(abroad.Close)
	var mu sync.Mutex
	var trace strings.Builder
	conn, err := connection.New(connection.Options{
		Endpoints: map[string]string{"dashscope": china.URL, "dashscope-intl": abroad.URL, "dingtalk": china.URL, "acr": china.URL},
		Unpaced:   true, Trace: func(c connection.Call) { mu.Lock(); defer mu.Unlock(); fmt.Fprintf(&trace, "%+v\n", c) },
	})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	return services.New(services.Options{Connection: conn, Now: func() time.Time { return now }}), trace.String
}

func TestVerdicts(t *testing.T) {
	keys := rulestest.NewKeys(1)
	e := &emulated{
		key: "sk-" + keys.Hex(32), intlKey: "sk-" + keys.Hex(32), token: keys.Hex(64), known: `{"errcode":310000,"errmsg":"keywords not in content"}`,
		login: base64.StdEncoding.EncodeToString([]byte("me:" + keys.Secret())),
	}
	v, trace := start(t, e)
	for _, test := range []struct {
		name   string
		typ    rules.Type
		value  string
		status verifier.Status
		reason string
	}{
		{"a key", service.DashScopeKey, e.key, verifier.Live, "services.dashscope-live"},
		{"a key of the other site", service.DashScopeKey, e.intlKey, verifier.Live, "services.dashscope-live"},
		{"a key that nobody knows", service.DashScopeKey, "sk-" + keys.Hex(32), verifier.NotFound, "services.dashscope-refused"},
		{"a key of a plan", service.DashScopeKey, "sk-sp-" + keys.Hex(32), verifier.Unchecked, "services.plan-key"},
		{"a token", service.DingTalkToken, e.token, verifier.Live, "services.robot-live"},
		{"a token that nobody knows", service.DingTalkToken, keys.Hex(64), verifier.NotFound, "services.robot-refused"},
		{"a login", service.RegistryLogin, e.login, verifier.Live, "services.registry-live"},
		{"a login of another region", service.RegistryLogin, base64.StdEncoding.EncodeToString([]byte("me:" + keys.Secret())), verifier.Unknown, "services.registry-refused"},
		{"a password alone", service.RegistryLogin, keys.Secret(), verifier.Unchecked, "services.no-user"},
		{"nothing", service.RegistryLogin, "", verifier.Unchecked, "services.no-value"},
	} {
		got := v.Or(nil).Verify(t.Context(), rules.Credential{Type: test.typ, Secret: rules.NewSecret(test.value)})
		if got.Status != test.status || got.Reason.Code != test.reason {
			t.Errorf("%s: %s (%s), want %s (%s)", test.name, got.Status, got.Reason, test.status, test.reason)
		}
		if got.CheckedAt.IsZero() != (test.status == verifier.Unchecked) {
			t.Errorf("%s: checked at %v", test.name, got.CheckedAt)
		}
		if test.value != "" && strings.Contains(fmt.Sprintf("%+v", got)+trace(), test.value) {
			t.Errorf("%s: the value is in the verdict or in the trace", test.name)
		}
	}
	for _, sent := range e.sent {
		if sent != "GET /compatible-mode/v1/models" && sent != "POST /robot/send" && sent != "GET /auth" {
			t.Errorf("%s was sent", sent)
		}
	}
}

// A service that answers a made-up key as it answers a real one proves nothing, and neither does an answer of an unexpected form.
func TestUnknown(t *testing.T) {
	keys := rulestest.NewKeys(2)
	credentials := []rules.Credential{
		{Type: service.DashScopeKey, Secret: rules.NewSecret("sk-" + keys.Hex(32))}, {Type: service.DingTalkToken, Secret: rules.NewSecret(keys.Hex(64))},
		{Type: service.RegistryLogin, Secret: rules.NewSecret(base64.StdEncoding.EncodeToString([]byte("me:" + keys.Secret())))},
	}
	answers := map[string]http.Handler{
		"accepts all": &emulated{everybody: true, known: `{"errcode":40035,"errmsg":"x"}`},
		"busy": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTooManyRequests)
			fmt.Fprint(w, `{"errcode":130101}`)
		}),
		"a page":     http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>welcome</html>") }),
		"empty":      http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
		"null":       http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "null") }),
		"redirects":  http.RedirectHandler("https://example.com/", http.StatusFound),
		"broken":     http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
		"other code": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"errcode":0,"code":"InvalidApiKey"}`) }),
		"forbidden": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"error":{"code":"invalid_api_key"}}`)
		}),
	}
	for name, handler := range answers {
		v, trace := start(t, handler)
		for _, c := range credentials {
			got := v[c.Type].Verify(t.Context(), c)
			if got.Status != verifier.Unknown || got.Reason.IsZero() {
				t.Errorf("%s: %s is %s (%s)", name, c.Type, got.Status, got.Reason)
			}
			if got.Transient != (name == "busy") {
				t.Errorf("%s: %s is transient: %v", name, c.Type, got.Transient)
			}
			if strings.Contains(fmt.Sprintf("%+v", got)+trace(), c.Secret.Reveal()) {
				t.Errorf("%s: the value of %s is in %+v", name, c.Type, got)
			}
		}
	}
}

func TestOutOfReach(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	url := server.URL
	server.Close()
	conn, err := connection.New(connection.Options{Endpoints: map[string]string{"dashscope": url, "dingtalk": url, "acr": url}, Unpaced: true})
	if err != nil {
		t.Fatal(err)
	}
	keys := rulestest.NewKeys(3)
	token := keys.Hex(64)
	c := rules.Credential{Type: service.DingTalkToken, Secret: rules.NewSecret(token)}
	v := services.New(services.Options{Connection: conn, Timeout: time.Minute})
	got := v[c.Type].Verify(t.Context(), c)
	if got.Status != verifier.Unknown || !got.Offline || strings.Contains(got.Reason.String(), token) {
		t.Errorf("got %+v", got)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if got := v[c.Type].Verify(ended, c); got.Status != verifier.Unknown || got.Offline || got.Reason.Code != "verifier.stopped" {
		t.Errorf("after the end: %+v", got)
	}
}

// Other credentials go to the verifier that is there for them.
func TestOr(t *testing.T) {
	conn, err := connection.New(connection.Options{})
	if err != nil {
		t.Fatal(err)
	}
	asked := false
	v := services.New(services.Options{Connection: conn}).Or(verifierFunc(func(rules.Credential) verifier.Verdict {
		asked = true
		return verifier.Verdict{Status: verifier.Exists}
	}))
	if got := v.Verify(t.Context(), rules.Credential{Type: rules.AccessKeyID}); !asked || got.Status != verifier.Exists {
		t.Errorf("asked: %v, %+v", asked, got)
	}
}

type verifierFunc func(rules.Credential) verifier.Verdict

func (f verifierFunc) Verify(_ context.Context, c rules.Credential) verifier.Verdict { return f(c) }
