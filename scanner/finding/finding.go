// Package finding has the types of a scan's results: what was found, where, and what could not be read. The engine
// makes them, reports write them, and neither needs the other. The package is a leaf.
package finding

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
)

// The places that content comes from, as Place.Source names them.
const (
	SourceHistory  = "history"  // a blob in a git object store
	SourceMessage  = "message"  // the message of a commit or of an annotated tag
	SourceIndex    = "index"    // a blob that is staged
	SourceWorktree = "worktree" // a file of a git working tree, as it is on disk
	SourceFile     = "file"     // a file outside git
	SourceStdin    = "stdin"    // standard input
	SourceForge    = "forge"    // what a forge has beside git: a comment, a release asset, a log
	SourceArgument = "argument" // no content: the credential was given on the command line
)

// Place is where a piece of content is. Fields that do not apply are zero.
type Place struct {
	Source    string    // one of the Source constants
	Path      string    // slash-separated, relative to the scanned root; "" where content has no path
	Member    string    // path within the archive at Path, nested ones joined by "!/": lib/b.jar!/application.yml
	Blob      string    // git object name of the content, hex
	Commit    string    // the commit that introduced the content at Path, or whose message it is, hex
	Author    string    // who wrote Commit (or the tag)
	Email     string    // of the author
	Date      time.Time // when it was authored, in UTC
	Refs      []string  // refs that reach the content, sorted; where none does, the stashes that do: stash@{1}
	MoreRefs  int       // how many more refs do, past the cap on Refs
	Reflog    []string  // reflog entries that reach it where no ref does: HEAD@{1}, main@{2}
	Reachable bool      // some ref or stash reaches it; false outside git
	// Removed is the commit that removed the content from Path. It is zero if the tip of some branch has it there, and if
	// it is not known.
	Removed Removal
	Origin  Origin // in a sweep of many repositories
}

// Removal is a commit that removed content.
type Removal struct {
	Commit string    // hex
	Date   time.Time // when it was authored, in UTC
}

// IsZero reports whether nothing was removed.
func (r Removal) IsZero() bool { return r == Removal{} }

// Origin is the repository that a place is in, where a scan has many.
type Origin struct {
	Repository string // owner/name on the forge; that of a wiki ends in .wiki
	Web        string // where a browser sees the content; "" if that is not known
	Owner      string // who answers for it: those that CODEOWNERS names for the path, or whoever committed it
	Lost       Lost   // zero if a ref reaches it
}

// Lost says how a commit lost its last ref. Its forge serves it all the same, to whoever knows its ID.
type Lost struct {
	Ref     string    // that it was on
	Actor   string    // who pushed
	At      time.Time // when, in UTC
	Deleted bool      // the ref was deleted, not moved by force
}

// IsZero reports whether nothing was lost.
func (l Lost) IsZero() bool { return l == Lost{} }

// Parts says which parts of a credential occur at a place.
type Parts string

// The parts of a credential.
const (
	PartID     Parts = "id"
	PartSecret Parts = "secret"
	PartBoth   Parts = "both"
)

// Occurrence is one place where a credential occurs.
type Occurrence struct {
	Place
	Parts      Parts
	Line       int // 1-based line of the ID, or of the secret if there is no ID here
	Column     int // 1-based, in Unicode code points
	SecretLine int // line of the secret where Parts is both, else 0
	// Decoded lists the encodings of the credential, the outermost first: "gzip+utf-16le". It is empty for plain text.
	Decoded string
	// URLExpires is when the presigned URL around the ID expires, in UTC. It is zero if there is no such URL.
	URLExpires time.Time
}

// State says whether a change, such as a range of commits or what is staged, made a credential appear.
type State string

// The states of a finding. A finding that is not in a change has none.
const (
	StateNew      State = "new"      // the base of the change does not have it
	StateMoved    State = "moved"    // the base has it, at another path
	StateExisting State = "existing" // the base has it at the same path
)

// Suppression says why a finding does not count. It is zero if it does.
type Suppression struct {
	By     string    // what suppresses it: the path of a file, or of a file and a line
	Reason string    // as the person who decided wrote it
	Owner  string    // who decided; may be empty
	Until  time.Time // the last day on which it holds, in UTC; zero: for good
}

// IsZero reports whether the finding counts.
func (s Suppression) IsZero() bool { return s == Suppression{} }

// Finding is one credential with every place where it occurs.
type Finding struct {
	Rule        rules.Rule
	Credential  rules.Credential
	Severity    rules.Severity // the rule's, adjusted by the verdict
	Fingerprint string
	Occurrences []Occurrence // first exposure first; at least one
	Verdict     verifier.Verdict
	Candidates  []rules.Secret // other secrets near the ID, best first
	// Guessed says that the secret was paired with the ID only because it is nearby. Unless STS confirms the pair, a
	// verdict about it says nothing about the secret.
	Guessed    bool
	State      State
	Suppressed Suppression
	// Overruled is a suppression that does not hold, because the credential works.
	Overruled Suppression
}

// Live reports whether the credential works, as far as is known.
func (f Finding) Live() bool {
	return f.Verdict.Status == verifier.Live || f.Verdict.Status == verifier.Restricted
}

// Removed returns the commit that removed the credential from the last of its paths. It is zero if the credential is in the
// tip of a branch, in the index, in the working tree or in a message, or if that is not known.
func (f Finding) Removed() Removal {
	var last Removal
	for _, o := range f.Occurrences {
		switch {
		case o.Source == SourceHistory && !o.Reachable: // it is in no branch at all
		case o.Removed.IsZero():
			return Removal{}
		case last.IsZero() || o.Removed.Date.After(last.Date):
			last = o.Removed
		}
	}
	return last
}

// Counts reports whether the finding counts in a change: the change made the credential appear, or the credential works. A
// finding without a state counts.
func (f Finding) Counts() bool {
	return f.State != StateMoved && f.State != StateExisting || f.Live()
}

// Masked reports whether some value of the credential is masked, as in a report that does not show secrets.
func (f Finding) Masked() bool {
	c := f.Credential
	return IsMasked(c.ID) || IsMasked(c.Secret) || IsMasked(c.Token)
}

// IsMasked reports whether a value is one that a report has masked: no part of any credential holds an asterisk.
func IsMasked(s rules.Secret) bool { return strings.Contains(s.Reveal(), "*") }

// Skip is something that was not read. A scan with a skip is incomplete.
type Skip struct {
	Path   string        // what was not read: a path, or a git object ID
	Reason reason.Reason // why, and what would help
}

// CompareSkips orders skips by path and reason.
func CompareSkips(a, b Skip) int {
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Reason.String(), b.Reason.String()))
}

// Summary has the totals of a scan.
type Summary struct {
	Blobs    int64 // pieces of content scanned, messages left out
	Bytes    int64 // bytes in them and in messages
	Commits  int64 // commits read, with their messages
	Findings int   // findings that count
	New      int   // those of them that a change made appear; 0 if no change was scanned
	Live     int   // those of them whose credential works
	// Suppressed is how many findings do not count.
	Suppressed int
	Skips      int  // things that were not read
	Complete   bool // everything was read
	// Interrupted says that the scan ended early. The report has what it had found so far.
	Interrupted bool
	Duration    time.Duration // from start to the last verdict
}

// Empty reports whether there was no content to read.
func (s Summary) Empty() bool { return s.Blobs == 0 && s.Commits == 0 && s.Complete }

// Header opens a report.
type Header struct {
	Version string       // of akguard
	Target  string       // what was scanned, as the user named it
	Rules   []rules.Rule // the rules in force, in the order of their IDs
	Verify  bool         // whether findings were checked live
	Change  bool         // whether a change was scanned, so that findings have a State
	// Web is the address of the repository on its forge, for links to commits (package forge); "" if it is not known. WebRefs
	// begins the names of the refs whose commits are there too.
	Web, WebRefs string
	// Notes are what a reader must know to judge the result, such as that the built-in rules were off.
	Notes []reason.Reason
	// Empty is what a report says in place of "clean" if there was no content, such as that nothing is staged. If it is
	// zero, no content is clean.
	Empty reason.Reason
}

// Handler receives a scan's results in this order: Header once, every Finding, every Skip, Summary once.
// It is not called concurrently. An error ends the scan. With an error, the
// report ends without Summary.
type Handler interface {
	Header(Header) error
	Finding(Finding) error
	Skip(Skip) error
	Summary(Summary) error
}

// Discard is a Handler that does nothing.
type Discard struct{}

// Header implements Handler.
func (Discard) Header(Header) error { return nil }

// Finding implements Handler.
func (Discard) Finding(Finding) error { return nil }

// Skip implements Handler.
func (Discard) Skip(Skip) error { return nil }

// Summary implements Handler.
func (Discard) Summary(Summary) error { return nil }

// Recorded is a Handler that keeps a report.
type Recorded struct {
	Opened   Header
	Findings []Finding
	Skips    []Skip
	Sum      Summary
	Ended    bool // Summary was called
}

// Header implements Handler.
func (r *Recorded) Header(h Header) error { r.Opened = h; return nil }

// Finding implements Handler.
func (r *Recorded) Finding(f Finding) error { r.Findings = append(r.Findings, f); return nil }

// Skip implements Handler.
func (r *Recorded) Skip(s Skip) error { r.Skips = append(r.Skips, s); return nil }

// Summary implements Handler.
func (r *Recorded) Summary(s Summary) error { r.Sum, r.Ended = s, true; return nil }

// Play gives the report to another handler, and stops at the first error.
func (r *Recorded) Play(h Handler) error {
	if err := h.Header(r.Opened); err != nil {
		return err
	}
	for _, f := range r.Findings {
		if err := h.Finding(f); err != nil {
			return err
		}
	}
	for _, s := range r.Skips {
		if err := h.Skip(s); err != nil {
			return err
		}
	}
	if !r.Ended {
		return nil
	}
	return h.Summary(r.Sum)
}

// Announcer is a Handler that wants to know, after the header and before the first finding, every value that the findings
// will have.
type Announcer interface {
	Announce(values []rules.Secret)
}

// CompareUrgency orders findings as people should look at them: what works first, root keys before others, then by
// severity and first exposure.
func CompareUrgency(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(urgency(a), urgency(b)), cmp.Compare(b.Severity, a.Severity),
		CompareOccurrences(a.Occurrences[0], b.Occurrences[0]), cmp.Compare(a.Fingerprint, b.Fingerprint))
}

// urgency ranks by what is known: what works, root keys first, what may work, what does not.
func urgency(f Finding) int {
	switch f.Verdict.Status {
	case verifier.Live:
		if f.Verdict.Identity.Root() {
			return 0
		}
		return 1
	case verifier.Restricted:
		return 2
	case verifier.SecretMismatch:
		return 4
	case verifier.Inactive, verifier.NotFound, verifier.Expired:
		return 5
	}
	return 3
}

// CompareOccurrences orders occurrences by date, those without a date last, then by place, and then by what is there.
func CompareOccurrences(a, b Occurrence) int {
	return cmp.Or(a.when().Compare(b.when()), ComparePlaces(a.Place, b.Place), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
		cmp.Compare(a.Decoded, b.Decoded), cmp.Compare(a.Parts, b.Parts), cmp.Compare(a.SecretLine, b.SecretLine))
}

// SortOccurrences sorts occurrences in place, and returns them without those that are there twice.
func SortOccurrences(list []Occurrence) []Occurrence {
	slices.SortFunc(list, CompareOccurrences)
	return slices.CompactFunc(list, func(a, b Occurrence) bool { return CompareOccurrences(a, b) == 0 })
}

// farFuture is later than any date, so that what has no date comes last.
func farFuture() time.Time { return time.Unix(1<<40, 0) }

func (o Occurrence) when() time.Time {
	if o.Date.IsZero() {
		return farFuture()
	}
	return o.Date
}

// ComparePlaces orders places by repository, source, path and object.
func ComparePlaces(a, b Place) int {
	return cmp.Or(
		cmp.Compare(a.Origin.Repository, b.Origin.Repository), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Commit, b.Commit), cmp.Compare(a.Blob, b.Blob),
		cmp.Compare(a.Member, b.Member))
}
