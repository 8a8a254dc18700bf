// Package keypolicy reads and writes network policies of AccessKeys: JSON that lists the addresses from which a key works.
// A list of public addresses does not restrict calls from inside a VPC, which have a list of their own; what a policy without
// one does to such calls is not documented.
package keypolicy

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
)

// Canonical writes a network policy so that equal policies have equal texts. One that restricts nothing is "".
func Canonical(document string) (string, error) {
	if strings.TrimSpace(document) == "" {
		return "", nil
	}
	var fields map[string]any
	if err := json.Unmarshal([]byte(document), &fields); err != nil {
		return "", reason.NewError("revoke.not-json")
	}
	delete(fields, "Version") // there is only one version, and the service adds it
	statements, _ := fields["Statements"].([]any)
	for _, s := range statements {
		if statement, ok := s.(map[string]any); ok {
			simplify(statement)
		}
	}
	if status, _ := fields["Status"].(string); len(fields) == 0 || status == "Inactive" && len(statements) == 0 {
		return "", nil
	}
	text, err := json.Marshal(fields)
	return string(text), err
}

// simplify removes from a statement what the service may write in another way: an empty value, the order of the addresses,
// and single addresses as ranges.
func simplify(statement map[string]any) {
	if statement["Value"] == "" {
		delete(statement, "Value")
	}
	list, _ := statement["IPList"].([]any)
	for i, entry := range list {
		text, _ := entry.(string)
		if prefix, err := netip.ParsePrefix(text); err == nil && prefix.IsSingleIP() {
			list[i] = prefix.Addr().String()
		}
	}
	slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
}

// Versioned returns the document to send for a canonical one.
func Versioned(network string) string {
	if network == "" {
		return `{"Version":1,"Status":"Inactive","Statements":[]}`
	}
	return `{"Version":1,` + strings.TrimPrefix(network, "{")
}

// AllowList returns the canonical policy that lets a key work only from these public addresses, and from inside these VPCs:
// vpc-ID, or vpc-ID=RANGE for some of its addresses.
func AllowList(cidrs, vpcs []string) (string, error) {
	if len(cidrs)+len(vpcs) == 0 {
		return "", reason.NewError("revoke.no-address")
	}
	var statements []any
	if len(cidrs) > 0 {
		if err := checkPublic(cidrs); err != nil {
			return "", err
		}
		statements = append(statements, map[string]any{"Type": classic, "IPList": cidrs})
	}
	inside, err := vpcStatements(vpcs)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]any{"Status": "Active", "Statements": append(statements, inside...)})
	if err != nil {
		return "", err
	}
	return Canonical(string(text))
}

// The types of statements.
const (
	classic = "ClassicWhiteList" // public addresses
	vpc     = "VPCWhiteList"
	allVPCs = "AllowAllVPC" // as the value of a VPC statement
)

var vpcName = regexp.MustCompile(`^vpc-[a-z0-9]{6,40}$`)

// vpcStatements returns a statement for each VPC, in the order of their names.
func vpcStatements(vpcs []string) ([]any, error) {
	ranges := map[string][]string{}
	for _, entry := range vpcs {
		name, cidr, some := strings.Cut(entry, "=")
		if !vpcName.MatchString(name) { // AllowAllVPC would let in everybody who has one
			return nil, reason.NewError("revoke.not-a-vpc", entry)
		}
		if !some {
			ranges[name] = append(ranges[name], "0.0.0.0/0", "::/0")
			continue
		}
		if _, err := parse(cidr); err != nil {
			return nil, err
		}
		ranges[name] = append(ranges[name], cidr)
	}
	var list []any
	for _, name := range slices.Sorted(maps.Keys(ranges)) {
		list = append(list, map[string]any{"Type": vpc, "Value": name, "IPList": ranges[name]})
	}
	return list, nil
}

// parse reads an address or a range.
func parse(cidr string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(cidr)
	if addr, e := netip.ParseAddr(cidr); e == nil {
		prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	switch {
	case err != nil:
		return netip.Prefix{}, reason.NewError("revoke.not-an-address", cidr)
	case prefix.Masked() != prefix:
		return netip.Prefix{}, reason.NewError("revoke.not-a-range", cidr, prefix.Masked().String())
	}
	return prefix, nil
}

// checkPublic refuses what keeps nobody out, and what lets nobody in.
func checkPublic(cidrs []string) error {
	var list []netip.Prefix
	for _, cidr := range cidrs {
		prefix, err := parse(cidr)
		switch {
		case err != nil:
			return err
		case prefix.Bits() == 0:
			return reason.NewError("revoke.every-address", cidr)
		case isPrivate(prefix):
			return reason.NewError("revoke.private-address", cidr)
		}
		list = append(list, prefix)
	}
	if share4, share6 := shares(list); share4 >= 0.5 || share6 >= 0.5 {
		return reason.NewError("revoke.half-the-world")
	}
	return nil
}

// private are ranges from which no call reaches a public endpoint.
var private = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("fc00::/7"), netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("::1/128"),
}

func isPrivate(p netip.Prefix) bool {
	return slices.ContainsFunc(private, func(q netip.Prefix) bool { return within(p, q) })
}

// within reports whether each address of p is in q.
func within(p, q netip.Prefix) bool { return q.Bits() <= p.Bits() && q.Contains(p.Addr()) }

// shares returns which parts of all IPv4 addresses, and of all public IPv6 addresses (2000::/3), are in the ranges.
func shares(list []netip.Prefix) (v4, v6 float64) {
	for i, p := range list {
		inside := func(q netip.Prefix) bool { return within(p, q) }
		if slices.ContainsFunc(list[:i], inside) || slices.ContainsFunc(list[i+1:], func(q netip.Prefix) bool { return q != p && inside(q) }) {
			continue
		}
		if p.Addr().Is4() {
			v4 += math.Exp2(-float64(p.Bits()))
		} else {
			v6 += math.Exp2(3 - float64(p.Bits()))
		}
	}
	return v4, v6
}

// Wide reports whether the public addresses are so many that a stranger may have one: more than 16 million (a /8) of IPv4, or
// more than a provider's network (a /19) of IPv6.
func Wide(cidrs []string) bool {
	var list []netip.Prefix
	for _, cidr := range cidrs {
		if p, err := parse(cidr); err == nil {
			list = append(list, p)
		}
	}
	v4, v6 := shares(list)
	return v4 >= math.Exp2(-8) || v6 > math.Exp2(3-19)
}
