package incident

import (
	"slices"
	"strings"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/investigate"
)

// Comparison says what became of the findings of an earlier investigation.
type Comparison struct {
	Closed []Closed              `json:"closed,omitempty"`
	Open   []investigate.Subject `json:"open,omitempty"`   // still there
	Unsure []investigate.Subject `json:"unsure,omitempty"` // the list that would have it was not seen
}

// Closed is something that is not there any more.
type Closed struct {
	Subject investigate.Subject `json:"subject"`
	By      string              `json:"by,omitempty"` // who removed it, if an event says so
	Event   string              `json:"event,omitempty"`
}

// Compare looks for what the first investigation found.
func Compare(first, now Report) *Comparison {
	c := &Comparison{}
	seen := map[string]bool{}
	for _, task := range first.Left() {
		if task.Result.Posture || task.Evidence.Maker == investigate.Fresh {
			continue // the account's own habits are not the thief's, and what was too new then is judged now
		}
		key := task.Result.Check + "/" + task.Evidence.Subject.Kind + "/" + task.Evidence.Subject.Name + "/" + task.Evidence.Subject.Region
		if seen[key] {
			continue
		}
		seen[key] = true
		c.add(task, now)
	}
	return c
}

func (c *Comparison) add(task investigate.Task, now Report) {
	i := slices.IndexFunc(now.Result.Results, func(r investigate.Result) bool { return r.Check == task.Result.Check })
	if i < 0 {
		c.Unsure = append(c.Unsure, task.Evidence.Subject)
		return
	}
	result := now.Result.Results[i]
	has := func(state investigate.State) bool {
		return slices.ContainsFunc(result.Evidence, func(e investigate.Evidence) bool { return e.Subject == task.Evidence.Subject && e.State == state })
	}
	switch {
	case has(investigate.Exists):
		c.Open = append(c.Open, task.Evidence.Subject)
	case has(investigate.Unclear), slices.ContainsFunc(result.Blind, func(e account.Entry) bool { return hides(e, task.Evidence.Subject) }):
		c.Unsure = append(c.Unsure, task.Evidence.Subject)
	default:
		closed := Closed{Subject: task.Evidence.Subject}
		if e := remover(now.Snapshot, task.Evidence); e != nil {
			closed.By, closed.Event = e.Actor.Name, e.ID
		}
		c.Closed = append(c.Closed, closed)
	}
}

// hides reports whether a thing may be there, because of a question that was not answered. What hides no thing that a list would have is
// that the last minutes are not shown yet, and that another region was not looked at.
func hides(e account.Entry, s investigate.Subject) bool {
	elsewhere := e.Outcome == account.Unasked && e.Region != "" && e.Region != s.Region
	return !s.Listed() || e.Outcome != account.TooFresh && !elsewhere
}

// remover returns the last event after the evidence that removes or changes its subject.
func remover(a *account.Snapshot, e investigate.Evidence) *account.Event {
	if a == nil {
		return nil
	}
	for i := len(a.Events) - 1; i >= 0; i-- {
		event := &a.Events[i]
		if event.Error == "" && event.Write && !makes(event.Name) && event.Time.After(e.At) && !slices.Contains(e.Events, event.ID) && names(event, e.Subject) {
			return event
		}
	}
	return nil
}

// makes reports whether an action adds something, and so removes nothing.
func makes(action string) bool {
	return slices.ContainsFunc([]string{"Create", "Add", "Attach", "Authorize", "Import", "Run", "Join"}, func(verb string) bool { return strings.HasPrefix(action, verb) })
}

func names(e *account.Event, s investigate.Subject) bool {
	for _, v := range e.Params {
		if v == s.Name {
			return true
		}
	}
	return slices.ContainsFunc(e.Keys, func(k account.KeyRef) bool { return string(k) == s.Name }) ||
		slices.ContainsFunc(e.Resources, func(r account.Resource) bool { return r.ID == s.Name })
}

// Whole reports whether all that the first investigation found is closed.
func (c *Comparison) Whole() bool { return len(c.Open)+len(c.Unsure) == 0 }
