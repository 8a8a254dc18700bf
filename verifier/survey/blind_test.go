package survey_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/investigate"
	"github.com/akguard/akguard/verifier/survey"
)

// TestLateEvents has the thief act now, while ActionTrail shows events ten minutes late.
func TestLateEvents(t *testing.T) {
	s := newStage(t)
	s.must(s.account.Attach("user/ci", "AdministratorAccess"))
	s.account.Configure(alibabatest.Settings{EventDelay: 10 * time.Minute})
	s.must(s.as(s.leaked.Credential())("ram", "CreateUser", "UserName", "backup"))
	early := s.read()
	if len(early.Events) != 0 {
		t.Fatalf("%d events are shown at once", len(early.Events))
	}
	fresh := 0
	for _, e := range early.Ledger {
		if e.Outcome == account.TooFresh {
			fresh++
			if !e.Again.Equal(early.Taken.Add(10*time.Minute)) || !e.To.Equal(early.Taken) || !e.From.Equal(early.Taken.Add(-10*time.Minute)) || e.Region == "" {
				t.Errorf("entry %+v, read at %s", e, early.Taken)
			}
		}
	}
	if fresh != len(early.Regions) {
		t.Errorf("%d entries of %d regions say that it is too early", fresh, len(early.Regions))
	}
	if !slices.ContainsFunc(early.Users, func(u account.User) bool { return u.Name == "backup" }) {
		t.Error("the list of users does not show at once what the events will")
	}
	late := func() time.Time { return time.Now().Add(11 * time.Minute) }
	s.server.SetClock(late)
	s.connect(connection.Options{Unpaced: true, Now: late, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	if again := s.read(); !slices.ContainsFunc(again.Events, func(e account.Event) bool { return e.Name == "CreateUser" }) {
		t.Errorf("eleven minutes later there are %d events", len(again.Events))
	}
}

// TestReadsOfObjects has the thief copy objects only, which nobody records.
func TestReadsOfObjects(t *testing.T) {
	s := newStage(t)
	at := time.Now().UTC().Truncate(time.Second)
	s.leaked.SetLastUsed(at, "Oss")
	snapshot := s.read()
	if len(snapshot.Events) != 0 {
		t.Errorf("events: %+v", snapshot.Events)
	}
	for _, service := range []string{"oss", "ots", "kms"} {
		i := slices.IndexFunc(snapshot.Ledger, func(e account.Entry) bool { return e.Service == service && e.Outcome == account.Unlogged })
		if i < 0 || !snapshot.Ledger[i].From.Equal(snapshot.Since) || !snapshot.Ledger[i].To.Equal(snapshot.Taken) {
			t.Errorf("the ledger does not say that reads of %s are not recorded", service)
		}
	}
	blind := investigate.Judge(snapshot, investigate.Options{}).Blind
	if !slices.ContainsFunc(blind, func(e account.Entry) bool { return e.Service == "oss" && e.Outcome == account.Unlogged }) {
		t.Errorf("the judge sees no blind spot in OSS: %+v", blind)
	}
	ref := account.Ref(s.leaked.Credential().ID)
	for _, u := range snapshot.Users {
		for _, k := range u.Keys {
			if k.Ref == ref && (!k.LastUsed.Equal(at) || k.Service != "Oss") {
				t.Errorf("the last use of the key: %+v", k)
			}
		}
	}
}

func TestOldExposure(t *testing.T) {
	s := newStage(t)
	s.options.Since = time.Now().Add(-200 * 24 * time.Hour)
	snapshot := s.read()
	old := snapshot.Ledger.Blind(account.Ask{Service: "actiontrail", Action: "LookupEvents"})
	i := slices.IndexFunc(old, func(e account.Entry) bool { return e.Outcome == account.TooOld })
	if i < 0 || !old[i].From.Equal(snapshot.Since) || snapshot.Taken.Sub(old[i].To) != 90*24*time.Hour-time.Hour {
		t.Errorf("entries %+v", old)
	}
	if u := unanswered(snapshot.Ledger); len(u) != 1 || !strings.Contains(u[0], "too-old") {
		t.Errorf("not answered: %q", u)
	}
	for _, c := range s.server.Recorded() {
		if c.Action != "LookupEvents" {
			continue
		}
		from, err := time.Parse(time.RFC3339, c.Params["StartTime"])
		s.must(err)
		to, err := time.Parse(time.RFC3339, c.Params["EndTime"])
		s.must(err)
		if to.Sub(from) >= 30*24*time.Hour || snapshot.Taken.Sub(from) >= 90*24*time.Hour {
			t.Errorf("events from %s to %s are looked up", from, to)
		}
	}
}

// TestLeastPolicy reads with a user that has nothing but what Policy names, and wants each of those rights to be used.
func TestLeastPolicy(t *testing.T) {
	s := small(t)
	s.must(s.account.AddPolicy("least", survey.Policy(nil)))
	reader := s.account.AddKey("reader")
	s.must(s.account.Attach("user/reader", "least"))
	s.options.Admin = admin{reader}
	for i := range 101 { // with so many, the credential report is asked for
		s.account.AddUser(alibabatest.User{Name: fmt.Sprint("user-", i)})
	}
	snapshot := s.read()
	if u := unanswered(snapshot.Ledger); len(u) > 0 {
		t.Errorf("not answered: %q", u)
	}
	asked := map[string]bool{}
	for _, call := range s.server.Recorded() {
		if call.Service != "Sts" {
			asked[right(call)] = true
		}
	}
	var got []string
	for r := range asked {
		got = append(got, r)
	}
	slices.Sort(got)
	if want := survey.Rights(); !slices.Equal(got, want) {
		t.Errorf("the server saw\n%s\nRights lists\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// right is the permission that a call needs.
func right(c alibabatest.Call) string {
	prefix := map[string]string{"Ims": "ram", "BssOpenApi": "bssapi", "Sas": "yundun-sas"}[c.Service]
	if prefix == "" {
		prefix = strings.ToLower(c.Service)
	}
	if c.Action == "GetService" {
		return prefix + ":ListBuckets"
	}
	return prefix + ":" + c.Action
}

// TestMissingRights takes a right away, and wants the ledger to name it, and Policy to ask for it alone.
func TestMissingRights(t *testing.T) {
	s := small(t)
	s.must(s.account.AddPolicy("narrow", `{"Version":"1","Statement":[{"Effect":"Deny","Action":["ram:ListServiceCredentials","actiontrail:LookupEvents"],"Resource":"*"}]}`))
	s.must(s.account.Attach("user/admin", "narrow"))
	snapshot := s.read()
	var policy struct {
		Statement []struct{ Action []string }
	}
	s.must(json.Unmarshal([]byte(survey.Policy(snapshot.Ledger)), &policy))
	if got := policy.Statement[0].Action; !slices.Equal(got, []string{"actiontrail:LookupEvents", "ram:ListServiceCredentials"}) {
		t.Errorf("asks for %q", got)
	}
	if survey.Policy(account.Ledger{}) != "" {
		t.Error("a full ledger needs a policy")
	}
	if n := s.server.Calls("Actiontrail", "LookupEvents"); n > 6 {
		t.Errorf("what is refused was asked %d times", n)
	}
}

// TestClosedRegions reads a region that the account has not opened, and one of the two that it has.
func TestClosedRegions(t *testing.T) {
	s := small(t)
	s.options.Regions = []string{"us-west-1", "eu-west-1"}
	snapshot := s.read()
	for _, e := range snapshot.Ledger {
		closed := e.Region == "eu-west-1" || e.Region == "ap-southeast-1"
		if closed && e.Outcome != account.Closed {
			t.Errorf("%s %s in %s is %s", e.Service, e.Action, e.Region, e.Outcome)
		}
		if e.Region == "cn-hangzhou" && e.Service == "ecs" && (e.Outcome != account.Unasked || e.Why.Code != "survey.not-chosen") {
			t.Errorf("%s in a region that was not named is %s", e.Action, e.Outcome)
		}
	}
	if len(snapshot.Instances) != 3 {
		t.Errorf("instances: %+v", snapshot.Instances)
	}
	if n := s.server.Calls("Ecs", "DescribeInstances"); n != 2 {
		t.Errorf("instances are listed in %d regions", n)
	}
	for _, u := range unanswered(snapshot.Ledger) {
		if !strings.Contains(u, "survey.not-chosen") {
			t.Errorf("not answered: %s", u)
		}
	}
}

func TestEventLimit(t *testing.T) {
	s := newStage(t)
	for i := range 300 {
		s.account.PlantEvents(alibabatest.Event{Time: time.Now().Add(-time.Duration(i+1) * time.Minute), Name: "CreateDisk", Service: "Ecs", Region: "cn-beijing"})
	}
	s.options.MaxEvents = 100
	snapshot := s.read()
	rest := snapshot.Ledger.Blind(account.Ask{Service: "actiontrail", Action: "LookupEvents"})
	i := slices.IndexFunc(rest, func(e account.Entry) bool { return e.Why.Code == "survey.event-limit" })
	if i < 0 || rest[i].Outcome != account.Unasked || rest[i].To.After(snapshot.Events[0].Time) || len(snapshot.Events) > 200 {
		t.Errorf("%d events, entries %+v", len(snapshot.Events), rest)
	}
}

// TestBusyKey has a leaked key that was used all the time before it leaked: a sample of that is enough.
func TestBusyKey(t *testing.T) {
	s := newStage(t)
	for i := range 800 {
		s.account.PlantEvents(alibabatest.Event{Time: s.options.Since.Add(-time.Duration(i+1) * time.Minute), Name: "DescribeInstances", Service: "Ecs",
			Region: "cn-beijing", KeyID: s.leaked.Credential().ID.Reveal(), SourceIP: "198.51.100.1"})
	}
	s.account.PlantEvents(alibabatest.Event{ID: "theft", Time: s.options.Since.Add(time.Hour), Name: "DescribeInstances", Service: "Ecs", Region: "cn-beijing",
		KeyID: s.leaked.Credential().ID.Reveal(), SourceIP: "203.0.113.1"})
	snapshot := s.read()
	if u := unanswered(snapshot.Ledger); len(u) > 0 {
		t.Errorf("not answered: %q", u)
	}
	if n := len(snapshot.Events); n != 501 || snapshot.Events[n-1].ID != "theft" {
		t.Errorf("%d events, the last is %+v", n, snapshot.Events[n-1])
	}
}

// TestBillRefuses has BSS refuse in an answer of HTTP 200.
func TestBillRefuses(t *testing.T) {
	s := small(t)
	s.server.InjectFor("BssOpenApi", "", alibabatest.Fault{Raw: `{"RequestId":"1","Success":false,"Code":"NotAuthorized","Message":"This API is not authorized for caller."}`}, -1)
	snapshot := s.read()
	if snapshot.Balance != nil || len(snapshot.Bills) > 0 {
		t.Errorf("money: %+v", snapshot.Money)
	}
	for _, action := range []string{"QueryAccountBalance", "QueryBillOverview", "DescribeInstanceBill"} {
		b := snapshot.Ledger.Blind(account.Ask{Service: "bssopenapi", Action: action})
		if len(b) == 0 || b[0].Outcome != account.Denied || b[0].Right != "bssapi:"+action {
			t.Errorf("%s: %+v", action, b)
		}
	}
}

// TestRoundLimit has the judge ask for more for ever.
func TestRoundLimit(t *testing.T) {
	s := small(t)
	n := 0
	s.options.MaxRounds = 3
	s.options.Follow = func(*account.Snapshot) []account.Lookup {
		n++
		return []account.Lookup{{By: account.ByUser, Value: strings.Repeat("x", n)}}
	}
	snapshot := s.read()
	if n != 4 || !slices.ContainsFunc(snapshot.Ledger, func(e account.Entry) bool { return e.Why.Code == "survey.round-limit" && e.About == "User xxxx" }) {
		t.Errorf("called %d times: %q", n, unanswered(snapshot.Ledger))
	}
}

// TestInterruptAtOnce ends before the regions are known: the ledger says that no events were looked up.
func TestInterruptAtOnce(t *testing.T) {
	s := newStage(t)
	ctx, cancel := context.WithCancel(context.Background())
	s.server.Script(func(c alibabatest.Call) (alibabatest.Fault, bool) {
		if c.Action != "GetCallerIdentity" {
			cancel()
			return alibabatest.Fault{Hang: true}, true
		}
		return alibabatest.Fault{}, false
	})
	snapshot, err := survey.Read(ctx, s.options)
	if !errors.Is(err, context.Canceled) || snapshot == nil {
		t.Fatalf("%+v, error %v", snapshot, err)
	}
	if b := snapshot.Ledger.Blind(account.Ask{Service: "actiontrail", Action: "LookupEvents"}); len(b) != 1 || b[0].Outcome != account.Unasked || !b[0].To.Equal(snapshot.Taken) {
		t.Errorf("%d entries say that no events were looked up", len(b))
	}
}

// TestInterrupt keeps what was read, and says what was not.
func TestInterrupt(t *testing.T) {
	s := small(t)
	ctx, cancel := context.WithCancel(context.Background())
	s.options.Progress = func(p survey.Progress) {
		if p.Done > 20 {
			cancel()
		}
	}
	snapshot, err := survey.Read(ctx, s.options)
	if !errors.Is(err, context.Canceled) || snapshot == nil {
		t.Fatalf("%+v, error %v", snapshot, err)
	}
	seen := slices.DeleteFunc(slices.Clone(snapshot.Ledger), func(e account.Entry) bool { return e.Outcome != account.Seen })
	if len(seen) < 15 || len(unanswered(snapshot.Ledger)) == 0 {
		t.Errorf("%d questions were answered, %d were not", len(seen), len(unanswered(snapshot.Ledger)))
	}
	for _, r := range survey.Rights() {
		_, action, _ := strings.Cut(r, ":")
		if action == "ListBuckets" {
			action = "GetService"
		}
		if !slices.ContainsFunc(snapshot.Ledger, func(e account.Entry) bool { return e.Action == action }) {
			t.Errorf("the ledger lacks %s", r)
		}
	}
}

func TestCredentialThatDoesNotWork(t *testing.T) {
	s := newStage(t)
	s.admin.SetStatus(alibabatest.Inactive)
	snapshot, err := survey.Read(context.Background(), s.options)
	var known *reason.Error
	if snapshot != nil || !errors.As(err, &known) || known.Reason.Code != "survey.caller" {
		t.Errorf("%v, error %v", snapshot, err)
	}
}

// TestDocumentListsRights holds the document to the permissions that a reading needs.
func TestDocumentListsRights(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "investigation.md"))
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 4 || !strings.HasSuffix(strings.TrimSpace(cells[1]), ":`") {
			continue
		}
		prefix := strings.Trim(cells[1], " `")
		for action := range strings.SplitSeq(cells[2], ",") {
			listed = append(listed, prefix+strings.Trim(action, " `"))
		}
	}
	slices.Sort(listed)
	if want := survey.Rights(); !slices.Equal(listed, want) {
		t.Errorf("docs/investigation.md lists\n%s\nRights lists\n%s", strings.Join(listed, "\n"), strings.Join(want, "\n"))
	}
}
