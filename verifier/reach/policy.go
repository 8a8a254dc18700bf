package reach

import (
	"encoding/json"
	"slices"
	"strings"
)

// ability is something that a person fears, and an action of RAM that stands for it.
type ability struct{ action, words string }

// abilities are what is asked of a set of policies, the worst first. The first one covers all others.
func abilities() []ability {
	return []ability{
		{"*", "do everything in the account: it is an administrator"},
		{"ram:AttachPolicyToUser", "change permissions (RAM): it can give itself everything"},
		{"ram:CreateAccessKey", "make new keys for users (RAM): disabling this one is not enough then"},
		{"sts:AssumeRole", "take on roles, with what those may do"},
		{"oss:GetObject", "read files (OSS)"},
		{"oss:PutObject", "write files (OSS)"},
		{"oss:DeleteObject", "delete files (OSS)"},
		{"ecs:RunInstances", "start servers (ECS): that costs money"},
		{"ecs:RunCommand", "run commands on servers (ECS)"},
		{"ecs:DeleteInstance", "delete servers (ECS)"},
		{"ecs:AuthorizeSecurityGroup", "open firewalls (ECS security groups)"},
		{"rds:DeleteDBInstance", "delete databases (RDS)"},
		{"rds:ModifySecurityIps", "open databases to other addresses (RDS)"},
		{"kms:GetSecretValue", "read secrets (KMS)"},
		{"kms:Decrypt", "decrypt (KMS)"},
		{"log:GetLogStoreLogs", "read logs (SLS)"},
		{"dysms:SendSms", "send text messages: that costs money"},
		{"actiontrail:StopLogging", "stop the recording of what it does (ActionTrail)"},
	}
}

// document is a policy. Of what else may stand in one, only that it is there is looked at.
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

// weigh says how far the documents together allow an action. A denial counts only where it has no exceptions: what is
// said of a leaked key is rather too much than too little.
func weigh(documents []document, action string) grant {
	got := none
	for _, d := range documents {
		for _, s := range d.Statement {
			if !s.covers(action) {
				continue
			}
			switch {
			case s.Effect == "Deny" && s.whole():
				return none
			case s.Effect == "Allow" && s.whole():
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
	if len(s.NotAction) > 0 { // never any action
		return action != "*" && !slices.ContainsFunc(s.NotAction, covered)
	}
	return slices.ContainsFunc(s.Action, covered)
}

// whole reports whether a statement holds everywhere and always.
func (s statement) whole() bool {
	conditions := strings.TrimSpace(string(s.Condition))
	return (conditions == "" || conditions == "{}" || conditions == "null") && slices.Contains(s.Resource, "*")
}

// matches reports whether a pattern with * and ? stands for the whole of an action. An action "*" is any action, which
// only patterns of nothing but asterisks and a colon cover.
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

// words lists what the documents allow.
func words(documents []document) []string {
	var can []string
	for _, a := range abilities() {
		switch weigh(documents, a.action) {
		case full:
			can = append(can, a.words)
			if a.action == "*" {
				return can
			}
		case partial:
			can = append(can, a.words+" - on some resources, or under conditions")
		}
	}
	return can
}
