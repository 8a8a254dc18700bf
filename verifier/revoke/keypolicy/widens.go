package keypolicy

import (
	"encoding/json"
	"net/netip"
	"slices"
)

// policy is a network policy as the service writes it.
type policy struct {
	Status     string
	Statements []struct {
		Type, Value string
		IPList      []string
	}
}

// Widens reports whether a key's own policy lets in somebody whom the policy for all keys of the account keeps out. The
// service goes by a key's own policy and forgets the other one. Both are canonical; "" restricts nothing.
func Widens(own, account string) bool {
	var mine, all policy
	if account == "" || json.Unmarshal([]byte(account), &all) != nil || all.Status != "Active" {
		return false
	}
	if json.Unmarshal([]byte(own), &mine) != nil {
		return true
	}
	for _, s := range mine.Statements {
		for _, cidr := range s.IPList {
			if p, err := parse(cidr); err != nil || !all.lets(s.Type, s.Value, p) {
				return true
			}
		}
	}
	return false
}

// lets reports whether one statement of the policy has the whole range.
func (p policy) lets(kind, value string, r netip.Prefix) bool {
	for _, s := range p.Statements {
		if s.Type != kind || kind == vpc && s.Value != value && s.Value != allVPCs {
			continue
		}
		if slices.ContainsFunc(s.IPList, func(cidr string) bool { q, err := parse(cidr); return err == nil && within(r, q) }) {
			return true
		}
	}
	return false
}
