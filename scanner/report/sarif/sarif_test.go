package sarif_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/reporttest"
	"github.com/akguard/akguard/scanner/report/sarif"
)

func render(t *testing.T, r reporttest.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := r.Play(sarif.Format().Open(&b, report.Options{Words: reason.Plain{}})); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// run is the part of a SARIF run that the tests look at.
type run struct {
	Tool struct {
		Driver struct{ Rules []struct{ ID string } }
	}
	Invocations []struct {
		ExecutionSuccessful        bool
		ToolExecutionNotifications []struct{ Level string }
	}
	Results []struct {
		RuleID           string
		RuleIndex        int
		Locations        []location
		RelatedLocations []location
	}
}

type location struct {
	PhysicalLocation struct {
		ArtifactLocation struct{ URI, URIBaseID string }
		Region           struct{ StartLine int }
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
}

func TestLogKeepsToTheStandard(t *testing.T) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]reporttest.Report{"full": reporttest.Full(), "clean": reporttest.Clean(), "wide": reporttest.Wide(300)} {
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
	occurrences := 0
	for _, f := range full.Findings {
		occurrences += len(f.Occurrences)
	}
	if len(run.Results) != occurrences {
		t.Errorf("%d results for %d occurrences", len(run.Results), occurrences)
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
	results := runOf(t, reporttest.Full()).Results
	if r := results[0].RelatedLocations; len(r) != 1 || r[0].Message.Text != "report.sarif.secret" || r[0].PhysicalLocation.Region.StartLine != 13 {
		t.Errorf("the first result is related to %+v", r)
	}
	if r := results[1].RelatedLocations; len(r) != 1 || r[0].Message.Text != "report.sarif.first" || r[0].PhysicalLocation.Region.StartLine != 12 {
		t.Errorf("the second result is related to %+v", r)
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
