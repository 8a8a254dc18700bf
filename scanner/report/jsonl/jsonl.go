// Package jsonl writes a report as the JSON stream: one object a line, each told apart by its kind, written as
// soon as it is known. docs/stream.schema.json describes every field. The stream is the protocol between akguard
// and other programs, and between its own commands: a saved stream is what they read.
//
// As one JSON array the same objects are valid JSON only after the last one: an interrupted scan leaves the array
// open, and a stream with no summary.
package jsonl

import (
	"bytes"
	"fmt"
	"io"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report/internal/safe"
	"github.com/akguard/akguard/scanner/report/internal/wire"
)

// Options changes what is written.
type Options struct {
	ShowSecrets bool // write credentials whole
	Array       bool // write one JSON array instead of one object a line
}

// NewHandler returns a Handler that writes the stream to w.
func NewHandler(w io.Writer, opts Options) finding.Handler {
	return &handler{w: w, opts: opts}
}

type handler struct {
	w       io.Writer
	opts    Options
	started bool // the array is open
}

type config struct {
	Kind    string `json:"kind"`
	Version string `json:"version"`
	Source  string `json:"source"`
	Rules   int    `json:"rules"`
	Verify  bool   `json:"verify"`
}

func (h *handler) Header(r finding.Header) error {
	return h.write(config{Kind: "config", Version: r.Version, Source: r.Target, Rules: len(r.Rules), Verify: r.Verify})
}

type wireFinding struct {
	Kind         string            `json:"kind"`
	Rule         string            `json:"rule"`
	Severity     string            `json:"severity"`
	Fingerprint  string            `json:"fingerprint"`
	Credential   credential        `json:"credential"`
	Occurrences  []wire.Occurrence `json:"occurrences"`
	Verification wire.Verification `json:"verification"`
	Candidates   []string          `json:"candidates"`
	Suppressed   string            `json:"suppressed"`
}

type credential struct {
	Type   string `json:"type"`
	ID     string `json:"id"`
	Secret string `json:"secret"`
	Token  string `json:"token"`
}

func (h *handler) Finding(f finding.Finding) error {
	object := wireFinding{
		Kind: "finding", Rule: f.Rule.ID, Severity: f.Severity.String(), Fingerprint: f.Fingerprint,
		Credential: h.credential(f.Credential), Occurrences: make([]wire.Occurrence, 0, len(f.Occurrences)),
		Verification: wire.NewVerification(f.Verdict), Candidates: make([]string, 0, len(f.Candidates)),
	}
	for _, o := range f.Occurrences {
		object.Occurrences = append(object.Occurrences, wire.NewOccurrence(o))
	}
	for _, s := range f.Candidates {
		object.Candidates = append(object.Candidates, safe.Value(s, h.opts.ShowSecrets))
	}
	return h.write(object)
}

func (h *handler) credential(c rules.Credential) credential {
	show := func(s rules.Secret) string { return safe.Value(s, h.opts.ShowSecrets) }
	return credential{Type: string(c.Type), ID: show(c.ID), Secret: show(c.Secret), Token: show(c.Token)}
}

type skip struct {
	Kind   string `json:"kind"`
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

func (h *handler) Skip(s finding.Skip) error {
	return h.write(skip{Kind: "skip", Path: s.Path, Reason: s.Reason.String()})
}

type summary struct {
	Kind       string `json:"kind"`
	Blobs      int64  `json:"blobs"`
	Bytes      int64  `json:"bytes"`
	Commits    int64  `json:"commits"`
	Findings   int    `json:"findings"`
	Live       int    `json:"live"`
	Skips      int    `json:"skips"`
	Complete   bool   `json:"complete"`
	DurationMS int64  `json:"durationMs"`
}

func (h *handler) Summary(s finding.Summary) error {
	err := h.write(summary{
		Kind: "summary", Blobs: s.Blobs, Bytes: s.Bytes, Commits: s.Commits, Findings: s.Findings, Live: s.Live,
		Skips: s.Skips, Complete: s.Complete, DurationMS: s.Duration.Milliseconds(),
	})
	if err != nil || !h.opts.Array {
		return err
	}
	return h.put([]byte("\n]\n"))
}

// write writes one object in one call, so that a reader of the stream never sees half a line for long.
func (h *handler) write(object any) error {
	text, err := wire.Encode(object, "")
	if err != nil {
		return err
	}
	if h.opts.Array {
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
