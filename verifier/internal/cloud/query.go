package cloud

import (
	"context"
	"encoding/json"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// Query is a call of an action that has no method of its own here.
type Query struct {
	Service, Action string
	Params          map[string]string // empty ones are not sent
	Hide            []rules.Secret    // what an answer may quote besides the caller's credential
	Paged           bool              // the caller reads the next page, if the answer says that there is one
}

// Answer is what every answer holds. The struct into which Read decodes an answer embeds it.
type Answer = answer

// Decoded is a pointer to a struct that embeds Answer.
type Decoded = decoded

// Read makes a call, repeats it while the service is busy, and decodes the answer. An answer that holds nothing is not
// understood: an empty list of the service has the list. Neither is one page of several where only one was expected.
func (c *Client) Read(ctx context.Context, q Query, into Decoded) error {
	if err := c.read(ctx, call{q.Service, q.Action, q.Params, q.Hide}, into); err != nil {
		return err
	}
	members := membersOf(into.base().GetHttpContentBytes())
	switch {
	case len(members) == 0:
		return notUnderstood(into.GetHttpStatus())
	case !q.Paged && hasMore(members):
		return failure(reason.New("cloud.more-pages"))
	}
	return nil
}

// hasMore reports whether an answer says that it is not the last page.
func hasMore(members map[string]json.RawMessage) bool {
	next := string(members["NextToken"])
	return string(members["IsTruncated"]) == "true" || next != "" && next != `""` && next != "null"
}

// Change makes a call that changes something, once: after a failure, the change may or may not have happened.
func (c *Client) Change(ctx context.Context, q Query) error {
	return c.change(ctx, call{q.Service, q.Action, q.Params, q.Hide})
}

// membersOf returns what an answer holds besides what every answer does.
func membersOf(body []byte) map[string]json.RawMessage {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return nil
	}
	if string(members["Success"]) == "false" {
		return members // a refusal at HTTP 200, which the caller reads
	}
	for _, always := range []string{"RequestId", "HostId", "Code", "Message", "Success"} {
		delete(members, always)
	}
	return members
}

// Pages calls page with the token of each page of a list, "" for the first, until it returns none. A page without items
// is no end: the next may have some. A list that repeats a token, or that never ends, is an error.
func Pages(page func(token string) (next string, err error)) error {
	token, seen := "", map[string]bool{}
	for range maxPages {
		next, err := page(token)
		if err != nil || next == "" {
			return err
		}
		if seen[next] {
			break
		}
		seen[next], token = true, next
	}
	return failure(reason.New("cloud.endless-list"))
}

// Refusal is the error of a service that refuses a call with a code in an answer of HTTP 200.
func Refusal(a *Answer, code, message string) error {
	if !isWord(code) {
		return notUnderstood(a.GetHttpStatus())
	}
	return &Error{Code: code, Message: rules.MaskIDs(clean(message, hider(rules.Credential{}, nil))), HTTPStatus: a.GetHttpStatus(), RequestID: a.RequestID}
}

// When parses the forms of time that the services write. It is zero for "" and "N/A".
func When(text string) time.Time { return when(text) }

// NotUnderstood is the error of an answer that lacks what it must have.
func NotUnderstood(a *Answer) error { return notUnderstood(a.GetHttpStatus()) }
