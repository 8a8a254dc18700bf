package drill

import (
	"maps"
	"slices"
	"time"

	"github.com/akguard/akguard/verifier/alibabatest"
)

// Score is how a rehearsal went.
type Score struct {
	Frozen      bool          `json:"frozen"` // the leaked key does not work any more
	FrozenAfter time.Duration `json:"-"`      // since the rehearsal began
	Acts        int           `json:"acts"`   // of the thief
	Found       int           `json:"found"`  // of them, by the investigation
	Missed      []Act         `json:"missed,omitempty"`
	False       int           `json:"false"`             // calls of the company that the investigation blames on the thief
	Touched     []string      `json:"touched,omitempty"` // what of the company's does not work any more
}

// Score compares what an investigation found, the IDs of the events that it blames on the thief, with what happened.
func (d *Drill) Score(blamed []string) Score {
	s := Score{Acts: len(d.Acts), Touched: d.before.lost(d.look())}
	for _, act := range d.Acts {
		if slices.Contains(blamed, act.Event) {
			s.Found++
		} else {
			s.Missed = append(s.Missed, act)
		}
	}
	s.False = len(blamed) - s.Found
	s.Frozen, s.FrozenAfter = d.frozen()
	return s
}

// frozen finds the first call since the beginning that cut off the leaked key.
func (d *Drill) frozen() (bool, time.Duration) {
	id := d.Leaked.ID.Reveal()
	key, _ := d.Account.Find(id)
	if key.State == alibabatest.Active {
		return false, 0
	}
	for _, e := range d.Account.Events() {
		cuts := e.Name == "DeleteAccessKey" || e.Name == "UpdateAccessKey" && e.RequestParams["Status"] == "Inactive"
		if cuts && e.ErrorCode == "" && e.RequestParams["UserAccessKeyId"] == id && !e.Time.Before(d.Began) {
			return true, e.Time.Sub(d.Began)
		}
	}
	return true, 0
}

// state is what of the company's works.
type state map[string]bool

// look looks at the company's keys, users and instances.
func (d *Drill) look() *state {
	s := state{}
	for name, c := range d.company {
		if c.ID != d.Leaked.ID {
			key, ok := d.Account.Find(c.ID.Reveal())
			s["key of "+name] = ok && key.State == alibabatest.Active
		}
	}
	d.Account.Mu.Lock()
	defer d.Account.Mu.Unlock()
	for _, i := range d.Account.Instances {
		if i.Name != "worker" {
			s["instance "+i.ID] = i.Status == "Running"
		}
	}
	return &s
}

// lost lists what worked then and does not now.
func (s *state) lost(now *state) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(*s)) {
		if (*s)[name] && !(*now)[name] {
			out = append(out, name)
		}
	}
	return out
}
