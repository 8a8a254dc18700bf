package sts_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/rules/service"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/sts"
)

func newServer(t *testing.T, accounts ...*alibabatest.Account) *alibabatest.Server {
	t.Helper()
	s, err := alibabatest.NewServer(accounts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// connect returns a connection to an emulated STS.
func connect(t *testing.T, endpoint string) *connection.Connection {
	t.Helper()
	c, err := connection.New(connection.Options{Endpoints: map[string]string{"sts": endpoint}, Unpaced: true})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newChecker(t *testing.T, o sts.Options) verifier.Verifier {
	t.Helper()
	v, err := sts.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// refuse makes STS answer with a code that the emulated account cannot be brought to give.
func refuse(status int, code string) func(*scene) {
	return func(s *scene) { s.server.Inject(alibabatest.Fault{Status: status, Code: code}, 1) }
}

// scene is what a table row changes before the check.
type scene struct {
	account    *alibabatest.Account
	server     *alibabatest.Server
	key        *alibabatest.Key
	credential rules.Credential
	t          *testing.T
	endpoint   string
}

func newScene(t *testing.T) *scene {
	account := alibabatest.NewAccount()
	key := account.AddKey("ci")
	s := newServer(t, account)
	return &scene{account, s, key, key.Credential(), t, s.URL}
}

// between puts something between the checker and the server.
func (s *scene) between(change func(http.ResponseWriter, *http.Request)) {
	s.endpoint = serve(s.t, func(w http.ResponseWriter, r *http.Request) {
		s.server.ServeHTTP(httptest.NewRecorder(), r.Clone(r.Context())) // counts
		change(w, r)
	})
}

// breakOff promises more than it sends.
func breakOff(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	_, _ = w.Write([]byte(`{"AccountId":"1`))
}

func redirect(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "https://sts.example.com/", http.StatusTemporaryRedirect)
}

// ahead sets the server's clock, which the answers tell.
func (s *scene) ahead(d time.Duration) {
	now := func() time.Time { return time.Now().Add(d) }
	s.server.SetClock(now)
	server := s.server
	s.endpoint = serve(s.t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", now().UTC().Format(http.TimeFormat))
		server.ServeHTTP(w, r)
	})
}

func (s *scene) use(key *alibabatest.Key) { s.key, s.credential = key, key.Credential() }

func (s *scene) useSession(expires time.Duration) {
	s.use(s.account.AddSession("deploy", "run-1", time.Now().Add(expires)))
}

// answers is the table of STS's answers, one row or more for each.
var answers = []struct {
	name   string
	set    func(*scene)
	status verifier.Status
	code   string
	reason string // a part of it
}{
	{"RAM user's key", func(*scene) {}, verifier.Live, "", "sts.live"},
	{"16-character ID", func(s *scene) { s.use(s.account.AddShortKey("old")) }, verifier.Live, "", "sts.live"},
	{"root key", func(s *scene) { s.use(s.account.AddRootKey()) }, verifier.Live, "", "sts.live"},
	{"session", func(s *scene) { s.useSession(time.Hour) }, verifier.Live, "", "sts.live"},
	{"deleted key", func(s *scene) { s.key.SetStatus(alibabatest.Deleted) },
		verifier.NotFound, "InvalidAccessKeyId.NotFound", "sts.not-found"},
	{"key of nobody", func(s *scene) { s.use(alibabatest.NewAccount().AddKey("ci")) },
		verifier.NotFound, "InvalidAccessKeyId.NotFound", "sts.not-found"},
	{"disabled key", func(s *scene) { s.key.SetStatus(alibabatest.Inactive) },
		verifier.Inactive, "InvalidAccessKeyId.Inactive", "sts.inactive"},
	{"disabled key, wrong secret", func(s *scene) {
		s.key.SetStatus(alibabatest.Inactive)
		s.credential.Secret = rules.NewSecret("wrong")
	}, verifier.Inactive, "InvalidAccessKeyId.Inactive", "sts.inactive"},
	{"enabled again", func(s *scene) {
		s.key.SetStatus(alibabatest.Inactive)
		s.key.SetStatus(alibabatest.Active)
	}, verifier.Live, "", "sts.live"},
	{"wrong secret", func(s *scene) { s.credential.Secret = s.account.AddKey("cd").Credential().Secret },
		verifier.SecretMismatch, "SignatureDoesNotMatch", "sts.secret-mismatch"},
	{"wrong secret, older services", refuse(400, "IncompleteSignature"),
		verifier.SecretMismatch, "IncompleteSignature", "sts.secret-mismatch"},
	{"expired session", func(s *scene) { s.useSession(-time.Minute) },
		verifier.Expired, "InvalidSecurityToken.Expired", "sts.expired"},
	{"damaged token", func(s *scene) {
		s.useSession(time.Hour)
		s.credential.Token = rules.NewSecret(s.credential.Token.Reveal()[:100])
	}, verifier.Unknown, "InvalidSecurityToken.Malformed", "sts.token-damaged"},
	{"another key's token", func(s *scene) {
		s.useSession(time.Hour)
		s.credential.Token = s.account.AddSession("deploy", "run-2", time.Now().Add(time.Hour)).Credential().Token
	}, verifier.Unknown, "InvalidSecurityToken.MismatchWithAccessKey", "sts.token-mismatch"},
	{"session taken for a key", func(s *scene) {
		s.useSession(time.Hour)
		s.credential = rules.Credential{Type: rules.AccessKey, ID: s.credential.ID, Secret: s.credential.Secret}
	}, verifier.Unknown, "MissingSecurityToken", "sts.token-missing"},
	{"clock behind", func(s *scene) { s.ahead(16 * time.Minute) }, verifier.Live, "", "sts.live"},
	{"clock ahead", func(s *scene) { s.ahead(-16 * time.Minute) }, verifier.Live, "", "sts.live"},
	{"clock that cannot be learned", refuse(400, "InvalidTimeStamp.Expired"), verifier.Unknown, "InvalidTimeStamp.Expired", "sts.clock"},
	{"clock's format", refuse(400, "InvalidTimeStamp.Format"), verifier.Unknown, "InvalidTimeStamp.Format", "sts.clock"},
	{"clock, older services", refuse(400, "IllegalTimestamp"), verifier.Unknown, "IllegalTimestamp", "sts.clock"},
	{"nonce", refuse(400, "SignatureNonceUsed"), verifier.Unknown, "SignatureNonceUsed", "sts.repeated"},
	{"throttled", refuse(400, "Throttling"), verifier.Unknown, "Throttling", "sts.throttled"},
	{"user throttled", func(s *scene) { s.server.Inject(alibabatest.Throttled(), 1) },
		verifier.Unknown, "Throttling.User", "sts.throttled"},
	{"API throttled", refuse(400, "Throttling.Api"), verifier.Unknown, "Throttling.Api", "sts.throttled"},
	{"restrictive protection", func(s *scene) { s.key.Protect("Ram", "Sts") },
		verifier.Restricted, "Forbidden", "sts.restricted"},
	{"protection that STS does not know", func(s *scene) { s.key.Protect("Ram", "Ims") }, verifier.Live, "", "sts.live"},
	{"forbidden for another reason", refuse(403, "Forbidden"), verifier.Unknown, "Forbidden", "sts.unknown-code(Forbidden)"},
	{"no permission", refuse(403, "NoPermission"), verifier.Live, "NoPermission", "sts.live-without-identity"},
	{"access denied", refuse(403, "Forbidden.AccessDenied"), verifier.Live, "Forbidden.AccessDenied", "sts.live-without-identity"},
	{"server fault", refuse(500, "InternalError"), verifier.Unknown, "InternalError", "sts.server-fault(500)"},
	{"server down", func(s *scene) { s.server.Inject(alibabatest.Unavailable(), 1) },
		verifier.Unknown, "ServiceUnavailable", "sts.server-fault(503)"},
	{"server fault with a code of a key", refuse(500, "InvalidAccessKeyId.NotFound"),
		verifier.Unknown, "InvalidAccessKeyId.NotFound", "sts.server-fault(500)"},
	{"new code", refuse(400, "Brand.New"), verifier.Unknown, "Brand.New", "sts.unknown-code(Brand.New)"},
	{"reset in the middle of the answer", func(s *scene) { s.between(breakOff) }, verifier.Unknown, "", "cloud.closed"},
	{"redirect to another host", func(s *scene) { s.between(redirect) }, verifier.Unknown, "", "cloud.redirect"},
	{"not JSON", func(s *scene) { s.server.Inject(alibabatest.NotJSON(), 1) }, verifier.Unknown, "", "sts.odd-answer(cloud.not-understood(200))"},
	{"numeric code", func(s *scene) { s.server.Inject(alibabatest.NumericCode(), 1) },
		verifier.Unknown, "", "sts.odd-answer(cloud.not-understood(400))"},
}

func TestAnswers(t *testing.T) {
	now := time.Date(2026, 1, 2, 23, 4, 5, 678, time.FixedZone("CST", 8*3600))
	asked := time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)
	for _, test := range answers {
		t.Run(test.name, func(t *testing.T) {
			s := newScene(t)
			test.set(s)
			checker := newChecker(t, sts.Options{Connection: connect(t, s.endpoint), Now: func() time.Time { return now }})
			v := checker.Verify(t.Context(), s.credential)
			if v.Status != test.status || v.Code != test.code || !strings.Contains(v.Reason.String(), test.reason) {
				t.Errorf("got %+v; want %s, code %q, reason with %q", v, test.status, test.code, test.reason)
			}
			if v.Advice.IsZero() {
				t.Errorf("advice %q", v.Advice)
			}
			if transient := test.code != "" && (strings.HasPrefix(test.code, "Throttling") || v.Reason.Code == "sts.server-fault"); v.Transient != transient {
				t.Errorf("transient %t, want %t", v.Transient, transient)
			}
			if v.Offline || v.CheckedAt != asked {
				t.Errorf("offline %t, checked at %s; want an answer at %s", v.Offline, v.CheckedAt, asked)
			}
			if known := test.status == verifier.Live && test.code == ""; known != (v.Identity != nil) {
				t.Errorf("identity %+v", v.Identity)
			}
			want := 1
			if test.name == "clock behind" || test.name == "clock ahead" {
				want = 2
			}
			if n := s.server.Calls("Sts", "GetCallerIdentity"); n != want {
				t.Errorf("%d calls, want %d", n, want)
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	account := alibabatest.NewAccount()
	s := newServer(t, account)
	checker := newChecker(t, sts.Options{Connection: connect(t, s.URL)})
	arn := "acs:ram::" + account.UID() + ":"
	tests := []struct {
		key       *alibabatest.Key
		kind, arn string
	}{
		{account.AddRootKey(), "Account", arn + "root"},
		{account.AddKey("ci"), "RAMUser", arn + "user/ci"},
		{account.AddSession("deploy", "run-1", time.Now().Add(time.Hour)), "AssumedRoleUser", arn + "role/deploy/run-1"},
	}
	for _, test := range tests {
		v := checker.Verify(t.Context(), test.key.Credential())
		switch id := v.Identity; {
		case id == nil:
			t.Errorf("%s: %+v", test.kind, v)
		case id.Type != test.kind || id.ARN != test.arn || id.AccountID != account.UID() || id.UserID == "":
			t.Errorf("got %+v, want %s %s", id, test.kind, test.arn)
		}
	}
}

func TestUncheckable(t *testing.T) {
	s := newScene(t)
	session := s.account.AddSession("deploy", "run-1", time.Now().Add(time.Hour)).Credential()
	id, secret := s.credential.ID, s.credential.Secret
	tests := []struct {
		credential rules.Credential
		reason     string
	}{
		{rules.Credential{}, "sts.no-online-check"},
		{rules.Credential{Type: rules.AccessKeyID, Secret: secret}, "sts.no-id"},
		{rules.Credential{Type: service.DashScopeKey, Secret: secret}, "sts.no-online-check"},
		{rules.Credential{Type: rules.AccessKeySecret, Secret: secret}, "sts.secret-alone"},
		{rules.Credential{Type: rules.AccessKey, ID: id}, "sts.no-secret"},
		{rules.Credential{Type: rules.AccessKey, Secret: secret}, "sts.no-id"},
		{rules.Credential{Type: rules.STS, ID: session.ID, Secret: session.Secret}, "sts.no-token"},
	}
	checker := newChecker(t, sts.Options{Connection: connect(t, s.server.URL)})
	for _, test := range tests {
		v := checker.Verify(t.Context(), test.credential)
		if !strings.Contains(v.Reason.String(), test.reason) {
			t.Errorf("%+v: reason %q, want one with %q", test.credential, v.Reason.String(), test.reason)
		}
		if v.Reason = reason.Text(""); v != (verifier.Verdict{}) {
			t.Errorf("%+v: %+v, want unchecked", test.credential, v)
		}
	}
	if n := s.server.Calls("Sts", "GetCallerIdentity"); n != 0 {
		t.Errorf("STS was asked %d times", n)
	}
}

func TestUnreachable(t *testing.T) {
	tests := []struct {
		name   string
		set    func(*scene)
		reason string
	}{
		{"hang", func(s *scene) { s.server.Inject(alibabatest.Fault{Hang: true}, -1) },
			"sts.unreachable(cloud.timeout(100ms))"},
		{"slow", func(s *scene) { s.server.Inject(alibabatest.Fault{Latency: time.Minute}, -1) },
			"sts.unreachable(cloud.timeout(100ms))"},
		{"reset", func(s *scene) { s.server.Inject(alibabatest.Fault{Reset: true}, -1) },
			"sts.unreachable(cloud.system(connection reset by peer))"},
		{"closed", func(s *scene) { _ = s.server.Close() },
			"sts.unreachable(cloud.system(connection refused))"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newScene(t)
			test.set(s)
			checker := newChecker(t, sts.Options{Connection: connect(t, s.server.URL), Timeout: 100 * time.Millisecond})
			start := time.Now()
			v := checker.Verify(t.Context(), s.credential)
			if v.Status != verifier.Unknown || !v.Offline || v.Reason.String() != test.reason || v.Code != "" {
				t.Errorf("got %+v, want offline because %q", v, test.reason)
			}
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func TestLatencyIsWaitedFor(t *testing.T) {
	s := newScene(t)
	s.server.Inject(alibabatest.Fault{Latency: 50 * time.Millisecond}, 1)
	start := time.Now()
	v := newChecker(t, sts.Options{Connection: connect(t, s.server.URL)}).Verify(t.Context(), s.credential)
	if v.Status != verifier.Live || time.Since(start) < 50*time.Millisecond {
		t.Errorf("after %s: %+v", time.Since(start), v)
	}
}

func TestCancelledCheckIsNotOffline(t *testing.T) {
	s := newScene(t)
	s.server.Inject(alibabatest.Fault{Hang: true}, -1)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	v := newChecker(t, sts.Options{Connection: connect(t, s.server.URL)}).Verify(ctx, s.credential)
	if v.Status != verifier.Unknown || v.Offline || v.Reason.Code != "verifier.stopped" {
		t.Errorf("got %+v", v)
	}
}

func TestNoEndpoint(t *testing.T) {
	c, err := connection.New(connection.Options{Region: "ap-southeast-1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sts.New(sts.Options{Connection: c}); err != nil {
		t.Error(err)
	}
}

func TestBreakerOverSTS(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	endpoint := "http://" + listener.Addr().String()
	_ = listener.Close()
	b := verifier.Breaker(newChecker(t, sts.Options{Connection: connect(t, endpoint)}), 1)
	c := alibabatest.NewAccount().AddKey("ci").Credential()
	b.Verify(t.Context(), c)
	if v := b.Verify(t.Context(), c); v.Reason.String() != "verifier.not-asked-again(sts.unreachable(cloud.system(connection refused)))" {
		t.Errorf("got %+v", v)
	}
}

// TestParallelChecks needs the race detector to be worth its while. The server refuses a nonce that comes twice.
func TestParallelChecks(t *testing.T) {
	account := alibabatest.NewAccount()
	server := newServer(t, account)
	var mu sync.Mutex
	nonces := make(map[string]bool)
	endpoint := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		nonces[r.URL.Query().Get("SignatureNonce")] = true
		mu.Unlock()
		server.ServeHTTP(w, r)
	})
	checker := newChecker(t, sts.Options{Connection: connect(t, endpoint), Timeout: 30 * time.Second})
	c := account.AddKey("ci").Credential()
	const checks, atOnce = 1000, 100
	var wg sync.WaitGroup
	places := make(chan struct{}, atOnce)
	for range checks {
		wg.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			if v := checker.Verify(t.Context(), c); v.Status != verifier.Live {
				t.Errorf("got %+v", v)
			}
		})
	}
	wg.Wait()
	if len(nonces) != checks {
		t.Errorf("%d checks used %d nonces", checks, len(nonces))
	}
}
