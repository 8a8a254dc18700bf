package revocation

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// History is what the journals of a folder record. A nil History records nothing.
type History struct {
	past    []Deed
	Open    []string        // the journals of approved revocations that are not finished, the oldest first
	Unclean []string        // those of clean-ups
	Broken  []BrokenJournal // those that could not be read
}

// BrokenJournal is a journal that could not be read, or that somebody else may have written.
type BrokenJournal struct {
	Name string
	Why  reason.Reason
}

// Deed is an action that a run did: reading confirmed it.
type Deed struct {
	Action
	Goal    Goal // of the run
	At      time.Time
	Journal string // the name of the file that records it
	Account string // in which it happened
}

// maxJournals is how many journals are read, the newest.
const maxJournals = 1000

// ReadHistory reads the journals, *.jsonl, of a folder, which need not exist.
func ReadHistory(folder string) (*History, error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, systemError(err)
	}
	var names []string
	for _, e := range entries { // in the order of their names, which begin with the time
		if e.Type().IsRegular() && filepath.Ext(e.Name()) == ".jsonl" {
			names = append(names, filepath.Join(folder, e.Name()))
		}
	}
	h := &History{}
	for _, name := range names[max(0, len(names)-maxJournals):] {
		if err := h.add(name); err != nil {
			h.Broken = append(h.Broken, BrokenJournal{name, reason.Of(err)})
		}
	}
	slices.SortStableFunc(h.past, func(a, b Deed) int { return a.At.Compare(b.At) })
	return h, nil
}

func (h *History) add(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return systemError(err)
	}
	defer file.Close()
	if err := checkOwn(file); err != nil {
		return err
	}
	j := newJournal()
	if _, err := j.load(file); err != nil {
		return err
	}
	if j.plan == nil { // a full disk leaves such a file, before anything was changed
		return reason.NewError("revoke.journal-without-plan")
	}
	for i, a := range j.plan.Actions {
		if j.outcomes[i] == Done {
			h.past = append(h.past, Deed{Action: a, Goal: j.plan.Goal, At: j.times[i], Journal: name, Account: j.plan.Account})
		}
	}
	switch {
	case !j.approved || j.Ended():
	case j.plan.Goal.CleanUp():
		h.Unclean = append(h.Unclean, name)
	default:
		h.Open = append(h.Open, name)
	}
	return nil
}

// Deeds returns what the runs did, the oldest first.
func (h *History) Deeds() []Deed {
	if h == nil {
		return nil
	}
	return slices.Clone(h.past)
}

// ReadDeeds returns what one run did, as its journal records it, the oldest first. A run that is not finished has some.
func ReadDeeds(name string) ([]Deed, error) {
	var h History
	if err := h.add(name); err != nil {
		return nil, err
	}
	slices.SortStableFunc(h.past, func(a, b Deed) int { return a.At.Compare(b.At) })
	return h.past, nil
}

// ReadTargets returns the keys on which a run did something, as its journal records it.
func ReadTargets(name string) ([]Target, error) {
	deeds, err := ReadDeeds(name)
	if err != nil {
		return nil, err
	}
	var list []Target
	for _, p := range deeds {
		if p.Thing == nil && !slices.Contains(list, p.Target) {
			list = append(list, p.Target)
		}
	}
	return list, nil
}

// Recognize gives the past actions on a key its current fingerprint: journals of earlier releases have an older one.
func (h *History) Recognize(id rules.Secret) {
	if h == nil || len(h.past) == 0 {
		return
	}
	for i, earlier := 0, earlierFingerprint(id); i < len(h.past); i++ {
		if h.past[i].Target.Fingerprint == earlier {
			h.past[i].Target.Fingerprint = Fingerprint(id)
		}
	}
}

// undone maps each kind to the kind that it undoes.
var undone = map[Kind]Kind{Enable: Disable, Restore: Delete, Release: Quarantine, DetachPolicy: AttachPolicy}

// Stack returns the actions on a key that were not undone yet, the last one at the end.
func (h *History) Stack(fingerprint string) []Action {
	if h == nil {
		return nil
	}
	var stack []Action
	for _, p := range h.past {
		switch kind, undoes := undone[p.Kind]; {
		case p.Target.Fingerprint != fingerprint || p.Kind == CreatePolicy:
		case !undoes:
			stack = append(stack, p.Action)
		default:
			if i := LastOf(stack, kind); i >= 0 {
				stack = slices.Delete(stack, i, i+1)
			}
		}
	}
	return stack
}

// LastOf returns the index of the last action of a kind, or -1.
func LastOf(stack []Action, kind Kind) int {
	for i, a := range slices.Backward(stack) {
		if a.Kind == kind {
			return i
		}
	}
	return -1
}

// Last returns the last action on a key that was not undone yet.
func (h *History) Last(fingerprint string) (Action, bool) {
	stack := h.Stack(fingerprint)
	if len(stack) == 0 {
		return Action{}, false
	}
	return stack[len(stack)-1], true
}

// Disabled returns when the key was last disabled; zero if that is not known.
func (h *History) Disabled(fingerprint string) time.Time {
	if h == nil {
		return time.Time{}
	}
	for _, p := range slices.Backward(h.past) {
		if p.Target.Fingerprint == fingerprint && p.Kind == Disable {
			return p.At
		}
	}
	return time.Time{}
}
