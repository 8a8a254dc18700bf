package sarif_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/reporttest"
	"github.com/akguard/akguard/scanner/report/sarif"
)

func render(t *testing.T, r reporttest.Report) []byte { return renderWith(t, r, nil) }

func renderWith(t *testing.T, r reporttest.Report, tree fs.FS) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := r.Play(sarif.Format().Open(&b, report.Options{Words: reason.Plain{}, Tree: tree})); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// run is the part of a SARIF run that the tests look at.
type run struct {
	Tool struct {
		Driver struct {
			Rules []struct {
				ID         string
				Properties map[string]any
			}
		}
	}
	Invocations []struct {
		ExecutionSuccessful        bool
		ToolExecutionNotifications []struct {
			Level      string
			Descriptor struct{ ID string }
			Message    struct{ Text string }
		}
	}
	Results []struct {
		RuleID           string
		RuleIndex        int
		Locations        []location
		RelatedLocations []location
		BaselineState    string
		Suppressions     []struct{ Kind, Justification string }
		Fingerprints     map[string]string `json:"partialFingerprints"`
		Properties       struct{ Sources []string }
	}
}

type location struct {
	PhysicalLocation struct {
		ArtifactLocation struct{ URI, URIBaseID string }
		Region           struct{ StartLine, StartColumn, EndLine, EndColumn int }
	}
	LogicalLocations []struct{ Kind, FullyQualifiedName string }
	Message          struct{ Text string }
}

func runOf(t *testing.T, r reporttest.Report) run {
	t.Helper()
	var log struct{ Runs []run }
	if err := json.Unmarshal(render(t, r), &log); err != nil {
		t.Fatal(err)
	}
	return log.Runs[0]
}

func TestGolden(t *testing.T) {
	reporttest.Golden(t, "full.sarif", render(t, reporttest.Full()))
	reporttest.Golden(t, "clean.sarif", render(t, reporttest.Clean()))
	reporttest.Golden(t, "change.sarif", render(t, reporttest.Change()))
}

func TestLogKeepsToTheStandard(t *testing.T) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]reporttest.Report{"full": reporttest.Full(), "clean": reporttest.Clean(), "wide": reporttest.Wide(300), "change": reporttest.Change()} {
		log, err := jsonschema.UnmarshalJSON(bytes.NewReader(render(t, r)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(log); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		delete(log.(map[string]any)["runs"].([]any)[0].(map[string]any), "tool")
		if schema.Validate(log) == nil {
			t.Error("the schema takes a run without a tool, so it checks nothing")
		}
	}
}

// GitHub refuses a whole log for one result without a file's URI, and reads the rule from its index.
func TestGitHubTakesEveryResult(t *testing.T) {
	full := reporttest.Full()
	run := runOf(t, full)
	type place struct {
		fingerprint, path, blob string
		line                    int
	}
	places := make(map[place]bool)
	for _, f := range full.Findings {
		for _, o := range f.Occurrences {
			p := place{f.Fingerprint, o.Path, "", o.Line}
			if o.Path == "" {
				p.blob = o.Blob + o.Commit
			}
			places[p] = true
		}
	}
	if len(run.Results) != len(places) {
		t.Errorf("%d results for %d places", len(run.Results), len(places))
	}
	for i, r := range run.Results {
		if id := run.Tool.Driver.Rules[r.RuleIndex].ID; id != r.RuleID {
			t.Errorf("result %d of rule %s points at rule %s", i, r.RuleID, id)
		}
		if len(r.Locations) != 1 {
			t.Fatalf("result %d has %d locations", i, len(r.Locations))
		}
		for _, l := range append(r.Locations, r.RelatedLocations...) {
			place := l.PhysicalLocation
			if place.ArtifactLocation.URI == "" || place.Region.StartLine < 1 {
				t.Errorf("result %d has a location without a file or a line: %+v", i, l)
			}
			if noFile := place.ArtifactLocation.URIBaseID == "NOFILE"; noFile != (len(l.LogicalLocations) == 1) {
				t.Errorf("result %d has a stand-in for a file and %d logical locations", i, len(l.LogicalLocations))
			}
		}
	}
}

func TestURIs(t *testing.T) {
	for path, want := range map[string]string{
		"a/b.py":           "a/b.py",
		"a b/c#d?e%f.py":   "a%20b/c%23d%3Fe%25f.py",
		"配置.py":            "%E9%85%8D%E7%BD%AE.py",
		"c:/x":             "./c:/x",
		"//evil.example/x": ".///evil.example/x",
		"x.jar!/a[1].yml":  "x.jar%21/a%5B1%5D.yml",
		"not\xffutf8\n\\":  "not%FFutf8%0A%5C",
	} {
		r := reporttest.Wide(1)
		r.Findings[0].Occurrences = []finding.Occurrence{{Place: finding.Place{Source: finding.SourceFile, Path: path}, Line: 1, Column: 1}}
		got := runOf(t, r).Results[0].Locations[0].PhysicalLocation.ArtifactLocation.URI
		if got != want {
			t.Errorf("%q becomes %q, want %q", path, got, want)
		}
		base, _ := url.Parse("file:///root/")
		resolved, err := base.Parse(got)
		if err != nil || resolved.Host != "" || !strings.HasPrefix(resolved.Path, "/root/") {
			t.Errorf("%q resolves to %v (%v)", got, resolved, err)
		}
	}
}

func TestRelatedLocations(t *testing.T) {
	secrets, first := 0, 0
	for _, r := range runOf(t, reporttest.Full()).Results {
		for _, l := range r.RelatedLocations {
			switch {
			case l.Message.Text == "report.sarif.secret" && l.PhysicalLocation.Region.StartLine == 13:
				secrets++
			case l.Message.Text == "report.sarif.first":
				first++
			default:
				t.Errorf("a result is related to %+v", l)
			}
		}
	}
	if secrets != 1 || first != 7 {
		t.Errorf("%d secrets and %d first exposures are related", secrets, first)
	}
}

// A reader looks once at a line, however many versions and sources have it.
func TestOneResultForAPlace(t *testing.T) {
	results := runOf(t, reporttest.Full()).Results
	seen := make(map[string]bool)
	joined := false
	for _, r := range results {
		l := r.Locations[0].PhysicalLocation
		key := fmt.Sprint(r.Fingerprints, l.ArtifactLocation, l.Region.StartLine)
		if seen[key] {
			t.Errorf("two results for %s", key)
		}
		seen[key] = true
		joined = joined || slices.Equal(r.Properties.Sources, []string{"history", "worktree", "index"})
		if l.Region.EndLine != l.Region.StartLine || l.Region.EndColumn <= l.Region.StartColumn {
			t.Errorf("a region has no end: %+v", l.Region)
		}
	}
	if !joined {
		t.Error("no result joins history, working tree and index")
	}
}

// GitHub takes the severity from the rule.
func TestSeverityFollowsTheVerdict(t *testing.T) {
	run := runOf(t, reporttest.Full())
	want := map[string]string{"alibaba-accesskey-pair": "9.5", "alibaba-accesskey-pair/inactive": "5.5", "alibaba-accesskey-pair/not-found": "2.0"}
	for _, rule := range run.Tool.Driver.Rules {
		if score, ok := want[rule.ID]; ok && rule.Properties["security-severity"] != score {
			t.Errorf("%s has the severity %v, want %s", rule.ID, rule.Properties["security-severity"], score)
		}
		delete(want, rule.ID)
	}
	if len(want) > 0 {
		t.Errorf("these rules are missing: %v", want)
	}
}

func TestStatesAndSuppressions(t *testing.T) {
	got := make(map[string]int)
	for _, r := range runOf(t, reporttest.Change()).Results {
		kind := r.BaselineState
		if r.Suppressions == nil {
			t.Error("a result has no list of suppressions, although others have")
		}
		for _, s := range r.Suppressions {
			kind += " " + s.Kind
			if s.Justification == "" {
				t.Error("a suppression has no justification")
			}
		}
		got[kind]++
	}
	want := map[string]int{"new": 1, "updated": 1, "unchanged": 1, "new external": 1, "unchanged inSource": 1}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, r := range runOf(t, reporttest.Full()).Results {
		if r.BaselineState != "" || r.Suppressions != nil {
			t.Fatal("a result has a state in a report that is not about a change, or a suppression")
		}
	}
}

// The line of a result has a hash if it is on the disk and still has the credential.
func TestLineHashes(t *testing.T) {
	r := reporttest.Wide(1)
	f := &r.Findings[0]
	in := func(source, path string, line int) finding.Occurrence {
		return finding.Occurrence{Place: finding.Place{Source: source, Path: path}, Parts: finding.PartBoth, Line: line, Column: 1}
	}
	f.Occurrences = []finding.Occurrence{
		in(finding.SourceHistory, "held", 2), in(finding.SourceHistory, "held", 1), in(finding.SourceWorktree, "now", 1),
		in(finding.SourceHistory, "gone", 1), in(finding.SourceHistory, "held", 9), in(finding.SourceHistory, "../out", 1),
		in(finding.SourceHistory, "mac", 3),
	}
	tree := fstest.MapFS{
		"held": {Data: []byte("x\nid = " + f.Credential.ID.Reveal() + "\n")},
		"now":  {Data: []byte("encoded\n")},
		"mac":  {Data: []byte("a\rb\r\nid = " + f.Credential.ID.Reveal())},
	}
	var log struct{ Runs []run }
	if err := json.Unmarshal(renderWith(t, r, tree), &log); err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, false, true, false, false, false, true} {
		hash := log.Runs[0].Results[i].Fingerprints["primaryLocationLineHash"]
		if (hash != "") != want || want && !strings.HasSuffix(hash, ":1") {
			t.Errorf("result %d has the hash %q", i, hash)
		}
	}
}

func TestIncompleteIsNotSuccessful(t *testing.T) {
	silent := reporttest.Clean()
	silent.Summary.Complete = false
	for name, want := range map[string]struct {
		report        reporttest.Report
		successful    bool
		notifications int
	}{
		"a complete scan":         {reporttest.Clean(), true, 0},
		"skips":                   {reporttest.Full(), false, len(reporttest.Full().Skips)},
		"incomplete, no word why": {silent, false, 1},
	} {
		got := runOf(t, want.report).Invocations[0]
		if got.ExecutionSuccessful != want.successful || len(got.ToolExecutionNotifications) != want.notifications {
			t.Errorf("%s: the invocation is %+v", name, got)
		}
	}
}
