package state

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Event is ActionTrail's record of one call. An event to plant needs only a time and a name.
type Event struct {
	ID            string // made up if empty
	Time          time.Time
	Name          string // of the action, such as CreateUser
	Service       string // such as Ram
	SourceIP      string
	KeyID         string // of the caller
	UserName      string // a user's name, root, or role:session
	UserType      string // ram-user, root-account or assumed-role
	PrincipalID   string
	ErrorCode     string // empty if the call succeeded
	ErrorMessage  string
	UserAgent     string
	Region        string // empty for central services, whose events are in the account's home region
	RequestID     string
	RequestParams map[string]string
	Response      map[string]any      // of a call that changed something, without secrets
	Resources     map[string][]string // names by type
	More          map[string]any      // fields besides, or instead of, those above
}

// PlantEvents adds events, of any time.
func (a *Account) PlantEvents(events ...Event) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	for _, e := range events {
		e.ID = cmp.Or(e.ID, RequestID())
		a.Recorded = append(a.Recorded, e)
	}
}

// Events returns the account's events in the order in which they were recorded or planted.
func (a *Account) Events() []Event {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	return slices.Clone(a.Recorded)
}

func (p principal) EventIdentity() (kind, name string) {
	switch p.Kind {
	case "Account":
		return "root-account", "root"
	case "RAMUser":
		return "ram-user", p.User
	}
	return "assumed-role", p.Role + ":" + p.session
}

// retention is how long ActionTrail keeps events for lookups.
const retention = 90 * 24 * time.Hour

// Visible returns the events that ActionTrail shows in a region now, of those that are wanted. The caller holds Mu.
func (a *Account) Visible(region string, now time.Time, wanted func(*Event) bool) []Event {
	var shown []Event
	home := a.Home()
	for i := range a.Recorded {
		e := &a.Recorded[i]
		if cmp.Or(e.Region, home) == region && !e.Time.Add(a.Settings.EventDelay).After(now) && now.Sub(e.Time) <= retention && wanted(e) {
			shown = append(shown, *e)
		}
	}
	return shown
}

// Object writes the event as ActionTrail does.
func (e Event) Object(uid string) map[string]any {
	o := map[string]any{
		"eventId": e.ID, "eventVersion": "1", "eventType": "ApiCall", "eventCategory": "Management",
		"eventTime": Stamp(e.Time), "eventName": e.Name, "serviceName": e.Service, "eventRW": e.kind(),
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
	if len(e.Response) > 0 {
		o["responseElements"] = e.Response
	}
	for name, value := range e.More {
		o[name] = value
	}
	return o
}

// Reads reports whether the call changed nothing.
func (e Event) Reads() bool { return isRead(e.Name) }

func (e Event) kind() string {
	if isRead(e.Name) {
		return "Read"
	}
	return "Write"
}

// Attribute returns what LookupAttribute compares, case and all, and whether there is one of that name.
func (e Event) Attribute(key string) (string, bool) {
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

// isRead reports whether the name is that of an action that changes nothing.
func isRead(action string) bool {
	for _, verb := range []string{"Get", "List", "Describe", "Lookup", "Query", "Search"} {
		if strings.HasPrefix(action, verb) {
			return true
		}
	}
	return false
}
