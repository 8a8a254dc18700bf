// Package assets has the answers of the emulated services beside identities and ActionTrail: ECS, ESS, ECI, RDS, BSS, Security
// Center, the resource center and OSS, a file or two for each. What an account has is in package state, in the types of
// package account; here it is written, with the names and forms of the vendor's SDK.
//
// Limits: what costs money starts at once and costs nothing; instances need neither a zone nor a network.
package assets

import (
	"github.com/akguard/akguard/verifier/internal/emulator/services"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// Actions returns the actions of the services.
func Actions() map[wire.Operation]services.Action {
	all := map[wire.Operation]services.Action{}
	for service, own := range map[string]map[string]services.Action{
		"Ecs": ecsActions(),
	} {
		for name, act := range own {
			all[wire.Operation{Service: service, Action: name}] = act
		}
	}
	return all
}
