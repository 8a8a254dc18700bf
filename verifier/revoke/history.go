package revoke

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// History is what the journals of a folder say was done. A nil History knows nothing.
type History struct {
	deeds  []deed
	Open   []string // the journals of approved runs that have something left to do, the oldest first
	Broken []string // the journals that could not be read, or that somebody else may have written
}

// deed is an action that reading confirmed.
type deed struct {
	action Action
	at     time.Time
}

// maxJournals is how many journals are read, the newest.
const maxJournals = 1000

// ReadHistory reads the journals, *.jsonl, of a folder, which need not exist.
func ReadHistory(folder string) (*History, error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the journals: %w", err)
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
			h.Broken = append(h.Broken, name)
		}
	}
	slices.SortStableFunc(h.deeds, func(a, b deed) int { return a.at.Compare(b.at) })
	return h, nil
}

func (h *History) add(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := checkOwn(file); err != nil {
		return err
	}
	j := newJournal()
	if _, err := j.load(file); err != nil || j.plan == nil {
		return err
	}
	for i, a := range j.plan.Actions {
		if j.outcomes[i] == Done {
			h.deeds = append(h.deeds, deed{a, j.times[i]})
		}
	}
	if j.approved && !j.ended() {
		h.Open = append(h.Open, name)
	}
	return nil
}

// last returns the last thing that was done about a key.
func (h *History) last(fingerprint string) (Action, bool) {
	if h == nil {
		return Action{}, false
	}
	for _, d := range slices.Backward(h.deeds) {
		if d.action.Target.Fingerprint == fingerprint {
			return d.action, true
		}
	}
	return Action{}, false
}

// disabled returns when the key was last disabled; zero if that is not known.
func (h *History) disabled(fingerprint string) time.Time {
	if h == nil {
		return time.Time{}
	}
	for _, d := range slices.Backward(h.deeds) {
		if d.action.Target.Fingerprint == fingerprint && d.action.Kind == Disable {
			return d.at
		}
	}
	return time.Time{}
}
