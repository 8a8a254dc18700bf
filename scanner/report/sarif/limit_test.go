//go:build !race

// A report has one goroutine. Under the race detector these large ones would take minutes.

package sarif_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/akguard/akguard/scanner/report/reporttest"
	"github.com/akguard/akguard/verifier"
)

// many is a report of n credentials, the last of which is live.
func many(n int, path string) reporttest.Report {
	r := reporttest.Clean()
	one := reporttest.Wide(1).Findings[0]
	one.Verdict = verifier.Verdict{}
	one.Occurrences = one.Occurrences[:1]
	for i := range n {
		f := one
		f.Fingerprint = fmt.Sprintf("%08x", i)
		f.Occurrences = slices.Clone(one.Occurrences)
		f.Occurrences[0].Path = fmt.Sprintf("%d/%s", i, path)
		r.Findings = append(r.Findings, f)
	}
	r.Findings[n-1].Verdict.Status = verifier.Live
	r.Findings[n-1].Occurrences[0].Path = "live"
	r.Summary.Findings = n
	return r
}

// GitHub refuses more than 25,000 results, and keeps 5,000.
func TestLimits(t *testing.T) {
	run := runOf(t, many(30_000, "app.yml"))
	if len(run.Results) != 25_000 {
		t.Errorf("%d results", len(run.Results))
	}
	if first := run.Results[0].Locations[0].PhysicalLocation.ArtifactLocation.URI; first != "live" {
		t.Errorf("the first result is %s, and not the live one", first)
	}
	told := run.Invocations[0]
	if len(told.ToolExecutionNotifications) != 2 || told.ExecutionSuccessful {
		t.Fatalf("the invocation is %+v", told)
	}
	for i, want := range []string{"report.sarif.left-out(5000, 30000)", "report.sarif.not-kept(5000, 25000)"} {
		n := told.ToolExecutionNotifications[i]
		if n.Message.Text != want || n.Descriptor.ID != "akguard/limit" {
			t.Errorf("a notification is %+v, want %s", n, want)
		}
	}
	if run := runOf(t, many(20, "app.yml")); len(run.Results) != 20 || len(run.Invocations[0].ToolExecutionNotifications) != 0 {
		t.Error("a small report is limited")
	}
}

// GitHub refuses more than 10 MB, gzipped.
func TestLimitOfBytes(t *testing.T) {
	r := many(4_000, "x")
	random := rand.New(rand.NewPCG(1, 2))
	for i := range r.Findings[:len(r.Findings)-1] {
		noise := make([]byte, 5_000)
		for j := range noise {
			noise[j] = byte('a' + random.IntN(26))
		}
		r.Findings[i].Occurrences[0].Path = string(noise)
	}
	text := render(t, r)
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(text)
	if err := w.Close(); err != nil || b.Len() > 10_000_000 || b.Len() < 6_000_000 {
		t.Errorf("%d bytes, %v", b.Len(), err)
	}
	if !bytes.Contains(text, []byte(`"report.sarif.left-out(`)) {
		t.Error("nobody is told that results are missing")
	}
}
