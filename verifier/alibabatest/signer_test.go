package alibabatest_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
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

// call is an RPC call, signed and encoded here without the server's code: url.QueryEscape and three
// replacements, as Alibaba Cloud's first SDKs did it.
type call struct {
	method string
	params map[string]string
	inForm func(name string) bool // which parameters go into the body
}

func newCall(method string, c rules.Credential, place func(string) bool) call {
	params := map[string]string{
		"AccessKeyId":      c.ID.Reveal(),
		"Action":           "GetCallerIdentity",
		"Format":           "JSON",
		"SignatureMethod":  "HMAC-SHA1",
		"SignatureNonce":   rand.Text(),
		"SignatureVersion": "1.0",
		"Timestamp":        time.Now().UTC().Format("2006-01-02T15:04:05Z"),
		"Version":          "2015-04-01",
	}
	if !c.Token.IsZero() {
		params["SecurityToken"] = c.Token.Reveal()
	}
	return call{method, params, place}
}

func escape(s string) string {
	s = strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
	return strings.ReplaceAll(s, "*", "%2A")
}

func (c call) sign(secret string) call {
	var names, pairs []string
	for name := range c.params {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		pairs = append(pairs, escape(name)+"="+escape(c.params[name]))
	}
	text := strings.Join(pairs, "&")
	mac := hmac.New(sha1.New, []byte(secret+"&"))
	mac.Write([]byte(c.method + "&" + escape("/") + "&" + escape(text)))
	c.params["Signature"] = base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return c
}

func (c call) request() *http.Request {
	query, form := url.Values{}, url.Values{}
	for name, value := range c.params {
		if c.inForm(name) {
			form.Set(name, value)
		} else {
			query.Set(name, value)
		}
	}
	r := httptest.NewRequest(c.method, "/?"+query.Encode(), strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (c call) send(s *alibabatest.Server) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, c.request())
	return w
}

func all(string) bool             { return true }
func none(string) bool            { return false }
func someOfThem(name string) bool { return len(name)%2 == 0 }

// placements are the ways in which clients send their parameters.
func placements() map[string]func(rules.Credential) call {
	return map[string]func(rules.Credential) call{
		"GET":              func(c rules.Credential) call { return newCall("GET", c, none) },
		"POST with query":  func(c rules.Credential) call { return newCall("POST", c, none) },
		"POST with form":   func(c rules.Credential) call { return newCall("POST", c, all) },
		"POST with either": func(c rules.Credential) call { return newCall("POST", c, someOfThem) },
	}
}

func newServer(t testing.TB, accounts ...*alibabatest.Account) *alibabatest.Server {
	t.Helper()
	s, err := alibabatest.NewServer(accounts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}
