// Package keypolicy reads and writes network policies of AccessKeys: JSON that lists the addresses from which a key works.
// It restricts public addresses only; what a policy without a VPC rule does to calls from inside a VPC is not documented.
package keypolicy

import (
	"encoding/json"
	"fmt"
	"net/netip"
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

// AllowList returns the canonical policy that lets a key work only from these addresses.
func AllowList(cidrs []string) (string, error) {
	if len(cidrs) == 0 {
		return "", reason.NewError("revoke.no-address")
	}
	for _, cidr := range cidrs {
		prefix, err := netip.ParsePrefix(cidr)
		if addr, e := netip.ParseAddr(cidr); e == nil {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		switch {
		case err != nil:
			return "", reason.NewError("revoke.not-an-address", cidr)
		case prefix.Bits() == 0:
			return "", reason.NewError("revoke.every-address", cidr)
		case prefix.Masked() != prefix:
			return "", reason.NewError("revoke.not-a-range", cidr, prefix.Masked().String())
		}
	}
	text, err := json.Marshal(map[string]any{
		"Status": "Active", "Statements": []any{map[string]any{"Type": "ClassicWhiteList", "IPList": cidrs}},
	})
	if err != nil {
		return "", err
	}
	return Canonical(string(text))
}
