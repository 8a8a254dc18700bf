// Package builtin puts the built-in rules together. A new package of detectors is a line here.
package builtin

import (
	"slices"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/accesskey"
	"github.com/akguard/akguard/rules/service"
	"github.com/akguard/akguard/rules/sts"
)

// Rules returns the built-in rules.
func Rules() []rules.Rule { return slices.Concat(accesskey.Rules(), sts.Rules(), service.Rules()) }

// Set returns the built-in rules, compiled. Each call returns a new Set.
func Set() *rules.Set {
	set, err := rules.Compile(Rules()...)
	if err != nil {
		panic(err) // the built-in rules are constants, and their own test compiles them
	}
	return set
}
