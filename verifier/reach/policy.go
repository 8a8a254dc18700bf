package reach

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
)

// ability is a dangerous ability, and the RAM action that allows it.
type ability struct {
	action string
	can    reason.Reason
}

// abilities are what a set of policies is checked for, the worst first. The first one covers all others.
func abilities() []ability {
	return []ability{
		{"*", reason.New("reach.administrator")},
		{"ram:AttachPolicyToUser", reason.New("reach.permissions")},
		{"ram:CreateAccessKey", reason.New("reach.new-keys")},
		{"sts:AssumeRole", reason.New("reach.roles")},
		{"oss:GetObject", reason.New("reach.read-objects")},
		{"oss:PutObject", reason.New("reach.write-objects")},
		{"oss:DeleteObject", reason.New("reach.delete-objects")},
		{"ecs:RunInstances", reason.New("reach.start-servers")},
		{"ecs:RunCommand", reason.New("reach.run-commands")},
		{"ecs:DeleteInstance", reason.New("reach.delete-servers")},
		{"ecs:AuthorizeSecurityGroup", reason.New("reach.open-ports")},
		{"rds:DeleteDBInstance", reason.New("reach.delete-databases")},
		{"rds:ModifySecurityIps", reason.New("reach.open-databases")},
		{"kms:GetSecretValue", reason.New("reach.read-secrets")},
		{"kms:Decrypt", reason.New("reach.decrypt")},
		{"log:GetLogStoreLogs", reason.New("reach.read-logs")},
		{"dysms:SendSms", reason.New("reach.send-messages")},
		{"actiontrail:StopLogging", reason.New("reach.stop-trail")},
	}
}

// document is a policy: the parts that are evaluated.
type document struct {
	Statement []statement
}

type statement struct {
	Effect    string
	Action    list
	NotAction list
	Resource  list
	Condition json.RawMessage
}

// list is one string or several.
type list []string

// UnmarshalJSON takes both forms.
func (l *list) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*l = list{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(l))
}

// grant is how far an action is allowed.
type grant int

const (
	none    grant = iota
	partial       // on some resources, or under conditions
	full
)

// evaluate returns how far the documents together allow an action. A denial counts only if it has no exceptions: for a
// leaked key, overstating is safer than understating.
func evaluate(documents []document, action string) grant {
	got := none
	for _, d := range documents {
		for _, s := range d.Statement {
			if !s.covers(action) {
				continue
			}
			switch {
			case s.Effect == "Deny" && s.unconditional():
				return none
			case s.Effect == "Allow" && s.unconditional():
				got = full
			case s.Effect == "Allow":
				got = max(got, partial)
			}
		}
	}
	return got
}

func (s statement) covers(action string) bool {
	covered := func(pattern string) bool { return matches(strings.ToLower(pattern), strings.ToLower(action)) }
	if len(s.NotAction) > 0 { // it never covers every action
		return action != "*" && !slices.ContainsFunc(s.NotAction, covered)
	}
	return slices.ContainsFunc(s.Action, covered)
}

// unconditional reports whether a statement applies to all resources at all times.
func (s statement) unconditional() bool {
	conditions := strings.TrimSpace(string(s.Condition))
	return (conditions == "" || conditions == "{}" || conditions == "null") && slices.Contains(s.Resource, "*")
}

// matches reports whether a pattern with * and ? matches a whole action. The action "*" means every action, which only
// patterns of nothing but asterisks and a colon match.
func matches(pattern, action string) bool {
	if action == "*" {
		return strings.Trim(pattern, "*:") == "" && pattern != ""
	}
	star, from := -1, 0
	i, j := 0, 0
	for j < len(action) {
		switch {
		case i < len(pattern) && pattern[i] == '*':
			star, from = i, j
			i++
		case i < len(pattern) && (pattern[i] == '?' || pattern[i] == action[j]):
			i, j = i+1, j+1
		case star >= 0:
			from++
			i, j = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[i:], "*") == ""
}

// allowed lists what the documents allow.
func allowed(documents []document) []reason.Reason {
	var can []reason.Reason
	for _, a := range abilities() {
		switch evaluate(documents, a.action) {
		case full:
			can = append(can, a.can)
			if a.action == "*" {
				return can
			}
		case partial:
			can = append(can, reason.New("reach.partly", a.can))
		}
	}
	return can
}
