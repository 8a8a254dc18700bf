package codequality_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/report/codequality"
	"github.com/akguard/akguard/scanner/report/reporttest"
)

func render(t *testing.T, r reporttest.Report) []byte {
	t.Helper()
	return reporttest.Render(t, codequality.Format(), r)
}

func TestGolden(t *testing.T) {
	reporttest.Golden(t, "full.json", render(t, reporttest.Full()))
	reporttest.Golden(t, "clean.json", render(t, reporttest.Clean()))
	reporttest.Golden(t, "change.json", render(t, reporttest.Change()))
}

type issue struct {
	Description string
	CheckName   string `json:"check_name"`
	Fingerprint string
	Severity    string
	Location    struct {
		Path  string
		Lines struct{ Begin int }
	}
}

// GitLab takes an array of issues with these fields, and shows an issue once for a fingerprint.
func TestIssues(t *testing.T) {
	for name, r := range reporttest.Samples() {
		var issues []issue
		if err := json.Unmarshal(render(t, r), &issues); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		seen := make(map[string]bool)
		for _, i := range issues {
			if i.Description == "" || i.CheckName == "" || i.Fingerprint == "" || i.Location.Path == "" || i.Location.Lines.Begin < 1 {
				t.Errorf("%s: a field is missing: %+v", name, i)
			}
			if strings.HasPrefix(i.Location.Path, "/") || strings.HasPrefix(i.Location.Path, "./") {
				t.Errorf("%s: the path %s is not relative", name, i.Location.Path)
			}
			if !strings.Contains("info minor major critical blocker", i.Severity) {
				t.Errorf("%s: unknown severity %s", name, i.Severity)
			}
			if seen[i.Fingerprint] {
				t.Errorf("%s: two issues have the fingerprint %s", name, i.Fingerprint)
			}
			seen[i.Fingerprint] = true
		}
		if (len(issues) == 0) != (name == "clean") {
			t.Errorf("%s has %d issues", name, len(issues))
		}
	}
}

// An issue keeps its fingerprint when lines above it come and go.
func TestFingerprintsDoNotDependOnLines(t *testing.T) {
	fingerprints := func(shift int) string {
		r := reporttest.Change()
		var list []string
		for i := range r.Findings {
			r.Findings[i].Occurrences[0].Line += shift
		}
		var issues []issue
		if err := json.Unmarshal(render(t, r), &issues); err != nil {
			t.Fatal(err)
		}
		for _, i := range issues {
			list = append(list, i.Fingerprint)
		}
		return strings.Join(list, " ")
	}
	if fingerprints(0) != fingerprints(10) {
		t.Error("fingerprints change with lines")
	}
}
