package revocation

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// The kinds of actions of a clean-up. It disables keys too.
const (
	DeleteLogin  Kind = "delete-login"  // nothing brings back the password
	Leave        Kind = "leave-group"   // a user leaves a group
	Join         Kind = "join-group"    // undoes Leave
	Detach       Kind = "detach"        // a policy is taken from a user, group or role
	Attach       Kind = "attach"        // undoes Detach
	SetVersion   Kind = "set-version"   // another version of a policy is put into force; undone by itself
	SetTrust     Kind = "set-trust"     // a role trusts somebody else; undone by itself
	StartLogging Kind = "start-logging" // a trail records again
	StopLogging  Kind = "stop-logging"  // undoes StartLogging
	CloseRule    Kind = "close-rule"    // a rule of a security group is revoked
	OpenRule     Kind = "open-rule"     // undoes CloseRule
	Stop         Kind = "stop"          // an instance is stopped
	Start        Kind = "start"         // undoes Stop
)

// The states of things. That of a policy is the version in force, that of a role its trust policy.
const (
	Present = "present"
	Running = "running"
	Stopped = "stopped"

	// An instance is on its way for up to a minute, and cannot turn back: with many of them, nobody waits for each.
	Stopping = "stopping"
	Starting = "starting"
)

// The holders of policies.
const (
	ByUser  = "user"
	ByGroup = "group"
	ByRole  = "role"
)

// Thing is what an action of a clean-up is about: everything but keys. It has all that the call needs, and all that undoes it.
type Thing struct {
	Name   string        `json:"name"`             // of the user, policy, role, trail, security group or instance
	Of     string        `json:"of,omitempty"`     // the group that a user is in, or who holds the policy
	Holder string        `json:"holder,omitempty"` // ByUser, ByGroup or ByRole
	System bool          `json:"system,omitempty"` // the policy is one of Alibaba Cloud's
	Region string        `json:"region,omitempty"`
	Rule   *account.Rule `json:"rule,omitempty"`
}

// String returns the thing in short, for logs.
func (t Thing) String() string {
	text := t.Name
	if t.Rule != nil {
		text = RuleText(*t.Rule) + " of " + text
	}
	if t.Of != "" {
		text = fmt.Sprintf("%s of %s %s", text, t.Holder, t.Of)
	}
	return strings.TrimSpace(text + " " + t.Region)
}

// RuleText is what a rule of a security group says, in short.
func RuleText(r account.Rule) string {
	source := slices.DeleteFunc([]string{r.Source, r.Source6, r.SourceGroup, r.PrefixList}, func(s string) bool { return s == "" })
	return strings.ToLower(r.Policy+" "+r.Protocol) + " " + r.Ports + " " + strings.Join(source, " ")
}

// reason returns an action on the thing as a fact.
func (t Thing) reason(k Kind) reason.Reason {
	code := codeOf("act", string(k))
	switch k {
	case Detach, Attach:
		return reason.New(code+"-"+t.Holder, t.Name, t.Of)
	case Leave, Join:
		return reason.New(code, t.Name, t.Of)
	case CloseRule, OpenRule:
		rule := ""
		if t.Rule != nil {
			rule = RuleText(*t.Rule)
		}
		return reason.New(code, rule, t.Name, t.Region)
	case Stop, Start:
		return reason.New(code, t.Name, t.Region)
	}
	return reason.New(code, t.Name)
}

// codeOf names a fact of a clean-up about a kind of action or a state.
func codeOf(fact, name string) string { return "cleanup." + fact + "-" + name }

// reached reports whether a state is the one that is wanted, or leads to it. Two trust policies are the same whatever their formatting, and what
// is gone has stopped.
func (t Thing) reached(s, to State) bool {
	switch to.Thing {
	case Stopped:
		return s.Thing == Stopped || s.Thing == Stopping || s.Thing == Absent
	case Running:
		return s.Thing == Running || s.Thing == Starting
	}
	return s.Thing == to.Thing || isTrust(to.Thing) && SameJSON(s.Thing, to.Thing)
}

// SameJSON reports whether two documents are equal, whatever their formatting.
func SameJSON(a, b string) bool {
	x, ok1 := canonical(a)
	y, ok2 := canonical(b)
	return ok1 && ok2 && x == y
}

func canonical(document string) (string, bool) {
	var v any
	if json.Unmarshal([]byte(document), &v) != nil {
		return "", false
	}
	text, err := json.Marshal(v)
	return string(text), err == nil
}

func isTrust(state string) bool { return strings.HasPrefix(state, "{") }

// thingState returns the state of a thing as a fact.
func thingState(state string) reason.Reason {
	switch {
	case isTrust(state):
		return reason.New("cleanup.state-trusts", strings.Join(account.Principals(state), ", "))
	case state == Absent:
		return states[Absent]
	case slices.Contains([]string{Present, Running, Stopped, Stopping, Starting}, state):
		return reason.New(codeOf("state", state))
	}
	return reason.Text(state)
}

// Repeatable reports whether the action sets a value that takes something away, so that it has the same effect when it is made twice. What
// gives something back is not made again: somebody else may have taken it away meanwhile. Neither is a document written
// again that somebody may have replaced.
func (k Kind) Repeatable() bool {
	return slices.Contains([]Kind{Disable, Quarantine, DeleteLogin, Leave, Detach, CloseRule}, k)
}

// thingStates are the states before and after the actions of a clean-up on things; none for those that set a value.
var thingStates = map[Kind][2]string{
	DeleteLogin: {Present, Absent}, Leave: {Present, Absent}, Detach: {Present, Absent}, CloseRule: {Present, Absent},
	Stop: {Running, Stopped}, StartLogging: {Stopped, Running}, SetVersion: {}, SetTrust: {},
	Join: {Absent, Present}, Attach: {Absent, Present}, OpenRule: {Absent, Present},
	Start: {Stopped, Running}, StopLogging: {Running, Stopped},
}

// cleanUps are the kinds of actions that a clean-up has, and those that its undoing has.
var cleanUps = map[Goal][]Kind{
	ToCleanUp:     {Disable, DeleteLogin, Leave, Detach, SetVersion, SetTrust, StartLogging, CloseRule, Stop},
	ToUndoCleanUp: {Enable, Join, Attach, SetVersion, SetTrust, StopLogging, OpenRule, Start},
}

// checkCleanUp refuses what a clean-up would not do: a plan may have been edited, and with one that gives something, a thief
// could come back.
func (a Action) checkCleanUp(g Goal, number string) error {
	switch {
	case !slices.Contains(cleanUps[g], a.Kind):
		return reason.NewError("revoke.plan-kind")
	case a.Kind == Disable || a.Kind == Enable:
		if a.Thing != nil || a.Target.Owner.User == "" {
			return reason.NewError("cleanup.plan-root")
		}
		return a.check(number)
	case a.Thing == nil || a.Thing.Name == "" || a.Target != Target{Owner: Owner{Account: number}} || a.Leaked || a.Policy != "":
		return reason.NewError("cleanup.plan-thing")
	}
	step := thingStates[a.Kind]
	switch {
	case step != [2]string{} && (a.From != State{Thing: step[0]} || a.To != State{Thing: step[1]}):
		return reason.NewError("revoke.plan-states", a.Kind.Reason(), a.From.Reason(), a.To.Reason())
	case a.From == a.To || a.From.Thing == "" || a.To.Thing == "":
		return reason.NewError("revoke.plan-states", a.Kind.Reason(), a.From.Reason(), a.To.Reason())
	}
	return a.checkThing(g, number)
}

// checkThing refuses an action without what its call needs.
func (a Action) checkThing(g Goal, number string) error {
	t, whole := *a.Thing, true
	switch a.Kind {
	case Detach, Attach:
		whole = t.Of != "" && slices.Contains([]string{ByUser, ByGroup, ByRole}, t.Holder)
	case Leave, Join:
		whole = t.Of != ""
	case CloseRule, OpenRule:
		whole = t.Rule != nil && t.Region != ""
	case Stop, Start:
		whole = t.Region != ""
	case SetVersion:
		whole = isVersion(a.From.Thing) && isVersion(a.To.Thing)
	case SetTrust:
		whole = isTrust(a.From.Thing) && isTrust(a.To.Thing)
		if whole && g == ToCleanUp && len(StrangersIn(a.To.Thing, number, account.Principals(a.From.Thing))) > 0 {
			return reason.NewError("cleanup.plan-trust")
		}
	}
	if !whole {
		return reason.NewError("cleanup.plan-thing")
	}
	return nil
}

func isVersion(s string) bool {
	return len(s) > 1 && s[0] == 'v' && strings.Trim(s[1:], "0123456789") == ""
}

// StrangersIn returns whom a trust policy names besides the account's own identities, services of Alibaba Cloud, and others that are
// known.
func StrangersIn(trust, number string, known []string) []string {
	return slices.DeleteFunc(account.Principals(trust), func(p string) bool {
		whose, service := account.ActingService(p)
		return strings.HasPrefix(p, "acs:ram::"+number+":") || service && (whose == "" || whose == number) || slices.Contains(known, p)
	})
}
