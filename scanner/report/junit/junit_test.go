package junit_test

import (
	"encoding/xml"
	"testing"

	"github.com/akguard/akguard/scanner/report/junit"
	"github.com/akguard/akguard/scanner/report/reporttest"
)

func render(t *testing.T, r reporttest.Report) []byte {
	t.Helper()
	return reporttest.Render(t, junit.Format(), r)
}

func TestGolden(t *testing.T) {
	reporttest.Golden(t, "full.xml", render(t, reporttest.Full()))
	reporttest.Golden(t, "clean.xml", render(t, reporttest.Clean()))
	reporttest.Golden(t, "change.xml", render(t, reporttest.Change()))
}

type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Skipped  int      `xml:"skipped,attr"`
	Cases    []struct {
		Name    string    `xml:"name,attr"`
		Class   string    `xml:"classname,attr"`
		Failure *struct{} `xml:"failure"`
		Error   *struct{} `xml:"error"`
		Skipped *struct{} `xml:"skipped"`
	} `xml:"testsuite>testcase"`
}

func TestNumbersAreThoseOfTheTests(t *testing.T) {
	want := map[string][3]int{ // failures, errors, skipped
		"full": {10, 12, 0}, "clean": {0, 0, 0}, "change": {1, 0, 4}, "wide": {1, 0, 0}, "interrupted": {1, 1, 4},
	}
	for name, r := range reporttest.Samples() {
		var s suites
		if err := xml.Unmarshal(render(t, r), &s); err != nil {
			t.Fatalf("%s is not well-formed: %v", name, err)
		}
		var failures, errors, skipped int
		names := make(map[string]bool)
		for _, c := range s.Cases {
			if c.Failure != nil {
				failures++
			}
			if c.Error != nil {
				errors++
			}
			if c.Skipped != nil {
				skipped++
			}
			names[c.Class+c.Name] = true
		}
		if s.Tests != len(s.Cases) || s.Failures != failures || s.Errors != errors || s.Skipped != skipped || s.Tests == 0 {
			t.Errorf("%s: %d tests, %d failures, %d errors, %d skipped in %+v", name, len(s.Cases), failures, errors, skipped, s)
		}
		if len(names) != len(s.Cases) {
			t.Errorf("%s: two tests have the same name", name)
		}
		if w, ok := want[name]; ok && w != [3]int{failures, errors, skipped} {
			t.Errorf("%s: %d failures, %d errors, %d skipped, want %v", name, failures, errors, skipped, w)
		}
	}
}
