package services

import (
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// Action is how calls of one kind are answered.
type Action struct {
	permission string                     // that the caller needs, such as ram:ListUsers; none if empty
	resource   func(c *Invocation) string // that the caller needs it on; nil: all
	own        func(c *Invocation) bool   // reports that the caller needs no permission for its own resources; may be nil
	Unsigned   bool                       // may come without a signature
	Run        func(c *Invocation) (wire.Object, *wire.Failure)
}

// Invocation is a call under way.
type Invocation struct {
	Find    func(uid string) (*state.Account, bool) // one of the server's accounts
	Account *state.Account                          // the caller's; nil if the call is not signed
	Key     state.Key                               // the caller's, as it was when the call came
	Request wire.Request
	Now     time.Time
}

// Actions returns the actions of all services.
func Actions() map[wire.Operation]Action {
	all := make(map[wire.Operation]Action)
	for service, own := range map[string]map[string]Action{
		"Sts":             stsActions(),
		"Ram":             ramActions(),
		"Ims":             imsActions(),
		"Actiontrail":     trailActions(),
		"ResourceManager": directoryActions(),
	} {
		for name, act := range own {
			all[wire.Operation{Service: service, Action: name}] = act
		}
	}
	return all
}

// merge joins the parts of a service's table.
func merge(parts ...map[string]Action) map[string]Action {
	all := make(map[string]Action)
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

// locked runs f while nothing else in the caller's account changes.
func locked(f func(c *Invocation) (wire.Object, *wire.Failure)) func(c *Invocation) (wire.Object, *wire.Failure) {
	return func(c *Invocation) (wire.Object, *wire.Failure) {
		c.Account.Mu.Lock()
		defer c.Account.Mu.Unlock()
		return f(c)
	}
}

// Permitted evaluates the policies.
func (c *Invocation) Permitted(act Action) bool {
	if act.permission == "" || act.own != nil && act.own(c) {
		return true
	}
	resource := "*"
	if act.resource != nil {
		resource = act.resource(c)
	}
	return c.Account.Allows(c.Key, state.Attempt{Action: act.permission, Resource: resource, Context: c.context()})
}

// context holds the values that conditions of policies can test.
func (c *Invocation) context() map[string]string {
	return map[string]string{
		"acs:SourceIp":        c.Request.Source,
		"acs:CurrentTime":     state.Stamp(c.Now),
		"acs:SecureTransport": "true", // as clients of the real service do
		"acs:MFAPresent":      "false",
	}
}

// NoPermission is the refusal of a caller whom no policy permits the call.
func NoPermission() *wire.Failure {
	return wire.Refusal(http.StatusForbidden, "NoPermission",
		"You are not authorized to do this action. You should be authorized by RAM.")
}

func (c *Invocation) param(name string) string { return c.Request.Params[name] }

// number reads a parameter between least and most; if it is not there, it is other.
func (c *Invocation) number(name string, least, most, other int) (int, *wire.Failure) {
	text := c.param(name)
	if text == "" {
		return other, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, wire.Invalid(name)
	}
	return n, nil
}

// page returns one page of a sorted list: the items after Marker, with the answer's IsTruncated and Marker.
func page[T any](c *Invocation, all []T, name func(T) string) ([]T, wire.Object, *wire.Failure) {
	most, refused := c.number("MaxItems", 1, 1000, 100)
	if refused != nil {
		return nil, nil, refused
	}
	from := 0
	for from < len(all) && name(all[from]) <= c.param("Marker") {
		from++
	}
	all = all[from:]
	if len(all) <= most {
		return all, wire.Object{{"IsTruncated", false}}, nil
	}
	all = all[:most]
	return all, wire.Object{{"IsTruncated", true}, {"Marker", name(all[most-1])}}, nil
}

// list writes a list as the API does: {"Users":{"User":[…]}}.
func list[T any](outer, inner string, items []T, write func(T) wire.Object) wire.Member {
	written := make([]wire.Object, len(items))
	for i, item := range items {
		written[i] = write(item)
	}
	return wire.Member{outer, wire.Object{{inner, written}}}
}
