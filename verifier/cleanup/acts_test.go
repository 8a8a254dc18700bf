package cleanup_test

import (
	"strings"
	"testing"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/cleanup"
	"github.com/akguard/akguard/verifier/revocation"
)

// act is a kind of action, what the thief does that asks for it, and how others get in its way.
type act struct {
	kind    revocation.Kind
	theft   [][]string
	same    func(s *stage, p *revocation.Plan) // does what the action is to do
	differs func(s *stage, p *revocation.Plan) // changes the thing in another way; nil if there is none
	calls   string                             // the action of the API that the act makes
}

func (s *stage) administer(service, action string, pairs ...string) {
	s.t.Helper()
	s.by(s.admin, "203.0.113.1", service, action, pairs...)
}

// acts is one of each kind.
func acts() []act {
	call := func(service, action string, pairs ...string) func(*stage, *revocation.Plan) {
		return func(s *stage, _ *revocation.Plan) { s.administer(service, action, pairs...) }
	}
	instance := func(action string) func(*stage, *revocation.Plan) {
		return func(s *stage, p *revocation.Plan) { s.administer("Ecs", action, "InstanceId", p.Actions[0].Thing.Name) }
	}
	return []act{
		{revocation.Disable, [][]string{{"Ram", "CreateAccessKey", "UserName", "anna"}},
			func(s *stage, _ *revocation.Plan) { s.account.Keys("anna")[1].SetStatus(alibabatest.Inactive) }, nil, "UpdateAccessKey"},
		{revocation.DeleteLogin, [][]string{{"Ram", "CreateLoginProfile", "UserName", "ci", "Password", "x"}}, call("Ram", "DeleteLoginProfile", "UserName", "ci"), nil, "DeleteLoginProfile"},
		{revocation.Leave, [][]string{{"Ram", "AddUserToGroup", "UserName", "anna", "GroupName", "developers"}}, call("Ram", "RemoveUserFromGroup", "UserName", "anna", "GroupName", "developers"), nil, "RemoveUserFromGroup"},
		{revocation.Detach, [][]string{{"Ram", "AttachPolicyToUser", "UserName", "ci", "PolicyName", "AdministratorAccess", "PolicyType", "System"}},
			call("Ram", "DetachPolicyFromUser", "UserName", "ci", "PolicyName", "AdministratorAccess", "PolicyType", "System"), nil, "DetachPolicyFromUser"},
		{revocation.Detach, [][]string{{"Ram", "AttachPolicyToGroup", "GroupName", "developers", "PolicyName", "deploy", "PolicyType", "Custom"}},
			call("Ram", "DetachPolicyFromGroup", "GroupName", "developers", "PolicyName", "deploy", "PolicyType", "Custom"), nil, "DetachPolicyFromGroup"},
		{revocation.Detach, [][]string{{"Ram", "AttachPolicyToRole", "RoleName", "web", "PolicyName", "AdministratorAccess", "PolicyType", "System"}},
			call("Ram", "DetachPolicyFromRole", "RoleName", "web", "PolicyName", "AdministratorAccess", "PolicyType", "System"), nil, "DetachPolicyFromRole"},
		{revocation.SetVersion, [][]string{{"Ram", "CreatePolicyVersion", "PolicyName", "deploy", "PolicyDocument", everyone, "SetAsDefault", "true"}},
			call("Ram", "SetDefaultPolicyVersion", "PolicyName", "deploy", "VersionId", "v1"),
			call("Ram", "CreatePolicyVersion", "PolicyName", "deploy", "PolicyDocument", everyone, "SetAsDefault", "true"), "SetDefaultPolicyVersion"},
		{revocation.SetTrust, [][]string{{"Ram", "UpdateRole", "RoleName", "web", "NewAssumeRolePolicyDocument", trusts("acs:ram::" + stranger + ":root")}},
			func(s *stage, p *revocation.Plan) {
				s.administer("Ram", "UpdateRole", "RoleName", "web", "NewAssumeRolePolicyDocument", " "+p.Actions[0].To.Thing)
			},
			call("Ram", "UpdateRole", "RoleName", "web", "NewAssumeRolePolicyDocument", trusts("acs:ram::1111222233334444:root")), "UpdateRole"},
		{revocation.StartLogging, [][]string{{"Actiontrail", "StopLogging", "Name", "audit"}}, call("Actiontrail", "StartLogging", "Name", "audit"), nil, "StartLogging"},
		{revocation.CloseRule, [][]string{{"Ecs", "AuthorizeSecurityGroup", "SecurityGroupId", "sg-web", "IpProtocol", "tcp", "PortRange", "22/22", "SourceCidrIp", "0.0.0.0/0", "Policy", "accept", "Priority", "1"}},
			func(s *stage, p *revocation.Plan) {
				s.administer("Ecs", "RevokeSecurityGroup", "SecurityGroupId", "sg-web", "SecurityGroupRuleId.1", p.Actions[0].Thing.Rule.ID)
			},
			func(s *stage, _ *revocation.Plan) { s.editRule(func(r *account.Rule) { r.Source = "203.0.113.0/24" }) }, "RevokeSecurityGroup"},
		{revocation.Stop, [][]string{{"Ecs", "RunInstances", "InstanceType", "ecs.gn7i-c8g1.2xlarge", "InstanceName", "worker"}}, instance("StopInstance"),
			func(s *stage, p *revocation.Plan) { s.setInstance(p.Actions[0].Thing.Name, "Locked") }, "StopInstance"},
	}
}

// editRule changes the rule that the thief has added.
func (s *stage) editRule(edit func(*account.Rule)) {
	s.account.Mu.Lock()
	defer s.account.Mu.Unlock()
	g := s.account.SecurityGroup("sg-web")
	edit(&g.Rules[len(g.Rules)-1])
}

func (s *stage) setInstance(id, status string) {
	s.account.Mu.Lock()
	defer s.account.Mu.Unlock()
	for i := range s.account.Instances {
		if s.account.Instances[i].ID == id {
			s.account.Instances[i].Status = status
		}
	}
}

// TestEachAct does each act, finds it done, finds it changed, has it refused, and undoes it.
func TestEachAct(t *testing.T) {
	for _, a := range acts() {
		t.Run(string(a.kind)+" "+a.calls, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			for _, call := range a.theft {
				s.steal(call[0], call[1], call[2:]...)
			}
			s.leaked.SetStatus(alibabatest.Inactive)
			p := s.plan(cleanup.Request{})
			if len(p.Actions) != 1 || p.Actions[0].Kind != a.kind {
				t.Fatalf("planned %q, notes %v", texts(p.Actions), p.Notes)
			}
			s.refused(a, p)
			s.changed(a, p)
			s.done(a, p)
		})
	}
}

// refused lets the service refuse the call, and goes on with the run later.
func (s *stage) refused(a act, p *revocation.Plan) {
	s.t.Helper()
	s.server.InjectFor(a.service(), a.calls, alibabatest.Fault{Code: "NoPermission", Message: "no", Status: 403}, 1)
	steps := s.run(p)
	if len(steps) != 1 || steps[0].Outcome != revocation.Refused || steps[0].Err == nil || steps[0].Hint().IsZero() {
		s.t.Fatalf("refused: %+v", steps)
	}
	if open := s.history().Unclean; len(open) != 1 {
		s.t.Fatalf("%d journals are open", len(open))
	}
	s.wantDone(s.resume(), 1)
	s.goBack()
}

// service is that of the call.
func (a act) service() string {
	switch a.kind {
	case revocation.StartLogging:
		return "Actiontrail"
	case revocation.CloseRule, revocation.Stop:
		return "Ecs"
	}
	return "Ram"
}

// goBack undoes all that was done; what cannot be undone is made again by the administrator.
func (s *stage) goBack() {
	s.t.Helper()
	deeds := s.history().Deeds()
	deeds = deeds[len(deeds)-1:]
	if deeds[0].Kind == revocation.DeleteLogin {
		s.administer("Ram", "CreateLoginProfile", "UserName", "ci", "Password", "y")
		return
	}
	undo, err := s.cleaner().PlanUndo(s.t.Context(), deeds)
	s.must(err)
	if len(undo.Actions) != 1 {
		s.t.Fatalf("undoing %v: %q, notes %v", deeds[0].Action, texts(undo.Actions), undo.Notes)
	}
	s.wantDone(s.run(undo), 1)
	if deeds[0].Kind == revocation.CloseRule { // a rule that is added again has another ID
		s.editRule(func(r *account.Rule) { r.ID = deeds[0].Thing.Rule.ID })
	}
}

// changed has somebody change the thing after the plan was made.
func (s *stage) changed(a act, p *revocation.Plan) {
	s.t.Helper()
	if a.differs == nil {
		return
	}
	var rule account.Rule
	if a.kind == revocation.CloseRule {
		s.editRule(func(r *account.Rule) { rule = *r })
	}
	a.differs(s, p)
	before := s.server.Calls(a.service(), a.calls)
	steps := s.run(p)
	if len(steps) != 1 || steps[0].Outcome != revocation.Refused || !strings.Contains(steps[0].Err.Error(), "cleanup.changed") || steps[0].Hint().IsZero() {
		s.t.Errorf("changed since: %+v", steps)
	}
	if after := s.server.Calls(a.service(), a.calls); after != before {
		s.t.Errorf("what has changed was touched")
	}
	switch a.kind {
	case revocation.CloseRule:
		s.editRule(func(r *account.Rule) { *r = rule })
	case revocation.Stop:
		s.setInstance(p.Actions[0].Thing.Name, "Running")
	case revocation.SetVersion:
		s.administer("Ram", "SetDefaultPolicyVersion", "PolicyName", "deploy", "VersionId", "v2")
	case revocation.SetTrust:
		s.administer("Ram", "UpdateRole", "RoleName", "web", "NewAssumeRolePolicyDocument", p.Actions[0].From.Thing)
	}
	s.wantDone(s.resume(), 1)
	s.goBack()
}

// done finds the thing as it is to be, which is no failure.
func (s *stage) done(a act, p *revocation.Plan) {
	s.t.Helper()
	a.same(s, p)
	before := s.server.Calls(a.service(), a.calls)
	steps := s.run(p)
	if len(steps) != 1 || steps[0].Outcome != revocation.Already || steps[0].Err != nil {
		s.t.Errorf("already: %+v", steps)
	}
	if after := s.server.Calls(a.service(), a.calls); after != before {
		s.t.Errorf("it was done once more")
	}
	if again := s.planAgain(cleanup.Request{}); len(again.Actions) != 0 || again.Blocked() {
		s.t.Errorf("planned again: %q, notes %v", texts(again.Actions), again.Notes)
	}
}
