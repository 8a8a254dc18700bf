package cloud

import (
	"context"
	"fmt"
	"time"

	"github.com/akguard/akguard/rules"
)

// Lookup selects events of ActionTrail, which keeps them for 90 days.
type Lookup struct {
	Key   string // EventAccessKeyId, User, EventName, …: exact, and of one value
	Value rules.Secret
	From  time.Time // set both or neither; neither means the last seven days
	To    time.Time
	Next  string // the token of the next page; "" for the first
}

// Event is one recorded call.
type Event struct {
	ID        string
	Time      time.Time
	Service   string // Ecs
	Name      string // RunInstances
	Region    string
	SourceIP  string
	UserAgent string
	User      string // the user's name, or the role's
	Error     string // the code of a call that failed; "" if it did not
}

// LookupEvents returns one page of events, up to 50 and newest first, and the token of the next page, "" after the
// last.
func (c *Client) LookupEvents(ctx context.Context, l Lookup) (events []Event, next string, err error) {
	var a struct {
		answer
		NextToken string
		Events    []map[string]any
	}
	params := map[string]string{
		"LookupAttribute.1.Key": l.Key, "LookupAttribute.1.Value": l.Value.Reveal(),
		"MaxResults": "50", "Direction": "BACKWARD", "NextToken": l.Next,
	}
	if !l.From.IsZero() && !l.To.IsZero() {
		params["StartTime"] = l.From.UTC().Format(time.RFC3339)
		params["EndTime"] = l.To.UTC().Format(time.RFC3339)
	}
	q := call{ActionTrail, "LookupEvents", params, []rules.Secret{l.Value}}
	if err := c.read(ctx, q, &a); err != nil {
		return nil, "", err
	}
	for _, e := range a.Events {
		events = append(events, newEvent(e))
	}
	return events, a.NextToken, nil
}

// newEvent reads the fields that the events of all services share. Missing fields stay empty.
func newEvent(e map[string]any) Event {
	identity, _ := e["userIdentity"].(map[string]any)
	text := func(m map[string]any, name string) string {
		if v, ok := m[name]; ok && v != nil {
			return rules.MaskIDs(fmt.Sprint(v))
		}
		return ""
	}
	return Event{
		ID: text(e, "eventId"), Time: when(text(e, "eventTime")), Service: text(e, "serviceName"), Name: text(e, "eventName"),
		Region: text(e, "acsRegion"), SourceIP: text(e, "sourceIpAddress"), UserAgent: text(e, "userAgent"),
		User: text(identity, "userName"), Error: text(e, "errorCode"),
	}
}
