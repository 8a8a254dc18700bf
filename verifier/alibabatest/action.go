package alibabatest

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// action is how calls of one kind are answered.
type action struct {
	permission string               // that the caller needs, such as ram:ListUsers; none if empty
	resource   func(c *call) string // that the caller needs it on; nil: all
	own        func(c *call) bool   // tells that the caller needs no permission, being at work on its own; may be nil
	unsigned   bool                 // may come without a signature
	run        func(c *call) (object, *failure)
}

// call is a call under way.
type call struct {
	server  *Server
	account *Account // the caller's; nil if the call is not signed
	key     Key      // the caller's, as it was when the call came
	req     request
	now     time.Time
}

// actions is everything that a Server can do.
func actions() map[operation]action {
	all := make(map[operation]action)
	for service, own := range map[string]map[string]action{
		"Sts":             stsActions(),
		"Ram":             ramActions(),
		"Ims":             imsActions(),
		"Actiontrail":     trailActions(),
		"ResourceManager": directoryActions(),
	} {
		for name, act := range own {
			all[operation{service, name}] = act
		}
	}
	return all
}

// merge joins the parts of a service's table.
func merge(parts ...map[string]action) map[string]action {
	all := make(map[string]action)
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

// locked runs f while nothing else in the caller's account changes.
func locked(f func(c *call) (object, *failure)) func(c *call) (object, *failure) {
	return func(c *call) (object, *failure) {
		c.account.mu.Lock()
		defer c.account.mu.Unlock()
		return f(c)
	}
}

// permitted asks the policies.
func (c *call) permitted(act action) bool {
	if act.permission == "" || act.own != nil && act.own(c) {
		return true
	}
	resource := "*"
	if act.resource != nil {
		resource = act.resource(c)
	}
	return c.account.allows(c.key, attempt{act.permission, resource, c.context()})
}

// context is what the conditions of policies may ask for.
func (c *call) context() map[string]string {
	return map[string]string{
		"acs:SourceIp":        c.req.source,
		"acs:CurrentTime":     stamp(c.now),
		"acs:SecureTransport": "true", // as clients of the true service call
		"acs:MFAPresent":      "false",
	}
}

func noPermission() *failure {
	return &failure{http.StatusForbidden, "NoPermission",
		"You are not authorized to do this action. You should be authorized by RAM."}
}

func (c *call) param(name string) string { return c.req.params[name] }

// number reads a parameter between least and most; if it is not there, it is other.
func (c *call) number(name string, least, most, other int) (int, *failure) {
	text := c.param(name)
	if text == "" {
		return other, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, invalid(name)
	}
	return n, nil
}

// page cuts one page of a sorted list: the answer's IsTruncated and Marker with the items from after Marker on.
func page[T any](c *call, all []T, name func(T) string) ([]T, object, *failure) {
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
		return all, object{{"IsTruncated", false}}, nil
	}
	all = all[:most]
	return all, object{{"IsTruncated", true}, {"Marker", name(all[most-1])}}, nil
}

// list is how the API writes a list: {"Users":{"User":[…]}}.
func list[T any](outer, inner string, items []T, write func(T) object) member {
	written := make([]object, len(items))
	for i, item := range items {
		written[i] = write(item)
	}
	return member{outer, object{{inner, written}}}
}

// isRead reports whether the name is that of an action that changes nothing.
func isRead(action string) bool {
	for _, verb := range []string{"Get", "List", "Describe", "Lookup"} {
		if strings.HasPrefix(action, verb) {
			return true
		}
	}
	return false
}
