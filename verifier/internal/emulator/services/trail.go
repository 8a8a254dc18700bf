package services

import (
	"cmp"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// sorted writes a map sorted by name.
func sorted(free map[string]any) wire.Object {
	o := make(wire.Object, 0, len(free))
	for name, value := range free {
		switch v := value.(type) {
		case map[string]any:
			value = sorted(v)
		case map[string]string:
			inner := make(map[string]any, len(v))
			for name, text := range v {
				inner[name] = text
			}
			value = sorted(inner)
		case map[string][]string:
			inner := make(map[string]any, len(v))
			for name, texts := range v {
				inner[name] = texts
			}
			value = sorted(inner)
		}
		o = append(o, wire.Member{name, value})
	}
	sort.Slice(o, func(i, j int) bool { return o[i].Name() < o[j].Name() })
	return o
}

func trailActions() map[string]Action {
	return merge(trailStateActions(), usageActions(), map[string]Action{
		"LookupEvents": {permission: "actiontrail:LookupEvents", Run: locked(lookupEvents)},
	})
}

// lookup is what a call of LookupEvents asks for. The codes for invalid requests are inferred.
type lookup struct {
	from, to   time.Time
	attributes map[string]string
	most       int
	forward    bool
	after      string // the ID of the last event of the page before
}

func lookupEvents(c *Invocation) (wire.Object, *wire.Failure) {
	if refused := c.opened(); refused != nil {
		return nil, refused
	}
	l, refused := c.lookup()
	if refused != nil {
		return nil, refused
	}
	region := c.Region()
	found, next, refused := l.page(c.Account.Visible(region, c.Now, l.wants))
	if refused != nil {
		return nil, refused
	}
	events := make([]wire.Object, len(found))
	for i, e := range found {
		e.Region = cmp.Or(e.Region, region)
		events[i] = sorted(e.Object(c.Account.Number))
	}
	return wire.Object{
		{"StartTime", state.Stamp(l.from)},
		{"EndTime", state.Stamp(l.to)},
		{"NextToken", next},
		{"Events", events},
	}, nil
}

func (c *Invocation) lookup() (lookup, *wire.Failure) {
	l := lookup{attributes: make(map[string]string), after: c.param("NextToken")}
	var refused *wire.Failure
	if l.most, refused = c.number("MaxResults", 1, 50, 20); refused != nil {
		return l, refused
	}
	switch c.param("Direction") {
	case "", "BACKWARD":
	case "FORWARD":
		l.forward = true
	default:
		return l, wire.Invalid("Direction")
	}
	for i := 1; c.param(attribute(i, "Key")) != ""; i++ {
		key := c.param(attribute(i, "Key"))
		if _, known := (state.Event{}).Attribute(key); !known {
			return l, wire.Invalid(attribute(i, "Key"))
		}
		if i == 1 || i == 2 && key == "EventName" && c.param(attribute(1, "Key")) == "ServiceName" {
			l.attributes[key] = c.param(attribute(i, "Value"))
		} // else it is silently ignored, as the real service does
	}
	return l, c.window(&l)
}

func attribute(i int, part string) string { return "LookupAttribute." + strconv.Itoa(i) + "." + part }

// window takes both times or neither, which means the last seven days. They may be 30 days apart.
// Events are kept for 90 days.
func (c *Invocation) window(l *lookup) *wire.Failure {
	const day = 24 * time.Hour
	if c.param("StartTime") == "" && c.param("EndTime") == "" {
		l.from, l.to = c.Now.Add(-7*day), c.Now
		return nil
	}
	var err error
	if l.from, err = time.Parse(time.RFC3339, c.param("StartTime")); err != nil || c.Now.Sub(l.from) > 90*day+time.Hour {
		return wire.Invalid("StartTime")
	}
	if l.to, err = time.Parse(time.RFC3339, c.param("EndTime")); err != nil || l.to.Before(l.from) || l.to.Sub(l.from) > 30*day {
		return wire.Invalid("EndTime")
	}
	return nil
}

// page returns some of the events that were asked for, in order, and the token of the next page.
func (l lookup) page(found []state.Event) ([]state.Event, string, *wire.Failure) {
	slices.SortStableFunc(found, func(a, b state.Event) int { return a.Time.Compare(b.Time) })
	if !l.forward {
		slices.Reverse(found)
	}
	if l.after != "" {
		last := slices.IndexFunc(found, func(e state.Event) bool { return e.ID == l.after })
		if last < 0 {
			return nil, "", wire.Refusal(http.StatusBadRequest, "InvalidNextToken", "The specified next token is not valid.")
		}
		found = found[last+1:]
	}
	if len(found) <= l.most {
		return found, "", nil
	}
	return found[:l.most], found[l.most-1].ID, nil
}

// wants compares by whole seconds, as the times of a call are written.
func (l lookup) wants(e *state.Event) bool {
	at := e.Time.Truncate(time.Second)
	if at.Before(l.from.Truncate(time.Second)) || at.After(l.to) {
		return false
	}
	for key, value := range l.attributes {
		if got, _ := e.Attribute(key); got != value {
			return false
		}
	}
	return true
}
