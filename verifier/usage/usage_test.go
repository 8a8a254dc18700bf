package usage_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/usage"
)

// stage is an account with a leaked key, and a question about it.
type stage struct {
	*alibabatest.Account
	server   *alibabatest.Server
	key      *alibabatest.Key
	admin    *alibabatest.Key
	question usage.Question
}

type admin struct{ *alibabatest.Key }

func (a admin) Get(context.Context) (rules.Credential, error) { return a.Credential(), nil }

func newStage(t *testing.T) *stage {
	t.Helper()
	a := alibabatest.NewAccount()
	server, err := alibabatest.NewServer(a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	s := &stage{Account: a, server: server, key: a.AddKey("ci"), admin: a.AddKey("admin")}
	if err := a.Attach("user/admin", "AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	s.question = usage.Question{ID: s.key.Credential().ID, From: now.Add(-time.Hour), To: now.Add(time.Second)}
	return s
}

func (s *stage) ask(t *testing.T) usage.Answer {
	t.Helper()
	c, err := connection.New(connection.Options{Endpoints: s.server.Endpoints(), Unpaced: true, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := usage.Ask(t.Context(), c.Client().As(admin{s.admin}), s.question)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func (s *stage) plant(id, region string) {
	s.PlantEvents(alibabatest.Event{ID: id, Time: s.question.From.Add(time.Minute), Service: "Ecs", Name: "RunInstances", Region: region,
		KeyID: s.question.ID.Reveal(), SourceIP: "198.51.100.9"})
}

func (s *stage) calls(a usage.Answer) (n int) {
	for _, c := range a.Callers {
		n += c.Calls
	}
	return n
}

// TestAllRegions finds a call in a region that nobody named, and counts one that shows in two regions once.
func TestAllRegions(t *testing.T) {
	s := newStage(t)
	s.plant("E1", "us-west-1")
	s.plant("E2", "cn-hangzhou")
	s.plant("E2", "ap-southeast-1")
	s.question.Ever = true
	a := s.ask(t)
	if n := s.calls(a); n != 2 || len(a.Regions) != 5 || a.Partial || !a.Unread().IsZero() {
		t.Errorf("%d calls: %+v", n, a)
	}
	var kinds []string
	for _, u := range a.Ever {
		kinds = append(kinds, u.Kind+" "+u.Value)
	}
	if !slices.Contains(kinds, "ip 198.51.100.9") || !slices.Contains(kinds, "product Ecs") {
		t.Errorf("remembered: %q", kinds)
	}
	var outcomes []string
	for _, e := range a.Ledger.Blind() {
		outcomes = append(outcomes, string(e.Outcome))
	}
	if !slices.Equal(outcomes, []string{"too-fresh", "unlogged"}) || !a.Ledger.Blind()[0].Again.Equal(s.question.To.Add(usage.Delay)) {
		t.Errorf("the ledger says %+v", a.Ledger)
	}
	s.question.Regions = []string{"cn-hangzhou"}
	if a = s.ask(t); s.calls(a) != 1 || len(a.Regions) != 1 {
		t.Errorf("in one region: %+v", a)
	}
}

// TestEveryCallFails lets each call in turn fail in each way. The ledger names the region, and the others are read.
func TestEveryCallFails(t *testing.T) {
	for name, fault := range map[string]alibabatest.Fault{
		"refused":   {Code: "NoPermission", Message: "You are not authorized.", Status: 403},
		"throttled": alibabatest.Throttled(),
		"500":       alibabatest.Unavailable(),
		"malformed": alibabatest.NotJSON(),
		"reset":     {Reset: true},
	} {
		for n := 1; n <= 8; n++ { // the regions, five lookups, and two questions about 400 days
			s := newStage(t)
			s.question.Ever = true
			for i := range 5 {
				s.plant(fmt.Sprint("E", i), []string{"cn-hangzhou", "cn-beijing", "cn-shanghai", "ap-southeast-1", "us-west-1"}[i])
			}
			s.server.InjectAt(n, fault)
			a := s.ask(t)
			blind, lost := 0, 0
			for _, e := range a.Ledger {
				if e.Outcome == account.Denied || e.Outcome == account.Failed {
					blind++
					if e.Action == "LookupEvents" {
						lost++
					}
				}
			}
			transient := name == "throttled" || name == "500" || name == "reset"
			if want := 5 - lost; s.calls(a) != want || transient && blind != 0 || !transient && n > 1 && blind != 1 || lost > 0 == a.Unread().IsZero() {
				t.Errorf("%s at call %d: %d calls, want %d: %+v", name, n, s.calls(a), want, a)
			}
		}
	}
}

// TestEmptyPages goes on after a page without events that has a token.
func TestEmptyPages(t *testing.T) {
	s := newStage(t)
	s.question.Regions = []string{"cn-hangzhou"}
	s.plant("E1", "cn-hangzhou")
	first := true
	s.server.Script(func(c alibabatest.Call) (alibabatest.Fault, bool) {
		if c.Action == "LookupEvents" && first {
			first = false
			return alibabatest.Fault{Raw: `{"RequestId":"R","NextToken":"x","Events":[]}`}, true
		}
		if c.Action == "LookupEvents" && c.Params["NextToken"] == "x" {
			return alibabatest.Fault{Raw: `{"RequestId":"R","NextToken":"","Events":[{"eventId":"E9","serviceName":"Ecs","eventTime":"2026-11-28T00:00:00Z"}]}`}, true
		}
		return alibabatest.Fault{}, false
	})
	if a := s.ask(t); s.calls(a) != 1 {
		t.Errorf("%+v", a)
	}
}

// TestManyEvents reads the latest events of a key with many, and says that there are more.
func TestManyEvents(t *testing.T) {
	s := newStage(t)
	s.question.Regions = []string{"cn-hangzhou"}
	for i := range 400 {
		s.plant(fmt.Sprint("E", i), "cn-hangzhou")
	}
	a := s.ask(t)
	if n := s.calls(a); !a.Partial || n != 300 || !slices.ContainsFunc(a.Ledger, func(e account.Entry) bool { return e.Outcome == account.Unasked }) {
		t.Errorf("%d calls, ledger %+v", n, a.Ledger)
	}
	if text := fmt.Sprint(a); strings.Contains(text, s.question.ID.Reveal()) {
		t.Error("the answer holds the ID")
	}
}

// TestClosedRegion is no gap.
func TestClosedRegion(t *testing.T) {
	s := newStage(t)
	s.server.InjectFor("Actiontrail", "LookupEvents", alibabatest.Fault{Code: "InvalidRegionId.NotFound", Message: "x", Status: 404}, 1)
	if a := s.ask(t); !a.Unread().IsZero() || len(a.Ledger.Blind()) != 2 {
		t.Errorf("%+v", a.Ledger)
	}
}
