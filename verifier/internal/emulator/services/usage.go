package services

import (
	"maps"
	"slices"
	"time"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// remembered is how long ActionTrail remembers what a key was used for.
const remembered = 400 * 24 * time.Hour

func usageActions() map[string]Action {
	act := func(name string, run func(c *Invocation, used []state.Event) wire.Object) Action {
		return Action{permission: "actiontrail:" + name, Run: locked(func(c *Invocation) (wire.Object, *wire.Failure) {
			id := c.param("AccessKey")
			if id == "" {
				return nil, wire.Missing("AccessKey")
			}
			var used []state.Event
			for _, e := range c.Account.Recorded {
				if e.KeyID == id && c.Now.Sub(e.Time) <= remembered && !e.Time.Add(c.Account.Settings.EventDelay).After(c.Now) {
					used = append(used, e)
				}
			}
			return run(c, used), nil
		})}
	}
	distinct := func(member, field string, of func(state.Event) []string) func(*Invocation, []state.Event) wire.Object {
		return func(_ *Invocation, used []state.Event) wire.Object {
			latest := map[string]time.Time{}
			for _, e := range used {
				for _, value := range of(e) {
					latest[value] = later(latest[value], e.Time)
				}
			}
			items := []wire.Object{}
			for _, value := range slices.Sorted(maps.Keys(latest)) {
				items = append(items, wire.Object{{field, value}, {"UsedTimestamp", latest[value].UnixMilli()}, {"Detail", ""}, {"Source", "ActionTrail"}})
			}
			return wire.Object{{member, items}, {"NextToken", ""}}
		}
	}
	return map[string]Action{
		"GetAccessKeyLastUsedInfo":     act("GetAccessKeyLastUsedInfo", lastUsedInfo),
		"GetAccessKeyLastUsedIps":      act("GetAccessKeyLastUsedIps", distinct("Ips", "Ip", func(e state.Event) []string { return []string{e.SourceIP} })),
		"GetAccessKeyLastUsedProducts": act("GetAccessKeyLastUsedProducts", distinct("Products", "ServiceName", func(e state.Event) []string { return []string{e.Service} })),
		"GetAccessKeyLastUsedEvents":   act("GetAccessKeyLastUsedEvents", distinct("Events", "EventName", func(e state.Event) []string { return []string{e.Name} })),
		"GetAccessKeyLastUsedResources": act("GetAccessKeyLastUsedResources", distinct("Resources", "ResourceName", func(e state.Event) []string {
			var names []string
			for _, list := range e.Resources {
				names = append(names, list...)
			}
			return names
		})),
	}
}

func lastUsedInfo(c *Invocation, used []state.Event) wire.Object {
	o := wire.Object{{"AccessKeyId", c.param("AccessKey")}, {"AccountId", c.Account.Number}}
	if len(used) == 0 {
		return o
	}
	last := slices.MaxFunc(used, func(a, b state.Event) int { return a.Time.Compare(b.Time) })
	return append(o, wire.Member{"UsedTimestamp", last.Time.UnixMilli()}, wire.Member{"ServiceName", last.Service}, wire.Member{"Detail", last.Name})
}
