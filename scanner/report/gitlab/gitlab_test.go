package gitlab_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/akguard/akguard/scanner/report/gitlab"
	"github.com/akguard/akguard/scanner/report/reporttest"
)

func render(t *testing.T, r reporttest.Report) []byte {
	t.Helper()
	return reporttest.Render(t, gitlab.Format(), r)
}

func TestGolden(t *testing.T) {
	reporttest.Golden(t, "full.json", render(t, reporttest.Full()))
	reporttest.Golden(t, "clean.json", render(t, reporttest.Clean()))
	reporttest.Golden(t, "change.json", render(t, reporttest.Change()))
}

func TestReportKeepsToTheSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("testdata/schema-15.0.4.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range reporttest.Samples() {
		text := render(t, r)
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if bytes.Contains(text, []byte("raw_source_code_extract")) {
			t.Errorf("%s quotes source code", name)
		}
		doc.(map[string]any)["scan"].(map[string]any)["start_time"] = "2026-03-02T08:00:00Z"
		if schema.Validate(doc) == nil {
			t.Error("the schema takes a time with a zone, so it checks nothing")
		}
	}
}

// document is the part of a report that the tests look at.
type document struct {
	Scan struct {
		Status     string
		Start, End string
		Messages   []struct{ Level, Value string }
	}
	Vulnerabilities []struct{ ID, Severity string }
}

func parse(t *testing.T, r reporttest.Report) document {
	t.Helper()
	var d document
	if err := json.Unmarshal(render(t, r), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestIncompleteIsNoSuccess(t *testing.T) {
	for name, want := range map[string]struct{ status, level, message string }{
		"clean":       {"success", "", ""},
		"full":        {"failure", "warn", "report.sarif.not-read(evil"},
		"change":      {"success", "info", "report.hidden(2)"},
		"interrupted": {"failure", "fatal", "report.interrupted"},
	} {
		scan := parse(t, reporttest.Samples()[name]).Scan
		if scan.Status != want.status {
			t.Errorf("%s: the scan is a %s", name, scan.Status)
		}
		found := want.level == "" && len(scan.Messages) == 0
		for _, m := range scan.Messages {
			found = found || m.Level == want.level && strings.HasPrefix(m.Value, want.message)
		}
		if !found {
			t.Errorf("%s: the messages are %v", name, scan.Messages)
		}
	}
}

func TestIDsAreUnique(t *testing.T) {
	seen := make(map[string]bool)
	d := parse(t, reporttest.Wide(300))
	for _, v := range d.Vulnerabilities {
		if seen[v.ID] {
			t.Errorf("two vulnerabilities have the ID %s", v.ID)
		}
		seen[v.ID] = true
	}
	if len(d.Vulnerabilities) < 7 {
		t.Errorf("%d vulnerabilities", len(d.Vulnerabilities))
	}
}
