// Package assets has the answers of the emulated services beside identities and ActionTrail: ECS, ESS, ECI, RDS, BSS, Security
// Center, the resource center and OSS, a file or two for each. What an account has is in package state, in the types of
// package account; here it is written, with the names and forms of the vendor's SDK.
//
// Limits: what costs money starts at once and costs nothing; instances need neither a zone nor a network.
package assets

import (
	"strconv"
	"time"

	"github.com/akguard/akguard/verifier/internal/emulator/services"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// Actions returns the actions of the services.
func Actions() map[wire.Operation]services.Action {
	all := map[wire.Operation]services.Action{}
	for service, own := range map[string]map[string]services.Action{
		"Ecs":            ecsActions(),
		"Oss":            ossActions(),
		"Ess":            essActions(),
		"Eci":            eciActions(),
		"Rds":            rdsActions(),
		"BssOpenApi":     bssActions(),
		"Sas":            sasActions(),
		"ResourceCenter": resourceCenterActions(),
	} {
		for name, act := range own {
			all[wire.Operation{Service: service, Action: name}] = act
		}
	}
	return all
}

// minute formats a time as ECS writes that of instances.
func minute(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04Z")
}

// inRegion returns the items of the region in which the call is made.
func inRegion[T any](c *services.Invocation, all []T, region func(T) string) []T {
	var here []T
	for _, item := range all {
		if region(item) == c.Region() {
			here = append(here, item)
		}
	}
	return here
}

// paged writes a page of a list, numbered or by token, as the call asks: {"Instances":{"Instance":[…]},"TotalCount":…}.
func paged[T any](c *services.Invocation, outer, inner string, all []T, write func(T) wire.Object) (wire.Object, *wire.Failure) {
	some, answer, refused := pageOf(c, all)
	if refused != nil {
		return nil, refused
	}
	items := make([]wire.Object, len(some))
	for i, item := range some {
		items[i] = write(item)
	}
	if inner == "" {
		return append(answer, wire.Member{outer, items}), nil
	}
	return append(answer, wire.Member{outer, wire.Object{{inner, items}}}), nil
}

// pageOf cuts out the page that a call asks for, by a token or by the number of the page.
func pageOf[T any](c *services.Invocation, all []T) ([]T, wire.Object, *wire.Failure) {
	size, refused := c.Number("MaxResults", 1, 1000, 0)
	if refused == nil && size == 0 {
		size, refused = c.Number("Limit", 1, 20, 0) // of ECI
	}
	if refused != nil {
		return nil, nil, refused
	}
	from, total := 0, len(all)
	if size > 0 || c.Param("NextToken") != "" {
		size = max(size, 10)
		if from, refused = c.Number("NextToken", 0, total, 0); refused != nil {
			return nil, nil, refused
		}
		to := min(from+size, total)
		answer := wire.Object{{"TotalCount", total}}
		if to < total {
			answer = append(answer, wire.Member{"NextToken", strconv.Itoa(to)})
		} else {
			answer = append(answer, wire.Member{"NextToken", ""})
		}
		return all[from:to], answer, nil
	}
	if size, refused = c.Number("PageSize", 1, 100, 10); refused != nil {
		return nil, nil, refused
	}
	number, refused := c.Number("PageNumber", 1, 1_000_000, 0)
	if refused == nil && number == 0 {
		number, refused = c.Number("CurrentPage", 1, 1_000_000, 1) // of Security Center
	}
	if refused != nil {
		return nil, nil, refused
	}
	from = min((number-1)*size, total)
	return all[from:min(from+size, total)], wire.Object{{"TotalCount", total}, {"PageNumber", number}, {"PageSize", size}}, nil
}
