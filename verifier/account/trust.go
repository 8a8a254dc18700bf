package account

import (
	"encoding/json"
	"slices"
	"strings"
)

// strs is one string or several.
type strs []string

// UnmarshalJSON takes both forms.
func (l *strs) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*l = strs{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(l))
}

// grants is the part of a policy that says whom it is about.
type grants struct {
	Statement []struct {
		Effect    string
		Principal json.RawMessage // a string, a list, or {"RAM": …, "Service": …, "Federated": …}
	}
}

// ActingService reports whether a principal of a trust policy is a service of Alibaba Cloud, such as ecs.aliyuncs.com, and for which account it
// acts: NUMBER@ecs.aliyuncs.com acts for that account alone. The number is "" if the principal names none.
func ActingService(principal string) (number string, ok bool) {
	if !strings.HasSuffix(principal, ".aliyuncs.com") {
		return "", false
	}
	number, _, found := strings.Cut(principal, "@")
	if !found {
		return "", true
	}
	return number, true
}

// Principals returns whom a policy allows something, such as to assume a role, sorted; "?" if it cannot be read.
func Principals(document string) []string {
	if document == "" {
		return nil
	}
	var g grants
	if json.Unmarshal([]byte(document), &g) != nil {
		return []string{"?"}
	}
	var out []string
	for _, s := range g.Statement {
		if s.Effect == "Deny" || len(s.Principal) == 0 {
			continue
		}
		var list strs
		var kinds map[string]strs
		switch {
		case json.Unmarshal(s.Principal, &list) == nil:
			out = append(out, list...)
		case json.Unmarshal(s.Principal, &kinds) == nil:
			for _, some := range kinds {
				out = append(out, some...)
			}
		default:
			out = append(out, "?")
		}
	}
	slices.Sort(out)
	return out
}
