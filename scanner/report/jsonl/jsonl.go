// Package jsonl writes a report as the JSON stream: one object per line. The field kind distinguishes them. Each is
// written as soon as it is known. docs/stream.schema.json describes every field. The stream is the protocol between akguard
// and other programs, and between its own commands: a saved stream is what they read.
//
// As one JSON array the same objects are valid JSON only after the last one: an interrupted scan leaves the array
// open, and a stream with no summary.
package jsonl

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/internal/wire"
	"github.com/akguard/akguard/scanner/report/internal/words"
)

// Lines is the stream: one object a line.
func Lines() report.Format {
	return report.Format{Name: "jsonl", Machine: true, New: func(w io.Writer, o report.Options) finding.Handler {
		return &handler{w: w, opts: o}
	}}
}

// Array is the stream as one JSON array.
func Array() report.Format {
	return report.Format{Name: "json", Machine: true, New: func(w io.Writer, o report.Options) finding.Handler {
		return &handler{w: w, opts: o, array: true}
	}}
}

type handler struct {
	w       io.Writer
	opts    report.Options
	array   bool
	started bool // the array is open
}

type config struct {
	Kind    string `json:"kind"`
	Version string `json:"version"`
	Source  string `json:"source"`
	Rules   int    `json:"rules"`
	Verify  bool   `json:"verify"`
	Change  bool   `json:"change,omitempty"`
	Web     string `json:"web,omitempty"`
	WebRefs string `json:"webRefs,omitempty"`
	Notes   []note `json:"notes,omitempty"`
}

// note is what a reader must know to judge the result.
type note struct {
	Text string         `json:"text"`
	Key  *reason.Reason `json:"key,omitempty"`
}

func (h *handler) Header(r finding.Header) error {
	c := config{Kind: "config", Version: r.Version, Source: r.Target, Rules: len(r.Rules), Verify: r.Verify, Change: r.Change, Web: r.Web, WebRefs: r.WebRefs}
	for _, n := range r.Notes {
		c.Notes = append(c.Notes, note{h.opts.Words.Print(n), wire.Key(n)})
	}
	return h.write(c)
}

type object struct {
	Kind         string            `json:"kind"`
	Rule         string            `json:"rule"`
	Severity     string            `json:"severity"`
	Fingerprint  string            `json:"fingerprint"`
	Credential   credential        `json:"credential"`
	Occurrences  []wire.Occurrence `json:"occurrences"`
	Verification wire.Verification `json:"verification"`
	Candidates   []string          `json:"candidates"`
	Guessed      bool              `json:"guessed,omitempty"`
	State        finding.State     `json:"state,omitempty"`
	Suppressed   *suppression      `json:"suppressed,omitempty"`
	Overruled    *suppression      `json:"overruled,omitempty"`
}

type suppression struct {
	By     string `json:"by"`
	Reason string `json:"reason"`
	Owner  string `json:"owner,omitempty"`
	Until  string `json:"until,omitempty"`
}

func newSuppression(s finding.Suppression) *suppression {
	if s.IsZero() {
		return nil
	}
	out := suppression{By: s.By, Reason: s.Reason, Owner: s.Owner}
	if !s.Until.IsZero() {
		out.Until = s.Until.Format(time.DateOnly)
	}
	return &out
}

type credential struct {
	Type   string `json:"type"`
	ID     string `json:"id"`
	Secret string `json:"secret"`
	Token  string `json:"token"`
}

func (h *handler) Finding(f finding.Finding) error {
	out := object{
		Kind: "finding", Rule: f.Rule.ID, Severity: f.Severity.String(), Fingerprint: f.Fingerprint,
		Credential: h.credential(f.Credential), Occurrences: make([]wire.Occurrence, 0, len(f.Occurrences)),
		Verification: wire.NewVerification(f.Verdict, h.opts.Words), Candidates: make([]string, 0, len(f.Candidates)), Guessed: f.Guessed,
		State: f.State, Suppressed: newSuppression(f.Suppressed), Overruled: newSuppression(f.Overruled),
	}
	for _, o := range f.Occurrences {
		out.Occurrences = append(out.Occurrences, wire.NewOccurrence(o))
	}
	for _, s := range f.Candidates {
		out.Candidates = append(out.Candidates, words.Value(s, h.opts.ShowSecrets))
	}
	return h.write(out)
}

func (h *handler) credential(c rules.Credential) credential {
	show := func(s rules.Secret) string { return words.Value(s, h.opts.ShowSecrets) }
	return credential{Type: string(c.Type), ID: show(c.ID), Secret: show(c.Secret), Token: show(c.Token)}
}

type skip struct {
	Kind      string         `json:"kind"`
	Path      string         `json:"path"`
	PathBytes string         `json:"pathBytes,omitempty"`
	Reason    string         `json:"reason"`
	ReasonKey *reason.Reason `json:"reasonKey,omitempty"`
}

func (h *handler) Skip(s finding.Skip) error {
	return h.write(skip{
		Kind: "skip", Path: s.Path, PathBytes: wire.PathBytes(s.Path), Reason: h.opts.Words.Print(s.Reason), ReasonKey: wire.Key(s.Reason),
	})
}

type summary struct {
	Kind        string `json:"kind"`
	Blobs       int64  `json:"blobs"`
	Bytes       int64  `json:"bytes"`
	Commits     int64  `json:"commits"`
	Findings    int    `json:"findings"`
	New         int    `json:"new,omitempty"`
	Live        int    `json:"live"`
	Suppressed  int    `json:"suppressed,omitempty"`
	Skips       int    `json:"skips"`
	Complete    bool   `json:"complete"`
	Interrupted bool   `json:"interrupted,omitempty"`
	DurationMS  int64  `json:"durationMs"`
}

func (h *handler) Summary(s finding.Summary) error {
	err := h.write(summary{
		Kind: "summary", Blobs: s.Blobs, Bytes: s.Bytes, Commits: s.Commits, Findings: s.Findings, New: s.New, Live: s.Live,
		Suppressed: s.Suppressed, Skips: s.Skips, Complete: s.Complete, Interrupted: s.Interrupted, DurationMS: s.Duration.Milliseconds(),
	})
	if err != nil || !h.array {
		return err
	}
	return h.put([]byte("\n]\n"))
}

// write writes one object in one call, so that a reader of the stream never sees half a line for long.
func (h *handler) write(line any) error {
	text, err := wire.Encode(line, "")
	if err != nil {
		return err
	}
	if h.array {
		lead := "[\n"
		if h.started {
			lead = ",\n"
		}
		h.started = true
		text = append([]byte(lead), bytes.TrimSuffix(text, []byte("\n"))...)
	}
	return h.put(text)
}

func (h *handler) put(text []byte) error {
	if _, err := h.w.Write(text); err != nil {
		return fmt.Errorf("writing the JSON report: %w", err)
	}
	return nil
}
