// Package report_test holds every report to what all of them promise: no value is written whole unless the user
// asked for it, nothing from the scanned content drives a terminal, and a failed write is an error.
package report_test

import (
	"bytes"
	"errors"
	"html"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/formats"
	"github.com/akguard/akguard/scanner/report/reporttest"
)

// writers are all formats, without the wrapper that masks names.
var writers = func() map[string]func(w io.Writer, show bool) finding.Handler {
	out := map[string]func(w io.Writer, show bool) finding.Handler{}
	for _, f := range formats.All() {
		out[f.Name] = func(w io.Writer, show bool) finding.Handler {
			return f.New(w, report.Options{Words: reason.Plain{}, ShowSecrets: show})
		}
	}
	return out
}()

func TestValuesAreMasked(t *testing.T) {
	full := reporttest.Full()
	for name, newHandler := range writers {
		var masked, whole bytes.Buffer
		if err := errors.Join(full.Play(report.Masked(newHandler(&masked, false))), full.Play(newHandler(&whole, true))); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		shown, hidden := html.UnescapeString(whole.String()), masked.String()+html.UnescapeString(masked.String())
		for _, v := range full.Values() {
			if strings.Contains(hidden, v) {
				t.Errorf("%s writes a whole value", name)
			}
		}
		for _, f := range full.Findings {
			c := f.Credential
			for _, s := range []rules.Secret{c.ID, c.Secret, c.Token} {
				if !strings.Contains(shown, s.Reveal()) {
					t.Errorf("%s does not write the whole %s that was asked for", name, c.Type)
				}
			}
		}
	}
}

func TestNothingDrivesATerminal(t *testing.T) {
	hidden := func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }
	for name, newHandler := range writers {
		var b bytes.Buffer
		for sample, r := range reporttest.Samples() {
			if err := r.Play(newHandler(&b, false)); err != nil {
				t.Fatalf("%s of %s: %v", name, sample, err)
			}
		}
		// RFC 4180 ends the lines of CSV with both.
		if out := strings.ReplaceAll(b.String(), "\r\n", "\n"); !utf8.ValidString(out) || strings.ContainsFunc(out, hidden) {
			t.Errorf("%s writes characters that cannot be seen: %q", name, out)
		}
	}
}

var errFull = errors.New("disk full")

// fullWriter fails once it has taken room bytes.
type fullWriter struct{ room int }

func (w *fullWriter) Write(p []byte) (int, error) {
	if w.room -= len(p); w.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriteErrorsAreReturned(t *testing.T) {
	full := reporttest.Full()
	for name, newHandler := range writers {
		var b bytes.Buffer
		if err := full.Play(newHandler(&b, false)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, room := range []int{0, b.Len() / 2, b.Len() - 1} {
			if err := full.Play(newHandler(&fullWriter{room}, false)); !errors.Is(err, errFull) {
				t.Errorf("%s with room for %d of %d bytes returns %v", name, room, b.Len(), err)
			}
		}
	}
}

// names records the names that a report gets.
type names struct {
	finding.Handler
	all strings.Builder
}

func (n *names) Finding(f finding.Finding) error {
	for _, o := range f.Occurrences {
		n.all.WriteString(strings.Join(append([]string{o.Path, o.Author, o.Email}, append(o.Refs, o.Reflog...)...), "\n"))
	}
	n.all.WriteString(f.Verdict.Reason.String() + f.Suppressed.By + f.Suppressed.Reason + f.Suppressed.Owner)
	return nil
}

func (n *names) Skip(s finding.Skip) error { n.all.WriteString(s.Path + s.Reason.String()); return nil }

func (n *names) Summary(finding.Summary) error { return nil }

// A branch may be named after another finding's key, and an unreadable file after a key that is nowhere else.
func TestNamesAreMasked(t *testing.T) {
	keys := rulestest.NewKeys(3)
	id, other, unread, secret := keys.ID24(), keys.ID16(), keys.ID24(), keys.Secret()
	n := &names{}
	m := report.Masked(n)
	for _, f := range []finding.Finding{
		{Credential: rules.Credential{ID: rules.NewSecret(other)}, Occurrences: []finding.Occurrence{{Place: finding.Place{
			Path: "a/" + id + "-old.csv", Author: secret, Email: id + "@x", Refs: []string{"refs/tags/key-" + id}, Reflog: []string{other},
		}}}},
		{Credential: rules.Credential{ID: rules.NewSecret(id)}, Candidates: []rules.Secret{rules.NewSecret(secret)}},
	} {
		f.Verdict.Reason = reason.Text("refused " + other)
		f.Suppressed = finding.Suppression{By: other + ".yml:1", Reason: "as in " + id, Owner: secret}
		if err := m.Finding(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(m.Skip(finding.Skip{Path: unread + "-x.txt", Reason: reason.Text(unread)}), m.Summary(finding.Summary{})); err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{id, other, unread, secret} {
		if strings.Contains(n.all.String(), value) {
			t.Errorf("%s is in the names of a report", rules.NewSecret(value))
		}
	}
	if !strings.Contains(n.all.String(), "a/"+rules.NewSecret(id).String()+"-old.csv") {
		t.Errorf("a name lost more than its value: %s", n.all.String())
	}
}

// Findings of a scan pass through the mask as they come, because the scan announces every value first.
func TestMaskedFindingsStream(t *testing.T) {
	full := reporttest.Full()
	var n names
	h := report.Masked(&n)
	var values []rules.Secret
	for _, f := range full.Findings {
		values = append(values, f.Credential.ID, f.Credential.Secret, f.Credential.Token)
	}
	h.(finding.Announcer).Announce(values)
	for i, f := range full.Findings {
		before := n.all.Len()
		if err := h.Finding(f); err != nil || n.all.Len() == before {
			t.Fatalf("finding %d is held back: %v", i, err)
		}
	}
	for _, v := range full.Values() {
		if strings.Contains(n.all.String(), v) {
			t.Error("a name shows a value")
		}
	}
}
