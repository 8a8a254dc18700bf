package alibabatest

import (
	"cmp"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"time"
)

// Event is what ActionTrail keeps of one call. Of an event to plant, only the time and the name are needed.
type Event struct {
	ID            string // made up if empty
	Time          time.Time
	Name          string // of the action, such as CreateUser
	Service       string // such as Ram
	SourceIP      string
	KeyID         string // whose call it was
	UserName      string // a user's name, root, or role:session
	UserType      string // ram-user, root-account or assumed-role
	PrincipalID   string
	ErrorCode     string // empty if the call succeeded
	ErrorMessage  string
	UserAgent     string
	Region        string
	RequestID     string
	RequestParams map[string]string
	Resources     map[string][]string // names by type
	More          map[string]any      // fields besides, or instead of, those above
}

// PlantEvents adds events, of any time.
func (a *Account) PlantEvents(events ...Event) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range events {
		e.ID = cmp.Or(e.ID, requestID())
		a.events = append(a.events, e)
	}
}

// Events returns the account's events in the order in which they were recorded or planted.
func (a *Account) Events() []Event {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.events)
}

// happening is when a call came, and under which number.
type happening struct {
	requestID string
	at        time.Time
}

// record keeps the call as an event. That calls with a wrong signature are kept too is inferred.
func (a *Account) record(req request, key Key, refused *failure, h happening) {
	op := req.operation()
	e := Event{
		ID: requestID(), Time: h.at, Name: op.action, Service: op.service, SourceIP: req.source, KeyID: key.id,
		UserAgent: req.userAgent, Region: "cn-hangzhou", RequestID: h.requestID, PrincipalID: key.owner.principalID,
		RequestParams: make(map[string]string),
	}
	e.UserType, e.UserName = key.owner.eventIdentity()
	if refused != nil {
		e.ErrorCode, e.ErrorMessage = refused.code, refused.message
	}
	for name, value := range req.params {
		if !isProtocol(name) {
			e.RequestParams[name] = value
		}
	}
	a.PlantEvents(e)
}

// isProtocol reports whether the parameter belongs to the signature rather than to the call.
func isProtocol(name string) bool {
	return slices.Contains([]string{"Signature", "SignatureMethod", "SignatureNonce", "SignatureVersion", "Timestamp",
		"AccessKeyId", "SecurityToken", "Format", "OIDCToken"}, name)
}

func (p principal) eventIdentity() (kind, name string) {
	switch p.kind {
	case "Account":
		return "root-account", "root"
	case "RAMUser":
		return "ram-user", p.user
	}
	return "assumed-role", p.role + ":" + p.session
}

// object writes the event as ActionTrail does.
func (e Event) object(uid string) map[string]any {
	o := map[string]any{
		"eventId": e.ID, "eventVersion": "1", "eventType": "ApiCall", "eventCategory": "Management",
		"eventTime": stamp(e.Time), "eventName": e.Name, "serviceName": e.Service, "eventRW": e.kind(),
		"sourceIpAddress": e.SourceIP, "userAgent": e.UserAgent, "acsRegion": e.Region, "requestId": e.RequestID,
		"recipientAccountId": uid,
		"userIdentity": map[string]any{
			"type": e.UserType, "principalId": e.PrincipalID, "accountId": uid, "userName": e.UserName, "accessKeyId": e.KeyID,
		},
	}
	for name, value := range map[string]string{"errorCode": e.ErrorCode, "errorMessage": e.ErrorMessage} {
		if value != "" {
			o[name] = value
		}
	}
	if len(e.RequestParams) > 0 {
		o["requestParameters"] = e.RequestParams
	}
	if len(e.Resources) > 0 {
		o["referencedResources"] = e.Resources
	}
	for name, value := range e.More {
		o[name] = value
	}
	return o
}

func (e Event) kind() string {
	if isRead(e.Name) {
		return "Read"
	}
	return "Write"
}

// sorted writes what has no order by name.
func sorted(free map[string]any) object {
	o := make(object, 0, len(free))
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
		o = append(o, member{name, value})
	}
	sort.Slice(o, func(i, j int) bool { return o[i].name < o[j].name })
	return o
}

func trailActions() map[string]action {
	return map[string]action{
		"LookupEvents": {permission: "actiontrail:LookupEvents", run: locked(lookupEvents)},
	}
}

// lookup is what a call of LookupEvents asks for. The codes for what it must not ask are inferred.
type lookup struct {
	from, to   time.Time
	attributes map[string]string
	most       int
	forward    bool
	after      string // the ID of the last event of the page before
}

func lookupEvents(c *call) (object, *failure) {
	l, refused := c.lookup()
	if refused != nil {
		return nil, refused
	}
	found, next, refused := l.page(c.account.events)
	if refused != nil {
		return nil, refused
	}
	events := make([]object, len(found))
	for i, e := range found {
		events[i] = sorted(e.object(c.account.uid))
	}
	return object{
		{"StartTime", stamp(l.from)},
		{"EndTime", stamp(l.to)},
		{"NextToken", next},
		{"Events", events},
	}, nil
}

func (c *call) lookup() (lookup, *failure) {
	l := lookup{attributes: make(map[string]string), after: c.param("NextToken")}
	var refused *failure
	if l.most, refused = c.number("MaxResults", 1, 50, 20); refused != nil {
		return l, refused
	}
	switch c.param("Direction") {
	case "", "BACKWARD":
	case "FORWARD":
		l.forward = true
	default:
		return l, invalid("Direction")
	}
	for i := 1; c.param(attribute(i, "Key")) != ""; i++ {
		key := c.param(attribute(i, "Key"))
		if _, known := (Event{}).attribute(key); !known || i > 2 {
			return l, invalid(attribute(i, "Key"))
		}
		l.attributes[key] = c.param(attribute(i, "Value"))
	}
	return l, c.window(&l)
}

func attribute(i int, part string) string { return "LookupAttribute." + strconv.Itoa(i) + "." + part }

// window takes both times or neither, which means the last seven days. Events are kept for 90 days.
func (c *call) window(l *lookup) *failure {
	const day = 24 * time.Hour
	if c.param("StartTime") == "" && c.param("EndTime") == "" {
		l.from, l.to = c.now.Add(-7*day), c.now
		return nil
	}
	var err error
	if l.from, err = time.Parse(time.RFC3339, c.param("StartTime")); err != nil || c.now.Sub(l.from) > 90*day+time.Hour {
		return invalid("StartTime")
	}
	if l.to, err = time.Parse(time.RFC3339, c.param("EndTime")); err != nil || l.to.Before(l.from) {
		return invalid("EndTime")
	}
	return nil
}

// page returns some of the events that were asked for, in order, and the token of the next page.
func (l lookup) page(events []Event) ([]Event, string, *failure) {
	var found []Event
	for _, e := range events {
		if l.wants(e) {
			found = append(found, e)
		}
	}
	slices.SortStableFunc(found, func(a, b Event) int { return a.Time.Compare(b.Time) })
	if !l.forward {
		slices.Reverse(found)
	}
	if l.after != "" {
		last := slices.IndexFunc(found, func(e Event) bool { return e.ID == l.after })
		if last < 0 {
			return nil, "", &failure{http.StatusBadRequest, "InvalidNextToken", "The specified next token is not valid."}
		}
		found = found[last+1:]
	}
	if len(found) <= l.most {
		return found, "", nil
	}
	return found[:l.most], found[l.most-1].ID, nil
}

// wants compares by whole seconds, as the times of a call are written.
func (l lookup) wants(e Event) bool {
	at := e.Time.Truncate(time.Second)
	if at.Before(l.from.Truncate(time.Second)) || at.After(l.to) {
		return false
	}
	for key, value := range l.attributes {
		if got, _ := e.attribute(key); got != value {
			return false
		}
	}
	return true
}

// attribute returns what LookupAttribute compares, case and all, and whether there is one of that name.
func (e Event) attribute(key string) (string, bool) {
	switch key {
	case "ServiceName":
		return e.Service, true
	case "EventName":
		return e.Name, true
	case "User":
		return e.UserName, true
	case "EventId":
		return e.ID, true
	case "EventRW":
		return e.kind(), true
	case "EventAccessKeyId":
		return e.KeyID, true
	case "SourceIpAddress":
		return e.SourceIP, true
	case "EventType":
		return "ApiCall", true
	}
	return "", false
}
