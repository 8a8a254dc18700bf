package jsonl_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/jsonl"
	"github.com/akguard/akguard/scanner/report/reporttest"
	"github.com/akguard/akguard/verifier"
)

const schemaFile = "../../../docs/stream.schema.json"

func format(array bool) report.Format {
	if array {
		return jsonl.Array()
	}
	return jsonl.Lines()
}

func render(t *testing.T, r reporttest.Report, array bool) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := r.Play(format(array).Open(&b, report.Options{Words: reason.Plain{}})); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func parse(t *testing.T, text []byte) any {
	t.Helper()
	object, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
	return object
}

func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestGolden(t *testing.T) {
	reporttest.Golden(t, "full.jsonl", render(t, reporttest.Full(), false))
	reporttest.Golden(t, "clean.json", render(t, reporttest.Clean(), true))
}

func TestStreamKeepsToItsSchema(t *testing.T) {
	schema := compile(t)
	for _, r := range []reporttest.Report{reporttest.Full(), reporttest.Clean(), reporttest.Wide(300), reporttest.Change(), reporttest.Sweep()} {
		lines := bytes.Split(bytes.TrimSpace(render(t, r, false)), []byte("\n"))
		items := parse(t, render(t, r, true)).([]any)
		if want := 2 + len(r.Findings) + len(r.Skips); len(lines) != want || len(items) != want {
			t.Fatalf("%d lines and %d items, want %d", len(lines), len(items), want)
		}
		for i, line := range lines {
			if err := schema.Validate(parse(t, line)); err != nil {
				t.Errorf("%v in line:\n%s", err, line)
			}
			if diff := cmp.Diff(parse(t, line), items[i]); diff != "" {
				t.Errorf("item %d of the array is not line %d of the stream (-line +item)\n%s", i, i, diff)
			}
		}
	}
}

// The fixture must have every field that the schema describes, or the test above proves little.
func TestFixtureHasEveryField(t *testing.T) {
	interrupted := reporttest.Full()
	interrupted.Summary.Interrupted = true
	interrupted.Findings[0].Guessed = true
	written := string(render(t, reporttest.Full(), false)) + string(render(t, interrupted, false)) + string(render(t, reporttest.Change(), false)) + string(render(t, reporttest.Sweep(), false))
	var walk func(node any)
	walk = func(node any) {
		object, _ := node.(map[string]any)
		properties, _ := object["properties"].(map[string]any)
		for name := range properties {
			if !strings.Contains(written, `"`+name+`":`) {
				t.Errorf("no object has %q", name)
			}
		}
		for _, child := range object {
			walk(child)
		}
	}
	walk(parse(t, readSchema(t)))
}

// Every status, source, severity and kind of part that the program knows must be in the schema.
func TestSchemaKnowsEveryName(t *testing.T) {
	schema := string(readSchema(t))
	names := []string{
		finding.SourceHistory, finding.SourceMessage, finding.SourceIndex, finding.SourceWorktree, finding.SourceFile, finding.SourceForge, finding.SourceStdin,
		string(finding.PartID), string(finding.PartSecret), string(finding.PartBoth),
		string(finding.StateNew), string(finding.StateMoved), string(finding.StateExisting),
	}
	for s := rules.Low; s <= rules.Critical; s++ {
		names = append(names, s.String())
	}
	for _, s := range []verifier.Status{
		verifier.Unchecked, verifier.Live, verifier.Exists, verifier.SecretMismatch, verifier.Inactive, verifier.NotFound,
		verifier.Expired, verifier.Restricted, verifier.Unknown,
	} {
		names = append(names, s.String())
	}
	for _, name := range names {
		if !strings.Contains(schema, `"`+name+`"`) {
			t.Errorf("the schema lacks %q", name)
		}
	}
}

func TestBrokenFindingsAreRejected(t *testing.T) {
	schema := compile(t)
	for name, broken := range map[string]func(finding map[string]any){
		"an unknown kind":          func(f map[string]any) { f["kind"] = "surprise" },
		"no verification":          func(f map[string]any) { delete(f, "verification") },
		"an unknown severity":      func(f map[string]any) { f["severity"] = "dire" },
		"a short fingerprint":      func(f map[string]any) { f["fingerprint"] = "00ff" },
		"no occurrences":           func(f map[string]any) { f["occurrences"] = []any{} },
		"candidates as a number":   func(f map[string]any) { f["candidates"] = 0 },
		"a line as text":           func(f map[string]any) { first(f)["line"] = "3" },
		"line 0":                   func(f map[string]any) { first(f)["line"] = 0 },
		"an unknown source":        func(f map[string]any) { first(f)["source"] = "cloud" },
		"history without refs":     func(f map[string]any) { delete(first(f), "refs") },
		"a date that is no date":   func(f map[string]any) { first(f)["date"] = "yesterday" },
		"a date outside UTC":       func(f map[string]any) { first(f)["date"] = "2024-05-01T08:00:00+08:00" },
		"an unknown status":        func(f map[string]any) { f["verification"].(map[string]any)["status"] = "dead" },
		"a credential without ID":  func(f map[string]any) { delete(f["credential"].(map[string]any), "id") },
		"an object name that ends": func(f map[string]any) { first(f)["blob"] = "00ff" },
	} {
		f := firstFinding(t)
		broken(f)
		if schema.Validate(f) == nil {
			t.Errorf("the schema takes a finding with %s", name)
		}
	}
	f := firstFinding(t)
	f["later"], first(f)["later"] = 1, true
	if err := schema.Validate(f); err != nil {
		t.Errorf("the schema refuses unknown fields: %v", err)
	}
}

func firstFinding(t *testing.T) map[string]any {
	t.Helper()
	return parse(t, render(t, reporttest.Full(), true)).([]any)[1].(map[string]any)
}

func first(finding map[string]any) map[string]any {
	return finding["occurrences"].([]any)[0].(map[string]any)
}

func readSchema(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Names are hostile and may not be UTF-8; what they say must survive where JSON can say it.
func TestNamesSurvive(t *testing.T) {
	r := reporttest.Clean()
	o := finding.Occurrence{Place: finding.Place{Source: finding.SourceFile, Path: "<a&b>\u202e\x1b\u009b\U000e0041\u2028\xff"}, Parts: finding.PartID}
	r.Findings = []finding.Finding{{Severity: rules.Low, Occurrences: []finding.Occurrence{o}}}
	out := render(t, r, false)
	if !bytes.Contains(out, []byte(`"<a&b>\u202e\u001b\u009b\udb40\udc41\u2028\ufffd"`)) {
		t.Errorf("the path is written otherwise in:\n%s", out)
	}
	var finding struct{ Occurrences []struct{ Path string } }
	if err := json.Unmarshal(bytes.Split(out, []byte("\n"))[1], &finding); err != nil {
		t.Fatal(err)
	}
	if got, want := finding.Occurrences[0].Path, strings.ToValidUTF8(o.Path, "\ufffd"); got != want {
		t.Errorf("the path reads %q, want %q", got, want)
	}
}
