package revoke_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

// RAM says that the user does not exist, and STS knows the ID: one of them is wrong, so the key may be active. It was
// reported as deleted, and the incident as frozen.
func TestContradictionIsUnknown(t *testing.T) {
	for _, code := range []string{"EntityNotExist.User", "EntityNotExist.User.AccessKey", "EntityNotExist"} {
		for _, status := range []alibabatest.Status{alibabatest.Active, alibabatest.Inactive} {
			s := newStage(t)
			p := s.plan(revocation.ToDisable, s.key)
			s.key.SetStatus(status)
			s.server.InjectFor("Ram", "ListAccessKeys", alibabatest.Fault{Code: code, Status: 404}, -1)
			for _, goal := range []revocation.Goal{revocation.ToDisable, revocation.ToDelete, revocation.ToQuarantine, revocation.ToUndo} {
				wantBlocked(t, s.plan(goal, s.key), "revoke.contradiction(")
			}
			_, err := s.run(p)
			wantRefused(t, err, "revoke.user-not-found(") // a plan holds no ID to ask STS about
		}
	}
}

// An empty list is no better than a refusal.
func TestMissingInListIsUnknown(t *testing.T) {
	s := newStage(t)
	s.server.InjectFor("Ram", "ListAccessKeys", alibabatest.Fault{Raw: `{"RequestId":"R","AccessKeys":{"AccessKey":[]}}`}, -1)
	wantBlocked(t, s.plan(revocation.ToDisable, s.key), "revoke.contradiction(")
}

// STS does not answer either, so the state is unknown.
func TestUnconfirmedIsUnknown(t *testing.T) {
	s := newStage(t)
	s.server.InjectFor("Ram", "ListAccessKeys", alibabatest.Fault{Code: "EntityNotExist.User", Status: 404}, -1)
	r := s.revoker()
	if _, err := r.Plan(t.Context(), subjects(s.key), s.request(revocation.ToDisable)); err != nil {
		t.Fatal(err)
	}
	s.server.InjectFor("Sts", "GetCallerIdentity", alibabatest.Fault{Reset: true}, -1)
	p, err := r.Plan(t.Context(), subjects(s.key), s.request(revocation.ToDisable))
	if err != nil {
		t.Fatal(err)
	}
	wantBlocked(t, p, "revoke.reading-state(")
}

// A key that was deleted with its user comes back with the user.
func TestUserInRecycleBin(t *testing.T) {
	s := newStage(t)
	s.account.RecycleUser("ci")
	for _, goal := range []revocation.Goal{revocation.ToDisable, revocation.ToDelete, revocation.ToQuarantine} {
		p := s.plan(goal, s.key)
		if len(p.Actions) != 0 || len(p.Notes) != 1 || p.Notes[0].Text.Code != "revoke.user-recycled" {
			t.Errorf("to %s: %+v", goal, p)
		}
	}
	wantBlocked(t, s.plan(revocation.ToUndo, s.key), "revoke.user-recycled")
	i, err := s.revoker().Impact(t.Context(), subjects(s.key)[0], look(time.Hour))
	if err != nil || i.State.Key != revocation.UserRecycled {
		t.Errorf("impact %+v, error %v", i, err)
	}
	s.server.InjectFor("Ims", "ListUsersInRecycleBin", denied(), -1)
	if i, err = s.revoker().Impact(t.Context(), subjects(s.key)[0], look(time.Hour)); err != nil || i.State.Key != revocation.Deleted {
		t.Errorf("without the right to look: %+v, error %v", i, err)
	}
}

// A machine whose clock is days ahead, or behind, must not think that the watch time is over, or that events are missing.
func TestLocalClockIsWrong(t *testing.T) {
	for _, ahead := range []time.Duration{48 * time.Hour, -48 * time.Hour} {
		s := newStage(t)
		s.connect(connection.Options{Unpaced: true, Now: func() time.Time { return time.Now().Add(ahead) }})
		s.achieve(revocation.ToDisable, s.key)
		request := revoke.Request{Goal: revocation.ToDelete, History: s.history()}
		for _, denies := range []bool{false, true} { // then only the journal knows when
			if denies {
				s.server.InjectFor("Ims", "ListAccessKeys", denied(), -1)
			}
			p, err := s.revoker().Plan(t.Context(), subjects(s.key), request)
			if err != nil {
				t.Fatal(err)
			}
			wantBlocked(t, p, "revoke.too-early(")
			if made := time.Until(p.Made).Abs(); made > time.Minute {
				t.Errorf("the plan was made at %s", p.Made)
			}
		}
		event := alibabatest.Event{Time: time.Now().Add(-time.Minute), Service: "Oss", Name: "GetObject", KeyID: s.key.Credential().ID.Reveal(), SourceIP: "203.0.113.7"}
		s.account.PlantEvents(event)
		i, err := s.revoker().Impact(t.Context(), subjects(s.key)[0], look(time.Hour))
		if err != nil || len(i.Callers) != 1 || i.Unread() {
			t.Errorf("impact %+v, error %v", i, err)
		}
	}
}

// What could not be read is not "never used" and "no calls".
func TestImpactSaysWhatWasNotRead(t *testing.T) {
	s := newStage(t)
	id := subjects(s.key)[0]
	i, err := s.revoker().Impact(t.Context(), id, look(time.Hour))
	if err != nil || i.Unread() || len(i.Regions) != 5 || len(i.Ledger.Blind()) != 2 {
		t.Errorf("impact %+v, error %v", i, err)
	}
	for _, service := range []string{"Ram", "Ims"} {
		s.server.InjectFor(service, "GetAccessKeyLastUsed", denied(), -1)
	}
	if i, err = s.revoker().Impact(t.Context(), id, look(time.Hour)); err != nil || i.NoLastUse.IsZero() || !i.NoCallers.IsZero() {
		t.Errorf("without last use: %+v, error %v", i, err)
	}
	for range 120 { // three pages; the second one fails
		s.account.PlantEvents(alibabatest.Event{Time: time.Now().Add(-time.Minute), Service: "Oss", Name: "GetObject", KeyID: id.ID.Reveal()})
	}
	s.server.Script(func(c alibabatest.Call) (alibabatest.Fault, bool) {
		return denied(), c.Action == "LookupEvents" && c.Params["NextToken"] != ""
	})
	i, err = s.revoker().Impact(t.Context(), id, look(time.Hour))
	if err != nil || i.NoCallers.IsZero() || len(i.Callers) != 1 || i.Callers[0].Calls != 50 {
		t.Errorf("with half of the events: %+v, error %v", i, err)
	}
}

// Each undo takes back one more action.
func TestUndoIsAStack(t *testing.T) {
	s := newStage(t)
	quarantine := func(cidr string) {
		t.Helper()
		p, err := s.revoker().Plan(t.Context(), subjects(s.key), revoke.Request{Goal: revocation.ToQuarantine, CIDRs: []string{cidr}, History: s.history()})
		if err != nil {
			t.Fatal(err)
		}
		if steps, err := s.run(p); err != nil || len(steps) != 1 || steps[0].Outcome != revocation.Done {
			t.Fatalf("steps %+v, error %v", steps, err)
		}
	}
	quarantine("203.0.113.0/24")
	quarantine("198.51.100.0/24")
	s.achieve(revocation.ToDisable, s.key)
	s.achieve(revocation.ToUndo, s.key)
	s.wantStatus(s.key, alibabatest.Active)
	for _, want := range []string{"203.0.113.0/24", ""} {
		s.achieve(revocation.ToUndo, s.key)
		if got := s.key.NetworkPolicy(); !strings.Contains(got, want) || want == "" && strings.Contains(got, "/24") {
			t.Errorf("network policy %s, want %q", got, want)
		}
	}
	if p := s.plan(revocation.ToUndo, s.key); len(p.Actions) != 0 || p.Blocked() {
		t.Errorf("undone too often: %+v", p)
	}
	quarantine("198.51.100.0/24")
	s.achieve(revocation.ToUndo, s.key)
	if got := s.key.NetworkPolicy(); strings.Contains(got, "/24") {
		t.Errorf("network policy %s after a new quarantine was undone", got)
	}
}

func TestJournalsThatCannotBeRead(t *testing.T) {
	s := newStage(t)
	s.server.InjectFor("Ram", "UpdateAccessKey", denied(), 1)
	if _, err := s.run(s.plan(revocation.ToDisable, s.key)); err != nil {
		t.Fatal(err)
	}
	whole := s.journals()
	for _, test := range []struct {
		name, text   string
		open, broken int
	}{
		{"whole", whole, 1, 0},
		{"blank lines", "\n" + strings.ReplaceAll(whole, "\n", "\n\n  \r\n"), 1, 0},
		{"blank line at the end", whole + "\n", 1, 0},
		{"garbage", "garbage\n" + whole, 0, 1},
		{"garbage inside", strings.Replace(whole, "\n", "\ngarbage\n", 1), 0, 1},
		{"empty", "", 0, 1},
		{"blank", "\n", 0, 1},
		{"cut in the first line", whole[:40], 0, 1},
	} {
		folder := t.TempDir()
		name := filepath.Join(folder, "run.jsonl")
		if err := os.WriteFile(name, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		h, err := revocation.ReadHistory(folder)
		if err != nil || len(h.Open) != test.open || len(h.Broken) != test.broken {
			t.Errorf("%s: %+v, error %v", test.name, h, err)
		}
		if test.broken > 0 && (h.Broken[0].Name != name || h.Broken[0].Why.IsZero()) {
			t.Errorf("%s: %+v", test.name, h.Broken)
		}
	}
}

// A run that was refused before its first record leaves no journal behind.
func TestUnusedJournalIsRemoved(t *testing.T) {
	s := newStage(t)
	s.key.SetStatus(alibabatest.Inactive)
	p := s.plan(revocation.ToDelete, s.key)
	s.key.SetStatus(alibabatest.Active)
	if _, err := s.run(p); err == nil {
		t.Fatal("it ran")
	}
	if entries, err := os.ReadDir(s.folder); err != nil || len(entries) != 0 {
		t.Errorf("%v, error %v", entries, err)
	}
}

// Journals and plans of older versions hold sentences where codes are now.
func TestOldPlanIsRead(t *testing.T) {
	old := strings.Replace(planText(), `"undo":""`, `"risks":["in use: last used 3h ago"],"undo":"akguard revoke undo makes it active again"`, 1)
	p, err := revocation.ReadPlan(strings.NewReader(old))
	if err != nil || len(p.Actions) == 0 {
		t.Fatalf("plan %+v, error %v: %s", p, err, old)
	}
	if got := p.Actions[0].Risks; len(got) != 1 || got[0].String() != "in use: last used 3h ago" {
		t.Errorf("risks %v", got)
	}
}

// rights maps what each kind of action takes to how it comes about.
var rights = []struct {
	kind   revocation.Kind
	before []revocation.Goal // done by an administrator
	goal   revocation.Goal
}{
	{revocation.Disable, nil, revocation.ToDisable},
	{revocation.Enable, []revocation.Goal{revocation.ToDisable}, revocation.ToUndo},
	{revocation.Quarantine, nil, revocation.ToQuarantine},
	{revocation.Release, []revocation.Goal{revocation.ToQuarantine}, revocation.ToUndo},
	{revocation.Delete, []revocation.Goal{revocation.ToDisable}, revocation.ToDelete},
	{revocation.Restore, []revocation.Goal{revocation.ToRemove}, revocation.ToUndo},
}

// limited has an administrator who may do nothing but this.
func (s *stage) limited(actions []string) {
	s.t.Helper()
	s.admin = s.account.AddKey("limited")
	s.options.Admin = admin{s.admin}
	policy := `{"Version":"1","Statement":[{"Effect":"Allow","Action":["` + strings.Join(actions, `","`) + `"],"Resource":"*"}]}`
	if err := s.account.AddPolicy("limited", policy); err != nil {
		s.t.Fatal(err)
	}
	s.attach("user/limited", "limited")
}

// attempt reports whether the goal was reached, and returns the rights that its calls need.
func (s *stage) attempt(goal revocation.Goal) (done bool, called []string) {
	s.t.Helper()
	before := len(s.server.Recorded())
	p, err := s.revoker().Plan(s.t.Context(), subjects(s.key), s.request(goal))
	if err == nil && len(p.Actions) > 0 {
		steps, err := s.run(p)
		done = err == nil && len(steps) > 0 && !slices.ContainsFunc(steps, func(x change.Step) bool { return x.Outcome != revocation.Done })
	}
	return done, s.called(before)
}

func (s *stage) called(before int) (rights []string) {
	for _, c := range s.server.Recorded()[before:] {
		switch c.Service {
		case "Ram", "Ims":
			rights = append(rights, "ram:"+c.Action)
		case "Actiontrail":
			rights = append(rights, "actiontrail:"+c.Action)
		}
	}
	return rights
}

// The rights that are documented are those that are needed, and no call needs another one. Undoing a disable needed the
// right to read network policies.
func TestRights(t *testing.T) {
	for _, test := range rights {
		r := revoke.RightsFor(test.kind)
		for without := range len(r.Needed) + 1 { // the last one lacks nothing
			s := newStage(t)
			for _, goal := range test.before {
				s.achieve(goal, s.key)
			}
			s.limited(slices.Delete(slices.Clone(r.Needed), without, min(without+1, len(r.Needed))))
			done, called := s.attempt(test.goal)
			if done != (without == len(r.Needed)) {
				t.Errorf("%s, done %t with the rights %v but number %d", test.kind, done, r.Needed, without+1)
			}
			if !done {
				continue
			}
			for _, right := range called {
				if !slices.Contains(r.Needed, right) && !slices.Contains(r.Useful, right) {
					t.Errorf("%s needs %s, which is not documented", test.kind, right)
				}
			}
		}
	}
}

// A key that is active, and that akguard did not restrict, needs no right to read its restriction.
func TestNothingToUndoNeedsNoRight(t *testing.T) {
	s := newStage(t)
	s.limited(revoke.RightsFor(revocation.Enable).Needed)
	if p := s.plan(revocation.ToUndo, s.key); len(p.Actions) != 0 || p.Blocked() || p.Notes[0].Text.Code != "revoke.nothing-to-undo" {
		t.Errorf("plan %+v", p)
	}
}

func TestRightsForWatching(t *testing.T) {
	r := revoke.RightsFor(revoke.Watching)
	s := newStage(t)
	s.limited(append(slices.Clone(r.Needed), r.Useful...))
	before := len(s.server.Recorded())
	if i, err := s.revoker().Impact(t.Context(), subjects(s.key)[0], look(time.Hour)); err != nil || i.Unread() {
		t.Errorf("impact %+v, error %v", i, err)
	}
	for _, right := range s.called(before) {
		if !slices.Contains(r.Needed, right) && !slices.Contains(r.Useful, right) {
			t.Errorf("watching needs %s, which is not documented", right)
		}
	}
}

// The documentation lists the same rights.
func TestRightsAreDocumented(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "revocation.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range revoke.Kinds() {
		r := revoke.RightsFor(kind)
		row := "| " + string(kind) + " | " + strings.Join(r.Needed, ", ") + " | " + strings.Join(r.Useful, ", ") + " |"
		if !strings.Contains(string(text), row) {
			t.Errorf("docs/revocation.md lacks the row\n%s", row)
		}
	}
}
