package assets

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/emulator/services"
	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

func firewallActions() map[string]services.Action {
	all := map[string]services.Action{}
	for name, run := range map[string]services.Answer{
		"DescribeSecurityGroups":         describeGroups,
		"DescribeSecurityGroupAttribute": describeGroup,
		"CreateSecurityGroup":            createGroup,
		"DeleteSecurityGroup":            deleteGroup,
		"AuthorizeSecurityGroup":         authorize,
		"RevokeSecurityGroup":            revoke,
		"DescribePrefixLists":            describePrefixLists,
		"DescribePrefixListAttributes":   describePrefixList,
		"CreatePrefixList":               createPrefixList,
		"DeletePrefixList":               deletePrefixList,
	} {
		all[name] = services.Regional("ecs:"+name, run)
	}
	return all
}

func describeGroups(c *services.Invocation) (wire.Object, *wire.Failure) {
	here := inRegion(c, c.Account.SecurityGroups, func(g account.SecurityGroup) string { return g.Region })
	return paged(c, "SecurityGroups", "SecurityGroup", here, func(g account.SecurityGroup) wire.Object {
		return wire.Object{{"SecurityGroupId", g.ID}, {"SecurityGroupName", g.Name}, {"VpcId", g.VPC}, {"CreationTime", state.Stamp(g.Created)}, {"ServiceManaged", g.Managed}}
	})
}

// group finds the security group that a call names.
func group(c *services.Invocation) (*account.SecurityGroup, *wire.Failure) {
	g := c.Account.SecurityGroup(c.Param("SecurityGroupId"))
	if g == nil || g.Region != c.Region() {
		return nil, notFound("SecurityGroupId")
	}
	return g, nil
}

func describeGroup(c *services.Invocation) (wire.Object, *wire.Failure) {
	g, refused := group(c)
	if refused != nil {
		return nil, refused
	}
	rules := g.Rules
	if d := c.Param("Direction"); d != "" && d != "all" {
		rules = slices.DeleteFunc(slices.Clone(rules), func(r account.Rule) bool { return r.Direction != d })
	}
	answer, refused := paged(c, "Permissions", "Permission", rules, func(r account.Rule) wire.Object {
		return wire.Object{
			{"SecurityGroupRuleId", r.ID}, {"Direction", r.Direction}, {"Policy", r.Policy}, {"IpProtocol", r.Protocol}, {"PortRange", r.Ports},
			{"Priority", r.Priority}, {"SourceCidrIp", r.Source}, {"Ipv6SourceCidrIp", r.Source6}, {"SourceGroupId", r.SourceGroup},
			{"SourcePrefixListId", r.PrefixList}, {"PortRangeListId", r.PortList}, {"NicType", r.NIC}, {"CreateTime", state.Stamp(r.Created)},
			{"Description", r.Description},
		}
	})
	return append(answer, wire.Member{"SecurityGroupId", g.ID}, wire.Member{"SecurityGroupName", g.Name}, wire.Member{"VpcId", g.VPC}), refused
}

func createGroup(c *services.Invocation) (wire.Object, *wire.Failure) {
	g := account.SecurityGroup{ID: random("sg-"), Region: c.Region(), Name: c.Param("SecurityGroupName"), VPC: c.Param("VpcId"), Created: c.Now.UTC()}
	c.Account.SecurityGroups = append(c.Account.SecurityGroups, g)
	return wire.Object{{"SecurityGroupId", g.ID}}, nil
}

func deleteGroup(c *services.Invocation) (wire.Object, *wire.Failure) {
	g, refused := group(c)
	if refused != nil {
		return nil, refused
	}
	id := g.ID
	if slices.ContainsFunc(c.Account.Instances, func(i account.Instance) bool { return slices.Contains(i.Groups, id) }) {
		return nil, wire.Refusal(http.StatusForbidden, "DependencyViolation", "There is still instance(s) in the specified security group.")
	}
	c.Account.SecurityGroups = slices.DeleteFunc(c.Account.SecurityGroups, func(g account.SecurityGroup) bool { return g.ID == id })
	return nil, nil
}

// asked reads the rules of a call, which gives one, or several as Permissions.1.…
func asked(c *services.Invocation) []account.Rule {
	one := func(prefix string) account.Rule {
		p := func(name string) string { return c.Param(prefix + name) }
		return account.Rule{Direction: "ingress", Policy: cmp.Or(p("Policy"), "accept"), Protocol: p("IpProtocol"), Ports: p("PortRange"),
			Priority: cmp.Or(p("Priority"), "1"), Source: p("SourceCidrIp"), Source6: p("Ipv6SourceCidrIp"), SourceGroup: p("SourceGroupId"),
			PrefixList: p("SourcePrefixListId"), NIC: cmp.Or(p("NicType"), "internet"), Description: p("Description")}
	}
	if c.Param("IpProtocol") != "" {
		return []account.Rule{one("")}
	}
	var all []account.Rule
	for n := 1; ; n++ {
		prefix := "Permissions." + strconv.Itoa(n) + "."
		if c.Param(prefix+"IpProtocol") == "" {
			return all
		}
		all = append(all, one(prefix))
	}
}

func authorize(c *services.Invocation) (wire.Object, *wire.Failure) {
	g, refused := group(c)
	if refused != nil {
		return nil, refused
	}
	rules := asked(c)
	if len(rules) == 0 {
		return nil, wire.Missing("IpProtocol")
	}
	for _, r := range rules {
		r.ID, r.Created = random("sgr-"), c.Now.UTC()
		g.Rules = append(slices.Clone(g.Rules), r)
	}
	return wire.Object{{"SecurityGroupId", g.ID}}, nil
}

// revoke takes rules by their IDs, or by what they say. A rule that is not there is no error, as in the real service.
func revoke(c *services.Invocation) (wire.Object, *wire.Failure) {
	g, refused := group(c)
	if refused != nil {
		return nil, refused
	}
	ids, rules := listed(c, "SecurityGroupRuleId"), asked(c)
	g.Rules = slices.DeleteFunc(slices.Clone(g.Rules), func(r account.Rule) bool {
		if slices.Contains(ids, r.ID) {
			return true
		}
		return slices.ContainsFunc(rules, func(a account.Rule) bool { return alike(a, r) })
	})
	return nil, nil
}

// alike reports whether two rules let the same through.
func alike(a, b account.Rule) bool {
	return strings.EqualFold(a.Protocol, b.Protocol) && strings.EqualFold(a.Policy, b.Policy) && a.Ports == b.Ports && a.Source == b.Source &&
		a.Source6 == b.Source6 && a.SourceGroup == b.SourceGroup && a.PrefixList == b.PrefixList && a.Priority == cmp.Or(b.Priority, "1")
}

func describePrefixLists(c *services.Invocation) (wire.Object, *wire.Failure) {
	here := inRegion(c, c.Account.PrefixLists, func(l account.PrefixList) string { return l.Region })
	return paged(c, "PrefixLists", "PrefixList", here, func(l account.PrefixList) wire.Object {
		return wire.Object{{"PrefixListId", l.ID}, {"PrefixListName", l.Name}, {"CreationTime", state.Stamp(l.Created)}}
	})
}

func describePrefixList(c *services.Invocation) (wire.Object, *wire.Failure) {
	i := slices.IndexFunc(c.Account.PrefixLists, func(l account.PrefixList) bool { return l.ID == c.Param("PrefixListId") && l.Region == c.Region() })
	if i < 0 {
		return nil, notFound("PrefixListId")
	}
	entries := []wire.Object{}
	for _, cidr := range c.Account.PrefixLists[i].Entries {
		entries = append(entries, wire.Object{{"Cidr", cidr}, {"Description", ""}})
	}
	return wire.Object{{"PrefixListId", c.Param("PrefixListId")}, {"Entries", wire.Object{{"Entry", entries}}}}, nil
}

func createPrefixList(c *services.Invocation) (wire.Object, *wire.Failure) {
	l := account.PrefixList{ID: random("pl-"), Region: c.Region(), Name: c.Param("PrefixListName"), Created: c.Now.UTC()}
	for n := 1; c.Param("Entry."+strconv.Itoa(n)+".Cidr") != ""; n++ {
		l.Entries = append(l.Entries, c.Param("Entry."+strconv.Itoa(n)+".Cidr"))
	}
	c.Account.PrefixLists = append(c.Account.PrefixLists, l)
	return wire.Object{{"PrefixListId", l.ID}}, nil
}

func deletePrefixList(c *services.Invocation) (wire.Object, *wire.Failure) {
	id := c.Param("PrefixListId")
	c.Account.PrefixLists = slices.DeleteFunc(c.Account.PrefixLists, func(l account.PrefixList) bool { return l.ID == id })
	return nil, nil
}
