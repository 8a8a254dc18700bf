package investigating

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/incident"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/osfile"
)

// checkpoint is what an investigation has read of one account so far. It is on disk from the first answers until the report is
// written, so that what ends the investigation in between, a power failure included, costs no more than the last answers. It has no
// secret, and masked IDs only.
type checkpoint struct {
	Checkpoint int               `json:"checkpoint"`      // the version of the format
	Whole      bool              `json:"whole,omitempty"` // everything was read
	Leaks      []incident.Leak   `json:"leaks,omitempty"`
	Snapshot   *account.Snapshot `json:"snapshot"`
}

const checkpointVersion = 1

// store keeps the checkpoints of an investigation, one for each account.
type store struct {
	app     *app
	folders []string // where checkpoints may be; the first that can be written to gets them
	run     string   // the same for the same leaked keys
	leaks   []incident.Leak

	folder string // that was chosen
	names  []string
	failed bool // and this was said
}

// newStore returns the checkpoints of an inquiry. They are in the state folder, or beside the report if no state folder can be had.
func (a *app) newStore(o options, q inquiry) *store {
	s := &store{app: a, run: runOf(q.refs()), leaks: q.leaks}
	if dir, err := command.StateDir(); err == nil {
		s.folders = append(s.folders, filepath.Join(dir, "investigate"))
	}
	if o.output != "-" {
		s.folders = append(s.folders, filepath.Dir(o.output))
	}
	return s
}

// runOf names the investigations of the same keys.
func runOf(keys []account.KeyRef) string {
	keys = slices.Clone(keys)
	slices.Sort(keys)
	text, _ := json.Marshal(keys) // cannot fail: strings
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

const checkpointPrefix = "investigate-"

// save writes the checkpoint of an account. An investigation goes on without, but says once that it cannot be resumed.
func (s *store) save(snapshot *account.Snapshot, whole bool) {
	text, err := json.Marshal(checkpoint{checkpointVersion, whole, s.leaks, snapshot})
	if err == nil {
		err = s.put(checkpointPrefix+s.run+"-"+snapshot.Account+".json", text)
	}
	if err != nil && !s.failed {
		s.failed = true
		s.app.Progress.Clear()
		s.app.Say("investigate.no-checkpoint", osfile.WithoutPath(err))
	}
}

func (s *store) put(base string, text []byte) error {
	err := os.ErrNotExist
	for _, folder := range s.folders {
		if s.folder != "" && folder != s.folder {
			continue
		}
		if e := os.MkdirAll(folder, 0o700); e != nil {
			err = cmp.Or(e, err)
			continue
		}
		name := filepath.Join(folder, base)
		if err = osfile.Replace(name, text); err == nil {
			s.folder = folder
			if !slices.Contains(s.names, name) {
				s.names = append(s.names, name)
			}
			return nil
		}
	}
	return err
}

// settle removes the checkpoints of an investigation that has ended, or says how one that was interrupted goes on.
func (s *store) settle(o options, err error) {
	switch {
	case s == nil:
	case err == nil:
		s.remove()
	case len(s.names) > 0 && o.flags != nil:
		s.app.Say("investigate.go-on", o.again(o.flags, s.names[0]))
	}
}

// remove removes the checkpoints: the report has all that they have. What a killed process left beside them goes too.
func (s *store) remove() {
	for _, name := range s.names {
		_ = os.Remove(name) // a checkpoint that stays is continued by nobody
		drafts, _ := filepath.Glob(filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+".*"))
		for _, draft := range drafts {
			_ = os.Remove(draft)
		}
	}
}

// latest returns the checkpoints of the investigation of these keys that was interrupted last, or of any keys if it gets none.
func (s *store) latest(keys []account.KeyRef) []string {
	pattern := checkpointPrefix + "*-*.json"
	if len(keys) > 0 {
		pattern = checkpointPrefix + s.run + "-*.json"
	}
	var found []string
	for _, folder := range s.folders {
		names, _ := filepath.Glob(filepath.Join(folder, pattern)) // fails for a malformed pattern only
		found = append(found, names...)
	}
	if len(found) == 0 {
		return nil
	}
	last := slices.MaxFunc(found, func(a, b string) int { return changed(a).Compare(changed(b)) })
	run := runIn(last)
	return slices.DeleteFunc(found, func(name string) bool { return runIn(name) != run || filepath.Dir(name) != filepath.Dir(last) })
}

// runIn returns the run that the name of a checkpoint has.
func runIn(name string) string {
	rest, ours := strings.CutPrefix(filepath.Base(name), checkpointPrefix)
	run, _, whole := strings.Cut(rest, "-")
	if !ours || !whole {
		return ""
	}
	return run
}
