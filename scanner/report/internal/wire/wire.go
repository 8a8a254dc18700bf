// Package wire has the parts of the JSON stream that other JSON reports carry too, and their encoding. The fields
// and their order are the stream's contract with its users: docs/stream.schema.json describes them.
package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/forge"
	"github.com/akguard/akguard/verifier"
)

// Occurrence is one place where a credential occurs.
type Occurrence struct {
	Source     string   `json:"source"`
	Path       string   `json:"path"`
	PathBytes  string   `json:"pathBytes,omitempty"`
	Parts      string   `json:"parts"`
	Line       int      `json:"line"`
	Column     int      `json:"column"`
	SecretLine int      `json:"secretLine,omitempty"`
	Blob       *string  `json:"blob,omitempty"`
	Commit     *string  `json:"commit,omitempty"`
	Author     string   `json:"author,omitempty"`
	Email      string   `json:"email,omitempty"`
	Date       string   `json:"date,omitempty"`
	Refs       []string `json:"refs,omitzero"`
	MoreRefs   int      `json:"moreRefs,omitempty"`
	Reflog     []string `json:"reflog,omitempty"`
	Reachable  *bool    `json:"reachable,omitempty"`
	Decoded    string   `json:"decoded,omitempty"`
	Member     string   `json:"member,omitempty"`
	URLExpires string   `json:"urlExpires,omitempty"`
	Repository string   `json:"repository,omitempty"`
	Web        string   `json:"web,omitempty"`
	Owner      string   `json:"owner,omitempty"`
	Lost       *Lost    `json:"lost,omitempty"`
	Removed    *Removal `json:"removed,omitempty"`
}

// Removal is the commit that removed content from its path.
type Removal struct {
	Commit string `json:"commit"`
	Date   string `json:"date,omitempty"`
}

func newRemoval(r finding.Removal) *Removal {
	if r.IsZero() {
		return nil
	}
	return &Removal{Commit: r.Commit, Date: Time(r.Date)}
}

func (r *Removal) restore() finding.Removal {
	if r == nil {
		return finding.Removal{}
	}
	return finding.Removal{Commit: r.Commit, Date: instant(r.Date)}
}

// Lost says how a commit lost its last ref.
type Lost struct {
	Ref     string `json:"ref"`
	Actor   string `json:"actor,omitempty"`
	At      string `json:"at"`
	Deleted bool   `json:"deleted,omitempty"`
}

func newLost(l finding.Lost) *Lost {
	if l.IsZero() {
		return nil
	}
	return &Lost{Ref: l.Ref, Actor: l.Actor, At: Time(l.At), Deleted: l.Deleted}
}

func (l *Lost) restore() finding.Lost {
	if l == nil {
		return finding.Lost{}
	}
	return finding.Lost{Ref: l.Ref, Actor: l.Actor, At: instant(l.At), Deleted: l.Deleted}
}

// NewOccurrence converts o. In git's history, the fields that history always has are written even if they are empty.
func NewOccurrence(o finding.Occurrence) Occurrence {
	w := Occurrence{
		Source: o.Source, Path: o.Path, PathBytes: PathBytes(o.Path), Parts: string(o.Parts), Line: o.Line, Column: o.Column, SecretLine: o.SecretLine,
		Author: o.Author, Email: o.Email, Date: Time(o.Date), MoreRefs: o.MoreRefs, Reflog: o.Reflog, Decoded: o.Decoded, Member: o.Member,
		URLExpires: Time(o.URLExpires),
		Repository: o.Origin.Repository, Web: o.Origin.Web, Owner: o.Origin.Owner, Lost: newLost(o.Origin.Lost),
		Removed: newRemoval(o.Removed),
	}
	history := InHistory(o)
	if history || o.Blob != "" {
		w.Blob = &o.Blob
	}
	if history || o.Commit != "" {
		w.Commit = &o.Commit
	}
	if history || len(o.Refs) > 0 {
		w.Refs = append([]string{}, o.Refs...)
	}
	if history || o.Reachable {
		w.Reachable = &o.Reachable
	}
	return w
}

// Restore is the inverse of NewOccurrence.
func (w Occurrence) Restore() finding.Occurrence {
	return finding.Occurrence{
		Place: finding.Place{
			Source: w.Source, Path: Path(w.Path, w.PathBytes), Member: w.Member, Blob: value(w.Blob), Commit: value(w.Commit), Author: w.Author,
			Email: w.Email, Date: instant(w.Date), Refs: w.Refs, MoreRefs: w.MoreRefs, Reflog: w.Reflog, Reachable: value(w.Reachable),
			Removed: w.Removed.restore(),
			Origin:  finding.Origin{Repository: w.Repository, Web: w.Web, Owner: w.Owner, Lost: w.Lost.restore()},
		},
		Parts: finding.Parts(w.Parts), Line: w.Line, Column: w.Column, SecretLine: w.SecretLine, Decoded: w.Decoded,
		URLExpires: instant(w.URLExpires),
	}
}

// instant is the inverse of Time; "" is the zero time.
func instant(text string) time.Time {
	t, _ := time.Parse(time.RFC3339, text)
	return t.UTC()
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// InHistory reports whether o is in git's history, in a file or in a message.
func InHistory(o finding.Occurrence) bool {
	return o.Source == finding.SourceHistory || o.Source == finding.SourceMessage
}

// InTag reports whether o is in the message of an annotated tag. Blob is then the tag, and Commit its target; the message
// of a commit has no Blob.
func InTag(o finding.Occurrence) bool { return o.Source == finding.SourceMessage && o.Blob != "" }

// StandIn names content without a path: its kind, and its name within that kind.
func StandIn(o finding.Occurrence) (kind, name string) {
	switch {
	case o.Source == finding.SourceStdin:
		return "stream", "stdin"
	case o.Source == finding.SourceArgument:
		return "argument", "argument"
	case InTag(o):
		return "tag message", o.Blob
	case o.Source == finding.SourceMessage:
		return "commit message", o.Commit
	}
	return "git blob", o.Blob
}

// CommitURL returns where an occurrence, or its commit, is on the repository's forge; "" if it may not be there.
func CommitURL(h finding.Header, o finding.Occurrence) string {
	if o.Origin.Web != "" {
		return o.Origin.Web
	}
	there := func(ref string) bool { return strings.HasPrefix(ref, h.WebRefs) }
	if h.WebRefs == "" || !slices.ContainsFunc(o.Refs, there) {
		return ""
	}
	return forge.Commit(h.Web, o.Commit)
}

// File names the file of an occurrence for formats that require one: its path, or a substitute.
func File(o finding.Occurrence) string {
	within := ""
	if o.Origin.Repository != "" {
		within = o.Origin.Repository + "/"
	}
	if o.Path != "" {
		return within + strings.TrimPrefix(o.Path, "./")
	}
	kind, name := StandIn(o)
	return within + strings.ReplaceAll(kind, " ", "-") + "/" + name
}

// Verification is what is known about a credential.
type Verification struct {
	Status    string         `json:"status"`
	Code      string         `json:"code,omitempty"`
	Reason    string         `json:"reason,omitempty"`
	ReasonKey *reason.Reason `json:"reasonKey,omitempty"`
	Advice    string         `json:"advice,omitempty"`
	AdviceKey *reason.Reason `json:"adviceKey,omitempty"`
	CheckedAt string         `json:"checkedAt,omitempty"`
	Identity  *Identity      `json:"identity,omitempty"`
	Reach     *Reach         `json:"reach,omitempty"`
	Owner     *Owner         `json:"owner,omitempty"`
}

// Reach is what a live key can do.
type Reach struct {
	Can    string `json:"can,omitempty"`
	Limits string `json:"limits"`
}

// Owner is the owner according to an inventory.
type Owner struct {
	Ours      string `json:"ours"`
	AccountID string `json:"accountId,omitempty"`
	User      string `json:"user,omitempty"`
	Note      string `json:"note,omitempty"`
}

// Identity is the owner of a credential.
type Identity struct {
	Type      string `json:"type"`
	AccountID string `json:"accountId"`
	ARN       string `json:"arn"`
	UserID    string `json:"userId"`
}

// NewVerification converts v, its reasons put into words by p.
func NewVerification(v verifier.Verdict, p reason.Printer) Verification {
	return Verification{
		Status: v.Status.String(), Code: v.Code, Reason: p.Print(v.Reason), ReasonKey: Key(v.Reason), Advice: p.Print(v.Advice), AdviceKey: Key(v.Advice), CheckedAt: Time(v.CheckedAt),
		Identity: (*Identity)(v.Identity), Reach: newReach(v.Reach, p), Owner: newOwner(v.Owner, p),
	}
}

// Restore is the inverse of NewVerification.
func (w Verification) Restore() verifier.Verdict {
	status := verifier.Status(w.Status)
	if w.Status == verifier.Unchecked.String() {
		status = verifier.Unchecked
	}
	checked, _ := time.Parse(time.RFC3339, w.CheckedAt)
	return verifier.Verdict{
		Status: status, Code: w.Code, Reason: Reason(w.ReasonKey, w.Reason), Advice: Reason(w.AdviceKey, w.Advice), CheckedAt: checked.UTC(),
		Identity: (*verifier.Identity)(w.Identity), Reach: w.Reach.restore(), Owner: w.Owner.restore(),
	}
}

func newReach(r *verifier.Reach, p reason.Printer) *Reach {
	if r == nil {
		return nil
	}
	var can []string
	for _, c := range r.Can {
		can = append(can, p.Print(c))
	}
	return &Reach{Can: strings.Join(can, "; "), Limits: p.Print(r.Limits)}
}

func (w *Reach) restore() *verifier.Reach {
	if w == nil {
		return nil
	}
	r := &verifier.Reach{Limits: reason.Text(w.Limits)}
	if w.Can != "" {
		r.Can = []reason.Reason{reason.Text(w.Can)}
	}
	return r
}

func newOwner(o *verifier.Owner, p reason.Printer) *Owner {
	if o == nil {
		return nil
	}
	return &Owner{o.Ours.String(), o.AccountID, o.User, p.Print(o.Note)}
}

func (w *Owner) restore() *verifier.Owner {
	if w == nil {
		return nil
	}
	ours := verifier.Ours(w.Ours)
	if w.Ours == verifier.OursUnknown.String() {
		ours = verifier.OursUnknown
	}
	return &verifier.Owner{Ours: ours, AccountID: w.AccountID, User: w.User, Note: reason.Text(w.Note)}
}

// Key returns r as the stream carries it beside its text, for programs and for readers of another language; nil for a
// reason that is a text in itself.
func Key(r reason.Reason) *reason.Reason {
	if _, ok := r.Verbatim(); ok || r.IsZero() {
		return nil
	}
	return &r
}

// Reason restores what Key and a printer have written.
func Reason(key *reason.Reason, text string) reason.Reason {
	if key != nil {
		return *key
	}
	return reason.Text(text)
}

// PathBytes returns the bytes of a path that is not UTF-8, in base64, because JSON cannot hold it; "" for other paths.
func PathBytes(path string) string {
	if utf8.ValidString(path) {
		return ""
	}
	return base64.StdEncoding.EncodeToString([]byte(path))
}

// Path restores a path from its text and, if it was not UTF-8, its bytes.
func Path(text, bytes string) string {
	if raw, err := base64.StdEncoding.DecodeString(bytes); err == nil && len(raw) > 0 {
		return string(raw)
	}
	return text
}

// Time writes t as RFC 3339 in UTC. It is "" for the zero time, and for the years that RFC 3339 cannot write: a
// commit can claim any date.
func Time(t time.Time) string {
	if t = t.UTC(); t.IsZero() || t.Year() < 0 || t.Year() > 9999 {
		return ""
	}
	return t.Format(time.RFC3339)
}

// Encode returns v as JSON and a line end, indented by indent if that is not empty. HTML's characters stay
// readable, and characters that cannot be seen are escaped: it is the same JSON, and safe to show on a terminal.
func Encode(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encoding the report: %w", err)
	}
	return escape(b.Bytes()), nil
}

// escape relies on the encoder: outside strings it writes visible characters and line ends only.
func escape(text []byte) []byte {
	hidden := func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }
	if bytes.IndexFunc(text, hidden) < 0 {
		return text
	}
	escaped := make([]byte, 0, len(text)+64)
	for _, r := range string(text) {
		if !hidden(r) {
			escaped = append(escaped, string(r)...)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			escaped = fmt.Appendf(escaped, `\u%04x`, unit)
		}
	}
	return escaped
}
