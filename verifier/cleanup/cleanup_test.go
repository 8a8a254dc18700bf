package cleanup_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/cleanup"
	"github.com/akguard/akguard/verifier/investigate"
	"github.com/akguard/akguard/verifier/revocation"
)

// TestCleanUp plans, runs, investigates again, and undoes.
func TestCleanUp(t *testing.T) {
	s := newStage(t)
	s.theft()
	p := s.plan(cleanup.Request{})
	want := []string{
		"disable a key of support", "disable a key of anna", "delete-login support", "delete-login ci", "leave-group support of group developers",
		"detach AdministratorAccess of user support", "detach AdministratorAccess of group developers", "detach deploy of role web",
		"set-version deploy", "set-trust web", "start-logging audit cn-hangzhou", "close-rule accept tcp 22/22 0.0.0.0/0 of sg-web cn-hangzhou", "stop",
	}
	if got := texts(p.Actions); !same(got, want) {
		t.Fatalf("planned\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, a := range p.Actions {
		if len(a.Why) == 0 || len(a.Checks) == 0 || a.Undo.IsZero() {
			t.Errorf("%s: why %v, checks %v, undo %v", a, a.Why, a.Checks, a.Undo)
		}
	}
	s.wantDone(s.run(p), len(p.Actions))
	left, _ := s.investigate(investigate.Known{})
	for _, task := range left.Left() {
		if !task.Result.Posture && task.Evidence.Maker == investigate.Thief {
			t.Errorf("left: %s %v %+v", task.Result.Check, task.Evidence.What, task.Evidence.Subject)
		}
	}
	s.wantInnocent()

	undo, err := s.cleaner().PlanUndo(t.Context(), s.history().Deeds())
	s.must(err)
	s.must(undo.Check())
	if n := len(p.Actions) - 2; len(undo.Actions) != n || len(undo.Notes) != 2 { // two log-in profiles do not come back
		t.Fatalf("%d actions undo %d, notes %v", len(undo.Actions), n, undo.Notes)
	}
	s.wantDone(s.run(undo), len(undo.Actions))
	again := s.plan(cleanup.Request{})
	want = slices.DeleteFunc(want, func(text string) bool { // the rule is the administrator's now, as its event says
		return strings.HasPrefix(text, "delete-login") || strings.HasPrefix(text, "close-rule")
	})
	if got := texts(again.Actions); !same(got, want) {
		t.Errorf("after undoing, planned\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, name := range []string{s.leaked.Credential().ID.Reveal(), s.account.Keys("support")[0].Credential().ID.Reveal(), s.admin.Credential().Secret.Reveal()} {
		if strings.Contains(s.journals(), name) {
			t.Errorf("a journal holds a key")
		}
	}
}

// same reports whether two lists have the same elements.
func same(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// wantInnocent wants what is the company's to be as it was.
func (s *stage) wantInnocent() {
	s.t.Helper()
	for _, i := range s.account.Instances {
		if i.ID == "i-web" && i.Status != "Running" {
			s.t.Errorf("the company's instance is %s", i.Status)
		}
	}
	if rules := s.account.SecurityGroup("sg-web").Rules; !slices.ContainsFunc(rules, func(r ruleOf) bool { return r.ID == "sgr-https" }) {
		s.t.Errorf("rules %+v", rules)
	}
	if k := s.account.Keys("anna")[0]; k.Status() != alibabatest.Active {
		s.t.Errorf("anna's own key is %s", k.Status())
	}
	for who, policy := range map[string]string{"user/incident": "AdministratorAccess", "user/deployer": "AdministratorAccess", "user/ci": "deploy"} {
		if !slices.Contains(s.account.Attached(who), policy) {
			s.t.Errorf("%s has %v", who, s.account.Attached(who))
		}
	}
}

// TestPlanIsReadAsWritten writes a plan and reads it.
func TestPlanIsReadAsWritten(t *testing.T) {
	s := newStage(t)
	s.theft()
	p := s.plan(cleanup.Request{})
	var text bytes.Buffer
	s.must(p.Write(&text))
	for _, k := range []*alibabatest.Key{s.leaked, s.admin, s.account.Keys("support")[0]} {
		if strings.Contains(text.String(), k.Credential().ID.Reveal()) {
			t.Error("the plan holds an ID")
		}
	}
	again, err := revocation.ReadPlan(bytes.NewReader(text.Bytes()))
	s.must(err)
	s.wantDone(s.run(again), len(p.Actions))
	// what somebody may have edited into it
	for from, to := range map[string]string{
		`"kind": "detach"`:               `"kind": "attach"`,
		`"goal": "clean-up"`:             `"goal": "undo-clean-up"`,
		`acs:ram::` + s.account.UID():    `acs:ram::` + "1111222233334444",
		`"version": 1,`:                  `"version": 1, "also": 2,`,
		`"user": "support"`:              `"user": ""`,
		`"account": "` + s.account.UID(): `"account": "1111222233334444`,
	} {
		edited := strings.Replace(text.String(), from, to, 1)
		if edited == text.String() {
			t.Errorf("there is no %s", from)
		}
		if from == `acs:ram::`+s.account.UID() { // only in what the role is to trust
			i := strings.LastIndex(text.String(), from)
			edited = text.String()[:i] + to + text.String()[i+len(from):]
		}
		if p, err := revocation.ReadPlan(strings.NewReader(edited)); err == nil {
			t.Errorf("with %s, it is read: %s", to, encode(t, p.Goal))
		}
	}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
