// Package formats lists the formats of reports. A new format is a folder beside this one and a line here.
package formats

import (
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/codequality"
	"github.com/akguard/akguard/scanner/report/csv"
	"github.com/akguard/akguard/scanner/report/gitlab"
	"github.com/akguard/akguard/scanner/report/html"
	"github.com/akguard/akguard/scanner/report/jsonl"
	"github.com/akguard/akguard/scanner/report/junit"
	"github.com/akguard/akguard/scanner/report/markdown"
	"github.com/akguard/akguard/scanner/report/sarif"
	"github.com/akguard/akguard/scanner/report/text"
)

// All returns the formats in the order in which help texts name them.
func All() []report.Format {
	return []report.Format{
		text.Format(), jsonl.Array(), jsonl.Lines(), sarif.Format(), gitlab.Format(), codequality.Format(), junit.Format(), csv.Format(),
		markdown.Format(), html.Format(),
	}
}

// Find returns the format with a name.
func Find(name string) (report.Format, bool) {
	for _, f := range All() {
		if f.Name == name {
			return f, true
		}
	}
	return report.Format{}, false
}

// Names returns the names of all formats.
func Names() []string {
	var names []string
	for _, f := range All() {
		names = append(names, f.Name)
	}
	return names
}
