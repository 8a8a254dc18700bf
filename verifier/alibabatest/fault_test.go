package alibabatest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/alibabatest"
)

// overTheWire makes the call through the server's port, and reads the whole answer.
func overTheWire(s *alibabatest.Server, k *alibabatest.Key, action, version string, pairs ...string) (status int, body string, err error) {
	req := newCall("POST", k.Credential(), all)
	req.params["Action"], req.params["Version"] = action, version
	for name, value := range params(pairs...) {
		req.params[name] = value
	}
	r := req.sign(k.Credential().Secret.Reveal()).request()
	out, err := http.NewRequest(r.Method, s.URL, r.Body)
	if err != nil {
		return 0, "", err
	}
	out.Header = r.Header
	c := http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	w, err := c.Do(out)
	if err != nil {
		return 0, "", err
	}
	defer w.Body.Close()
	data, err := io.ReadAll(w.Body)
	return w.StatusCode, string(data), err
}

func TestFaultsAroundTheAction(t *testing.T) {
	tests := []struct {
		name  string
		fault alibabatest.Fault
		done  bool // the key is disabled afterwards
		check func(status int, body string, err error) bool
	}{
		{"reset", alibabatest.Fault{Reset: true}, false, func(_ int, _ string, err error) bool { return err != nil }},
		{"lost answer", alibabatest.LostAnswer(), true, func(_ int, _ string, err error) bool { return err != nil }},
		{"unavailable", alibabatest.Unavailable(), false, func(status int, _ string, _ error) bool { return status == 503 }},
		{"failed answer", alibabatest.FailedAnswer(), true, func(status int, body string, err error) bool {
			return status == 500 && strings.Contains(body, "InternalError")
		}},
		{"cut", alibabatest.Fault{Cut: true}, true, func(status int, body string, err error) bool {
			return err != nil && !json.Valid([]byte(body))
		}},
		{"truncated", alibabatest.Fault{Truncated: true}, true, func(status int, body string, err error) bool {
			return err == nil && status == 200 && body != "" && !json.Valid([]byte(body))
		}},
		{"redirect", alibabatest.Fault{Redirect: "http://elsewhere.invalid/"}, false, func(status int, _ string, err error) bool {
			return err == nil && status == 307
		}},
		{"late", alibabatest.Fault{Latency: time.Millisecond}, true, func(status int, _ string, err error) bool {
			return err == nil && status == 200
		}},
		{"late after the action", alibabatest.Fault{Latency: time.Millisecond, AfterAction: true}, true, func(status int, _ string, err error) bool {
			return err == nil && status == 200
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, s, _ := office(t)
			root, key := a.AddRootKey(), a.AddKey("ci")
			s.InjectFor("Ram", "UpdateAccessKey", test.fault, 1)
			status, body, err := overTheWire(s, root, "UpdateAccessKey", "2015-05-01",
				"UserName", "ci", "UserAccessKeyId", key.Credential().ID.Reveal(), "Status", "Inactive")
			if !test.check(status, body, err) {
				t.Errorf("HTTP %d, %q, %v", status, body, err)
			}
			if done := key.Status() == alibabatest.Inactive; done != test.done {
				t.Errorf("carried out: %t, want %t", done, test.done)
			}
			if events := a.Events(); len(events) > 0 != test.done {
				t.Errorf("%d events", len(events))
			}
		})
	}
}

func TestWhichCallsMeetAFault(t *testing.T) {
	a, s, _ := office(t)
	root := as(t, s, a.AddRootKey())
	calls := func() string {
		var got []string
		for _, operation := range []string{"Sts.GetCallerIdentity", "Ram.ListUsers", "Ims.ListUsers", "Ram.ListUsers", "Ram.ListRoles"} {
			if b := root.do(operation); b.status != 200 {
				got = append(got, b.text("Code"))
			} else {
				got = append(got, "ok")
			}
		}
		return strings.Join(got, " ")
	}
	fault := func(code string) alibabatest.Fault { return alibabatest.Fault{Code: code} }
	tests := []struct {
		name string
		set  func()
		want string
	}{
		{"none", func() {}, "ok ok ok ok ok"},
		{"the third", func() { s.InjectAt(3, fault("A")) }, "ok ok A ok ok"},
		{"two of them", func() { s.InjectAt(1, fault("A")); s.InjectAt(4, fault("B")) }, "A ok ok B ok"},
		{"a service", func() { s.InjectFor("Ram", "", fault("A"), -1) }, "ok A ok A A"},
		{"an action", func() { s.InjectFor("Ram", "ListUsers", fault("A"), 1) }, "ok A ok ok ok"},
		{"an action and all", func() { s.InjectFor("Ram", "ListUsers", fault("A"), -1); s.Inject(fault("B"), 2) }, "B A B A ok"},
		{"script", func() {
			s.Script(func(c alibabatest.Call) (alibabatest.Fault, bool) { return fault("A"), c.Action == "ListRoles" })
		}, "ok ok ok ok A"},
	}
	for _, test := range tests {
		s.ClearFaults()
		test.set()
		if got := calls(); got != test.want {
			t.Errorf("%s: %s; want %s", test.name, got, test.want)
		}
	}
}

func TestRateLimit(t *testing.T) {
	a, s, _ := office(t)
	now := time.Now()
	var mu sync.Mutex
	s.SetClock(func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	})
	s.LimitRate(2)
	one, two := as(t, s, a.AddKey("ci")), as(t, s, a.AddKey("cd"))
	burst := func(c client) (ok int) {
		for range 5 {
			if b := c.do("Sts.GetCallerIdentity"); b.status == 200 {
				ok++
			} else if b.text("Code") != "Throttling.User" {
				t.Errorf("refused with %v", b.tree)
			}
		}
		return ok
	}
	if n := burst(one); n != 2 {
		t.Errorf("%d calls passed at once, want 2", n)
	}
	if n := burst(two); n != 2 {
		t.Errorf("%d calls of another key passed, want 2", n)
	}
	mu.Lock()
	now = now.Add(500 * time.Millisecond)
	mu.Unlock()
	if n := burst(one); n != 1 {
		t.Errorf("%d calls passed half a second later, want 1", n)
	}
	s.LimitRate(0)
	if n := burst(one); n != 5 {
		t.Errorf("%d calls passed without a limit", n)
	}
}

func TestRecordedCalls(t *testing.T) {
	a, s, admin := office(t)
	a.AddUser(alibabatest.User{Name: "ci"})
	s.SetSourceIP("192.0.2.1")
	admin.must("Ram.GetUser", "UserName", "ci")
	admin.refused(404, "EntityNotExist.User", "Ram.GetUser", "UserName", "cd")
	calls := s.Recorded()
	if len(calls) != 2 {
		t.Fatalf("%d calls", len(calls))
	}
	c := calls[1]
	if c.Service != "Ram" || c.Action != "GetUser" || c.Params["UserName"] != "cd" || c.SourceIP != "192.0.2.1" ||
		c.Code != "EntityNotExist.User" || c.Status != 404 || c.KeyID != admin.key.ID.Reveal() || c.Params["Signature"] != "" {
		t.Errorf("recorded: %+v", c)
	}
}

// TestManyAtOnce is for the race detector.
func TestManyAtOnce(t *testing.T) {
	a, s, admin := office(t)
	a.AddRole(alibabatest.Role{Name: "r"})
	id := a.AddKey("ci").Credential().ID.Reveal()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 5 {
				s.InjectFor("Ecs", "", alibabatest.Throttled(), 1)
				admin.do("Ram.UpdateAccessKey", "UserName", "ci", "UserAccessKeyId", id, "Status", []string{"Active", "Inactive"}[i%2])
				admin.do("Sts.AssumeRole", "RoleArn", "acs:ram::"+a.UID()+":role/r", "RoleSessionName", "many")
				admin.do("Actiontrail.LookupEvents")
				admin.do("Ims.ListAccessKeys")
				a.Keys("ci")[0].Status()
				_ = s.Recorded()
			}
		})
	}
	all.Wait()
	if got := s.Calls("Ram", "UpdateAccessKey"); got != 40 {
		t.Errorf("%d calls", got)
	}
}
