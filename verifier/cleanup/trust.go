package cleanup

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/investigate"
)

// compact writes a document without spaces, and with its members in order, so that two are compared easily; unchanged if it is not JSON.
func compact(document string) string {
	var v any
	if json.Unmarshal([]byte(document), &v) != nil {
		return document
	}
	text, err := json.Marshal(v)
	if err != nil {
		return document
	}
	return string(text)
}

// origin says where a trust policy comes from.
type origin int

const (
	fromEvent origin = iota // an event before the thief's shows it
	narrowed                // it is the present one without what may be the thief's
	ownOnly                 // nothing would be left of it, so that it trusts the account itself
)

// formerTrust returns the trust policy that a role is to have: the last that somebody other than the thief gave it, if an event shows it,
// and else the present one without what may be the thief's.
func formerTrust(r investigate.Report, a *account.Snapshot, known investigate.Known, role account.Role) (string, origin) {
	thief, first := map[string]bool{}, time.Time{}
	for _, act := range r.Tree.Acts {
		if (act.Call.Name == "UpdateRole" || act.Call.Name == "CreateRole") && act.Call.Params["RoleName"] == role.Name {
			thief[act.Event] = true
			if first.IsZero() {
				first = act.Call.Time
			}
		}
	}
	found := ""
	for _, e := range a.Events {
		document := e.Params["NewAssumeRolePolicyDocument"] + e.Params["AssumeRolePolicyDocument"]
		if e.Params["RoleName"] != role.Name || e.Error != "" || document == "" || thief[e.ID] || !first.IsZero() && e.Time.After(first) {
			continue
		}
		found = document
	}
	if found = compact(found); json.Valid([]byte(found)) && len(investigate.Doubtful(a, known, found)) == 0 && found != compact(role.Trust) {
		return found, fromEvent
	}
	return narrow(role.Trust, a.Account, investigate.Doubtful(a, known, role.Trust))
}

// narrow takes principals out of a trust policy. If none is left, the role trusts the account itself, whose users need
// a permission besides: a trust policy cannot be empty.
func narrow(trust, number string, out []string) (string, origin) {
	var document map[string]any
	if json.Unmarshal([]byte(trust), &document) == nil {
		var kept []any
		for _, s := range list(document["Statement"]) {
			statement, ok := s.(map[string]any)
			if !ok {
				continue
			}
			if statement["Effect"] == "Deny" || without(statement, out) {
				kept = append(kept, statement)
			}
		}
		document["Statement"] = kept
		if text, err := json.Marshal(document); err == nil && len(account.Principals(string(text))) > 0 {
			return string(text), narrowed
		}
	}
	return compact(`{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::` + number + `:root"]}}]}`), ownOnly
}

// without takes principals out of a statement, and reports whether it has others.
func without(statement map[string]any, out []string) bool {
	bad := func(v any) bool {
		text, _ := v.(string)
		return text == "" || slices.Contains(out, text)
	}
	kinds, ok := statement["Principal"].(map[string]any)
	if !ok {
		kept := slices.DeleteFunc(list(statement["Principal"]), bad)
		statement["Principal"] = kept
		return len(kept) > 0
	}
	for kind, some := range kinds {
		kept := slices.DeleteFunc(list(some), bad)
		if kinds[kind] = kept; len(kept) == 0 {
			delete(kinds, kind)
		}
	}
	return len(kinds) > 0
}

// list returns the elements of a value that is a list, or one element by itself.
func list(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case nil:
		return nil
	}
	return []any{v}
}

// formerVersion returns the version of a policy that is to be in force: the one that somebody other than the thief put into force last, if an
// event shows it, and else the newest that is older than the exposure. sure reports whether an event shows it.
func formerVersion(r investigate.Report, a *account.Snapshot, p account.Policy) (version string, sure bool) {
	thief := map[string]bool{}
	for _, act := range r.Tree.Acts {
		thief[act.Event] = true
	}
	exists := func(id string) bool {
		return slices.ContainsFunc(p.Versions, func(v account.Version) bool { return v.ID == id })
	}
	for _, e := range a.Events {
		if e.Name == "SetDefaultPolicyVersion" && e.Error == "" && !thief[e.ID] && e.Params["PolicyName"] == p.Name && exists(e.Params["VersionId"]) {
			version, sure = e.Params["VersionId"], true
		}
	}
	if sure && version != p.Default {
		return version, true
	}
	newest := time.Time{}
	version = ""
	for _, v := range p.Versions {
		if v.ID != p.Default && v.Created.Before(a.Since) && !v.Created.Before(newest) {
			version, newest = v.ID, v.Created
		}
	}
	return version, false
}

// principals are whom a trust policy names, for a person.
func principals(trust string) string { return strings.Join(account.Principals(trust), ", ") }
