package investigate

import (
	"net/netip"
	"slices"

	"github.com/akguard/akguard/verifier/account"
)

// Known is what the user knows to be the owner's. What it names is not suspicious.
type Known struct {
	Users     []string       // names
	Roles     []string       // names
	Addresses []netip.Prefix // from which the owner's people and programs act
	Accounts  []string       // numbers of other accounts that roles may trust
	Resources []string       // IDs of instances, security groups, their rules, and so on
}

// Address reports whether it is in a known block.
func (k Known) Address(text string) bool {
	a, err := netip.ParseAddr(text)
	return err == nil && slices.ContainsFunc(k.Addresses, func(p netip.Prefix) bool { return p.Contains(a) })
}

// Actor reports whether a user or role is known.
func (k Known) Actor(a account.Actor) bool {
	if a.Kind == account.AssumedRole {
		return slices.Contains(k.Roles, a.Name)
	}
	return slices.Contains(k.Users, a.Name)
}

// Subject reports whether a thing is known.
func (k Known) Subject(s Subject) bool {
	switch s.Kind {
	case kindUser, kindLogin:
		return slices.Contains(k.Users, s.Name)
	case kindKey, kindService, kindGrant:
		return slices.Contains(k.Users, s.Of) || slices.Contains(k.Users, s.Name)
	case kindRole:
		return slices.Contains(k.Roles, s.Name)
	}
	return slices.Contains(k.Resources, s.Name) || slices.Contains(k.Resources, s.Of)
}
