package planted

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/verifier"
)

// Report is a report that was kept.
type Report struct{ finding.Recorded }

// Of returns the finding of a key's ID, or nil.
func (r *Report) Of(k Key) *finding.Finding {
	i := slices.IndexFunc(r.Findings, func(f finding.Finding) bool { return f.Credential.ID.Reveal() == k.ID })
	if i < 0 {
		return nil
	}
	return &r.Findings[i]
}

// Scan scans sources with the built-in rules. A nil Verifier leaves findings unchecked.
func Scan(t testing.TB, sources []scanner.Source, v verifier.Verifier) *Report {
	t.Helper()
	var r Report
	s := scanner.New(scanner.Options{Sources: sources, Rules: builtin.Set(), Verifier: v})
	if _, err := s.Run(t.Context(), &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

// Sink is a scanner.Sink that keeps what it is given.
type Sink struct {
	Blobs   []scanner.Blob // streams read into Content
	Skips   []finding.Skip
	Commits int

	mu sync.Mutex
}

// Blob implements scanner.Sink.
func (s *Sink) Blob(_ context.Context, b scanner.Blob) error {
	b.Content = slices.Clone(b.Content)
	if b.Stream != nil {
		content, err := io.ReadAll(b.Stream)
		if err != nil {
			return fmt.Errorf("reading: %w", err)
		}
		b.Content = content
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Blobs = append(s.Blobs, b)
	return nil
}

// Skip implements scanner.Sink.
func (s *Sink) Skip(skip finding.Skip) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Skips = append(s.Skips, skip)
}

// Commit implements scanner.Sink.
func (s *Sink) Commit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Commits++
}

// Read gives a source to a Sink.
func Read(t testing.TB, source scanner.Source) *Sink {
	t.Helper()
	var s Sink
	if err := source.Scan(t.Context(), &s); err != nil {
		t.Fatal(err)
	}
	return &s
}

// Paths returns the paths of the contents, sorted, each once.
func (s *Sink) Paths() []string {
	paths := make([]string, 0, len(s.Blobs))
	for _, b := range s.Blobs {
		paths = append(paths, b.Path)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// Holds reports whether a content holds the text.
func (s *Sink) Holds(text string) bool {
	return slices.ContainsFunc(s.Blobs, func(b scanner.Blob) bool { return strings.Contains(string(b.Content), text) })
}
