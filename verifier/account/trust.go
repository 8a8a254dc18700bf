package account

import (
	"encoding/json"
	"slices"
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
