package revoke_test

import (
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

func denied() alibabatest.Fault {
	return alibabatest.Fault{Code: "NoPermission", Message: "You are not authorized to do this action.", Status: 403}
}

// TestWalk has an administrator who may not ask whose a key is.
func TestWalk(t *testing.T) {
	s := newStage(t)
	for i := range 30 {
		s.account.AddKey("user" + string(rune('a'+i)))
	}
	s.server.InjectFor("Ims", "GetUser", denied(), -1)
	s.achieve(revocation.ToDisable, s.key)
	s.wantStatus(s.key, alibabatest.Inactive)
	s.achieve(revocation.ToQuarantine, s.key) // with a principal's name that no call returned
}

func TestAnotherAccountsKey(t *testing.T) {
	s := newStage(t)
	other := alibabatest.NewAccount()
	key := other.AddKey("ci")
	plan := func(known bool) *revocation.Plan {
		t.Helper()
		subject := revoke.Subject{ID: key.Credential().ID}
		if known {
			subject.Known = identity(other, "RAMUser", "user/ci")
		}
		p, err := s.revoker().Plan(t.Context(), []revoke.Subject{subject}, s.request(revocation.ToDisable))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	wantBlocked(t, plan(false), "revoke.no-users-key("+s.account.UID())
	wantBlocked(t, plan(true), "revoke.another-account("+other.UID())
	s.account.AddMembers(other)
	p := plan(true)
	wantBlocked(t, p, "revoke.another-account("+other.UID())
	if p.Notes[0].Hint.Code != "revoke.member-account" {
		t.Errorf("hint %q", p.Notes[0].Hint)
	}
}

func TestRootKey(t *testing.T) {
	s := newStage(t)
	root, acting := s.account.AddRootKey(), s.account.AddRootKey()
	subject := []revoke.Subject{{ID: root.Credential().ID, Known: identity(s.account, "Account", "root")}}
	p, err := s.revoker().Plan(t.Context(), subject, s.request(revocation.ToDisable))
	if err != nil {
		t.Fatal(err)
	}
	wantBlocked(t, p, "revoke.root-only")
	if want := reason.New("revoke.root-steps", "95187"); p.Notes[0].Hint != want {
		t.Errorf("hint %v, want %v", p.Notes[0].Hint, want)
	}
	s.options.Admin = admin{acting}
	s.achieve(revocation.ToDisable, root)
	s.wantStatus(root, alibabatest.Inactive)
	s.achieve(revocation.ToUndo, root)
	s.wantStatus(root, alibabatest.Active)
	s.achieve(revocation.ToRemove, root)
	s.wantStatus(root, alibabatest.Deleted)
	s.wantStatus(acting, alibabatest.Active)
	wantBlocked(t, s.plan(revocation.ToDisable, acting), "revoke.own-key")
}

func TestSession(t *testing.T) {
	s := newStage(t)
	leaked := s.account.AddSession("deploy", "run-1", time.Now().Add(time.Hour))
	s.attach("role/deploy", "AdministratorAccess")
	wantBlocked(t, s.plan(revocation.ToDisable, leaked), "revoke.temporary")
	subject := []revoke.Subject{{ID: leaked.Credential().ID, Known: identity(s.account, "AssumedRoleUser", "role/deploy/run-1")}}
	do := func(goal revocation.Goal) *revocation.Plan {
		t.Helper()
		p, err := s.revoker().Plan(t.Context(), subject, s.request(goal))
		if err != nil {
			t.Fatal(err)
		}
		steps, err := s.run(p)
		if err != nil || len(steps) == 0 {
			t.Fatalf("steps %+v, error %v, notes %+v", steps, err, p.Notes)
		}
		for _, step := range steps {
			if step.Outcome != revocation.Done {
				t.Errorf("%s: %s, %v", step.Action, step.Outcome, step.Err)
			}
		}
		return p
	}
	hides(t, encode(t, do(revocation.ToDisable)), leaked)
	stopped := s.options
	stopped.Admin = admin{leaked}
	r, err := revoke.New(stopped)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := r.Plan(t.Context(), subjects(s.key), s.request(revocation.ToDisable)); err != nil || !p.Blocked() {
		t.Errorf("the session still may do something: %+v, %v", p, err)
	}
	do(revocation.ToUndo)
	if got := s.account.Attached("role/deploy"); len(got) != 1 {
		t.Errorf("after undoing the role has %v", got)
	}
}

// TestOwnRole has a session leak of the role that akguard acts as.
func TestOwnRole(t *testing.T) {
	s := newStage(t)
	leaked := s.account.AddSession("deploy", "run-1", time.Now().Add(time.Hour))
	s.attach("role/deploy", "AdministratorAccess")
	subject := []revoke.Subject{{ID: leaked.Credential().ID, Known: identity(s.account, "AssumedRoleUser", "role/deploy/run-1")}}
	p, err := s.revoker().Plan(t.Context(), subject, s.request(revocation.ToDisable))
	if err != nil {
		t.Fatal(err)
	}
	s.options.Admin = admin{s.account.AddSession("deploy", "run-2", time.Now().Add(time.Hour))}
	_, err = s.run(p)
	wantRefused(t, err, "revoke.own-role(deploy)")
	p, err = s.revoker().Plan(t.Context(), subject, s.request(revocation.ToDisable))
	if err != nil {
		t.Fatal(err)
	}
	wantBlocked(t, p, "revoke.own-role(deploy)")
}

func TestLeakedKeyDisablesItself(t *testing.T) {
	tests := []struct {
		name   string
		set    func(s *stage)
		status alibabatest.Status
		hint   string
	}{
		{"allowed", func(s *stage) { s.attach("user/ci", "AliyunRAMFullAccess") }, alibabatest.Inactive, ""},
		{"not allowed", func(*stage) {}, alibabatest.Active, "revoke.leaked-key-denied"},
		{"restricted", func(s *stage) { s.attach("user/ci", "AliyunRAMFullAccess"); s.key.Protect("Ram", "Ims") }, alibabatest.Active, "revoke.restricted-key"},
		{"root", func(s *stage) { s.key = s.account.AddRootKey() }, alibabatest.Inactive, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t)
			test.set(s)
			leaked := s.key.Credential()
			s.options.Admin, s.options.Leaked = nil, &leaked
			p := s.plan(revocation.ToDisable, s.key)
			steps, err := s.run(p)
			if err != nil || len(steps) != 1 || (steps[0].Outcome == revocation.Done) != (test.hint == "") || steps[0].Hint().Code != test.hint {
				t.Errorf("steps %+v, error %v", steps, err)
			}
			s.wantStatus(s.key, test.status)
			hides(t, s.journals(), s.key)
			_, err = s.revoker().Plan(t.Context(), subjects(s.key), s.request(revocation.ToDelete))
			wantRefused(t, err, "revoke.leaked-key-disables-only")
			if test.status == alibabatest.Inactive {
				_, err := s.revoker().Plan(t.Context(), subjects(s.key), s.request(revocation.ToDisable))
				wantRefused(t, err, "revoke.leaked-key-off")
				return
			}
			if p := s.plan(revocation.ToDisable, s.account.AddKey("cd")); !p.Blocked() {
				t.Errorf("it acts on another key: %+v", p)
			}
		})
	}
}

// TestLeakedKeyLosesTheAnswer has the key disabled without knowing; it cannot ask whose it is any more.
func TestLeakedKeyLosesTheAnswer(t *testing.T) {
	for _, as := range []string{"itself", "administrator"} {
		loseAnswer(t, as)
	}
}

func loseAnswer(t *testing.T, as string) {
	t.Helper()
	s := newStage(t)
	s.attach("user/ci", "AliyunRAMFullAccess")
	leaked := s.key.Credential()
	s.options.Admin, s.options.Leaked = nil, &leaked
	p := s.plan(revocation.ToDisable, s.key)
	s.server.InjectFor("Ram", "UpdateAccessKey", alibabatest.LostAnswer(), 1)
	s.server.Script(func(c alibabatest.Call) (alibabatest.Fault, bool) {
		return alibabatest.Unavailable(), c.Service == "Sts" && s.key.Status() == alibabatest.Inactive
	})
	if steps, err := s.run(p); err != nil || steps[0].Outcome != revocation.Unknown {
		t.Errorf("steps %+v, error %v", steps, err)
	}
	s.server.ClearFaults()
	if as == "administrator" {
		s.options.Admin, s.options.Leaked = admin{s.admin}, nil
	}
	if steps := s.resume(); len(steps) != 1 || steps[0].Outcome != revocation.Done {
		t.Errorf("resumed as %s: %+v", as, steps)
	}
}

func TestRestrictedKeyIsDisabledByTheAdministrator(t *testing.T) {
	s := newStage(t)
	s.key.Protect("Ram", "Ims")
	s.achieve(revocation.ToDisable, s.key)
	s.wantStatus(s.key, alibabatest.Inactive)
}

func look(last time.Duration) revoke.Look { return revoke.Look{Last: last} }

func TestImpact(t *testing.T) {
	s := newStage(t)
	id := s.key.Credential().ID
	now := time.Now()
	for range 3 {
		s.account.PlantEvents(alibabatest.Event{Time: now.Add(-time.Hour), Service: "Oss", Name: "GetObject", KeyID: id.Reveal(), SourceIP: "203.0.113.7"})
	}
	s.account.PlantEvents(alibabatest.Event{Time: now.Add(-time.Minute), Service: "Ecs", Name: "RunInstances", KeyID: id.Reveal(), SourceIP: "198.51.100.9", ErrorCode: "Forbidden"})
	s.key.SetLastUsed(now.Add(-time.Minute), "Ecs")
	i, err := s.revoker().Impact(t.Context(), revoke.Subject{ID: id}, look(24*time.Hour))
	if err != nil || len(i.Callers) != 2 || i.Unread() {
		t.Fatalf("impact %+v, error %v", i, err)
	}
	if a, b := i.Callers[0], i.Callers[1]; a.Service != "Oss" || a.Calls != 3 || a.Failed != 0 || b.SourceIP != "198.51.100.9" || b.Failed != 1 || i.Service != "Ecs" {
		t.Errorf("impact %+v", i)
	}
	hides(t, encode(t, i), s.key)
	s.server.InjectFor("Actiontrail", "LookupEvents", denied(), -1)
	if i, err := s.revoker().Impact(t.Context(), revoke.Subject{ID: id}, look(time.Hour)); err != nil || i.NoCallers.IsZero() || !i.NoLastUse.IsZero() {
		t.Errorf("without ActionTrail: %+v, error %v", i, err)
	}
	_, err = s.revoker().Impact(t.Context(), revoke.Subject{ID: rules.NewSecret("nobody's")}, look(time.Hour))
	wantRefused(t, err, "revoke.no-users-key")
}
