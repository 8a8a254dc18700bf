package services

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// What the packages beside this one need to add services of their own.

// Answer is how an action runs.
type Answer = func(c *Invocation) (wire.Object, *wire.Failure)

// Central returns an action that needs a permission, and runs while nothing else in the account changes.
func Central(permission string, run Answer) Action {
	return Action{permission: permission, Run: locked(run)}
}

// Regional returns an action that is answered only in regions that the account has opened. The code of the refusal is
// inferred.
func Regional(permission string, run Answer) Action {
	return Action{permission: permission, Run: locked(func(c *Invocation) (wire.Object, *wire.Failure) {
		if refused := c.opened(); refused != nil {
			return nil, refused
		}
		return run(c)
	})}
}

func (c *Invocation) opened() *wire.Failure {
	if slices.Contains(c.Account.Opened(), c.Region()) {
		return nil
	}
	return wire.Refusal(http.StatusNotFound, "InvalidRegionId.NotFound", "The specified region is not available for this account.")
}

// Region is the region in which the call is made.
func (c *Invocation) Region() string { return cmp.Or(c.Request.Region(), c.Account.Home()) }

// Param returns a parameter of the call.
func (c *Invocation) Param(name string) string { return c.param(name) }

// Number returns a parameter between least and most; other if it is not there.
func (c *Invocation) Number(name string, least, most, other int) (int, *wire.Failure) {
	return c.number(name, least, most, other)
}

// Merge joins tables of actions.
func Merge(parts ...map[string]Action) map[string]Action { return merge(parts...) }
