package cleanup

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/internal/read"
	"github.com/akguard/akguard/verifier/revocation"
)

// maker is the change.Maker of clean-ups.
type maker struct{ *Cleaner }

// Observe reads the state of what the action is about. What does not exist any more is absent.
func (m maker) Observe(ctx context.Context, a revocation.Action) (revocation.State, error) {
	if a.Thing == nil {
		return m.keys.Observe(ctx, a)
	}
	state, err := m.observe(ctx, a)
	if cloud.IsAbsent(err) {
		state, err = revocation.Absent, nil
	}
	if err != nil {
		return revocation.State{}, change.FailCall(reason.New("cleanup.reading", a.Reason(), err), err)
	}
	return revocation.State{Thing: state}, nil
}

func (m maker) observe(ctx context.Context, a revocation.Action) (string, error) {
	t := a.Thing
	switch a.Kind {
	case revocation.DeleteLogin:
		_, err := m.cloud.HasLoginProfile(ctx, t.Name)
		return revocation.Present, err
	case revocation.Leave, revocation.Join:
		groups, err := read.Memberships(ctx, m.cloud, t.Name)
		return presence(slices.ContainsFunc(groups, func(g account.Membership) bool { return g.Group == t.Of })), err
	case revocation.Detach, revocation.Attach:
		attached, err := read.Attached(ctx, m.cloud, holderKind(t.Holder), t.Of)
		return presence(slices.ContainsFunc(attached, func(p account.Attached) bool { return p.Policy == t.Name && p.System == t.System })), err
	case revocation.SetVersion:
		return m.observeVersion(ctx, t.Name)
	case revocation.SetTrust:
		role, err := read.Role(ctx, m.cloud, t.Name)
		return compact(role.Trust), err
	case revocation.StartLogging, revocation.StopLogging:
		logging, _, err := read.TrailStatus(ctx, m.cloud.In(t.Region), t.Name)
		if cloud.Code(err) == "TrailNotFoundException" {
			return revocation.Absent, nil
		}
		return running(logging), err
	case revocation.CloseRule, revocation.OpenRule:
		return m.observeRule(ctx, a)
	}
	return m.observeInstance(ctx, t)
}

func presence(there bool) string {
	if there {
		return revocation.Present
	}
	return revocation.Absent
}

func running(on bool) string {
	if on {
		return revocation.Running
	}
	return revocation.Stopped
}

// holderKind is how the API names the holders of policies.
func holderKind(holder string) string {
	return map[string]string{revocation.ByUser: read.ForUser, revocation.ByGroup: read.ForGroup, revocation.ByRole: read.ForRole}[holder]
}

func (m maker) observeVersion(ctx context.Context, policy string) (string, error) {
	versions, err := read.Versions(ctx, m.cloud, policy)
	for _, v := range versions {
		if v.Default {
			return v.ID, err
		}
	}
	return "?", err
}

// observeRule finds a rule by its ID or, where the service gives none or has made another, by what it says. A rule that says
// something else now is neither there nor absent.
func (m maker) observeRule(ctx context.Context, a revocation.Action) (string, error) {
	rules, err := read.Rules(ctx, m.cloud.In(a.Thing.Region), a.Thing.Name)
	if err != nil {
		if strings.HasPrefix(cloud.Code(err), "InvalidSecurityGroupId") {
			return revocation.Absent, nil
		}
		return "", err
	}
	want := *a.Thing.Rule
	for _, r := range rules {
		switch {
		case a.Kind == revocation.CloseRule && want.ID != "" && r.ID == want.ID && !alike(r, want):
			return revocation.RuleText(r), nil
		case a.Kind == revocation.CloseRule && want.ID != "" && r.ID != want.ID:
		case alike(r, want):
			return revocation.Present, nil
		}
	}
	return revocation.Absent, nil
}

// alike reports whether two rules let the same through.
func alike(a, b account.Rule) bool {
	same := func(x, y string) bool { return strings.EqualFold(x, y) }
	return same(a.Direction, b.Direction) && same(a.Policy, b.Policy) && same(a.Protocol, b.Protocol) && a.Ports == b.Ports &&
		cmp.Or(a.Priority, "1") == cmp.Or(b.Priority, "1") && a.Source == b.Source && a.Source6 == b.Source6 &&
		a.SourceGroup == b.SourceGroup && a.PrefixList == b.PrefixList && a.PortList == b.PortList
}

func (m maker) observeInstance(ctx context.Context, t *revocation.Thing) (string, error) {
	i, found, err := read.Instance(ctx, m.cloud.In(t.Region), t.Region, t.Name)
	if err == nil && !found {
		return revocation.Absent, nil
	}
	return strings.ToLower(i.Status), err
}

// Guard refuses what must not be touched, and what has changed since the plan was made.
func (m maker) Guard(ctx context.Context, a revocation.Action, s revocation.State) error {
	if why, ok := m.spare(a); ok {
		return change.Fail(reason.New("revoke.about", a.Reason(), why), reason.New("cleanup.spared-hint"))
	}
	if a.Thing == nil {
		return m.keys.Guard(ctx, a, s)
	}
	if s != a.From && !(a.Kind == revocation.SetTrust && revocation.SameJSON(s.Thing, a.From.Thing)) {
		return change.Fail(reason.New("cleanup.changed", a.Reason(), s.Reason(), a.From.Reason()), reason.New("cleanup.changed-hint"))
	}
	return nil
}

// Forget drops nothing: every state is read anew.
func (m maker) Forget(revocation.Action) {}

// Pause waits for d, or until ctx ends.
func (m maker) Pause(ctx context.Context, d time.Duration) error { return m.cloud.Pause(ctx, d) }

// Call makes the one call that changes something.
func (m maker) Call(ctx context.Context, a revocation.Action) error {
	if a.Thing == nil {
		return m.keys.Call(ctx, a)
	}
	client := m.cloud
	if a.Thing.Region != "" {
		client = client.In(a.Thing.Region)
	}
	return client.Change(ctx, query(a))
}

// query is the call of an action on a thing.
func query(a revocation.Action) cloud.Query {
	t := a.Thing
	ram := func(action string, pairs ...string) cloud.Query { return asked(cloud.RAM, action, pairs...) }
	switch a.Kind {
	case revocation.DeleteLogin:
		return ram("DeleteLoginProfile", "UserName", t.Name)
	case revocation.Leave:
		return ram("RemoveUserFromGroup", "UserName", t.Name, "GroupName", t.Of)
	case revocation.Join:
		return ram("AddUserToGroup", "UserName", t.Name, "GroupName", t.Of)
	case revocation.Detach:
		return ram("DetachPolicyFrom"+holderKind(t.Holder), holderKind(t.Holder)+"Name", t.Of, "PolicyName", t.Name, "PolicyType", policyType(t))
	case revocation.Attach:
		return ram("AttachPolicyTo"+holderKind(t.Holder), holderKind(t.Holder)+"Name", t.Of, "PolicyName", t.Name, "PolicyType", policyType(t))
	case revocation.SetVersion:
		return ram("SetDefaultPolicyVersion", "PolicyName", t.Name, "VersionId", a.To.Thing)
	case revocation.SetTrust:
		return ram("UpdateRole", "RoleName", t.Name, "NewAssumeRolePolicyDocument", a.To.Thing)
	case revocation.StartLogging:
		return asked(cloud.ActionTrail, "StartLogging", "Name", t.Name)
	case revocation.StopLogging:
		return asked(cloud.ActionTrail, "StopLogging", "Name", t.Name)
	case revocation.CloseRule, revocation.OpenRule:
		return ruleQuery(a)
	case revocation.Start:
		return asked(cloud.ECS, "StartInstance", "InstanceId", t.Name)
	}
	return asked(cloud.ECS, "StopInstance", "InstanceId", t.Name)
}

func asked(service, action string, pairs ...string) cloud.Query {
	params := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		params[pairs[i]] = pairs[i+1]
	}
	return cloud.Query{Service: service, Action: action, Params: params}
}

func policyType(t *revocation.Thing) string {
	if t.System {
		return "System"
	}
	return "Custom"
}

// ruleQuery revokes a rule, by its ID if it has one and by all its fields otherwise, or adds it again.
func ruleQuery(a revocation.Action) cloud.Query {
	r := *a.Thing.Rule
	if a.Kind == revocation.CloseRule && r.ID != "" {
		return asked(cloud.ECS, "RevokeSecurityGroup", "SecurityGroupId", a.Thing.Name, "SecurityGroupRuleId.1", r.ID)
	}
	action, description := "RevokeSecurityGroup", ""
	if a.Kind == revocation.OpenRule {
		action, description = "AuthorizeSecurityGroup", r.Description
	}
	return asked(cloud.ECS, action, "SecurityGroupId", a.Thing.Name, "Policy", strings.ToLower(r.Policy), "IpProtocol", strings.ToLower(r.Protocol),
		"PortRange", r.Ports, "Priority", r.Priority, "SourceCidrIp", r.Source, "Ipv6SourceCidrIp", r.Source6, "SourceGroupId", r.SourceGroup,
		"SourcePrefixListId", r.PrefixList, "NicType", r.NIC, "Description", description)
}
