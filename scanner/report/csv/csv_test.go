package csv_test

import (
	"bytes"
	gocsv "encoding/csv"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/report/csv"
	"github.com/akguard/akguard/scanner/report/reporttest"
)

func render(t *testing.T, r reporttest.Report) []byte {
	t.Helper()
	return reporttest.Render(t, csv.Format(), r)
}

func TestGolden(t *testing.T) {
	reporttest.Golden(t, "full.csv", render(t, reporttest.Full()))
	reporttest.Golden(t, "clean.csv", render(t, reporttest.Clean()))
	reporttest.Golden(t, "change.csv", render(t, reporttest.Change()))
	reporttest.Golden(t, "sweep.csv", render(t, reporttest.Sweep()))
}

// Every report is a table (RFC 4180) in which no cell is a formula.
func TestTable(t *testing.T) {
	for name, r := range reporttest.Samples() {
		text := render(t, r)
		if n := bytes.Count(text, []byte("\n")); n != bytes.Count(text, []byte("\r\n")) {
			t.Errorf("%s: a line does not end with CRLF", name)
		}
		rows, err := gocsv.NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := 1 + len(r.Skips)
		for _, f := range r.Findings {
			want += len(f.Occurrences)
		}
		if !r.Summary.Complete {
			want++
		}
		if len(rows) != want {
			t.Errorf("%s: %d rows, want %d", name, len(rows), want)
		}
		for _, row := range rows {
			for _, cell := range row {
				if first := strings.TrimSpace(cell); first != "" && strings.ContainsAny(string([]rune(first)[0]), "=+-@|%＝＋－＠") {
					t.Errorf("%s: a spreadsheet runs %q", name, cell)
				}
			}
		}
	}
}
