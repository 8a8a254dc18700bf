package alibabatest_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/alibabatest"
)

type answer struct {
	IdentityType, AccountID, UserID, Arn        string
	Code, Message, RequestID, HostID, Recommend string
}

func decode(t testing.TB, w *httptest.ResponseRecorder) answer {
	t.Helper()
	var a answer
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatalf("answer is not JSON: %v: %q", err, w.Body)
	}
	return a
}

func TestSignatureInQueryFormAndBoth(t *testing.T) {
	account := alibabatest.NewAccount()
	s := newServer(t, alibabatest.NewAccount(), account)
	key, session := account.AddKey("ci"), account.AddSession("deploy", "run-1", time.Now().Add(time.Hour))
	for name, place := range placements() {
		for _, k := range []*alibabatest.Key{key, session} {
			c := k.Credential()
			w := place(c).sign(c.Secret.Reveal()).send(s)
			if a := decode(t, w); w.Code != 200 || a.AccountID != account.UID() {
				t.Errorf("%s, signed well: HTTP %d, %+v", name, w.Code, a)
			}
			w = place(c).sign(c.Secret.Reveal() + "x").send(s)
			if a := decode(t, w); w.Code != 400 || a.Code != "SignatureDoesNotMatch" {
				t.Errorf("%s, wrong secret: HTTP %d, %+v", name, w.Code, a)
			}
		}
	}
	if n := s.Calls("Sts", "GetCallerIdentity"); n != 16 {
		t.Errorf("%d calls counted, want 16", n)
	}
}

func TestChangedCallIsRefused(t *testing.T) {
	account := alibabatest.NewAccount()
	s := newServer(t, account)
	c := account.AddKey("ci").Credential()
	for name, place := range placements() {
		changed := place(c).sign(c.Secret.Reveal())
		changed.params["Extra"] = "1"
		if a := decode(t, changed.send(s)); a.Code != "SignatureDoesNotMatch" {
			t.Errorf("%s with a parameter added after signing: %+v", name, a)
		}
	}
}

func TestReplayIsRefused(t *testing.T) {
	account := alibabatest.NewAccount()
	s := newServer(t, account)
	c, other := account.AddKey("ci").Credential(), account.AddKey("cd").Credential()
	first := newCall("POST", c, none).sign(c.Secret.Reveal())
	if w := first.send(s); w.Code != 200 {
		t.Fatalf("first call: HTTP %d", w.Code)
	}
	if a := decode(t, first.send(s)); a.Code != "SignatureNonceUsed" {
		t.Errorf("second call: %+v, want SignatureNonceUsed", a)
	}
	again := newCall("POST", other, none)
	again.params["SignatureNonce"] = first.params["SignatureNonce"]
	if w := again.sign(other.Secret.Reveal()).send(s); w.Code != 200 {
		t.Errorf("another key's call with the same nonce: HTTP %d, want 200", w.Code)
	}
}

func TestRefusedCalls(t *testing.T) {
	account := alibabatest.NewAccount()
	s := newServer(t, account)
	c := account.AddKey("ci").Credential()
	stamp := func(d time.Duration) string { return time.Now().Add(d).UTC().Format("2006-01-02T15:04:05Z") }
	tests := []struct {
		name, parameter, value string
		status                 int
		code                   string
	}{
		{"old", "Timestamp", stamp(-16 * time.Minute), 400, "InvalidTimeStamp.Expired"},
		{"early", "Timestamp", stamp(16 * time.Minute), 400, "InvalidTimeStamp.Expired"},
		{"in time", "Timestamp", stamp(-14 * time.Minute), 200, ""},
		{"with a zone", "Timestamp", "2026-01-02T15:04:05+08:00", 400, "InvalidTimeStamp.Format"},
		{"unknown ID", "AccessKeyId", "LTAI5tNobody", 404, "InvalidAccessKeyId.NotFound"},
		{"no nonce", "SignatureNonce", "", 400, "MissingParameter"},
		{"another method", "SignatureMethod", "HMAC-SHA256", 400, "InvalidParameter"},
		{"unknown action", "Action", "Nothing", 404, "InvalidAction.NotFound"},
		{"unknown version", "Version", "1999-01-01", 404, "InvalidAction.NotFound"},
		{"token of nobody", "SecurityToken", "CAISnothing", 400, "InvalidSecurityToken.Malformed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			req := newCall("POST", c, none)
			req.params[test.parameter] = test.value
			w := req.sign(c.Secret.Reveal()).send(s)
			if a := decode(t, w); w.Code != test.status || a.Code != test.code {
				t.Errorf("HTTP %d, %+v; want %d %s", w.Code, a, test.status, test.code)
			}
		})
	}
}

func TestUnreadableRequests(t *testing.T) {
	s := newServer(t)
	tests := map[string]*http.Request{
		"another path":       httptest.NewRequest("GET", "/path?Format=JSON", nil),
		"another method":     httptest.NewRequest("PUT", "/?Format=JSON", nil),
		"repeated parameter": httptest.NewRequest("GET", "/?Format=JSON&a=1&a=2", nil),
		"in query and form":  httptest.NewRequest("POST", "/?Format=JSON&a=1", strings.NewReader("a=2")),
		"broken form":        httptest.NewRequest("POST", "/?Format=JSON", strings.NewReader("a=%zz")),
		"endless form":       httptest.NewRequest("POST", "/?Format=JSON", strings.NewReader(strings.Repeat("x", 2<<20))),
	}
	for name, r := range tests {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code < 400 || !strings.Contains(w.Body.String(), "<Code>") && decode(t, w).Code == "" {
				t.Errorf("HTTP %d: %s", w.Code, w.Body)
			}
		})
	}
}

func TestAnswerIsComplete(t *testing.T) {
	account := alibabatest.NewAccount()
	s := newServer(t, account)
	c := account.AddKey("ci").Credential()
	a := decode(t, newCall("GET", c, none).sign("wrong").send(s))
	if a.RequestID == "" || a.HostID == "" || a.Recommend == "" {
		t.Errorf("incomplete refusal: %+v", a)
	}
	if !strings.Contains(a.Message, "server string to sign is:GET&%2F&AccessKeyId%3D"+c.ID.Reveal()) {
		t.Errorf("message %q does not quote the signed text", a.Message)
	}
}

func TestXMLUnlessJSONIsAskedFor(t *testing.T) {
	account := alibabatest.NewAccount()
	s := newServer(t, account)
	c := account.AddKey("ci").Credential()
	for root, secret := range map[string]string{"GetCallerIdentityResponse": c.Secret.Reveal(), "Error": "wrong"} {
		plain := newCall("GET", c, none)
		delete(plain.params, "Format")
		var a struct {
			XMLName   xml.Name
			RequestID string `xml:"RequestId"`
		}
		w := plain.sign(secret).send(s)
		if err := xml.Unmarshal(w.Body.Bytes(), &a); err != nil || a.XMLName.Local != root || a.RequestID == "" {
			t.Errorf("answer %q: %v", w.Body, err)
		}
	}
}

func TestMadeUpKeysLookReal(t *testing.T) {
	account := alibabatest.NewAccount()
	root, user, short := account.AddRootKey(), account.AddKey("ci"), account.AddShortKey("ci")
	session := account.AddSession("deploy", "run-1", time.Now())
	tests := []struct {
		name  string
		value rules.Secret
		shape string
	}{
		{"root ID", root.Credential().ID, `LTAI5t[1-9A-Za-z]{18}`},
		{"user ID", user.Credential().ID, `LTAI5t[1-9A-Za-z]{18}`},
		{"short ID", short.Credential().ID, `LTAI[0-9A-Za-z]{12}`},
		{"secret", user.Credential().Secret, `[0-9A-Za-z]{30}`},
		{"session ID", session.Credential().ID, `STS\.N[1-9A-Za-z]{24}`},
		{"session secret", session.Credential().Secret, `[1-9A-Za-z]{44}`},
		{"token", session.Credential().Token, `CAIS[0-9A-Za-z+/=]+`},
	}
	for _, test := range tests {
		if !regexp.MustCompile("^" + test.shape + "$").MatchString(test.value.Reveal()) {
			t.Errorf("%s %q does not match %s", test.name, test.value.Reveal(), test.shape)
		}
	}
}

func TestCloseTwice(t *testing.T) {
	s, err := alibabatest.NewServer()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// FuzzSignature signs a call with a parameter that the fuzzer chose: it must be accepted, and refused when the
// value has changed since.
func FuzzSignature(f *testing.F) {
	for _, name := range []string{"UserName", "", "a b", "Tag.1.Key", "~*'()!", "é", "\x00", "=&%", "A"} {
		f.Add(name, "value of "+name, byte(0))
		f.Add("Name", name, byte(len(name)))
	}
	account := alibabatest.NewAccount()
	s := newServer(f, account)
	c := account.AddKey("ci").Credential()
	f.Fuzz(func(t *testing.T, name, value string, way byte) {
		ways := []call{newCall("GET", c, none), newCall("POST", c, none), newCall("POST", c, all), newCall("POST", c, someOfThem)}
		req := ways[int(way)%len(ways)]
		if _, taken := req.params[name]; taken || name == "Signature" || name == "SecurityToken" {
			return
		}
		req.params[name] = value
		req.sign(c.Secret.Reveal())
		req.params[name] = value + "x"
		if a := decode(t, req.send(s)); a.Code != "SignatureDoesNotMatch" {
			t.Errorf("changed call: %+v", a)
		}
		req.params[name] = value
		if w := req.send(s); w.Code != 200 {
			t.Errorf("well-signed call: HTTP %d: %s", w.Code, w.Body)
		}
	})
}

// FuzzServeHTTP sends whatever the fuzzer likes: without the secret, no call succeeds, and each gets a refusal
// that can be read.
func FuzzServeHTTP(f *testing.F) {
	account := alibabatest.NewAccount()
	s := newServer(f, account)
	c := account.AddKey("ci").Credential()
	for _, place := range placements() {
		r := place(c).sign("wrong").request()
		f.Add(r.Method == "POST", r.URL.RawQuery, "")
	}
	f.Add(true, "Format=JSON", "a=%zz&b;c")
	f.Fuzz(func(t *testing.T, post bool, query, body string) {
		r := httptest.NewRequest("GET", "/", nil)
		if post {
			r = httptest.NewRequest("POST", "/", strings.NewReader(body))
		}
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code < 400 || !strings.Contains(w.Body.String(), "Code") {
			t.Errorf("HTTP %d: %q", w.Code, w.Body)
		}
	})
}
