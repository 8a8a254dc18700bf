package revoke

import (
	"io"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/revocation"
)

// These types are the plan, and what is recorded of its run.
type (
	// Goal is the purpose of a plan.
	Goal = revocation.Goal
	// Kind is the kind of an action.
	Kind = revocation.Kind
	// State is the state of a key or of a policy.
	State = revocation.State
	// Owner is the owner of a key.
	Owner = revocation.Owner
	// Target names a key.
	Target = revocation.Target
	// Action is one change.
	Action = revocation.Action
	// Note is a plan's remark about a key.
	Note = revocation.Note
	// Plan is what is to be done, with notes on what cannot be.
	Plan = revocation.Plan
	// Outcome is the result of an action.
	Outcome = revocation.Outcome
	// Record is one line of a journal.
	Record = revocation.Record
	// Journal is the write-ahead log of one run.
	Journal = revocation.Journal
	// History is what the journals of a folder record.
	History = revocation.History
	// BrokenJournal is a journal that could not be read.
	BrokenJournal = revocation.BrokenJournal
)

// The goals.
const (
	ToDisable    = revocation.ToDisable
	ToDelete     = revocation.ToDelete
	ToRemove     = revocation.ToRemove
	ToQuarantine = revocation.ToQuarantine
	ToUndo       = revocation.ToUndo
)

// The kinds of actions.
const (
	Disable      = revocation.Disable
	Delete       = revocation.Delete
	Quarantine   = revocation.Quarantine
	Enable       = revocation.Enable
	Restore      = revocation.Restore
	Release      = revocation.Release
	CreatePolicy = revocation.CreatePolicy
	AttachPolicy = revocation.AttachPolicy
	DetachPolicy = revocation.DetachPolicy
)

// The states of a key and of a policy.
const (
	Active       = revocation.Active
	Inactive     = revocation.Inactive
	Recycled     = revocation.Recycled
	Gone         = revocation.Gone
	Deleted      = revocation.Deleted
	UserRecycled = revocation.UserRecycled
	Absent       = revocation.Absent
	Detached     = revocation.Detached
	Attached     = revocation.Attached
)

// The outcomes.
const (
	Done    = revocation.Done
	Already = revocation.Already
	Refused = revocation.Refused
	Failed  = revocation.Failed
	Unknown = revocation.Unknown
)

// Fingerprint identifies an ID in plans and journals.
func Fingerprint(id rules.Secret) string { return revocation.Fingerprint(id) }

// ReadPlan reads a plan that Plan.Write has written.
func ReadPlan(r io.Reader) (*Plan, error) { return revocation.ReadPlan(r) }

// CreateJournal creates the journal of a new run.
func CreateJournal(name string) (*Journal, error) { return revocation.CreateJournal(name) }

// OpenJournal opens the journal of an unfinished run.
func OpenJournal(name string) (*Journal, error) { return revocation.OpenJournal(name) }

// ReadHistory reads the journals of a folder.
func ReadHistory(folder string) (*History, error) { return revocation.ReadHistory(folder) }

// ReadJournal returns the keys on which a run did something, as its journal records it.
func ReadJournal(name string) ([]Subject, error) {
	targets, err := revocation.ReadTargets(name)
	var list []Subject
	for i := range targets {
		list = append(list, Subject{Target: &targets[i]})
	}
	return list, err
}
