package investigate

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/akguard/akguard/verifier/account"
)

// A security group is judged as the network judges it: packet by packet. The rule with the lowest priority number that
// matches a packet decides; among equals, Drop beats Accept; what no rule matches is dropped. So the addresses that
// reach a port are a set, which is computed here, and "open to the world" is a question about its size: 0.0.0.0/0, two
// halves of the address space, a prefix list, or everything but one address.

// reach says how much of the public address space reaches a port, between 0 and 1.
type reach struct {
	v4, v6  float64
	unclear bool // a rule, or a list that it refers to, could not be read
}

// broad is from which share on a port counts as open to the world: a block of 2^24 IPv4 addresses.
const broad = 1.0 / 256

func (r reach) world() bool { return r.v4 >= broad || r.v6 >= broad }

// filter is a rule that was understood.
type filter struct {
	accept   bool
	priority int
	protocol string // lower case; "all" for every protocol
	from, to int    // ports
	source   ranges
}

// firewall is a security group that was understood.
type firewall struct {
	filters []filter // in the order in which they decide
	unclear []account.Rule
}

// newFirewall reads the rules for packets that come from the internet.
func newFirewall(group account.SecurityGroup, lists []account.PrefixList) firewall {
	var f firewall
	for _, r := range group.Rules {
		if !fromInternet(group, r) {
			continue
		}
		parsed, ok := parseRule(group, r, lists)
		if !ok {
			f.unclear = append(f.unclear, r)
			continue
		}
		f.filters = append(f.filters, parsed)
	}
	slices.SortStableFunc(f.filters, func(a, b filter) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), compareBool(a.accept, b.accept))
	})
	return f
}

// fromInternet reports whether packets from the internet can match the rule. In the classic network, a rule of the
// intranet never sees one; in a VPC every rule is called intranet, and sees them all.
func fromInternet(group account.SecurityGroup, r account.Rule) bool {
	classicIntranet := group.VPC == "" && strings.EqualFold(r.NIC, "intranet")
	return strings.EqualFold(r.Direction, "ingress") && !classicIntranet && r.SourceGroup == ""
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// parseRule reports false for a rule that it does not understand.
func parseRule(group account.SecurityGroup, r account.Rule, lists []account.PrefixList) (filter, bool) {
	f := filter{accept: strings.EqualFold(r.Policy, "accept"), protocol: strings.ToLower(r.Protocol), priority: 1}
	if !f.accept && !strings.EqualFold(r.Policy, "drop") || r.PortList != "" {
		return f, false
	}
	if r.Priority != "" {
		n, err := strconv.Atoi(r.Priority)
		if err != nil {
			return f, false
		}
		f.priority = n
	}
	var ok bool
	if f.from, f.to, ok = parsePorts(r.Ports); !ok {
		return f, false
	}
	f.source, ok = sources(group, r, lists)
	return f, ok
}

// parsePorts reads 22/22, 1/65535, and -1/-1 for all.
func parsePorts(text string) (from, to int, ok bool) {
	first, last, found := strings.Cut(text, "/")
	from, err1 := strconv.Atoi(first)
	to, err2 := strconv.Atoi(last)
	switch {
	case !found || err1 != nil || err2 != nil:
		return 0, 0, false
	case from == -1 && to == -1:
		return 0, 65535, true
	}
	return from, to, from >= 0 && from <= to && to <= 65535
}

// sources returns the addresses that the rule is about.
func sources(group account.SecurityGroup, r account.Rule, lists []account.PrefixList) (ranges, bool) {
	blocks := slices.DeleteFunc([]string{r.Source, r.Source6}, func(s string) bool { return s == "" })
	if r.PrefixList != "" {
		i := slices.IndexFunc(lists, func(l account.PrefixList) bool { return l.ID == r.PrefixList && l.Region == group.Region })
		if i < 0 {
			return nil, false
		}
		blocks = append(blocks, lists[i].Entries...)
	}
	var all ranges
	for _, text := range blocks {
		block, ok := parseBlock(text)
		if !ok {
			return nil, false
		}
		all = all.plus(block)
	}
	return all, len(blocks) > 0
}

func parseBlock(text string) (span, bool) {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		a, err := netip.ParseAddr(text)
		if err != nil {
			return span{}, false
		}
		p = netip.PrefixFrom(a, a.BitLen())
	}
	return spanOf(p), true
}

// open returns the addresses that reach a port by a protocol, tcp or udp.
func (f firewall) open(protocol string, port int) ranges {
	undecided := ranges{spanOf(netip.MustParsePrefix("0.0.0.0/0")), spanOf(netip.MustParsePrefix("::/0"))}
	var accepted ranges
	for _, rule := range f.filters {
		if rule.protocol != "all" && rule.protocol != protocol || port < rule.from || port > rule.to {
			continue
		}
		for _, s := range rule.source {
			if rule.accept {
				accepted = append(accepted, undecided.within(s)...)
			}
			undecided = undecided.minus(s)
		}
	}
	return accepted
}

// reach returns how much of the world reaches a port by a protocol.
func (f firewall) reach(protocol string, port int) reach {
	r := f.open(protocol, port).public()
	for _, rule := range f.unclear {
		from, to, ok := parsePorts(rule.Ports)
		named := strings.EqualFold(rule.Protocol, "all") || strings.EqualFold(rule.Protocol, protocol)
		if named && !strings.EqualFold(rule.Policy, "drop") && (!ok || port >= from && port <= to) {
			r.unclear = true
		}
	}
	return r
}

// span is a block of addresses, both ends included.
type span struct{ low, high netip.Addr }

func spanOf(p netip.Prefix) span {
	p = p.Masked()
	low := p.Addr()
	bytes := low.AsSlice()
	for i := p.Bits(); i < low.BitLen(); i++ {
		bytes[i/8] |= 1 << (7 - i%8)
	}
	high, _ := netip.AddrFromSlice(bytes)
	return span{low, high}
}

func (s span) meets(o span) bool {
	return s.low.BitLen() == o.low.BitLen() && s.low.Compare(o.high) <= 0 && o.low.Compare(s.high) <= 0
}

// ranges is a set of addresses: disjoint spans in no order.
type ranges []span

func (r ranges) plus(s span) ranges { return append(r.minus(s), s) }

func (r ranges) minus(s span) ranges {
	var out ranges
	for _, old := range r {
		if !old.meets(s) {
			out = append(out, old)
			continue
		}
		if old.low.Less(s.low) {
			out = append(out, span{old.low, s.low.Prev()})
		}
		if s.high.Less(old.high) {
			out = append(out, span{s.high.Next(), old.high})
		}
	}
	return out
}

func (r ranges) within(s span) ranges {
	var out ranges
	for _, old := range r {
		if !old.meets(s) {
			continue
		}
		both := old
		if both.low.Less(s.low) {
			both.low = s.low
		}
		if s.high.Less(both.high) {
			both.high = s.high
		}
		out = append(out, both)
	}
	return out
}

// private returns the blocks that no packet from the internet comes from.
func private() []span {
	var out []span
	for _, text := range []string{"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3"} {
		out = append(out, spanOf(netip.MustParsePrefix(text)))
	}
	return out
}

// public returns the share of the public address space that the set covers: of all IPv4 addresses that are not private,
// and of 2000::/3.
func (r ranges) public() reach {
	whole := ranges{spanOf(netip.MustParsePrefix("0.0.0.0/0"))}
	for _, s := range private() {
		r, whole = r.minus(s), whole.minus(s)
	}
	global := spanOf(netip.MustParsePrefix("2000::/3"))
	var out reach
	for _, s := range r {
		if s.low.Is4() {
			out.v4 += s.size() / whole.size()
		}
	}
	for _, s := range r.within(global) {
		out.v6 += s.size() / global.size()
	}
	return out
}

func (r ranges) size() float64 {
	total := 0.0
	for _, s := range r {
		total += s.size()
	}
	return total
}

// size is the number of addresses. A float is exact enough for a share.
func (s span) size() float64 {
	low, high := 0.0, 0.0
	for i, b := range s.high.AsSlice() {
		low, high = low*256+float64(s.low.AsSlice()[i]), high*256+float64(b)
	}
	return high - low + 1
}
