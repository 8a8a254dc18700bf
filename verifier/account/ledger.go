package account

import (
	"time"

	"github.com/akguard/akguard/rules/reason"
)

// Outcome is what became of a question.
type Outcome string

// The outcomes of questions.
const (
	Seen     Outcome = "seen"
	Denied   Outcome = "denied"    // the administrator lacks the permission
	Failed   Outcome = "failed"    // the service gave no usable answer
	Closed   Outcome = "closed"    // the account has not opened the region or the service: there is nothing to see
	TooOld   Outcome = "too-old"   // the service does not keep what is so old
	TooFresh Outcome = "too-fresh" // the service does not show yet what happened last
	Unasked  Outcome = "unasked"   // a limit, an interrupt or a choice of the user
	Unlogged Outcome = "unlogged"  // nobody records this: reads of objects, for one
)

// Blind reports whether something may be there that was not seen.
func (o Outcome) Blind() bool { return o != Seen && o != Closed }

// Ask is a question: one action of one service.
type Ask struct {
	Service string `json:"service"` // as --endpoint names it: ecs
	Action  string `json:"action"`  // DescribeInstances
}

// Entry is a question that was asked, or that could not be.
type Entry struct {
	Ask
	Region  string        `json:"region,omitempty"`
	About   string        `json:"about,omitempty"` // of which user, key, resource or Lookup; "" for the whole region or account
	From    time.Time     `json:"from,omitzero"`   // the stretch of time, if it has one
	To      time.Time     `json:"to,omitzero"`
	Outcome Outcome       `json:"outcome"`
	Why     reason.Reason `json:"why,omitzero"`
	Right   string        `json:"right,omitempty"` // the permission that is missing: ecs:DescribeInstances
	Again   time.Time     `json:"again,omitzero"`  // when to look again
	Items   int           `json:"items,omitempty"` // how many things the answer had
}

// Ledger is all that was asked.
type Ledger []Entry

// Blind returns the entries of the questions that were not answered; all questions if none are named.
func (l Ledger) Blind(asks ...Ask) []Entry {
	var out []Entry
	for _, e := range l {
		if e.Outcome.Blind() && (len(asks) == 0 || has(asks, e.Ask)) {
			out = append(out, e)
		}
	}
	return out
}

// Asked reports whether the question was asked at all, of anything.
func (l Ledger) Asked(a Ask) bool {
	for _, e := range l {
		if e.Ask == a {
			return true
		}
	}
	return false
}

func has(asks []Ask, a Ask) bool {
	for _, b := range asks {
		if a == b {
			return true
		}
	}
	return false
}
