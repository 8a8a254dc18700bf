package investigate

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/akguard/akguard/verifier/account"
)

func group(rules ...account.Rule) account.SecurityGroup {
	return account.SecurityGroup{ID: "sg-1", Region: "cn-hangzhou", VPC: "vpc-1", Rules: rules}
}

// rule reads "accept tcp 22/22 0.0.0.0/0 1": policy, protocol, ports, source and priority.
func rule(text string) account.Rule {
	f := strings.Fields(text)
	r := account.Rule{Direction: "ingress", Policy: f[0], Protocol: f[1], Ports: f[2], Priority: "1"}
	switch {
	case strings.HasPrefix(f[3], "pl-"):
		r.PrefixList = f[3]
	case strings.Contains(f[3], ":"):
		r.Source6 = f[3]
	default:
		r.Source = f[3]
	}
	if len(f) > 4 {
		r.Priority = f[4]
	}
	return r
}

func rulesOf(texts ...string) []account.Rule {
	var out []account.Rule
	for _, text := range texts {
		out = append(out, rule(text))
	}
	return out
}

func worldLists() []account.PrefixList {
	return []account.PrefixList{
		{ID: "pl-world", Region: "cn-hangzhou", Entries: []string{"0.0.0.0/1", "128.0.0.0/1"}},
		{ID: "pl-office", Region: "cn-hangzhou", Entries: []string{"203.0.113.0/24"}},
		{ID: "pl-world", Region: "cn-beijing", Entries: []string{"203.0.113.0/24"}},
	}
}

// TestOpenToTheWorld has the forms of rules in which peers are wrong: spellings, halves, lists, ranges, priorities, drops.
func TestOpenToTheWorld(t *testing.T) {
	for _, c := range []struct {
		name  string
		rules []string
		world bool
	}{
		{"nothing", nil, false},
		{"the plain form", []string{"Accept TCP 22/22 0.0.0.0/0"}, true},
		{"lower case", []string{"accept tcp 22/22 0.0.0.0/0"}, true},
		{"another port", []string{"accept tcp 23/23 0.0.0.0/0"}, false},
		{"another protocol", []string{"accept udp 22/22 0.0.0.0/0"}, false},
		{"a range of ports", []string{"accept tcp 1/65535 0.0.0.0/0"}, true},
		{"the end of a range", []string{"accept tcp 20/22 0.0.0.0/0"}, true},
		{"before the range", []string{"accept tcp 23/30 0.0.0.0/0"}, false},
		{"all ports", []string{"accept tcp -1/-1 0.0.0.0/0"}, true},
		{"all protocols", []string{"accept ALL -1/-1 0.0.0.0/0"}, true},
		{"ICMP alone", []string{"accept icmp -1/-1 0.0.0.0/0"}, false},
		{"one address", []string{"accept tcp 22/22 203.0.113.7"}, false},
		{"an office", []string{"accept tcp 22/22 203.0.113.0/24"}, false},
		{"private addresses", []string{"accept tcp 22/22 10.0.0.0/8"}, false},
		{"two halves", []string{"accept tcp 22/22 0.0.0.0/1", "accept tcp 22/22 128.0.0.0/1"}, true},
		{"one half", []string{"accept tcp 22/22 128.0.0.0/1"}, true},
		{"a block of an eighth", []string{"accept tcp 22/22 32.0.0.0/3"}, true},
		{"a large block", []string{"accept tcp 22/22 47.0.0.0/8"}, true},
		{"a smaller block", []string{"accept tcp 22/22 47.96.0.0/11"}, false},
		{"IPv6", []string{"accept tcp 22/22 ::/0"}, true},
		{"halves of IPv6", []string{"accept tcp 22/22 ::/1", "accept tcp 22/22 8000::/1"}, true},
		{"the global part of IPv6", []string{"accept tcp 22/22 2000::/3"}, true},
		{"one network of IPv6", []string{"accept tcp 22/22 2001:db8::/32"}, false},
		{"unique local addresses", []string{"accept tcp 22/22 fc00::/7"}, false},
		{"a list", []string{"accept tcp 22/22 pl-world"}, true},
		{"a list of an office", []string{"accept tcp 22/22 pl-office"}, false},
		{"dropped before", []string{"drop tcp 22/22 0.0.0.0/0 1", "accept tcp 22/22 0.0.0.0/0 2"}, false},
		{"dropped after", []string{"accept tcp 22/22 0.0.0.0/0 1", "drop tcp 22/22 0.0.0.0/0 2"}, true},
		{"dropped at the same priority", []string{"accept tcp 22/22 0.0.0.0/0 5", "drop tcp 22/22 0.0.0.0/0 5"}, false},
		{"100 is weaker than 9", []string{"accept tcp 22/22 0.0.0.0/0 100", "drop tcp 22/22 0.0.0.0/0 9"}, false},
		{"dropped for one address", []string{"drop tcp 22/22 198.51.100.1 1", "accept tcp 22/22 0.0.0.0/0 2"}, true},
		{"dropped for all but an office", []string{"accept tcp 22/22 203.0.113.0/24 1", "drop tcp -1/-1 0.0.0.0/0 2", "accept tcp 22/22 0.0.0.0/0 3"}, false},
		{"dropped in two halves", []string{"drop tcp 22/22 0.0.0.0/1 1", "drop tcp 22/22 128.0.0.0/1 1", "accept all -1/-1 0.0.0.0/0 2"}, false},
		{"dropped in one half", []string{"drop tcp 22/22 0.0.0.0/1 1", "accept all -1/-1 0.0.0.0/0 2"}, true},
		{"dropped for another protocol", []string{"drop udp -1/-1 0.0.0.0/0 1", "accept tcp 22/22 0.0.0.0/0 2"}, true},
		{"dropped for other ports", []string{"drop tcp 1/21 0.0.0.0/0 1", "accept tcp 1/65535 0.0.0.0/0 2"}, true},
		{"dropped for IPv4 alone", []string{"drop all -1/-1 0.0.0.0/0 1", "accept tcp 22/22 ::/0 2"}, true},
		{"dropped by a list", []string{"drop tcp 22/22 pl-world 1", "accept tcp 22/22 0.0.0.0/0 2"}, false},
		{"a priority in words counts as unclear", []string{"accept tcp 22/22 0.0.0.0/0 high"}, false},
		{"no host bits", []string{"accept tcp 22/22 9.9.9.9/0"}, true},
		{"many blocks", []string{"accept tcp 22/22 1.0.0.0/9", "accept tcp 22/22 1.128.0.0/9"}, true},
		{"the same block twice", []string{"accept tcp 22/22 1.0.0.0/9", "accept tcp 22/22 1.0.0.0/9"}, false},
	} {
		if got := newFirewall(group(rulesOf(c.rules...)...), worldLists()).reach("tcp", 22).world(); got != c.world {
			t.Errorf("%s: open to the world: %v, want %v", c.name, got, c.world)
		}
	}
}

// TestNotFromTheInternet has rules that no packet from the internet matches.
func TestNotFromTheInternet(t *testing.T) {
	open := rule("accept tcp 22/22 0.0.0.0/0")
	egress, other, intranet := open, open, open
	egress.Direction = "egress"
	other.SourceGroup = "sg-2"
	intranet.NIC = "intranet"
	classic := group(intranet)
	classic.VPC = ""
	for name, g := range map[string]account.SecurityGroup{"egress": group(egress), "another group": group(other), "classic intranet": classic} {
		if newFirewall(g, nil).reach("tcp", 22).world() {
			t.Errorf("%s: open to the world", name)
		}
	}
	if !newFirewall(group(intranet), nil).reach("tcp", 22).world() {
		t.Error("in a VPC every rule is one of the intranet")
	}
}

// TestUnclear holds what cannot be read to be unclear, and not closed.
func TestUnclear(t *testing.T) {
	for _, text := range []string{"accept tcp 22/22 pl-missing", "accept tcp ssh 0.0.0.0/0", "accept tcp 22/22 world", "accept tcp 22/22 0.0.0.0/0 high"} {
		if !newFirewall(group(rule(text)), worldLists()).reach("tcp", 22).unclear {
			t.Errorf("%s: clear", text)
		}
	}
}

// packets is the oracle: it asks for one packet what the first rule that matches says.
func accepted(rules []account.Rule, lists []account.PrefixList, protocol string, port int, from netip.Addr) bool {
	best, verdict := 1000, "drop"
	for _, r := range rules {
		p, _ := strconv.Atoi(r.Priority)
		a, b, ok := parsePorts(r.Ports)
		named := strings.EqualFold(r.Protocol, "all") || strings.EqualFold(r.Protocol, protocol)
		blocks := []string{r.Source, r.Source6}
		for _, l := range lists {
			if l.ID == r.PrefixList && l.Region == "cn-hangzhou" {
				blocks = append(blocks, l.Entries...)
			}
		}
		inside := slices.ContainsFunc(blocks, func(text string) bool {
			prefix, err := netip.ParsePrefix(text)
			return err == nil && prefix.Contains(from)
		})
		if !ok || !named || port < a || port > b || !inside {
			continue
		}
		policy := strings.ToLower(r.Policy)
		if p < best || p == best && policy == "drop" {
			best, verdict = p, policy
		}
	}
	return verdict == "accept"
}

// TestPacketByPacket compares the sets of addresses with the oracle, for random rules and packets.
func TestPacketByPacket(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	sources := []string{"0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "64.0.0.0/2", "47.0.0.0/8", "47.96.0.0/11", "10.0.0.0/8", "::/0", "2000::/4", "2001:db8::/32", "pl-world", "pl-office"}
	for range 500 {
		var rules []account.Rule
		for range 1 + random.IntN(6) {
			rules = append(rules, rule(strings.Join([]string{pick("Accept", "accept", "Drop", "drop"), pick("TCP", "tcp", "udp", "ALL"),
				pick("22/22", "1/65535", "-1/-1", "20/30", "3389/3389"), pick(sources...), pick("1", "2", "50", "100")}, " ")))
		}
		f := newFirewall(group(rules...), worldLists())
		for range 40 {
			port := []int{22, 25, 3389, 8080}[random.IntN(4)]
			v4 := [4]byte{byte(random.Uint32()), byte(random.Uint32()), 1, 1}
			from := netip.AddrFrom4(v4)
			if random.IntN(3) == 0 {
				from = netip.AddrFrom16([16]byte{0x20, byte(random.Uint32()), 0x0d, 0xb8, 15: 1})
			}
			if got, want := f.accepts("tcp", port, from), accepted(rules, worldLists(), "tcp", port, from); got != want {
				t.Fatalf("port %d from %v: accepted %v, want %v\n%v", port, from, got, want, rules)
			}
		}
	}
}

// accepts reports whether the set of addresses that reach a port has one of them.
func (f firewall) accepts(protocol string, port int, from netip.Addr) bool {
	return slices.ContainsFunc(f.open(protocol, port), func(s span) bool { return s.meets(span{from, from}) })
}
