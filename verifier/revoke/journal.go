package revoke

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/internal/openapi"
)

// The events of a journal, in the order in which they come.
const (
	eventPlan     = "plan"
	eventApproved = "approved"
	eventDenied   = "denied"
	eventBegin    = "begin"   // a call comes next
	eventAnswer   = "answer"  // how the call went
	eventSettled  = "settled" // what reading showed
	eventEnd      = "end"
	eventResume   = "resume" // a run that did not come to its end goes on
)

// Record is one line of a journal.
type Record struct {
	Time    time.Time `json:"time"`
	Event   string    `json:"event"`
	Plan    *Plan     `json:"plan,omitempty"`
	Action  int       `json:"action,omitempty"` // its number in the plan, from 1
	What    string    `json:"what,omitempty"`   // the action in words
	Outcome string    `json:"outcome,omitempty"`
	Code    string    `json:"code,omitempty"` // the service's error code
	Detail  string    `json:"detail,omitempty"`
	State   *State    `json:"state,omitempty"`
}

// answered is the record of a call's answer.
func answered(i int, err error) Record {
	rec := Record{Event: eventAnswer, Action: i + 1, Outcome: "ok", Code: openapi.Code(err)}
	switch {
	case err == nil:
	case openapi.IsRefusal(err):
		rec.Outcome, rec.Detail = "refused", err.Error()
	default:
		rec.Outcome, rec.Detail = "unanswered", err.Error()
	}
	return rec
}

// Journal is the diary of one run: a file that is only added to, a line for each event, on disk before the run goes
// on. While it is open no other process can have it.
type Journal struct {
	file *os.File
	now  func() time.Time

	plan     *Plan
	approved bool
	started  map[int]bool
	outcomes map[int]Outcome
	times    map[int]time.Time
}

func newJournal() *Journal {
	return &Journal{now: time.Now, started: map[int]bool{}, outcomes: map[int]Outcome{}, times: map[int]time.Time{}}
}

// CreateJournal makes the file, and its folder. It refuses a file that is there: it may hold what cannot be lost.
func CreateJournal(name string) (*Journal, error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return nil, fmt.Errorf("making the journal's folder: %w", err)
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR|os.O_APPEND, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, hinted("finish that run with akguard revoke resume --journal, or name another file", "the journal %s exists", name)
	}
	if err != nil {
		return nil, fmt.Errorf("making the journal: %w", err)
	}
	j := newJournal()
	j.file = file
	if err := lock(file); err != nil {
		return nil, errors.Join(fmt.Errorf("locking the journal %s: %w", name, err), file.Close())
	}
	syncFolder(filepath.Dir(name))
	return j, nil
}

// syncFolder makes the file's name last. Not every system can do that, and none needs it to go on.
func syncFolder(name string) {
	if dir, err := os.Open(name); err == nil {
		_ = dir.Sync()
		_ = dir.Close()
	}
}

// OpenJournal opens the journal of a run that did not come to its end.
func OpenJournal(name string) (*Journal, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return nil, hinted("akguard revoke resume without --journal lists what there is", "opening the journal: %w", err)
	}
	if err := checkOwn(file); err != nil {
		return nil, errors.Join(hinted("if akguard wrote it for you, give it mode 0600; else delete it and plan again",
			"the journal %s is not trusted: %w", name, err), file.Close())
	}
	if err := lock(file); err != nil {
		return nil, errors.Join(hinted("wait for the other run to end", "the journal %s is in use: %w", name, err), file.Close())
	}
	j := newJournal()
	j.file = file
	torn, err := j.load(file)
	if err == nil && torn {
		_, err = file.Write([]byte("\n"))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reading the journal %s: %w", name, err), file.Close())
	}
	return j, nil
}

// checkOwn refuses a journal that somebody else may have written: it would be believed, and what it says done.
func checkOwn(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return checkPrivate(info)
}

// Close closes the file. It may be called twice.
func (j *Journal) Close() error {
	if err := j.file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("closing the journal: %w", err)
	}
	return nil
}

// write adds a record, and returns when it is on disk.
func (j *Journal) write(rec Record) error {
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
		return hinted("nothing more was done; make room on the disk, and run akguard revoke resume", "writing the journal: %w", err)
	}
	j.note(rec)
	return nil
}

// maxJournal is far above what any run writes.
const maxJournal = 64 << 20

// load reads the records. A line may be torn where a crash ended it: at the end, or before a resume. It reports
// whether the last line has no end.
func (j *Journal) load(r io.Reader) (torn bool, err error) {
	data, err := io.ReadAll(io.LimitReader(r, maxJournal+1))
	switch {
	case err != nil:
		return false, err
	case len(data) > maxJournal:
		return false, errors.New("it is too long for a journal")
	case len(data) == 0:
		return false, nil
	}
	torn = data[len(data)-1] != '\n'
	broken := 0
	for n, line := range bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n")) {
		var rec Record
		if err := json.Unmarshal(line, &rec); err != nil {
			if broken > 0 {
				return torn, notJournal(broken)
			}
			broken = n + 1
			continue
		}
		if broken > 0 && rec.Event != eventResume {
			return torn, notJournal(broken)
		}
		broken = 0
		j.note(rec)
	}
	if broken > 0 && !torn {
		return torn, notJournal(broken)
	}
	return torn, nil
}

func notJournal(line int) error { return fmt.Errorf("line %d is not a journal's", line) }

// note keeps what matters of a record.
func (j *Journal) note(rec Record) {
	switch i := rec.Action - 1; rec.Event {
	case eventPlan:
		j.plan = rec.Plan
	case eventApproved:
		j.approved = true
	case eventBegin:
		j.started[i] = true
	case eventSettled:
		j.outcomes[i] = Outcome(rec.Outcome)
		if j.outcomes[i] == Refused { // whatever is so later, this call did not make it so
			j.started[i] = false
		}
		j.times[i] = rec.Time
	}
}

func (j *Journal) begun(i int) bool { return j.started[i] }

// settled reports whether nothing is left to do about an action.
func (j *Journal) settled(i int) bool {
	return j.outcomes[i] == Done || j.outcomes[i] == Already
}

// ended reports whether nothing is left to do.
func (j *Journal) ended() bool {
	for i := range j.plan.Actions {
		if !j.settled(i) {
			return false
		}
	}
	return true
}

// Plan returns what the run is for; nil if it did not come so far.
func (j *Journal) Plan() *Plan { return j.plan }
