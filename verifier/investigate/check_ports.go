package investigate

import (
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// watchedPorts are where thieves come in, and where miners work.
func watchedPorts() []int {
	return []int{22, 3389, 3306, 6379, 2375, 3333, 4444, 5555, 7777, 14444}
}

// portsOpen asks which ports are open to the world since. What the vendor opened by default is for portsWeak.
func portsOpen() Check {
	asks := append(ask("ecs", "DescribeRegions", "DescribeSecurityGroups", "DescribeSecurityGroupAttribute"), events()...)
	return Check{ID: "ports", Severity: Critical, Asks: asks, judge: func(s *scene) []Evidence {
		return s.openPorts(func(g account.SecurityGroup, at time.Time) bool { return s.opened(g, at) })
	}}
}

// opened reports whether a rule of the time is an act of the exposure, and not the vendor's default of a new group.
func (s *scene) opened(g account.SecurityGroup, at time.Time) bool {
	subject := Subject{Kind: kindFirewall, Name: g.ID, Region: g.Region}
	maker, _ := s.maker(subject)
	byDefault := at.Sub(g.Created).Abs() <= time.Minute
	return s.since(at) && maker != Somebody && (maker == Thief || !byDefault)
}

// openPorts returns evidence for the watched ports that the world reaches because of rules of some times.
func (s *scene) openPorts(wanted func(account.SecurityGroup, time.Time) bool) []Evidence {
	var out []Evidence
	for _, g := range s.SecurityGroups {
		subject := Subject{Kind: kindFirewall, Name: g.ID, Region: g.Region}
		if s.known.Subject(subject) {
			continue
		}
		f := newFirewall(g, s.PrefixLists)
		for _, port := range watchedPorts() {
			at, open := f.openedAt(g, port)
			if !open || !wanted(g, at) {
				continue
			}
			maker, events := s.maker(subject)
			subject.Of = g.Name
			out = append(out, Evidence{What: reason.New("investigate.port", port, g.ID, g.Region), Subject: subject, At: at, Events: events, Maker: maker, State: Exists})
		}
	}
	return out
}

// openedAt reports whether the world reaches a TCP port, and when the newest rule was made that accepts it.
func (f firewall) openedAt(g account.SecurityGroup, port int) (time.Time, bool) {
	if !f.reach("tcp", port).world() {
		return time.Time{}, false
	}
	at := g.Created
	for _, r := range g.Rules {
		from, to, ok := parsePorts(r.Ports)
		named := strings.EqualFold(r.Protocol, "tcp") || strings.EqualFold(r.Protocol, "all")
		if ok && named && from <= port && port <= to && strings.EqualFold(r.Policy, "accept") && fromInternet(g, r) && r.Created.After(at) {
			at = r.Created
		}
	}
	return at, true
}

// Openings returns the rules of a security group, made since the exposure, that let much of the world reach a TCP port. Rules that
// somebody other than the thief added are left out.
func (r Report) Openings(a *account.Snapshot, g account.SecurityGroup, port int) []account.Rule {
	acts := map[string]bool{}
	for _, act := range r.Tree.Acts {
		acts[act.Event] = true
	}
	var out []account.Rule
	for _, rule := range g.Rules {
		from, to, ok := parsePorts(rule.Ports)
		named := strings.EqualFold(rule.Protocol, "tcp") || strings.EqualFold(rule.Protocol, "all")
		source, known := sources(g, rule, a.PrefixLists)
		opens := ok && named && from <= port && port <= to && strings.EqualFold(rule.Policy, "accept") && fromInternet(g, rule)
		if opens && known && source.public().world() && !rule.Created.Before(a.Since) && !addedByOthers(a, acts, g, rule) {
			out = append(out, rule)
		}
	}
	return out
}

// addedByOthers reports whether an event that is no act of the thief's added the rule.
func addedByOthers(a *account.Snapshot, acts map[string]bool, g account.SecurityGroup, r account.Rule) bool {
	return slices.ContainsFunc(a.Events, func(e account.Event) bool {
		if acts[e.ID] || e.Error != "" || e.Name != "AuthorizeSecurityGroup" || e.Time.Before(a.Since) || e.Params["SecurityGroupId"] != g.ID {
			return false
		}
		one := func(prefix string) bool {
			p := func(name string) string { return e.Params[prefix+name] }
			return p("PortRange") == r.Ports && p("SourceCidrIp") == r.Source && p("Ipv6SourceCidrIp") == r.Source6 && p("SourcePrefixListId") == r.PrefixList
		}
		return one("") || one("Permissions.1.")
	})
}
