package cleanup_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/cleanup"
	"github.com/akguard/akguard/verifier/investigate"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

// right is the permission that a call needs.
func right(c alibabatest.Call) string {
	if c.Service == "Ims" {
		return "ram:" + c.Action
	}
	return strings.ToLower(c.Service) + ":" + c.Action
}

// TestLeastPolicy cleans up with a user that has nothing but what Policy names, and wants each of those rights to be used.
func TestLeastPolicy(t *testing.T) {
	s := newStage(t)
	s.theft()
	r, snapshot := s.investigate(investigate.Known{})
	before := len(s.server.Recorded())
	policy := cleanup.Policy(r, snapshot, cleanup.Request{})
	if n := len(s.server.Recorded()) - before; n > 0 {
		t.Errorf("%d calls are made for the policy", n)
	}
	s.must(s.account.AddPolicy("least", policy))
	cleaner := s.account.AddKey("cleaner")
	s.must(s.account.Attach("user/cleaner", "least"))
	s.admin = cleaner
	p, err := s.cleaner().Plan(t.Context(), r, snapshot, cleanup.Request{})
	s.must(err)
	s.wantDone(s.run(p), 13)
	asked := map[string]bool{}
	for _, call := range s.server.Recorded()[before:] {
		if call.Service != "Sts" {
			asked[right(call)] = true
		}
	}
	var named struct{ Statement []struct{ Action []string } }
	s.must(json.Unmarshal([]byte(policy), &named))
	for _, name := range named.Statement[0].Action {
		if !asked[name] {
			t.Errorf("%s is named and not used", name)
		}
		delete(asked, name)
	}
	if len(asked) > 0 {
		t.Errorf("used and not named: %v", asked)
	}
}

// TestKnownIsSpared touches nothing that is known, whatever the report says, and neither does a plan from before it was known.
func TestKnownIsSpared(t *testing.T) {
	s := newStage(t)
	s.theft()
	p := s.plan(cleanup.Request{})
	r, snapshot := s.investigate(investigate.Known{})
	known := investigate.Known{Users: []string{"support", "anna", "ci"}, Roles: []string{"web"}, Resources: []string{"sg-web", "developers", "deploy", "audit"}}
	q := cleanup.Request{Known: known}
	c := s.cleaner()
	spared, err := c.Plan(t.Context(), r, snapshot, q)
	s.must(err)
	if got := texts(spared.Actions); !slices.Equal(got, []string{"stop"}) {
		t.Errorf("planned %q", got)
	}
	j := s.journal()
	steps, err := c.Run(t.Context(), p, cleanup.RunOptions{Approver: revoke.ApproverFunc(yes), Journal: j})
	s.must(err)
	for _, step := range steps {
		if want := map[bool]revocation.Outcome{true: revocation.Done, false: revocation.Refused}[step.Action.Kind == revocation.Stop]; step.Outcome != want {
			t.Errorf("%s: %s, %v", step.Action, step.Outcome, step.Err)
		}
	}
}

// TestOwnIsSpared acts with a user of whom the thief has changed something.
func TestOwnIsSpared(t *testing.T) {
	s := newStage(t)
	for _, call := range [][]string{
		{"CreateAccessKey", "UserName", "incident"},
		{"CreateLoginProfile", "UserName", "incident", "Password", "x"},
		{"AttachPolicyToUser", "UserName", "incident", "PolicyName", "deploy", "PolicyType", "Custom"},
	} {
		s.steal("Ram", call[0], call[1:]...)
	}
	s.leaked.SetStatus(alibabatest.Inactive)
	p := s.plan(cleanup.Request{})
	if len(p.Actions) > 0 || len(p.Notes) < 3 {
		t.Errorf("planned %q, notes %v", texts(p.Actions), p.Notes)
	}
	for _, n := range p.Notes {
		if n.Text.Code != "cleanup.own" && !n.Person {
			t.Errorf("note %v", n)
		}
	}
}

// TestUnknownMaker leaves alone what no event attributes to anybody, unless it is asked for.
func TestUnknownMaker(t *testing.T) {
	s := newStage(t)
	s.steal("Ram", "ListUsers")
	s.leaked.SetStatus(alibabatest.Inactive)
	s.account.AddUser(alibabatest.User{Name: "ghost", Created: s.since.Add(1e9)})
	s.account.AddKey("ghost")
	r, snapshot := s.investigate(investigate.Known{})
	for i := range r.Results { // as ten minutes later
		for k := range r.Results[i].Evidence {
			if e := &r.Results[i].Evidence[k]; e.Maker == investigate.Fresh && strings.Contains(e.Subject.Name+e.Subject.Of, "ghost") {
				e.Maker, r.Results[i].Status = investigate.Nobody, investigate.Found
			}
		}
	}
	for _, unknown := range []bool{false, true} {
		p, err := s.cleaner().Plan(t.Context(), r, snapshot, cleanup.Request{Unknown: unknown})
		s.must(err)
		if got := len(p.Actions) > 0; got != unknown {
			t.Errorf("with %v, planned %q, notes %v", unknown, texts(p.Actions), p.Notes)
		}
		for _, a := range p.Actions {
			if !slices.ContainsFunc(a.Risks, func(r reason.Reason) bool { return r.Code == "cleanup.risk-unknown-maker" }) {
				t.Errorf("risks %v", a.Risks)
			}
		}
	}
}

// TestStopping counts an instance that is on its way as stopped, and its journal says how it was.
func TestStopping(t *testing.T) {
	s := newStage(t)
	s.steal("Ecs", "RunInstances", "InstanceType", "ecs.gn7i-c8g1.2xlarge", "InstanceName", "worker")
	s.leaked.SetStatus(alibabatest.Inactive)
	p := s.plan(cleanup.Request{})
	if len(p.Actions) != 1 {
		t.Fatalf("actions %v, notes %v", p.Actions, p.Notes)
	}
	name := p.Actions[0].Thing.Name
	var stops atomic.Int32
	s.server.Script(func(c alibabatest.Call) (alibabatest.Fault, bool) {
		switch {
		case c.Action == "StopInstance":
			stops.Add(1)
		case c.Action == "DescribeInstances" && stops.Load() > 0:
			s.setInstance(name, "Stopping")
		}
		return alibabatest.Fault{}, false
	})
	defer s.server.Script(nil)
	steps := s.run(p)
	s.wantDone(steps, 1)
	if steps[0].State.Thing != revocation.Stopping || !strings.Contains(s.journals(), `"state":{"thing":"stopping"}`) || stops.Load() != 1 {
		t.Errorf("stopped %d times, steps %+v", stops.Load(), steps)
	}
}

// TestLeakedKeyWorks says that the leaked key must be frozen first.
func TestLeakedKeyWorks(t *testing.T) {
	s := newStage(t)
	s.theft()
	if has(s.plan(cleanup.Request{}), "cleanup.leaked-active") {
		t.Error("a disabled key is said to work")
	}
	s.leaked.SetStatus(alibabatest.Active)
	if !has(s.plan(cleanup.Request{}), "cleanup.leaked-active") {
		t.Error("the plan does not say that the leaked key works")
	}
}

func has(p *revocation.Plan, code string) bool {
	return slices.ContainsFunc(p.Notes, func(n revocation.Note) bool { return n.Text.Code == code })
}

// TestOtherAccount refuses a report of another account, and a plan of a revocation.
func TestOtherAccount(t *testing.T) {
	s, other := newStage(t), newStage(t)
	s.theft()
	r, snapshot := s.investigate(investigate.Known{})
	p := s.plan(cleanup.Request{})
	var known *reason.Error
	if _, err := other.cleaner().Plan(t.Context(), r, snapshot, cleanup.Request{}); !errors.As(err, &known) || known.Reason.Code != "cleanup.other-account" || known.Hint.IsZero() {
		t.Errorf("planning: %v", err)
	}
	j := other.journal()
	if _, err := other.cleaner().Run(t.Context(), p, cleanup.RunOptions{Approver: revoke.ApproverFunc(yes), Journal: j}); !errors.As(err, &known) || known.Reason.Code != "cleanup.other-account" {
		t.Errorf("running: %v", err)
	}
	p.Goal = revocation.ToDisable
	if _, err := s.cleaner().Run(t.Context(), p, cleanup.RunOptions{Approver: revoke.ApproverFunc(yes), Journal: s.journal()}); !errors.As(err, &known) || known.Reason.Code != "cleanup.not-a-clean-up" {
		t.Errorf("running a revocation: %v", err)
	}
	if changed := slices.ContainsFunc(other.server.Recorded(), func(c alibabatest.Call) bool { return changes(c.Action) }); changed {
		t.Error("another account was changed")
	}
}

// TestPlanOfStrangers refuses a plan that was edited so that a role would trust somebody new, by itself or through a service.
func TestPlanOfStrangers(t *testing.T) {
	s := newStage(t)
	s.steal("Ram", "UpdateRole", "RoleName", "web", "NewAssumeRolePolicyDocument", trusts("acs:ram::"+stranger+":root"))
	p := s.plan(cleanup.Request{})
	if len(p.Actions) != 1 {
		t.Fatalf("actions %v", p.Actions)
	}
	number := s.account.UID()
	for principal, fine := range map[string]bool{
		"ecs.aliyuncs.com": true, number + "@ecs.aliyuncs.com": true, "acs:ram::" + number + ":root": true,
		"7777777777777777@ecs.aliyuncs.com": false, "acs:ram::7777777777777777:root": false, "*": false,
	} {
		p.Actions[0].To.Thing = trusts(principal)
		if err := p.Check(); (err == nil) != fine {
			t.Errorf("trust in %s: %v", principal, err)
		}
	}
}

// TestServiceOfStranger takes a service out of a role that acts for the thief's account.
func TestServiceOfStranger(t *testing.T) {
	s := newStage(t)
	s.steal("Ram", "UpdateRole", "RoleName", "web", "NewAssumeRolePolicyDocument",
		`{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":["fc.aliyuncs.com","`+stranger+`@fc.aliyuncs.com"]}}]}`)
	p := s.plan(cleanup.Request{})
	if len(p.Actions) != 1 || strings.Contains(p.Actions[0].To.Thing, stranger) || !strings.Contains(fmt.Sprint(p.Actions[0].Why), stranger) {
		t.Errorf("actions %+v", p.Actions)
	}
}

// TestDenied changes nothing without approval.
func TestDenied(t *testing.T) {
	s := newStage(t)
	s.theft()
	p := s.plan(cleanup.Request{})
	before := len(s.server.Recorded())
	for _, approver := range []revoke.Approver{nil, revoke.ApproverFunc(func(context.Context, []revocation.Action) error { return revoke.ErrDenied })} {
		if _, err := s.cleaner().Run(t.Context(), p, cleanup.RunOptions{Approver: approver, Journal: s.journal()}); !errors.Is(err, revoke.ErrDenied) {
			t.Errorf("error %v", err)
		}
	}
	for _, c := range s.server.Recorded()[before:] {
		if changes(c.Action) {
			t.Errorf("%s is called", c.Action)
		}
	}
	if h := s.history(); len(h.Unclean) > 0 || len(h.Deeds()) > 0 {
		t.Errorf("journals %+v", h)
	}
}

// TestDocumentListsRights holds the document to the permissions that a clean-up needs.
func TestDocumentListsRights(t *testing.T) {
	s := newStage(t)
	s.theft()
	document, err := os.ReadFile(filepath.Join("..", "..", "docs", "investigation.md"))
	s.must(err)
	for _, right := range cleanup.Rights(s.plan(cleanup.Request{}).Actions) {
		right = strings.NewReplacer("PoliciesForGroup", "PoliciesForUser", "PoliciesForRole", "PoliciesForUser", "PolicyFromGroup", "PolicyFromUser", "PolicyFromRole", "PolicyFromUser").Replace(right)
		if !strings.Contains(string(document), "`"+right+"`") {
			t.Errorf("it does not list %s", right)
		}
	}
}
