// Package csv writes a report as CSV (RFC 4180) for spreadsheets and databases: one row for each occurrence, the worst
// credential first, then one for each thing that was not read. The column kind tells them apart.
//
// A spreadsheet runs a cell that begins like a formula, and the words of a repository are not ours: such cells begin with an
// apostrophe, which spreadsheets hide.
package csv

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/printable"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/internal/whole"
	"github.com/akguard/akguard/scanner/report/internal/wire"
	"github.com/akguard/akguard/scanner/report/internal/words"
)

// Format is CSV. Its column names are for programs.
func Format() report.Format { return report.Format{Name: "csv", Machine: true, New: newHandler} }

func newHandler(w io.Writer, o report.Options) finding.Handler {
	t := table{words.Writer{Printer: o.Words, Whole: o.ShowSecrets}}
	return whole.Handler(w, "CSV", t.encode)
}

type table struct{ say words.Writer }

// columns are the names of the columns. New ones are added at the end.
func columns() []string {
	return []string{
		"kind", "severity", "verdict", "verdict_reason", "state", "rule", "type", "id", "secret", "token", "fingerprint",
		"source", "path", "member", "line", "column", "parts", "decoded", "commit", "author", "email", "date", "refs", "reachable", "link",
		"account", "suppressed_by", "suppressed_reason", "suppressed_owner", "suppressed_until",
		"repository", "owner",
	}
}

func (t table) encode(r whole.Report) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	rows := [][]string{columns()}
	for _, f := range append(r.Findings, r.Suppressed...) {
		for _, o := range f.Occurrences {
			rows = append(rows, t.row(r.Header, f, o))
		}
	}
	rows = append(rows, t.unread(r)...)
	if err := w.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("encoding the CSV report: %w", err)
	}
	return b.Bytes(), nil
}

func (t table) row(h finding.Header, f finding.Finding, o finding.Occurrence) []string {
	c, s, v := f.Credential, f.Suppressed, f.Verdict
	account, until := "", ""
	if v.Identity != nil {
		account = v.Identity.AccountID
	}
	if !s.Until.IsZero() {
		until = s.Until.UTC().Format(time.DateOnly)
	}
	reachable := ""
	if wire.InHistory(o) {
		reachable = strconv.FormatBool(o.Reachable)
	}
	return safe(
		"finding", f.Severity.String(), v.Status.String(), t.say.Print(words.Why(v)), string(f.State), f.Rule.ID, string(c.Type),
		t.value(c.ID), t.value(c.Secret), t.value(c.Token), f.Fingerprint,
		o.Source, o.Path, o.Member, strconv.Itoa(o.Line), strconv.Itoa(o.Column), string(o.Parts), o.Decoded, o.Commit, o.Author, o.Email,
		wire.Time(o.Date), strings.Join(o.Refs, " "), reachable, wire.CommitURL(h, o),
		account, s.By, s.Reason, s.Owner, until,
		o.Origin.Repository, o.Origin.Owner,
	)
}

func (t table) value(s rules.Secret) string { return words.Value(s, t.say.Whole) }

// unread are the rows of what was not read: its path, and why in the column of reasons.
func (t table) unread(r whole.Report) [][]string {
	row := func(kind, path, why string) []string {
		cells := make([]string, len(columns()))
		cells[0], cells[3], cells[12] = kind, why, path
		return safe(cells...)
	}
	var rows [][]string
	for _, s := range r.Skips {
		rows = append(rows, row("skip", s.Path, t.say.Print(s.Reason)))
	}
	switch {
	case r.Summary.Interrupted:
		rows = append(rows, row("incomplete", "", t.say.Say("report.interrupted")))
	case !r.Complete():
		rows = append(rows, row("incomplete", "", t.say.Say("report.incomplete")))
	}
	return rows
}

// safe makes cells printable, and none of them a formula.
func safe(cells ...string) []string {
	for i, cell := range cells {
		cells[i] = neutral(printable.Text(cell))
	}
	return cells
}

// neutral puts an apostrophe before what spreadsheets take for a formula, also in the wide forms that some take too, and
// after spaces, which some remove first.
func neutral(cell string) string {
	if trimmed := strings.TrimLeftFunc(cell, unicode.IsSpace); trimmed != "" && strings.ContainsRune("=+-@|%＝＋－＠", []rune(trimmed)[0]) {
		return "'" + cell
	}
	return cell
}
