// Package investigate judges what was read of an account after a key leaked: what the thief did, which back doors are left, and
// where the account is weak. It makes no call; package survey reads the account.
//
// [Judge] first follows the thief through the events ([Tree]): from the leaked key to the users, keys and sessions that it made, and
// to what those made. Then it runs the checks, one file each. A check answers one question, and knows which parts of
// the account it must have seen: where one of them is missing, "nothing found" is [Blind], never [Clear].
//
// What existed before the exposure, what the tree attributes to somebody else, and what the user knows ([Known]) is not
// suspicious. What was made since and by nobody who can be named is.
//
// Limits: ActionTrail shows an act some ten minutes late, does not record reads of objects, and forgets after 90 days.
package investigate

import (
	"cmp"
	"slices"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// Severity is how bad it is if a check finds something.
type Severity int

// The severities, the worst first.
const (
	Critical Severity = iota + 1 // the thief still has access, or hides it
	High                         // the thief did harm, or can come back
	Medium                       // a weakness that thieves use
	Low                          // good practice
)

// Check is a question about the account.
type Check struct {
	ID       string // lower case, with dashes; the texts of a check are found by it
	Severity Severity
	Posture  bool          // about how the account is kept, not about the thief
	Sums     bool          // sums up calls, which the other checks are about
	Asks     []account.Ask // what must have been seen for "nothing found" to be true
	judge    func(s *scene) []Evidence
}

// Status is the result of a check.
type Status string

// The results of a check.
const (
	Found Status = "found"
	Clear Status = "clear" // all that the check needs was seen, and it found nothing
	Blind Status = "blind" // it found nothing, but did not see all that it needs
)

// Result is what a check found.
type Result struct {
	Check    string          `json:"check"`
	Severity Severity        `json:"severity"`
	Posture  bool            `json:"posture,omitempty"`
	Sums     bool            `json:"sums,omitempty"` // there is nothing to do about it but what other checks name
	Status   Status          `json:"status"`
	Evidence []Evidence      `json:"evidence,omitempty"`
	Blind    []account.Entry `json:"blind,omitempty"` // what it needs and did not see
}

// Evidence is one thing that a check found.
type Evidence struct {
	What    reason.Reason `json:"what"`
	Subject Subject       `json:"subject"`
	At      time.Time     `json:"at,omitzero"`
	Events  []string      `json:"events,omitempty"` // the IDs of the events that show it
	Maker   Maker         `json:"maker,omitempty"`
	State   State         `json:"state,omitempty"`
}

// Subject is what a piece of evidence is about.
type Subject struct {
	Kind   string `json:"kind"` // user, key, role, instance, rule, …
	Name   string `json:"name"`
	Of     string `json:"of,omitempty"` // the user of a key, the group of a rule
	Region string `json:"region,omitempty"`
}

// Maker says who made something.
type Maker string

// The makers.
const (
	Thief    Maker = "thief"   // the leaked key, or what came of it
	Somebody Maker = "other"   // an event names somebody else
	Nobody   Maker = "unknown" // no event says who
	Fresh    Maker = "fresh"   // it is so new that ActionTrail does not show yet who
)

// State says whether something is still there.
type State string

// The states of a thing.
const (
	Exists State = "exists"
	Off    State = "disabled" // a key that is there and does not work
	Gone   State = "gone"
	// Harmless is something that is there, and can do nothing any more: a user without keys and rights, a stopped instance.
	Harmless State = "harmless"
	Unclear  State = "unclear" // the list that would have it was not seen
)

// Report is the result of an investigation.
type Report struct {
	Account string          `json:"account"`
	Taken   time.Time       `json:"taken"`
	Since   time.Time       `json:"since"`
	Results []Result        `json:"results"` // of all checks, the worst first
	Tree    Tree            `json:"tree"`
	Blind   []account.Entry `json:"blind,omitempty"`   // questions that were not answered, and where something may hide
	Caveats []account.Entry `json:"caveats,omitempty"` // other questions that were not answered: after the thief was cut off, for one
}

// Options say what is known. The zero value knows nothing.
type Options struct {
	Known Known
}

// Judge runs all checks.
func Judge(a *account.Snapshot, o Options) Report {
	s := newScene(a, o.Known)
	r := Report{Account: a.Account, Taken: a.Taken, Since: a.Since, Tree: s.tree}
	for _, e := range a.Ledger.Blind() {
		if s.matters(e) {
			r.Blind = append(r.Blind, e)
		} else {
			r.Caveats = append(r.Caveats, e)
		}
	}
	for _, c := range Checks() {
		result := c.result(s)
		s.tell(result)
		r.Results = append(r.Results, result)
	}
	slices.SortStableFunc(r.Results, func(a, b Result) int {
		return cmp.Or(cmp.Compare(a.Status.rank(), b.Status.rank()), compareBool(a.Posture, b.Posture), cmp.Compare(a.Severity, b.Severity))
	})
	return r
}

func (s Status) rank() int { return slices.Index([]Status{Found, Blind, Clear}, s) }

func (c Check) result(s *scene) Result {
	r := Result{Check: c.ID, Severity: c.Severity, Posture: c.Posture, Sums: c.Sums, Status: Clear, Evidence: c.judge(s), Blind: s.blind(c.Asks)}
	old := func(e Evidence) bool { return e.Maker != Fresh }
	switch {
	case slices.ContainsFunc(r.Evidence, old):
		r.Status = Found
	case len(r.Blind) > 0 || len(r.Evidence) > 0:
		r.Status = Blind
	}
	slices.SortStableFunc(r.Evidence, func(a, b Evidence) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Subject.Region, b.Subject.Region), cmp.Compare(a.Subject.Name, b.Subject.Name))
	})
	return r
}

// Alarms counts the results that point at a thief.
func (r Report) Alarms() int {
	n := 0
	for _, result := range r.Results {
		if result.Status == Found && !result.Posture {
			n++
		}
	}
	return n
}

// Complete reports whether every question was answered. Without it, no report says "clean".
func (r Report) Complete() bool {
	return len(r.Blind) == 0 && !slices.ContainsFunc(r.Results, func(r Result) bool { return r.Status == Blind })
}

// Left returns what is left to do: the evidence of things that exist, or may be in a list that was not seen; the worst first, and each
// thing once for each check.
func (r Report) Left() []Task {
	var out []Task
	seen := map[string]bool{}
	for _, result := range r.Results {
		if result.Status == Clear || result.Sums {
			continue
		}
		for _, e := range result.Evidence {
			s := e.Subject
			name := result.Check + "/" + s.Kind + "/" + s.Name + "/" + s.Of + "/" + s.Region
			if (e.State == Exists || e.State == Unclear && s.Listed()) && !seen[name] {
				seen[name] = true
				out = append(out, Task{result, e})
			}
		}
	}
	return out
}

// Task is a piece of evidence that somebody has to do something about.
type Task struct {
	Result   Result
	Evidence Evidence
}
