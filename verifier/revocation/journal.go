package revocation

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/osfile"
)

// The events of a journal, in the order in which they come.
const (
	EventPlan     = "plan"
	EventAdd      = "add" // of a Freeze: one more key, with what was planned and approved for it
	EventApproved = "approved"
	EventDenied   = "denied"
	EventBegin    = "begin"   // a call comes next
	EventAnswer   = "answer"  // how the call went
	EventSettled  = "settled" // what reading showed
	EventEnd      = "end"
	EventResume   = "resume" // an interrupted run continues
)

// Record is one line of a journal.
type Record struct {
	Time    time.Time `json:"time"`
	Event   string    `json:"event"`
	Plan    *Plan     `json:"plan,omitempty"`
	Keys    int       `json:"keys,omitempty"`   // of a Freeze: how many it is for
	Action  int       `json:"action,omitempty"` // its number in the plan, from 1
	What    string    `json:"what,omitempty"`   // the action: its kind and the masked ID, or the policy
	Outcome string    `json:"outcome,omitempty"`
	Code    string    `json:"code,omitempty"` // the service's error code
	Detail  string    `json:"detail,omitempty"`
	State   *State    `json:"state,omitempty"`
}

// Outcome is the result of an action.
type Outcome string

// The outcomes.
const (
	Done    Outcome = "done"    // it happened, and reading confirmed it
	Already Outcome = "already" // nothing to do: the state was reached before
	Refused Outcome = "refused" // nothing changed: the service or a guard refused it, or the state had changed before
	Failed  Outcome = "failed"  // the call got no answer, and reading showed that nothing changed
	Unknown Outcome = "unknown" // the state could not be read: resume
)

// Journal is the write-ahead log of one run: an append-only file with a line for each event, synced before the run
// continues. While it is open it is locked for other processes.
type Journal struct {
	file    *os.File
	now     func() time.Time
	created bool // by this process
	written bool

	mu       sync.Mutex // held while a record is written: keys are frozen at the same time
	plan     *Plan
	keys     int // of a Freeze
	added    int // of those: the keys that were settled, or begun
	approved bool
	started  map[int]bool
	outcomes map[int]Outcome
	times    map[int]time.Time
}

func newJournal() *Journal {
	return &Journal{now: time.Now, started: map[int]bool{}, outcomes: map[int]Outcome{}, times: map[int]time.Time{}}
}

// CreateJournal creates the file and its folder. It refuses an existing file, which may record an unfinished run.
func CreateJournal(name string) (*Journal, error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return nil, reason.NewError("revoke.journal-creating", systemError(err))
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR|os.O_APPEND, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fail(reason.New("revoke.journal-exists", name), reason.New("revoke.journal-exists-hint"))
	}
	if err != nil {
		return nil, reason.NewError("revoke.journal-creating", systemError(err))
	}
	j := newJournal()
	j.file, j.created = file, true
	if err := osfile.Lock(file); err != nil {
		return nil, errors.Join(reason.NewError("revoke.journal-locking", name, systemError(err)), file.Close())
	}
	syncFolder(filepath.Dir(name))
	return j, nil
}

// syncFolder makes the file's name durable. Not every system can do that, so failing is no error.
func syncFolder(name string) {
	if dir, err := os.Open(name); err == nil {
		_ = dir.Sync()
		_ = dir.Close()
	}
}

// OpenJournal opens the journal of an unfinished run.
func OpenJournal(name string) (*Journal, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return nil, fail(reason.New("revoke.journal-opening", name, systemError(err)), reason.New("revoke.journal-opening-hint"))
	}
	if err := checkOwn(file); err != nil {
		return nil, errors.Join(fail(reason.New("revoke.journal-distrusted", name, err), reason.New("revoke.journal-distrusted-hint")), file.Close())
	}
	if err := osfile.Lock(file); err != nil {
		return nil, errors.Join(fail(reason.New("revoke.journal-in-use", name, systemError(err)), reason.New("revoke.journal-in-use-hint")), file.Close())
	}
	j := newJournal()
	j.file = file
	torn, err := j.load(file)
	if err == nil && torn {
		if _, e := file.Write([]byte("\n")); e != nil {
			err = systemError(e)
		}
	}
	if err != nil {
		return nil, errors.Join(fail(reason.New("revoke.journal-reading", name, err), reason.New("revoke.journal-reading-hint")), file.Close())
	}
	return j, nil
}

// checkOwn refuses a journal that somebody else may have written: a resumed run does what it says.
func checkOwn(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return systemError(err)
	}
	switch {
	case osfile.OthersMayWrite(info):
		return reason.NewError("revoke.journal-writable")
	case osfile.IsForeign(info):
		return reason.NewError("revoke.journal-foreign")
	}
	return nil
}

// Close closes the file. It may be called twice. A new journal in which nothing was written is removed: no run began.
func (j *Journal) Close() error {
	if j.created && !j.written {
		if info, err := j.file.Stat(); err == nil && info.Size() == 0 {
			_ = os.Remove(j.file.Name())
		}
	}
	if err := j.file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return reason.NewError("revoke.journal-writing", systemError(err))
	}
	return nil
}

// Write adds a record, and returns when it is on disk.
func (j *Journal) Write(rec Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.append(rec)
}

// Add records the actions on one more key, which were approved, and returns the index of the first. A key on which there is
// nothing to do has none.
func (j *Journal) Add(p *Plan) (first int, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	first = len(j.plan.Actions)
	return first, j.append(Record{Event: EventAdd, Plan: p})
}

func (j *Journal) append(rec Record) error {
	rec.Time = j.now().UTC()
	rec.Detail = rules.MaskIDs(rec.Detail)
	line, err := json.Marshal(rec)
	if err == nil {
		_, err = j.file.Write(append(line, '\n'))
	}
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		return fail(reason.New("revoke.journal-writing", systemError(err)), reason.New("revoke.journal-writing-hint"))
	}
	j.written = true
	j.note(rec)
	return nil
}

// maxJournal is far larger than any journal.
const maxJournal = 64 << 20

// load reads the records. A crash may have torn a line: at the end, or before a resume. Blank lines are ignored. It
// reports whether the last line is torn.
func (j *Journal) load(r io.Reader) (torn bool, err error) {
	data, err := io.ReadAll(io.LimitReader(r, maxJournal+1))
	switch {
	case err != nil:
		return false, systemError(err)
	case len(data) > maxJournal:
		return false, reason.NewError("revoke.journal-too-long")
	case len(data) == 0:
		return false, nil
	}
	torn = data[len(data)-1] != '\n'
	broken := 0
	for n, line := range bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var rec Record
		if err := json.Unmarshal(line, &rec); err != nil {
			if broken > 0 {
				return torn, notJournal(broken)
			}
			broken = n + 1
			continue
		}
		if broken > 0 && rec.Event != EventResume {
			return torn, notJournal(broken)
		}
		if rec.Event == EventAdd && j.plan != nil && j.plan.Goal.CleanUp() {
			return torn, notJournal(n + 1) // only a Freeze adds to what was approved
		}
		broken = 0
		j.note(rec)
	}
	if broken > 0 && !torn {
		return torn, notJournal(broken)
	}
	return torn, nil
}

func notJournal(line int) error { return reason.NewError("revoke.journal-line", line) }

// note keeps the parts of a record that matter.
func (j *Journal) note(rec Record) {
	switch i := rec.Action - 1; rec.Event {
	case EventPlan:
		j.plan, j.keys, j.added = rec.Plan, rec.Keys, 0
	case EventAdd:
		if j.plan != nil && rec.Plan != nil {
			j.plan.Actions = append(j.plan.Actions, rec.Plan.Actions...)
			j.added++
		}
	case EventApproved:
		j.approved = true
	case EventBegin:
		j.started[i] = true
	case EventSettled:
		j.outcomes[i] = Outcome(rec.Outcome)
		if j.outcomes[i] == Refused { // whatever the state is now, this call did not cause it
			j.started[i] = false
		}
		j.times[i] = rec.Time
	}
}

// Begun reports whether the call of an action was begun.
func (j *Journal) Begun(i int) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.started[i]
}

// Unplanned returns how many keys of a Freeze were not begun when it ended. Resume cannot do those: a journal holds no IDs.
func (j *Journal) Unplanned() int { return j.keys - j.added }

// Settled reports whether nothing is left to do for an action.
func (j *Journal) Settled(i int) bool {
	return j.outcomes[i] == Done || j.outcomes[i] == Already
}

// Ended reports whether nothing is left to do.
func (j *Journal) Ended() bool {
	for i := range j.plan.Actions {
		if !j.Settled(i) {
			return false
		}
	}
	return true
}

// SetClock sets the clock of the records: the service's.
func (j *Journal) SetClock(now func() time.Time) { j.now = now }

// Approved reports whether the plan was approved.
func (j *Journal) Approved() bool { return j.approved }

// Name returns the path of the file.
func (j *Journal) Name() string { return j.file.Name() }

// Plan returns the plan of the run; nil if none was written.
func (j *Journal) Plan() *Plan { return j.plan }

// fail returns an error with what to do about it.
func fail(r, hint reason.Reason) error { return &reason.Error{Reason: r, Hint: hint} }

// systemError is an error of the operating system without the path, which is named beside it.
func systemError(err error) error {
	err = osfile.WithoutPath(err)
	return &reason.Error{Reason: reason.New("revoke.system", err), Err: err}
}

// Left returns the plan of an approved run with the actions that are left to do; nil if there are none. It has no notes: what
// could not be done then is planned anew.
func (j *Journal) Left() *Plan {
	if j.plan == nil || !j.approved || j.Ended() {
		return nil
	}
	left := *j.plan
	left.Actions, left.Notes = nil, nil
	for i, a := range j.plan.Actions {
		if !j.Settled(i) {
			left.Actions = append(left.Actions, a)
		}
	}
	return &left
}
