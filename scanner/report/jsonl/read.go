package jsonl

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report/internal/wire"
)

// Read replays a saved report, a stream or an array, to h. Masked values stay masked. The rule of a finding is the rule of
// the set with that ID or, if the set has none, a rule with nothing but the ID. Objects of unknown kinds are ignored. A
// report without a summary is that of an interrupted scan, and h gets no summary either. Anything else is an error.
func Read(r io.Reader, set *rules.Set, h finding.Handler) error {
	d, array, err := open(r)
	if err != nil {
		return err
	}
	known := map[string]rules.Rule{}
	for _, rule := range set.Rules() {
		known[rule.ID] = rule
	}
	for n := 1; !array || d.More(); n++ { // More is false at the end of an array, and where a read fails
		var text json.RawMessage
		err := d.Decode(&text)
		switch {
		case err == nil:
			err = play(text, known, h)
		case errors.Is(err, io.EOF) && !array:
			return nil
		}
		if err != nil {
			return reason.NewError("report.object", n, harmless(err))
		}
	}
	if _, err := d.Token(); err != nil {
		return reason.NewError("report.endless", harmless(err))
	}
	return nil
}

// open finds out whether it is a stream or an array.
func open(r io.Reader) (d *json.Decoder, array bool, err error) {
	b := bufio.NewReader(r)
	first, err := b.Peek(1)
	switch {
	case errors.Is(err, io.EOF):
		return nil, false, reason.NewError("report.empty")
	case err != nil:
		return nil, false, reason.NewError("report.reading", err)
	}
	d = json.NewDecoder(b)
	if array = first[0] == '['; array {
		_, err = d.Token()
	}
	return d, array, err
}

// errForeign is the error of what akguard does not write.
var errForeign = reason.NewError("report.foreign")

// harmless strips an error of what the decoder quotes, which may be a secret.
func harmless(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	if errors.As(err, &syntax) || errors.As(err, &kind) {
		return errForeign
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &reason.Error{Reason: reason.New("report.cut"), Err: err}
	}
	return err
}

// play gives one object to h.
func play(text []byte, known map[string]rules.Rule, h finding.Handler) error {
	var o struct{ Kind string }
	if err := json.Unmarshal(text, &o); err != nil {
		return err
	}
	switch o.Kind {
	case "":
		return errForeign
	case "config":
		return decode(text, func(c config) error {
			header := finding.Header{Version: c.Version, Target: c.Source, Rules: make([]rules.Rule, clamp(c.Rules)), Verify: c.Verify, Change: c.Change, Web: c.Web, WebRefs: c.WebRefs}
			for _, n := range c.Notes {
				header.Notes = append(header.Notes, wire.Reason(n.Key, n.Text))
			}
			return h.Header(header)
		})
	case "finding":
		return decode(text, func(f object) error {
			restored, err := f.restore(known)
			if err != nil {
				return err
			}
			return h.Finding(restored)
		})
	case "skip":
		return decode(text, func(s skip) error {
			return h.Skip(finding.Skip{Path: wire.Path(s.Path, s.PathBytes), Reason: wire.Reason(s.ReasonKey, s.Reason)})
		})
	case "summary":
		return decode(text, func(s summary) error { return h.Summary(s.restore()) })
	}
	return nil
}

// decode reads one object and hands it on.
func decode[T any](text []byte, use func(T) error) error {
	var in T
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	return use(in)
}

// clamp bounds the number of rules that a report claims.
func clamp(n int) int { return min(max(n, 0), 10_000) }

func (s summary) restore() finding.Summary {
	return finding.Summary{
		Blobs: s.Blobs, Bytes: s.Bytes, Commits: s.Commits, Findings: s.Findings, New: s.New, Live: s.Live, Suppressed: s.Suppressed, Skips: s.Skips,
		Complete: s.Complete, Interrupted: s.Interrupted, Duration: time.Duration(s.DurationMS) * time.Millisecond,
	}
}

func (f object) restore(known map[string]rules.Rule) (finding.Finding, error) {
	severity, ok := severities()[f.Severity]
	if !ok || len(f.Occurrences) == 0 || f.Credential.Type == "" {
		return finding.Finding{}, errForeign
	}
	c := f.Credential
	out := finding.Finding{
		Rule: rules.Rule{ID: f.Rule, Type: rules.Type(c.Type), Severity: severity}, Severity: severity, Fingerprint: f.Fingerprint,
		Credential: rules.Credential{
			Type: rules.Type(c.Type), ID: rules.NewSecret(c.ID), Secret: rules.NewSecret(c.Secret), Token: rules.NewSecret(c.Token),
		},
		Verdict: f.Verification.Restore(), Guessed: f.Guessed,
		State: f.State, Suppressed: f.Suppressed.restore(), Overruled: f.Overruled.restore(),
	}
	if rule, ok := known[f.Rule]; ok {
		out.Rule = rule
	}
	for _, o := range f.Occurrences {
		out.Occurrences = append(out.Occurrences, o.Restore())
	}
	for _, s := range f.Candidates {
		out.Candidates = append(out.Candidates, rules.NewSecret(s))
	}
	return out, nil
}

func (s *suppression) restore() finding.Suppression {
	if s == nil {
		return finding.Suppression{}
	}
	until, _ := time.Parse(time.DateOnly, s.Until) // the zero time if the field is empty
	return finding.Suppression{By: s.By, Reason: s.Reason, Owner: s.Owner, Until: until}
}

func severities() map[string]rules.Severity {
	byName := map[string]rules.Severity{}
	for s := rules.Low; s <= rules.Critical; s++ {
		byName[s.String()] = s
	}
	return byName
}
