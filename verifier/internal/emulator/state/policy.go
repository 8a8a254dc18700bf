package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Policy is a set of permissions.
type Policy struct {
	Kind, Name, Description string
	Text                    string // of the version in force
	Version                 int    // in force
	Versions                []PolicyVersion
	Created, Updated        time.Time
	parsed                  Document
}

// PolicyVersion is a version of a policy.
type PolicyVersion struct {
	Number  int
	Text    string
	Created time.Time
	parsed  Document
}

// AddVersion adds a version, which is not in force yet.
func (p *Policy) AddVersion(text string, now time.Time) (PolicyVersion, error) {
	parsed, err := ParseDocument(text)
	if err != nil {
		return PolicyVersion{}, err
	}
	v := PolicyVersion{1, text, now, parsed}
	for _, old := range p.Versions {
		v.Number = max(v.Number, old.Number+1)
	}
	p.Versions = append(p.Versions, v)
	return v, nil
}

// Use puts a version in force, and reports whether there is one of that number.
func (p *Policy) Use(number int, now time.Time) bool {
	i := slices.IndexFunc(p.Versions, func(v PolicyVersion) bool { return v.Number == number })
	if i < 0 {
		return false
	}
	p.Version, p.Text, p.parsed, p.Updated = number, p.Versions[i].Text, p.Versions[i].parsed, now
	return true
}

// Document is what a policy says.
type Document struct {
	Version   string
	Statement []Statement
}

// Statement is one sentence of a document.
type Statement struct {
	Effect                                   string
	Action, NotAction, Resource, NotResource Texts
	Principal                                map[string]Texts
	Condition                                map[string]map[string]Texts
}

// Texts is a string or a list of them, as policies write either.
type Texts []string

// UnmarshalJSON reads both forms. Numbers and booleans, which conditions may hold, become text.
func (t *Texts) UnmarshalJSON(data []byte) error {
	var list []any
	if err := json.Unmarshal(data, &list); err != nil {
		var one any
		if err := json.Unmarshal(data, &one); err != nil {
			return err
		}
		list = []any{one}
	}
	*t = nil
	for _, v := range list {
		*t = append(*t, fmt.Sprint(v))
	}
	return nil
}

// ParseDocument parses the document of a policy.
func ParseDocument(text string) (Document, error) {
	var d Document
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return d, fmt.Errorf("reading a policy: %w", err)
	}
	if len(d.Statement) == 0 {
		return d, errors.New("reading a policy: it has no statement")
	}
	for _, s := range d.Statement {
		if s.Effect != "Allow" && s.Effect != "Deny" {
			return d, fmt.Errorf("reading a policy: effect %q is neither Allow nor Deny", s.Effect)
		}
	}
	return d, nil
}

// AddPolicy adds a custom policy, or replaces its document. It refuses what is not a policy.
func (a *Account) AddPolicy(name, document string) error {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	_, err := a.PutPolicy(name, document)
	return err
}

// PutPolicy adds a custom policy. The caller holds Mu.
func (a *Account) PutPolicy(name, text string) (*Policy, error) {
	now := a.Now()
	p, ok := a.Policies[name]
	if !ok {
		p = &Policy{Kind: "Custom", Name: name, Created: now}
	}
	v, err := p.AddVersion(text, now)
	if err != nil {
		return nil, err
	}
	p.Use(v.Number, now)
	a.Policies[name] = p
	return p, nil
}

// Policy returns the document of a custom policy, and whether there is one.
func (a *Account) Policy(name string) (string, bool) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	p, ok := a.Policies[name]
	if !ok {
		return "", false
	}
	return p.Text, true
}

// FindPolicy returns a policy, system or custom. The caller holds Mu.
func (a *Account) FindPolicy(kind, name string) (*Policy, bool) {
	if kind == "System" {
		p, ok := SystemPolicies()[name]
		return p, ok
	}
	p, ok := a.Policies[name]
	return p, ok
}

// Attempt is a call as policies see it.
type Attempt struct {
	Action, Resource string
	Context          map[string]string // acs:SourceIp and what else conditions may ask for
}

// decision is the result of evaluating policies for an attempt.
type decision int

const (
	Silent  decision = iota // no statement is about it
	Allowed                 // some statement allows the call, and none denies it
	denied
)

// Allows reports whether the key's owner may: root may do everything. Others need a policy that allows it and
// none that denies it; a session with a policy of its own needs that policy's permission as well.
func (a *Account) Allows(key Key, try Attempt) bool {
	if key.IsRoot() {
		return true
	}
	a.Mu.Lock()
	defer a.Mu.Unlock()
	if a.decide(key.Owner, try) != Allowed {
		return false
	}
	return key.scope == nil || key.scope.decide(try) == Allowed
}

func (a *Account) decide(who principal, try Attempt) decision {
	result := Silent
	for _, at := range a.attachmentsOf(who) {
		p, ok := a.FindPolicy(at.Kind, at.Name)
		if !ok {
			continue
		}
		result = max(result, p.parsed.decide(try))
	}
	return result
}

// attachmentsOf returns a role's policies, or a user's with those of its groups.
func (a *Account) attachmentsOf(who principal) []Attachment {
	if r, ok := a.Roles[who.Role]; ok && who.User == "" {
		return r.Attached
	}
	u, ok := a.Users[who.User]
	if !ok {
		return nil
	}
	all := slices.Clone(u.Attached)
	for _, g := range a.GroupsOf(who.User) {
		all = append(all, g.Attached...)
	}
	return all
}

// decide lets a denial win over everything.
func (d Document) decide(try Attempt) decision {
	result := Silent
	for _, s := range d.Statement {
		switch {
		case !s.Covers(try):
		case s.Effect == "Deny":
			return denied
		default:
			result = Allowed
		}
	}
	return result
}

// Covers reports whether the statement is about the attempt.
func (s Statement) Covers(try Attempt) bool {
	action := s.Action.Match(strings.ToLower(try.Action), strings.ToLower)
	if len(s.NotAction) > 0 {
		action = !s.NotAction.Match(strings.ToLower(try.Action), strings.ToLower)
	}
	same := func(text string) string { return text }
	resource := s.Resource.Match(try.Resource, same)
	if len(s.NotResource) > 0 {
		resource = !s.NotResource.Match(try.Resource, same)
	}
	return action && resource && s.holds(try.Context)
}

// holds reports whether every condition does. An operator that is not known here never holds for an Allow and
// always for a Deny, so that a test errs on the safe side.
func (s Statement) holds(context map[string]string) bool {
	for operator, keys := range s.Condition {
		for key, values := range keys {
			held, known := compare(operator, context[key], values)
			if !known {
				held = s.Effect == "Deny"
			}
			if !held {
				return false
			}
		}
	}
	return true
}

func compare(operator, got string, values Texts) (held, known bool) {
	same := func(text string) string { return text }
	switch operator {
	case "StringEquals", "Bool":
		return slices.Contains(values, got), true
	case "StringNotEquals":
		return !slices.Contains(values, got), true
	case "StringLike":
		return values.Match(got, same), true
	case "StringNotLike":
		return !values.Match(got, same), true
	case "IpAddress":
		return inNetworks(got, values), true
	case "NotIpAddress":
		return !inNetworks(got, values), true
	case "DateLessThan", "DateGreaterThan":
		order, ok := compareTimes(got, values)
		return ok && (order < 0) == (operator == "DateLessThan") && order != 0, true
	}
	return false, false
}

func compareTimes(got string, values Texts) (int, bool) {
	if len(values) != 1 {
		return 0, false
	}
	a, err := time.Parse(time.RFC3339, got)
	if err != nil {
		return 0, false
	}
	b, err := time.Parse(time.RFC3339, values[0])
	return a.Compare(b), err == nil
}

// Match reports whether the text is what one of the patterns says, with * for any text and ? for a character.
func (t Texts) Match(text string, fold func(string) string) bool {
	return slices.ContainsFunc(t, func(pattern string) bool { return glob(fold(pattern), text) })
}

// glob never tries more than the product of both lengths: of the stars behind it, it returns to the last only.
func glob(pattern, text string) bool {
	p, t, star, from := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			from++
			p, t = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// inNetworks reports whether one of the addresses or networks holds the address.
func inNetworks(address string, networks []string) bool {
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(networks, func(n string) bool {
		prefix, ok := network(n)
		return ok && prefix.Contains(addr.Unmap())
	})
}

func network(text string) (netip.Prefix, bool) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), true
	}
	prefix, err := netip.ParsePrefix(text)
	return prefix, err == nil
}
