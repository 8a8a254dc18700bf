package alibabatest_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/alibabatest"
)

// modern is a call signed by ACS3-HMAC-SHA256, after the description of the signature and without the server's code.
type modern struct {
	method, query, body string
	headers             map[string]string // lower case
}

func newModern(c rules.Credential) modern {
	m := modern{method: "POST", headers: map[string]string{
		"host":                  "sts.aliyuncs.com",
		"x-acs-action":          "GetCallerIdentity",
		"x-acs-version":         "2015-04-01",
		"x-acs-date":            time.Now().UTC().Format("2006-01-02T15:04:05Z"),
		"x-acs-signature-nonce": rand.Text(),
	}}
	if !c.Token.IsZero() {
		m.headers["x-acs-security-token"] = c.Token.Reveal()
	}
	return m
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// sign leaves the named headers out of the signature.
func (m modern) sign(id, secret string, without ...string) modern {
	m.headers["x-acs-content-sha256"] = hash(m.body)
	var names []string
	for name := range m.headers {
		if name != "authorization" && !strings.Contains(strings.Join(without, " "), name) {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	text := m.method + "\n/\n" + m.query + "\n"
	for _, name := range names {
		text += name + ":" + strings.TrimSpace(m.headers[name]) + "\n"
	}
	text += "\n" + strings.Join(names, ";") + "\n" + hash(m.body)
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "ACS3-HMAC-SHA256\n%s", hash(text))
	m.headers["authorization"] = fmt.Sprintf("ACS3-HMAC-SHA256 Credential=%s,SignedHeaders=%s,Signature=%x",
		id, strings.Join(names, ";"), mac.Sum(nil))
	return m
}

func (m modern) send(s *alibabatest.Server) *httptest.ResponseRecorder {
	r := httptest.NewRequest(m.method, "/", strings.NewReader(m.body))
	r.URL.RawQuery = m.query
	for name, value := range m.headers {
		if name == "host" {
			r.Host = value
		} else {
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestModernSignature(t *testing.T) {
	account := alibabatest.NewAccount()
	s := newServer(t, alibabatest.NewAccount(), account)
	form := url.Values{"Extra": {"a b*~"}}.Encode()
	shapes := map[string]func(*modern){
		"empty": func(*modern) {},
		"GET":   func(m *modern) { m.method, m.query = "GET", "A=1&B=a%20b&C=" },
		"form": func(m *modern) {
			m.body, m.headers["content-type"] = form, "application/x-www-form-urlencoded"
		},
		"query and form": func(m *modern) { m.query, m.body = "Z=%2A", form },
		"spaces":         func(m *modern) { m.headers["x-acs-extra"] = "  wide  " },
	}
	keys := []*alibabatest.Key{account.AddKey("ci"), account.AddRootKey(),
		account.AddSession("deploy", "run", time.Now().Add(time.Hour))}
	for name, shape := range shapes {
		for _, k := range keys {
			c := k.Credential()
			m := newModern(c)
			shape(&m)
			w := m.sign(c.ID.Reveal(), c.Secret.Reveal()).send(s)
			if a := decode(t, w); w.Code != 200 || a.AccountID != account.UID() {
				t.Errorf("%s, signed well: HTTP %d, %+v", name, w.Code, a)
			}
			m.headers["x-acs-signature-nonce"] = rand.Text()
			w = m.sign(c.ID.Reveal(), c.Secret.Reveal()+"x").send(s)
			if a := decode(t, w); w.Code != 400 || a.Code != "SignatureDoesNotMatch" {
				t.Errorf("%s, wrong secret: HTTP %d, %+v", name, w.Code, a)
			}
		}
	}
}

func TestRefusedModernCalls(t *testing.T) {
	account := alibabatest.NewAccount()
	s := newServer(t, account)
	key := account.AddKey("ci")
	id, secret := key.Credential().ID.Reveal(), key.Credential().Secret.Reveal()
	at := func(d time.Duration) string { return time.Now().Add(d).UTC().Format("2006-01-02T15:04:05Z") }
	before := func(header, value string) func(modern) modern {
		return func(m modern) modern {
			m.headers[header] = value
			return m.sign(id, secret)
		}
	}
	after := func(header, value string) func(modern) modern {
		return func(m modern) modern {
			m.sign(id, secret).headers[header] = value
			return m
		}
	}
	tests := []struct {
		name   string
		make   func(modern) modern
		status int
		code   string
	}{
		{"good", before("x-acs-extra", "1"), 200, ""},
		{"old", before("x-acs-date", at(-16*time.Minute)), 400, "InvalidTimeStamp.Expired"},
		{"early", before("x-acs-date", at(16*time.Minute)), 400, "InvalidTimeStamp.Expired"},
		{"no date", before("x-acs-date", ""), 400, "MissingParameter"},
		{"odd date", before("x-acs-date", "today"), 400, "InvalidTimeStamp.Format"},
		{"token of nobody", before("x-acs-security-token", "CAISnothing"), 400, "InvalidSecurityToken.Malformed"},
		{"unknown action", before("x-acs-action", "Nothing"), 404, "InvalidAction.NotFound"},
		{"header changed", after("x-acs-action", "AssumeRole"), 400, "SignatureDoesNotMatch"},
		{"host changed", after("host", "ram.aliyuncs.com"), 400, "SignatureDoesNotMatch"},
		{"header added", after("x-acs-extra", "1"), 400, "IncompleteSignature"},
		{"header not signed", func(m modern) modern { return m.sign(id, secret, "x-acs-action") }, 400, "IncompleteSignature"},
		{"host not signed", func(m modern) modern { return m.sign(id, secret, "host") }, 400, "IncompleteSignature"},
		{"body changed", func(m modern) modern { m = m.sign(id, secret); m.body = "a=1"; return m }, 400, "SignatureDoesNotMatch"},
		{"query changed", func(m modern) modern { m = m.sign(id, secret); m.query = "a=1"; return m }, 400, "SignatureDoesNotMatch"},
		{"unknown ID", func(m modern) modern { return m.sign("LTAInobody", secret) }, 404, "InvalidAccessKeyId.NotFound"},
		{"not signed", func(m modern) modern { return m }, 404, "InvalidAccessKeyId.NotFound"},
		{"another algorithm", after("authorization", "Basic x"), 400, "InvalidParameter"},
		{"no signature", after("authorization", "ACS3-HMAC-SHA256 Credential="+id+",SignedHeaders=host"), 400, "InvalidParameter"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := test.make(newModern(key.Credential())).send(s)
			if a := decode(t, w); w.Code != test.status || a.Code != test.code {
				t.Errorf("HTTP %d, %+v; want %d %s", w.Code, a, test.status, test.code)
			}
		})
	}
}

func TestNonceCountsForBothSignatures(t *testing.T) {
	account := alibabatest.NewAccount()
	s := newServer(t, account)
	c := account.AddKey("ci").Credential()
	m := newModern(c).sign(c.ID.Reveal(), c.Secret.Reveal())
	if w := m.send(s); w.Code != 200 {
		t.Fatalf("first call: HTTP %d", w.Code)
	}
	if a := decode(t, m.send(s)); a.Code != "SignatureNonceUsed" {
		t.Errorf("same call again: %+v", a)
	}
	old := newCall("POST", c, none)
	old.params["SignatureNonce"] = m.headers["x-acs-signature-nonce"]
	if a := decode(t, old.sign(c.Secret.Reveal()).send(s)); a.Code != "SignatureNonceUsed" {
		t.Errorf("same nonce in an RPC V1 call: %+v", a)
	}
}

func TestDateHeaderFollowsTheClock(t *testing.T) {
	account := alibabatest.NewAccount()
	s := newServer(t, account)
	s.SetClock(func() time.Time { return time.Date(2031, 2, 3, 4, 5, 6, 0, time.FixedZone("", 8*3600)) })
	c := account.AddKey("ci").Credential()
	for _, w := range []*httptest.ResponseRecorder{
		newCall("GET", c, none).sign("wrong").send(s),
		newModern(c).sign(c.ID.Reveal(), c.Secret.Reveal()).send(s),
	} {
		if got := w.Header().Get("Date"); got != "Sun, 02 Feb 2031 20:05:06 GMT" {
			t.Errorf("Date: %s", got)
		}
	}
}

// FuzzAuthorization sends a header that the fuzzer wrote: without the secret, no call succeeds.
func FuzzAuthorization(f *testing.F) {
	account := alibabatest.NewAccount()
	s := newServer(f, account)
	c := account.AddKey("ci").Credential()
	f.Add(newModern(c).sign(c.ID.Reveal(), "wrong").headers["authorization"], "a=1", "b=2")
	f.Add("ACS3-HMAC-SHA256 Credential="+c.ID.Reveal()+",SignedHeaders=;;,Signature=0", "", "")
	f.Add("ACS3-HMAC-SHA256 ,=,==", "a", "")
	f.Fuzz(func(t *testing.T, header, query, form string) {
		m := newModern(c)
		m.query, m.body = query, form
		m.headers["authorization"] = header
		if w := m.send(s); w.Code < http.StatusBadRequest || !strings.Contains(w.Body.String(), "Code") {
			t.Errorf("HTTP %d: %q", w.Code, w.Body)
		}
	})
}
