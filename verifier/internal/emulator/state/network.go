package state

import (
	"encoding/json"
)

// networkPolicy is the allow-list of one AccessKey, as SetAccessKeyPolicy takes it.
type networkPolicy struct {
	Version    int
	Status     string
	Statements *[]struct {
		Type, Value string
		IPList      []string
	}
}

// ParseNetworkPolicy reports whether the service would take the policy.
func ParseNetworkPolicy(text string) (networkPolicy, bool) {
	var p networkPolicy
	if json.Unmarshal([]byte(text), &p) != nil || p.Statements == nil || p.Status != "Active" && p.Status != "Inactive" {
		return p, false
	}
	for _, s := range *p.Statements {
		if s.Type != "ClassicWhiteList" && s.Type != "VPCWhiteList" || len(s.IPList) == 0 {
			return p, false
		}
		for _, address := range s.IPList {
			if _, ok := network(address); !ok {
				return p, false
			}
		}
	}
	return p, true
}

// MayComeFrom reports whether the key's network policy lets the address through. It does not bind temporary
// credentials, and no call comes from a VPC here.
func (k Key) MayComeFrom(address string) bool {
	policy, ok := ParseNetworkPolicy(k.Network)
	if !ok || policy.Status != "Active" || k.Token != "" {
		return true
	}
	for _, s := range *policy.Statements {
		if s.Type == "ClassicWhiteList" && inNetworks(address, s.IPList) {
			return true
		}
	}
	return false
}
