package scanner_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/verifier"
)

// memory is a Source of contents by path.
type memory struct {
	files []file
	skips []finding.Skip
	then  func() // called at the end; may be nil
	err   error
}

type file struct{ path, content string }

// Scan implements scanner.Source.
func (m memory) Scan(ctx context.Context, sink scanner.Sink) error {
	for _, f := range m.files {
		place := finding.Place{Source: finding.SourceFile, Path: f.path}
		if err := sink.Blob(ctx, scanner.Blob{Place: place, Content: []byte(f.content)}); err != nil {
			return err
		}
	}
	for _, s := range m.skips {
		sink.Skip(s)
	}
	if m.then != nil {
		m.then()
	}
	return m.err
}

// located is a memory source whose contents are located elsewhere afterwards.
type located struct {
	memory
	places func(finding.Place) []finding.Place
	asked  *int
	err    error
}

// Locate implements scanner.Locator.
func (l located) Locate(_ context.Context, hits []finding.Place, _ scanner.Sink) ([][]finding.Place, error) {
	if l.asked != nil {
		*l.asked = len(hits)
	}
	var out [][]finding.Place
	for _, h := range hits {
		if places := l.places(h); places != nil {
			out = append(out, places)
		}
	}
	return out, l.err
}

// oracle is a Verifier that knows which secret belongs to each ID, and counts questions.
type oracle struct {
	secrets map[string]string // by ID
	status  map[string]verifier.Status
	ask     func(rules.Credential) // may be nil

	mu    sync.Mutex
	asked map[string]int // by ID
}

// Verify implements verifier.Verifier.
func (o *oracle) Verify(_ context.Context, c rules.Credential) verifier.Verdict {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.asked == nil {
		o.asked = map[string]int{}
	}
	o.asked[c.ID.Reveal()]++
	if o.ask != nil {
		o.ask(c)
	}
	secret, known := o.secrets[c.ID.Reveal()]
	switch {
	case c.ID.IsZero() || c.Secret.IsZero():
		return verifier.Verdict{}
	case o.status[c.Secret.Reveal()] != verifier.Unchecked:
		return verifier.Verdict{Status: o.status[c.Secret.Reveal()]}
	case !known:
		return verifier.Verdict{Status: verifier.NotFound}
	case secret == c.Secret.Reveal():
		return verifier.Verdict{Status: verifier.Live}
	}
	return verifier.Verdict{Status: verifier.SecretMismatch}
}

// scan scans files, in this order.
func scan(t *testing.T, v verifier.Verifier, files ...file) *planted.Report {
	t.Helper()
	return planted.Scan(t, []scanner.Source{memory{files: files}}, v)
}

func pairText(id string, secrets ...string) string {
	return "id: " + id + "\n" + strings.Join(secrets, "\n") + "\n"
}

func alone(secret string) string { return "accessKeySecret: " + secret + "\n" }

var errBroken = errors.New("broken")

// broken is a Handler that fails at one method.
type broken struct {
	planted.Report
	at string
}

func (b *broken) fail(at string, err error) error {
	if b.at == at {
		return errBroken
	}
	return err
}

func (b *broken) Header(h finding.Header) error {
	return b.fail("header", b.Report.Header(h))
}
func (b *broken) Finding(f finding.Finding) error {
	return b.fail("finding", b.Report.Finding(f))
}
func (b *broken) Skip(s finding.Skip) error {
	return b.fail("skip", b.Report.Skip(s))
}
func (b *broken) Summary(s finding.Summary) error {
	return b.fail("summary", b.Report.Summary(s))
}

// streamed is a Source of one stream.
type streamed struct{ io.Reader }

// Scan implements scanner.Source.
func (s streamed) Scan(ctx context.Context, sink scanner.Sink) error {
	return sink.Blob(ctx, scanner.Blob{Place: finding.Place{Source: finding.SourceStdin}, Stream: s.Reader})
}
