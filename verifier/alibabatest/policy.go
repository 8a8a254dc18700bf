package alibabatest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// policy is a set of permissions, of which only the version in force is kept.
type policy struct {
	kind, name, description string
	text                    string
	version                 int
	created, updated        time.Time
	parsed                  document
}

// document is what a policy says.
type document struct {
	Version   string
	Statement []statement
}

// statement is one sentence of a document.
type statement struct {
	Effect                                   string
	Action, NotAction, Resource, NotResource texts
	Principal                                map[string]texts
	Condition                                map[string]map[string]texts
}

// texts is a string or a list of them, as policies write either.
type texts []string

// UnmarshalJSON reads both forms. Numbers and booleans, which conditions may hold, become text.
func (t *texts) UnmarshalJSON(data []byte) error {
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

func parseDocument(text string) (document, error) {
	var d document
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
	a.mu.Lock()
	defer a.mu.Unlock()
	_, err := a.putPolicy(name, document)
	return err
}

func (a *Account) putPolicy(name, text string) (*policy, error) {
	parsed, err := parseDocument(text)
	if err != nil {
		return nil, err
	}
	now := a.clock()
	p, ok := a.policies[name]
	if !ok {
		p = &policy{kind: "Custom", name: name, created: now}
		a.policies[name] = p
	}
	p.text, p.parsed, p.updated = text, parsed, now
	p.version++
	return p, nil
}

// Policy returns the document of a custom policy, and whether there is one.
func (a *Account) Policy(name string) (string, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p, ok := a.policies[name]
	if !ok {
		return "", false
	}
	return p.text, true
}

func (a *Account) policy(kind, name string) (*policy, bool) {
	if kind == "System" {
		p, ok := systemPolicies()[name]
		return p, ok
	}
	p, ok := a.policies[name]
	return p, ok
}

// attempt is what somebody wants to do, as policies see it.
type attempt struct {
	action, resource string
	context          map[string]string // acs:SourceIp and what else conditions may ask for
}

// decision is what policies say of an attempt.
type decision int

const (
	silent decision = iota // no statement is about it
	allowed
	denied
)

// allows reports whether the key's owner may: root may all, others need a policy that allows it and none that
// denies it, and a session that was narrowed needs its own policy's word as well.
func (a *Account) allows(key Key, try attempt) bool {
	if key.isRoot() {
		return true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.decide(key.owner, try) != allowed {
		return false
	}
	return key.scope == nil || key.scope.decide(try) == allowed
}

func (a *Account) decide(who principal, try attempt) decision {
	result := silent
	for _, at := range a.attachmentsOf(who) {
		p, ok := a.policy(at.kind, at.name)
		if !ok {
			continue
		}
		result = max(result, p.parsed.decide(try))
	}
	return result
}

// attachmentsOf returns a role's policies, or a user's with those of its groups.
func (a *Account) attachmentsOf(who principal) []attachment {
	if r, ok := a.roles[who.role]; ok && who.user == "" {
		return r.attached
	}
	u, ok := a.users[who.user]
	if !ok {
		return nil
	}
	all := slices.Clone(u.attached)
	for _, g := range a.groupsOf(who.user) {
		all = append(all, g.attached...)
	}
	return all
}

// decide lets a denial win over everything.
func (d document) decide(try attempt) decision {
	result := silent
	for _, s := range d.Statement {
		switch {
		case !s.covers(try):
		case s.Effect == "Deny":
			return denied
		default:
			result = allowed
		}
	}
	return result
}

// covers reports whether the statement is about the attempt.
func (s statement) covers(try attempt) bool {
	action := s.Action.match(strings.ToLower(try.action), strings.ToLower)
	if len(s.NotAction) > 0 {
		action = !s.NotAction.match(strings.ToLower(try.action), strings.ToLower)
	}
	same := func(text string) string { return text }
	resource := s.Resource.match(try.resource, same)
	if len(s.NotResource) > 0 {
		resource = !s.NotResource.match(try.resource, same)
	}
	return action && resource && s.holds(try.context)
}

// holds reports whether every condition does. An operator that is not known here never holds for an Allow and
// always for a Deny, so that a test errs on the safe side.
func (s statement) holds(context map[string]string) bool {
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

func compare(operator, got string, values texts) (held, known bool) {
	same := func(text string) string { return text }
	switch operator {
	case "StringEquals", "Bool":
		return slices.Contains(values, got), true
	case "StringNotEquals":
		return !slices.Contains(values, got), true
	case "StringLike":
		return values.match(got, same), true
	case "StringNotLike":
		return !values.match(got, same), true
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

func compareTimes(got string, values texts) (int, bool) {
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

// match reports whether the text is what one of the patterns says, with * for any text and ? for a character.
func (t texts) match(text string, fold func(string) string) bool {
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
