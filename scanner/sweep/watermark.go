package sweep

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/github/recent"
)

// State says what became of a repository in a sweep.
type State string

// The states of a repository.
const (
	Scanned   State = "scanned"   // all of it, or all that was added
	Unchanged State = "unchanged" // it has the refs that it had at the last complete scan
	Gone      State = "gone"      // it was deleted after it was listed: there is nothing left to scan
	Unread    State = "unread"    // it could not be scanned
)

// Watermark is what a sweep remembers of a repository.
type Watermark struct {
	Name  string `json:"name"` // owner/name, when it was last handled
	Sweep string `json:"sweep"`
	Key   string `json:"key"` // of the program and its rules
	// FindingsID is the ID of the bucket that has the findings. If that was lost, what was read counts as not read.
	FindingsID string        `json:"findingsId,omitempty"`
	State      State         `json:"state"`
	Reason     reason.Reason `json:"reason,omitzero"` // why it was not scanned
	At         time.Time     `json:"at"`
	// Read is what was read of each part, as of the last complete scan. It has the order of Request.Parts.
	Read   []Read     `json:"read,omitempty"`
	Heads  HeadsRead  `json:"heads,omitzero"`
	Pushed time.Time  `json:"pushed,omitzero"` // the last push, as the forge said when the repository was scanned
	Owners CodeOwners `json:"owners,omitzero"`
	// Extras are what was read besides git, by kind.
	Extras map[string]recent.Read `json:"extras,omitempty"`
	// Skips are what the scans so far have not read, and are not going to: the same content would be skipped again.
	Skips        []Skip `json:"skips,omitempty"`
	MoreSkips    int    `json:"moreSkips,omitempty"`
	Blobs        int64  `json:"blobs"` // that the last scan has read, like Bytes and Commits
	Bytes        int64  `json:"bytes"`
	Commits      int64  `json:"commits"`
	Found        int    `json:"found,omitempty"` // findings of the last scan
	Gone         int    `json:"gone,omitempty"`  // lost heads that the server does not serve any more
	Milliseconds int64  `json:"milliseconds"`    // that the last scan took
}

// HeadsRead is what is known of the commits of a repository that have lost their refs.
type HeadsRead struct {
	At     time.Time `json:"at"`              // when the forge was asked last; zero if never
	Pushed time.Time `json:"pushed,omitzero"` // the last push before that
	// Unread are those that the forge has named, and that could not be read, because a scan was not complete.
	Unread []LostHead `json:"unread,omitempty"`
}

// maxUnreadHeads is how many unread heads are remembered. If there are more, the forge is asked for all of them again.
const maxUnreadHeads = 200

// handled reports whether a sweep has handled the repository.
func (w Watermark) handled(sweep string) bool { return w.Sweep == sweep && w.State != "" }

// read returns what was read of a part, unless the program has changed since.
func (w Watermark) read(part int, key string) Read {
	if w.Key != key || part >= len(w.Read) || w.Read[part].Missing {
		return Read{}
	}
	return w.Read[part]
}

// maxSkips is how many things that were not read are named for each repository.
const maxSkips = 50

func (w *Watermark) skip(s Skip) {
	for _, known := range w.Skips {
		if known == s {
			return
		}
	}
	if len(w.Skips) >= maxSkips {
		w.MoreSkips++
		return
	}
	w.Skips = append(w.Skips, s)
}

// records is a typed view of a bucket. Its keys are numbers of repositories, or begin with them.
type records struct{ Bucket }

func key(repository int64) string { return strconv.FormatInt(repository, 10) }

// load reads a value into v. A value that cannot be read counts as none: it is from another version.
func (r records) load(ctx context.Context, key string, v any) (revision uint64, err error) {
	data, revision, err := r.Get(ctx, key)
	if err != nil {
		return 0, fmt.Errorf("reading %s: %w", key, err)
	}
	if data != nil {
		_ = json.Unmarshal(data, v)
	}
	return revision, nil
}

func (r records) save(ctx context.Context, key string, v any, revision uint64) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", key, err)
	}
	if _, err := r.Put(ctx, key, data, revision); err != nil {
		return fmt.Errorf("saving %s: %w", key, err)
	}
	return nil
}

// The buckets of a sweep.
const (
	bucketWatermarks = "watermarks" // by repository
	bucketFindings   = "findings"   // by repository and fingerprint
	bucketAttempts   = "attempts"   // by repository
	bucketSweeps     = "sweeps"     // by scope
)

// loadMark reads the watermark of a repository. One whose findings were lost counts as missing.
func (b buckets) loadMark(ctx context.Context, repository int64, mark *Watermark) (revision uint64, err error) {
	if revision, err = b.watermarks.load(ctx, key(repository), mark); err != nil || revision == 0 {
		return revision, err
	}
	id, err := b.findings.ID(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading the findings: %w", err)
	}
	if mark.FindingsID != id {
		*mark = Watermark{}
	}
	return revision, nil
}

// buckets are what a sweep keeps in a Store.
type buckets struct{ watermarks, findings, attempts, sweeps records }

func openBuckets(ctx context.Context, s Store) (b buckets, err error) {
	for name, r := range map[string]*records{
		bucketWatermarks: &b.watermarks, bucketFindings: &b.findings, bucketAttempts: &b.attempts, bucketSweeps: &b.sweeps,
	} {
		if r.Bucket, err = s.Bucket(ctx, name); err != nil {
			return b, fmt.Errorf("opening the bucket %s: %w", name, err)
		}
	}
	return b, nil
}
