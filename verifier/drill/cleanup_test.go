package drill_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/cleanup"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/drill"
	"github.com/akguard/akguard/verifier/investigate"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

func (a admin) Owns(id rules.Secret) bool { return id.Reveal() == a.ID.Reveal() }

// TestCleanUps cleans up after thefts. What is left is what only a person can close, and nothing of the company's is touched.
func TestCleanUps(t *testing.T) {
	const thefts = 20
	for seed := range max(thefts, seeds()) {
		profile := drill.Profiles()[seed%len(drill.Profiles())]
		t.Run(fmt.Sprint(profile, seed), func(t *testing.T) {
			t.Parallel()
			d, err := drill.New(drill.Options{Seed: uint64(1000 + seed), Profile: profile, Now: time.Now(), Quiet: 40})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			cleanUp(t, d)
		})
	}
}

func cleanUp(t *testing.T, d *drill.Drill) {
	t.Helper()
	conn, err := connection.New(connection.Options{Endpoints: d.Server.Endpoints(), Unpaced: true})
	if err != nil {
		t.Fatal(err)
	}
	c, err := cleanup.New(cleanup.Options{Connection: conn, Admin: admin(d.Admin)})
	if err != nil {
		t.Fatal(err)
	}
	snapshot, first := look(t, d)
	p, err := c.Plan(t.Context(), first, snapshot, cleanup.Request{})
	if err != nil || p.Blocked() {
		t.Fatalf("notes %v, error %v", p.Notes, err)
	}
	j, err := revocation.CreateJournal(filepath.Join(t.TempDir(), "run.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	yes := revoke.ApproverFunc(func(context.Context, []revocation.Action) error { return nil })
	steps, err := c.Run(t.Context(), p, cleanup.RunOptions{Approver: yes, Journal: j})
	if err != nil || len(steps) != len(p.Actions) {
		t.Fatalf("%d steps of %d, error %v", len(steps), len(p.Actions), err)
	}
	for _, s := range steps {
		if s.Outcome != revocation.Done {
			t.Errorf("%s: %s, %v", s.Action, s.Outcome, s.Err)
		}
	}
	again, second := look(t, d)
	if rest, err := c.Plan(t.Context(), second, again, cleanup.Request{}); err != nil || len(rest.Actions) > 0 || rest.Blocked() {
		t.Errorf("then it plans %v, notes %v, error %v", rest.Actions, rest.Notes, err)
	}
	person := map[string]bool{}
	for _, n := range p.Notes {
		person[n.Text.String()] = n.Person
	}
	for _, task := range second.Left() {
		if e := task.Evidence; !task.Result.Posture && e.Maker == investigate.Thief && !person[e.What.String()] {
			t.Errorf("left, and no note says so: %s %v %+v", task.Result.Check, e.What, e.Subject)
		}
	}
	if score := d.Score(nil); len(score.Touched) > 0 {
		t.Errorf("touched: %v", score.Touched)
	}
	wantRights(t, d)
	t.Logf("%d acts, %d notes", len(p.Actions), len(p.Notes))
}

// wantRights wants what the company gave its users and opened to its customers to be there.
func wantRights(t *testing.T, d *drill.Drill) {
	t.Helper()
	for user, policy := range map[string]string{"deployer": "AdministratorAccess", "ci": "AdministratorAccess", "anna": "AdministratorAccess", "incident": "AdministratorAccess", "backup": "deploy"} {
		if !slices.Contains(d.Account.Attached("user/"+user), policy) {
			t.Errorf("%s has lost %s", user, policy)
		}
	}
	rules := d.Account.SecurityGroup("sg-web").Rules
	for _, id := range []string{"sgr-https", "sgr-ssh"} {
		if !slices.ContainsFunc(rules, func(r account.Rule) bool { return r.ID == id }) {
			t.Errorf("the rule %s is gone", id)
		}
	}
}
