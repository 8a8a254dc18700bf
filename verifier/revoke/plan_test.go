package revoke_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

func TestPlanFile(t *testing.T) {
	s := newStage(t)
	p := s.plan(revocation.ToDisable, s.key)
	var file bytes.Buffer
	if err := p.Write(&file); err != nil {
		t.Fatal(err)
	}
	hides(t, file.String(), s.key, s.admin)
	text := file.String()
	read, err := revocation.ReadPlan(&file)
	if err != nil || encode(t, read) != encode(t, p) {
		t.Fatalf("read %+v, error %v", read, err)
	}
	if _, err := s.run(read); err != nil {
		t.Fatal(err)
	}
	s.wantStatus(s.key, alibabatest.Inactive)
	for _, damage := range [][2]string{
		{`"kind": "disable"`, `"kind": "delete"`}, {`"kind": "disable"`, `"kind": "burn"`}, {`"version": 1`, `"version": 2`},
		{`"goal"`, `"aim"`}, {s.account.UID(), "1"}, {`"actions"`, `"notes": [], "actions"`}, {p.Actions[0].Target.Fingerprint, "f"},
		{"{", "{{"}, {"\n}\n", "\n}{}"},
	} {
		changed := strings.Replace(text, damage[0], damage[1], 1)
		if changed == text {
			t.Fatalf("the plan has no %s: %s", damage[0], text)
		}
		if p, err := revocation.ReadPlan(strings.NewReader(changed)); err == nil && damage[0] != `"actions"` {
			t.Errorf("with %s it is read as %+v", damage[1], p)
		}
	}
}

// TestMovedState has somebody else change one of two keys after the plan was made. If that key is off as it is to be, or
// gone, the other one is not left as it was; in every other state nothing is changed.
func TestMovedState(t *testing.T) {
	for _, phase := range phases {
		for _, moved := range []alibabatest.Status{alibabatest.Active, alibabatest.Inactive, alibabatest.Recycled, alibabatest.Deleted} {
			if moved == phase.before {
				continue
			}
			s := newStage(t)
			second := s.account.AddKey("cd")
			s.key.SetStatus(phase.before)
			second.SetStatus(phase.before)
			p := s.plan(phase.goal, second, s.key)
			s.key.SetStatus(moved)
			steps, err := s.run(p)
			if phase.goal != revocation.ToQuarantine && moved != alibabatest.Active {
				if err != nil || s.key.Status() == alibabatest.Active {
					t.Errorf("%s, moved to %s: %+v, error %v", phase.goal, moved, steps, err)
				}
				s.wantStatus(second, phase.after)
				continue
			}
			if err == nil {
				t.Errorf("%s, moved to %s: %+v", phase.goal, moved, steps)
			}
			s.wantStatus(s.key, moved)
			s.wantStatus(second, phase.before)
			if p := second.NetworkPolicy(); p != "" {
				t.Errorf("%s, moved to %s: network policy %s", phase.goal, moved, p)
			}
		}
	}
}

// TestSlowApproval has somebody else change a key while a person thinks.
func TestSlowApproval(t *testing.T) {
	s := newStage(t)
	second := s.account.AddKey("cd")
	s.key.SetStatus(alibabatest.Inactive)
	second.SetStatus(alibabatest.Inactive)
	p := s.plan(revocation.ToDelete, second, s.key)
	now := time.Now()
	s.connect(connection.Options{Unpaced: true, Now: func() time.Time { return now }})
	slow := revoke.ApproverFunc(func(_ context.Context, actions []revocation.Action) error {
		now = now.Add(time.Minute)
		s.key.SetStatus(alibabatest.Active)
		return nil
	})
	_, err := s.revoker().Run(t.Context(), p, revoke.RunOptions{Approver: slow, Journal: s.journal()})
	wantRefused(t, err, "revoke.state-changed(")
	s.wantStatus(second, alibabatest.Inactive)
}

// TestDeceivingPlanFile shows another ID than that of the key it is about.
func TestDeceivingPlanFile(t *testing.T) {
	s := newStage(t)
	p := s.plan(revocation.ToDisable, s.key)
	p.Actions[0].Target.ID = s.account.AddKey("cd").Credential().ID.String()
	_, err := s.run(p)
	wantRefused(t, err, "revoke.plan-shows-another")
	s.wantStatus(s.key, alibabatest.Active)
}

// TestForgedPlanFile has plans that say what this package would not.
func TestForgedPlanFile(t *testing.T) {
	s := newStage(t)
	session := s.account.AddSession("deploy", "run-1", time.Now().Add(time.Hour))
	role := "role/deploy"
	p, err := s.revoker().Plan(t.Context(), []revoke.Subject{{ID: session.Credential().ID, Known: identity(s.account, "AssumedRoleUser", role+"/run-1")}},
		revoke.Request{Goal: revocation.ToDisable})
	if err != nil || len(p.Actions) != 2 {
		t.Fatalf("plan %+v, error %v", p, err)
	}
	for name, forge := range map[string]func(a *revocation.Action){
		"permits everything": func(a *revocation.Action) { a.Document = strings.Replace(a.Document, "Deny", "Allow", 1) },
		"says more":          func(a *revocation.Action) { a.Document = strings.Replace(a.Document, "{", `{"More":1,`, 1) },
		"policy of others":   func(a *revocation.Action) { a.Policy = "production" },
		"no role":            func(a *revocation.Action) { a.Target.Owner.Role = "" },
		"no document":        func(a *revocation.Action) { a.Document = "" },
	} {
		forged := *p
		forged.Actions = append([]revocation.Action(nil), p.Actions...)
		forge(&forged.Actions[1])
		if steps, err := s.run(&forged); err == nil {
			t.Errorf("%s: %+v", name, steps)
		}
	}
	for name, forge := range map[string]func(a *revocation.Action){
		"other addresses than shown": func(a *revocation.Action) { a.CIDRs = []string{"198.51.100.7"} },
		"no addresses":               func(a *revocation.Action) { a.CIDRs = nil },
		"hidden as a policy":         func(a *revocation.Action) { a.Policy = "x" },
		"another's account":          func(a *revocation.Action) { a.Target.Owner.Account = "1234567890123456" },
		"another's user":             func(a *revocation.Action) { a.Target.Owner.User = "admin" },
	} {
		p := s.plan(revocation.ToQuarantine, s.key)
		forge(&p.Actions[0])
		if steps, err := s.run(p); err == nil {
			t.Errorf("%s: %+v", name, steps)
		}
	}
	for _, c := range s.server.Recorded() {
		if !strings.HasPrefix(c.Action, "Get") && !strings.HasPrefix(c.Action, "List") {
			t.Errorf("a forged plan calls %s", c.Action)
		}
	}
}

func TestLongPlanFile(t *testing.T) {
	s := newStage(t)
	p := s.plan(revocation.ToDisable, s.key, s.account.AddKey("cd"))
	s.options.MaxKeys = 1
	_, err := s.run(p)
	wantRefused(t, err, "revoke.too-many-keys(2, 1)")
	s.wantStatus(s.key, alibabatest.Active)
}

func TestAnotherAccountsPlan(t *testing.T) {
	s, other := newStage(t), newStage(t)
	p := s.plan(revocation.ToDisable, s.key)
	_, err := other.run(p)
	wantRefused(t, err, "revoke.plan-for-account("+s.account.UID())
}

// TestWatchBeginsAgain has somebody enable and disable the key again after its deletion was planned.
func TestWatchBeginsAgain(t *testing.T) {
	s := newStage(t)
	s.options.WatchTime = time.Hour
	s.achieve(revocation.ToDisable, s.key)
	s.later(2 * time.Hour)
	p, err := s.revoker().Plan(t.Context(), subjects(s.key), revoke.Request{Goal: revocation.ToDelete})
	if err != nil || len(p.Actions) != 1 || p.WatchSeconds != 3600 {
		t.Fatalf("plan %+v, error %v", p, err)
	}
	s.later(time.Minute) // as if it had been disabled a minute ago
	_, err = s.run(p)
	wantRefused(t, err, "revoke.too-early")
	s.wantStatus(s.key, alibabatest.Inactive)
	s.later(2 * time.Hour)
	s.server.InjectFor("Ram", "DeleteAccessKey", denied(), 1)
	if _, err := s.run(p); err != nil {
		t.Error(err)
	}
	s.later(time.Minute)
	if steps := s.resume(); len(steps) != 1 || steps[0].Outcome != revocation.Refused || steps[0].Hint().IsZero() {
		t.Errorf("it is resumed: %+v", steps)
	}
	s.wantStatus(s.key, alibabatest.Inactive)
	s.later(2 * time.Hour)
	if _, err := s.run(p); err != nil {
		t.Error(err)
	}
	s.wantStatus(s.key, alibabatest.Recycled)
}
