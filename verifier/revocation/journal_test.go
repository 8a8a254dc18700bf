package revocation_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/verifier/revocation"
)

// TestGrowingJournal writes the journal of a freeze as far as a crash lets it, and reads what is left to do.
func TestGrowingJournal(t *testing.T) {
	owner := revocation.Owner{Account: "1234567890123456", User: "ci"}
	action := func(id string) revocation.Action {
		return revocation.Action{
			Kind: revocation.Disable, Target: revocation.NewTarget(rules.NewSecret(id), owner),
			From: revocation.State{Key: revocation.Active}, To: revocation.State{Key: revocation.Inactive},
		}
	}
	keys := rulestest.NewKeys(1)
	first, second := action(keys.ID24()), action(keys.ID24())
	plan := revocation.Plan{Version: revocation.Version, Goal: revocation.ToDisable, Account: owner.Account}
	name := filepath.Join(t.TempDir(), "run.jsonl")
	j, err := revocation.CreateJournal(name)
	if err != nil {
		t.Fatal(err)
	}
	opening := plan
	write := func(r revocation.Record) {
		t.Helper()
		if err := j.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	write(revocation.Record{Event: revocation.EventPlan, Plan: &opening, Keys: 3})
	write(revocation.Record{Event: revocation.EventApproved})
	for i, a := range []revocation.Action{first, second} {
		one := plan
		one.Actions = []revocation.Action{a}
		if n, err := j.Add(&one); n != i || err != nil {
			t.Fatalf("added as %d, error %v", n, err)
		}
	}
	write(revocation.Record{Event: revocation.EventSettled, Action: 1, Outcome: string(revocation.Done)})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	tear(t, name)
	j, err = revocation.OpenJournal(name)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	left := j.Left()
	if left == nil || len(left.Actions) != 1 || left.Actions[0].Target != second.Target || j.Unplanned() != 1 || !j.Settled(0) || j.Settled(1) {
		t.Fatalf("left %+v, and %d keys", left, j.Unplanned())
	}
	if err := left.Check(); err != nil {
		t.Error(err)
	}
	write(revocation.Record{Event: revocation.EventResume})
	write(revocation.Record{Event: revocation.EventSettled, Action: 2, Outcome: string(revocation.Already)})
	write(revocation.Record{Event: revocation.EventEnd})
	if j.Left() != nil {
		t.Errorf("left %+v", j.Left())
	}
	targets, err := revocation.ReadTargets(name)
	if err != nil || len(targets) != 1 || targets[0] != first.Target {
		t.Errorf("targets %+v, error %v", targets, err)
	}
	if deeds, err := revocation.ReadDeeds(name); err != nil || len(deeds) != 1 || deeds[0].Target != first.Target || deeds[0].At.IsZero() || deeds[0].Journal != name {
		t.Errorf("deeds %+v, error %v", deeds, err)
	}
	if text, err := os.ReadFile(name); err != nil || strings.Contains(string(text), "NumberOne") {
		t.Errorf("the journal holds an ID, error %v", err)
	}
}

// tear adds half a record, as a crash does.
func tear(t *testing.T, name string) {
	t.Helper()
	file, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = file.WriteString(`{"event":"beg`)
	}
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestNothingIsAddedToACleanUp refuses the journal of a clean-up with an action that nobody approved: only a freeze goes on adding keys.
func TestNothingIsAddedToACleanUp(t *testing.T) {
	for goal, fine := range map[revocation.Goal]bool{revocation.ToCleanUp: false, revocation.ToUndoCleanUp: false, revocation.ToDisable: true} {
		name := filepath.Join(t.TempDir(), "run.jsonl")
		j, err := revocation.CreateJournal(name)
		if err != nil {
			t.Fatal(err)
		}
		plan := revocation.Plan{Version: revocation.Version, Goal: goal, Account: "1234567890123456"}
		for _, r := range []revocation.Record{{Event: revocation.EventPlan, Plan: &plan}, {Event: revocation.EventApproved}, {Event: revocation.EventAdd, Plan: &plan}} {
			if err := j.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if j, err = revocation.OpenJournal(name); (err == nil) != fine {
			t.Errorf("%s: %v", goal, err)
		}
		if err == nil {
			_ = j.Close()
		}
	}
}
