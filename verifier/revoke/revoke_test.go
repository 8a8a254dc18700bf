package revoke_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

// phases lists each goal with the states before and after, and after undoing it.
var phases = []struct {
	goal          revocation.Goal
	before, after alibabatest.Status
	undone        alibabatest.Status
}{
	{revocation.ToDisable, alibabatest.Active, alibabatest.Inactive, alibabatest.Active},
	{revocation.ToDelete, alibabatest.Inactive, alibabatest.Recycled, alibabatest.Inactive},
	{revocation.ToRemove, alibabatest.Active, alibabatest.Recycled, alibabatest.Inactive},
	{revocation.ToRemove, alibabatest.Inactive, alibabatest.Recycled, alibabatest.Inactive},
	{revocation.ToQuarantine, alibabatest.Active, alibabatest.Active, alibabatest.Active},
	{revocation.ToQuarantine, alibabatest.Inactive, alibabatest.Inactive, alibabatest.Inactive},
}

func TestPhases(t *testing.T) {
	for _, phase := range phases {
		t.Run(string(phase.goal)+" "+phase.before.String(), func(t *testing.T) {
			s := newStage(t)
			other := s.account.AddKey("ci") // the user's second key
			s.key.SetStatus(phase.before)
			p := s.plan(phase.goal, s.key)
			s.wantStatus(s.key, phase.before)
			if len(p.Actions) == 0 || p.Actions[0].Undo.IsZero() {
				t.Fatalf("plan %+v", p)
			}
			s.achieve(phase.goal, s.key)
			s.wantStatus(s.key, phase.after)
			if restricted := strings.Contains(s.key.NetworkPolicy(), "203.0.113.0/24"); restricted != (phase.goal == revocation.ToQuarantine) {
				t.Errorf("network policy %s", s.key.NetworkPolicy())
			}
			s.achieve(revocation.ToUndo, s.key)
			s.wantStatus(s.key, phase.undone)
			if policy := s.key.NetworkPolicy(); strings.Contains(policy, "203") {
				t.Errorf("network policy after undoing: %s", policy)
			}
			s.wantStatus(other, alibabatest.Active)
			if again := s.plan(revocation.ToUndo, s.key); phase.undone == alibabatest.Active && len(again.Actions) != 0 {
				t.Errorf("undone twice: %+v", again.Actions)
			}
			hides(t, s.journals()+encode(t, p), s.key, s.admin, other)
		})
	}
}

func TestPlanChangesNothing(t *testing.T) {
	s := newStage(t)
	p := s.plan(revocation.ToRemove, s.key)
	if len(p.Actions) != 2 || p.Account != s.account.UID() || !strings.HasSuffix(p.By, ":user/admin") {
		t.Errorf("plan %+v", p)
	}
	for _, c := range s.server.Recorded() {
		if !strings.HasPrefix(c.Action, "Get") && !strings.HasPrefix(c.Action, "List") {
			t.Errorf("planning called %s", c.Action)
		}
	}
}

func TestNothingToDo(t *testing.T) {
	tests := []struct {
		goal   revocation.Goal
		status alibabatest.Status
		note   string
	}{
		{revocation.ToDisable, alibabatest.Inactive, "revoke.inactive-already"},
		{revocation.ToDisable, alibabatest.Recycled, "revoke.deleted-already"},
		{revocation.ToDelete, alibabatest.Recycled, "revoke.deleted-already"},
		{revocation.ToUndo, alibabatest.Active, "revoke.nothing-to-undo"},
	}
	for _, test := range tests {
		s := newStage(t)
		s.key.SetStatus(test.status)
		if p := s.plan(test.goal, s.key); len(p.Actions) != 0 || p.Blocked() || p.Notes[0].Text.Code != test.note {
			t.Errorf("to %s a key that is %s: %+v", test.goal, test.status, p)
		}
	}
}

func TestQuarantineKeepsWhatWasThere(t *testing.T) {
	s := newStage(t)
	want := func(cidr string) {
		t.Helper()
		if !strings.Contains(s.key.NetworkPolicy(), cidr) {
			t.Errorf("network policy %s, want %s", s.key.NetworkPolicy(), cidr)
		}
	}
	s.achieve(revocation.ToQuarantine, s.key)
	p, err := s.revoker().Plan(t.Context(), subjects(s.key), revoke.Request{Goal: revocation.ToQuarantine, CIDRs: []string{"198.51.100.7"}, History: s.history()})
	if err != nil || len(p.Actions) != 1 || !strings.Contains(joined(p.Actions[0].Risks), "revoke.risk-replaces") {
		t.Fatalf("plan %+v, error %v", p, err)
	}
	if _, err := s.run(p); err != nil {
		t.Fatal(err)
	}
	want("198.51.100.7")
	s.achieve(revocation.ToUndo, s.key)
	want("203.0.113.0/24")
}

// TestQuarantineRisks reads the account's policy first: a key's own replaces it.
func TestQuarantineRisks(t *testing.T) {
	const narrow = `{"Version":1,"Status":"Active","Statements":[{"Type":"ClassicWhiteList","IPList":["203.0.113.7"]}]}`
	for _, c := range []struct {
		account string
		denied  bool
		vpcs    []string
		want    string
		not     string
	}{
		{"", false, nil, "revoke.risk-vpc-undocumented", "widens"},
		{narrow, false, nil, "revoke.risk-widens", "unread"},
		{narrow, true, nil, "revoke.risk-account-policy-unread", "risk-widens"},
		{"", false, []string{"vpc-bp1234567890abcdef"}, "", "undocumented"},
	} {
		s := newStage(t)
		s.account.AccountNetwork = c.account
		if c.denied {
			s.server.InjectFor("Ims", "GetAccessKeyPolicyForAccount", denied(), -1)
		}
		q := s.request(revocation.ToQuarantine)
		q.VPCs = c.vpcs
		p, err := s.revoker().Plan(t.Context(), subjects(s.key), q)
		if err != nil || len(p.Actions) != 1 {
			t.Fatalf("plan %+v, error %v", p, err)
		}
		if risks := joined(p.Actions[0].Risks); !strings.Contains(risks, c.want) || strings.Contains(risks, c.not) {
			t.Errorf("account's policy %q, VPCs %v: risks %s, want %q", c.account, c.vpcs, risks, c.want)
		}
		if _, err := s.run(p); err != nil {
			t.Fatal(err)
		}
		if text := s.key.NetworkPolicy(); !strings.Contains(text, "203.0.113.0/24") || strings.Contains(text, "vpc-") != (c.vpcs != nil) {
			t.Errorf("network policy %s", text)
		}
	}
}

// TestServiceReformatsPolicy has the service return the policy late, and in another form than it was sent.
func TestServiceReformatsPolicy(t *testing.T) {
	s := newStage(t)
	const before, after = `{"RequestId":"R","AccessKeyPolicy":"{}"}`, `{"RequestId":"R","AccessKeyPolicy":"{\"Version\":1,\"Statements\":[` +
		`{\"IPList\":[\"203.0.113.7/32\",\"198.51.100.0/24\"],\"Value\":\"\",\"Type\":\"ClassicWhiteList\"}],\"Status\":\"Active\"}"}`
	s.server.InjectFor("Ims", "GetAccessKeyPolicy", alibabatest.Fault{Raw: before}, 5)
	s.server.InjectFor("Ims", "GetAccessKeyPolicy", alibabatest.Fault{Raw: after}, -1)
	p, err := s.revoker().Plan(t.Context(), subjects(s.key), revoke.Request{Goal: revocation.ToQuarantine, CIDRs: []string{"198.51.100.0/24", "203.0.113.7"}})
	if err != nil {
		t.Fatal(err)
	}
	if steps, err := s.run(p); err != nil || len(steps) != 1 || steps[0].Outcome != revocation.Done {
		t.Errorf("steps %+v, error %v", steps, err)
	}
	if n := s.server.Calls("Ims", "SetAccessKeyPolicy"); n != 1 {
		t.Errorf("it was set %d times", n)
	}
}

func TestRestrictionOfOthersIsNotUndone(t *testing.T) {
	s := newStage(t)
	s.achieve(revocation.ToQuarantine, s.key)
	s.folder = t.TempDir()
	wantBlocked(t, s.plan(revocation.ToUndo, s.key), "revoke.restricted-by-others")
}

// TestChangedRestrictionIsNotUndone has somebody else set another restriction after akguard's.
func TestChangedRestrictionIsNotUndone(t *testing.T) {
	s := newStage(t)
	s.achieve(revocation.ToQuarantine, s.key)
	journals := s.folder
	s.folder = t.TempDir()
	p, err := s.revoker().Plan(t.Context(), subjects(s.key), revoke.Request{Goal: revocation.ToQuarantine, CIDRs: []string{"198.51.100.7"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.run(p); err != nil {
		t.Fatal(err)
	}
	s.folder = journals
	wantBlocked(t, s.plan(revocation.ToUndo, s.key), "revoke.restricted-by-others")
}

func TestCIDRs(t *testing.T) {
	for _, cidrs := range [][]string{nil, {""}, {"0.0.0.0/0"}, {"::/0"}, {"10.0.0.1/8"}, {"203.0.113.0/24", "example.com"}, {"203.0.113.0/33"}} {
		s := newStage(t)
		_, err := s.revoker().Plan(t.Context(), subjects(s.key), revoke.Request{Goal: revocation.ToQuarantine, CIDRs: cidrs})
		wantRefused(t, err, "")
	}
}

func TestGuards(t *testing.T) {
	s := newStage(t)
	r := s.revoker()
	for _, test := range []struct {
		set  func(o *revoke.Options, w *revoke.Request)
		keys []*alibabatest.Key
		want string
	}{
		{func(*revoke.Options, *revoke.Request) {}, nil, "revoke.no-key"},
		{func(_ *revoke.Options, w *revoke.Request) { w.Goal = revocation.ToRemove }, []*alibabatest.Key{s.key}, "revoke.no-watch-time"},
		{func(o *revoke.Options, _ *revoke.Request) { o.Account = "1234567890123456" }, []*alibabatest.Key{s.key}, "revoke.wrong-account(" + s.account.UID()},
		{func(o *revoke.Options, _ *revoke.Request) { o.MaxKeys = 1 }, []*alibabatest.Key{s.key, s.account.AddKey("cd")}, "revoke.too-many-keys(2, 1)"},
	} {
		o, w := s.options, revoke.Request{Goal: revocation.ToDisable}
		test.set(&o, &w)
		guarded, err := revoke.New(o)
		if err != nil {
			t.Fatal(err)
		}
		_, err = guarded.Plan(t.Context(), subjects(test.keys...), w)
		wantRefused(t, err, test.want)
	}
	p, err := r.Plan(t.Context(), subjects(s.admin), revoke.Request{Goal: revocation.ToDisable})
	if err != nil {
		t.Fatal(err)
	}
	wantBlocked(t, p, "revoke.own-key")
}

// TestOwnKeyInPlanFile has a plan about the key that akguard acts with when it runs.
func TestOwnKeyInPlanFile(t *testing.T) {
	s := newStage(t)
	p := s.plan(revocation.ToDisable, s.key)
	s.attach("user/ci", "AdministratorAccess")
	s.options.Admin = admin{s.key}
	_, err := s.run(p)
	wantRefused(t, err, "revoke.own-key")
	s.wantStatus(s.key, alibabatest.Active)
}

func TestDeletingTakesTime(t *testing.T) {
	s := newStage(t)
	plan := func() *revocation.Plan {
		t.Helper()
		p, err := s.revoker().Plan(t.Context(), subjects(s.key), revoke.Request{Goal: revocation.ToDelete, History: s.history()})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	wantBlocked(t, plan(), "revoke.active")
	s.achieve(revocation.ToDisable, s.key)
	wantBlocked(t, plan(), "revoke.too-early")
	s.later(25 * time.Hour)
	if p := plan(); len(p.Actions) != 1 || p.Actions[0].Kind != revocation.Delete {
		t.Errorf("a day later: %+v", p)
	}
}

func TestRisks(t *testing.T) {
	tests := []struct {
		name string
		set  func(s *stage)
		want string // "" for none
		not  string
	}{
		{"never used", func(*stage) {}, "", ""},
		{"used long ago", func(s *stage) { s.key.SetLastUsed(time.Now().Add(-25*time.Hour), "Oss") }, "revoke.risk-used(revoke.used-in(20", "revoke.risk-in-use"},
		{"checked by a scanner", func(s *stage) { s.key.SetLastUsed(time.Now().Add(-time.Minute), "Sts") }, "revoke.risk-used-in-sts(1m", "revoke.risk-in-use"},
		{"last key in use", func(s *stage) { s.key.SetLastUsed(time.Now().Add(-3*time.Hour), "Ecs") }, "revoke.risk-last-key", ""},
		{"one of two in use", func(s *stage) {
			s.key.SetLastUsed(time.Now().Add(-3*time.Hour), "Ecs")
			s.account.AddKey("ci")
		}, "revoke.risk-in-use(revoke.used-ago-in(3h, Ecs))", "revoke.risk-last-key"},
		{"not readable", func(s *stage) {
			s.server.InjectFor("Ims", "GetAccessKeyLastUsed", alibabatest.Fault{Code: "NoPermission", Status: 403}, -1)
			s.server.InjectFor("Ram", "GetAccessKeyLastUsed", alibabatest.Fault{Code: "NoPermission", Status: 403}, -1)
		}, "revoke.risk-use-unread", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t)
			test.set(s)
			p := s.plan(revocation.ToDisable, s.key)
			if len(p.Actions) != 1 {
				t.Fatalf("plan %+v", p)
			}
			risks := joined(p.Actions[0].Risks)
			if (risks == "") != (test.want == "") || !strings.Contains(risks, test.want) || test.not != "" && strings.Contains(risks, test.not) {
				t.Errorf("risks %q, want %q", risks, test.want)
			}
		})
	}
}

func TestFullBin(t *testing.T) {
	s := newStage(t)
	for range 3 {
		s.account.AddKey("ci").SetStatus(alibabatest.Recycled)
	}
	p := s.plan(revocation.ToRemove, s.key)
	if risks := joined(p.Actions[1].Risks); !strings.Contains(risks, "revoke.risk-bin-full(3, ") {
		t.Errorf("risks %q", risks)
	}
}

func TestOneDenialVetoesAll(t *testing.T) {
	s := newStage(t)
	keys := []*alibabatest.Key{s.key, s.account.AddKey("cd"), s.account.AddKey("ce")}
	asked := 0
	deny := revoke.ApproverFunc(func(_ context.Context, actions []revocation.Action) error {
		if asked++; actions[0].Target.Owner.User == "cd" {
			return revoke.ErrDenied
		}
		return nil
	})
	for _, approver := range []revoke.Approver{deny, nil} {
		_, err := s.revoker().Run(t.Context(), s.plan(revocation.ToRemove, keys...), revoke.RunOptions{Approver: approver, Journal: s.journal()})
		if !errors.Is(err, revoke.ErrDenied) {
			t.Errorf("error %v", err)
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
	for _, k := range keys {
		s.wantStatus(k, alibabatest.Active)
	}
	if h := s.history(); len(h.Open) != 0 {
		t.Errorf("denied runs can be resumed: %v", h.Open)
	}
}

func TestRate(t *testing.T) {
	s := newStage(t)
	s.connect(connection.Options{})
	keys := []*alibabatest.Key{s.key}
	for _, user := range []string{"a", "b", "c", "d", "e", "f"} {
		keys = append(keys, s.account.AddKey(user))
	}
	s.plan(revocation.ToDisable, keys...)
	for _, service := range []string{"Ram", "Ims"} {
		var calls []alibabatest.Call
		for _, c := range s.server.Recorded() {
			if c.Service == service {
				calls = append(calls, c)
			}
		}
		for i := range len(calls) - 10 {
			if d := calls[i+10].Time.Sub(calls[i].Time); d < time.Second {
				t.Errorf("11 calls of %s in %s", service, d)
			}
		}
	}
}

// TestRepeated repeats reads, and of what changes something what was certainly not done. A key that was not seen to become
// inactive is disabled once more.
func TestRepeated(t *testing.T) {
	for _, test := range []struct {
		fault  alibabatest.Fault
		times  int
		writes int
		done   bool
	}{
		{alibabatest.Unavailable(), 1, 2, true},
		{alibabatest.Unavailable(), -1, 2, false},
		{alibabatest.Fault{Reset: true}, 1, 2, true},
		{alibabatest.Throttled(), 3, 4, true},
		{alibabatest.Throttled(), -1, 4, false},
	} {
		s := newStage(t)
		s.server.InjectFor("Ims", "GetUser", test.fault, 3)
		p := s.plan(revocation.ToDisable, s.key)
		s.server.InjectFor("Ram", "UpdateAccessKey", test.fault, test.times)
		steps, err := s.run(p)
		if err != nil || len(steps) != 1 || (steps[0].Outcome == revocation.Done) != test.done || !test.done && steps[0].Hint().IsZero() {
			t.Errorf("steps %+v, error %v", steps, err)
		}
		if reads, writes := s.server.Calls("Ims", "GetUser"), s.server.Calls("Ram", "UpdateAccessKey"); reads != 4 || writes != test.writes {
			t.Errorf("%d reads and %d writes", reads, writes)
		}
		s.server.ClearFaults()
		s.resume()
		s.wantStatus(s.key, alibabatest.Inactive)
	}
}

// TestThrottledWhileMoving has somebody else disable and enable the key while a call waits to be repeated.
func TestThrottledWhileMoving(t *testing.T) {
	s := newStage(t)
	s.key.SetStatus(alibabatest.Inactive)
	p := s.plan(revocation.ToDelete, s.key)
	s.server.InjectFor("Ram", "DeleteAccessKey", alibabatest.Throttled(), 1)
	s.connect(connection.Options{Unpaced: true, Sleep: func(ctx context.Context, d time.Duration) error {
		if d > 0 {
			s.key.SetStatus(alibabatest.Active)
		}
		return ctx.Err()
	}})
	steps, err := s.run(p)
	if err != nil || len(steps) != 1 || steps[0].Outcome != revocation.Refused {
		t.Errorf("steps %+v, error %v", steps, err)
	}
	s.wantStatus(s.key, alibabatest.Active)
}

// TestRefusalsAreNotRepeated has a call refused, and one whose connection breaks, which the next one may not.
func TestRefusalsAreNotRepeated(t *testing.T) {
	for calls, fault := range map[int]alibabatest.Fault{1: denied(), 4: {Reset: true}} {
		s := newStage(t)
		s.server.InjectFor("Ims", "GetUser", fault, -1)
		s.plan(revocation.ToDisable, s.key)
		if n := s.server.Calls("Ims", "GetUser"); n != calls {
			t.Errorf("%d calls, want %d", n, calls)
		}
	}
}

func TestUnusableOptions(t *testing.T) {
	s := newStage(t)
	o := s.options
	o.Admin = nil
	if _, err := revoke.New(o); err == nil {
		t.Error("it acts without a credential")
	}
	o.Leaked = &rules.Credential{}
	if _, err := revoke.New(o); err != nil {
		t.Error(err)
	}
}

func joined(list []reason.Reason) string {
	var all []string
	for _, r := range list {
		all = append(all, r.String())
	}
	return strings.Join(all, "; ")
}
