package keypolicy_test

import (
	"strings"
	"testing"

	"github.com/akguard/akguard/verifier/revoke/keypolicy"
)

func TestAllowList(t *testing.T) {
	for _, c := range []struct {
		cidrs, vpcs string
		want        string // part of the policy, or of the error if it begins with a code
	}{
		{"203.0.113.7", "", `"IPList":["203.0.113.7"],"Type":"ClassicWhiteList"`},
		{"203.0.113.0/24 2001:db8::/32", "", `"IPList":["2001:db8::/32","203.0.113.0/24"]`},
		{"", "vpc-bp1234567890abcdef", `"IPList":["0.0.0.0/0","::/0"],"Type":"VPCWhiteList","Value":"vpc-bp1234567890abcdef"`},
		{"203.0.113.7", "vpc-bp1234567890abcdef=10.1.0.0/16", `"IPList":["10.1.0.0/16"],"Type":"VPCWhiteList"`},
		{"", "vpc-b00000=10.2.0.0/16 vpc-a00000=10.1.0.0/16 vpc-b00000=10.3.0.0/16", `"IPList":["10.2.0.0/16","10.3.0.0/16"]`},
		{"", "", "revoke.no-address"},
		{"x", "", "revoke.not-an-address"},
		{"203.0.113.1/24", "", "revoke.not-a-range"},
		{"0.0.0.0/0", "", "revoke.every-address"},
		{"::/0", "", "revoke.every-address"},
		{"0.0.0.0/1 128.0.0.0/1", "", "revoke.half-the-world"},
		{"0.0.0.0/2 64.0.0.0/2", "", "revoke.half-the-world"},
		{"128.0.0.0/1", "", "revoke.half-the-world"},
		{"2000::/4 3000::/4", "", "revoke.half-the-world"},
		{"0.0.0.0/2 0.0.0.0/2 0.0.0.0/3", "", `"0.0.0.0/2"`}, // a quarter, twice and a part of it
		{"10.0.0.0/8", "", "revoke.private-address"},
		{"172.20.1.1", "", "revoke.private-address"},
		{"192.168.0.0/24", "", "revoke.private-address"},
		{"100.100.0.0/16", "", "revoke.private-address"},
		{"fd00::/8", "", "revoke.private-address"},
		{"", "AllowAllVPC", "revoke.not-a-vpc"},
		{"", "vpc-1", "revoke.not-a-vpc"},
		{"", "vpc-bp1234567890abcdef=10.1.0.1/16", "revoke.not-a-range"},
	} {
		got, err := keypolicy.AllowList(strings.Fields(c.cidrs), strings.Fields(c.vpcs))
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) || strings.HasPrefix(c.want, "revoke.") != (err != nil) {
			t.Errorf("%q %q: %s, error %v, want %s", c.cidrs, c.vpcs, got, err, c.want)
		}
	}
}

func TestWide(t *testing.T) {
	for cidrs, want := range map[string]bool{
		"203.0.113.0/24": false, "47.0.0.0/8": true, "47.0.0.0/9": false, "47.0.0.0/9 48.0.0.0/9": true,
		"2001:db8::/32": false, "2400::/12": true,
	} {
		if got := keypolicy.Wide(strings.Fields(cidrs)); got != want {
			t.Errorf("%s: %v", cidrs, got)
		}
	}
}

func TestWidens(t *testing.T) {
	list := func(cidrs, vpcs string) string {
		text, err := keypolicy.AllowList(strings.Fields(cidrs), strings.Fields(vpcs))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	const vpc = "vpc-bp1234567890abcdef"
	for _, c := range []struct {
		own, account string
		want         bool
	}{
		{list("203.0.113.7", ""), "", false},
		{list("203.0.113.7", ""), list("203.0.113.0/24", ""), false},
		{list("203.0.113.0/24", ""), list("203.0.113.0/25", ""), true},
		{list("198.51.100.7", ""), list("203.0.113.0/24", ""), true},
		{list("203.0.113.7", vpc), list("203.0.113.0/24", ""), true},
		{list("203.0.113.7", vpc+"=10.1.0.0/16"), list("203.0.113.0/24", vpc), false},
		{list("", vpc+"=10.1.0.0/16"), `{"Status":"Active","Statements":[{"Type":"VPCWhiteList","Value":"AllowAllVPC","IPList":["0.0.0.0/0"]}]}`, false},
		{list("198.51.100.7", ""), `{"Status":"Inactive","Statements":[{"Type":"ClassicWhiteList","IPList":["203.0.113.0/24"]}]}`, false},
		{list("198.51.100.7", ""), `{"Status":"Active","Statements":[]}`, true},
	} {
		if got := keypolicy.Widens(c.own, c.account); got != c.want {
			t.Errorf("%s over %s: %v", c.own, c.account, got)
		}
	}
}
