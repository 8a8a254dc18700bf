package jsonl_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/jsonl"
	"github.com/akguard/akguard/scanner/report/reporttest"
)

// options choose a form of the stream.
type options struct{ array, show bool }

func writer(w io.Writer, o options) finding.Handler {
	return format(o.array).New(w, report.Options{Words: reason.Plain{}, ShowSecrets: o.show})
}

func written(t *testing.T, r reporttest.Report, o options) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Play(writer(&b, o)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A report that was read and is written again is the same, masked or not, as a stream or as an array.
func TestReadBack(t *testing.T) {
	for name, r := range map[string]reporttest.Report{"full": reporttest.Full(), "wide": reporttest.Wide(20), "clean": reporttest.Clean(), "change": reporttest.Change()} {
		for _, o := range []options{{}, {show: true}, {array: true}, {array: true, show: true}} {
			want := written(t, r, o)
			var b bytes.Buffer
			if err := jsonl.Read(strings.NewReader(want), builtin.Set(), writer(&b, o)); err != nil {
				t.Errorf("%s, %+v: %v", name, o, err)
			}
			if b.String() != want {
				t.Errorf("%s, %+v: it was\n%s\nand is\n%s", name, o, want, b.String())
			}
		}
	}
}

// A rule is the set's, so that a verdict can change the severity; one that the set does not have is bare.
func TestReadRules(t *testing.T) {
	stream := written(t, reporttest.Wide(1), options{})
	for id, want := range map[string]bool{"alibaba-accesskey-pair": true, "one-of-your-own": false} {
		var got keep
		changed := strings.ReplaceAll(stream, "alibaba-accesskey-pair", id)
		if err := jsonl.Read(strings.NewReader(changed), builtin.Set(), &got); err != nil {
			t.Fatal(err)
		}
		if rule := got.findings[0].Rule; rule.ID != id || !rule.Description.IsZero() != want || rule.Severity != rules.Critical {
			t.Errorf("the rule is %+v", rule)
		}
	}
}

type keep struct{ findings []finding.Finding }

func (k *keep) Header(finding.Header) error     { return nil }
func (k *keep) Finding(f finding.Finding) error { k.findings = append(k.findings, f); return nil }
func (k *keep) Skip(finding.Skip) error         { return nil }
func (k *keep) Summary(finding.Summary) error   { return nil }

// What is no report is an error, in which nothing of it is quoted.
func TestReadNoReport(t *testing.T) {
	whole := written(t, reporttest.Full(), options{show: true})
	for name, text := range map[string]string{
		"empty":              "",
		"text":               "LIVE critical AccessKey pair NeverToBeSeen",
		"cut":                whole[:len(whole)/2],
		"a string":           `"NeverToBeSeen"`,
		"another object":     `{"NeverToBeSeen":1}`,
		"field of a kind":    `{"kind":"finding","severity":"low","credential":"NeverToBeSeen"}`,
		"no occurrence":      `{"kind":"finding","severity":"low","credential":{"type":"accesskey"}}`,
		"severity":           `{"kind":"finding","severity":"NeverToBeSeen","credential":{"type":"accesskey"},"occurrences":[{}]}`,
		"array that is open": "[" + strings.TrimSpace(whole[:strings.Index(whole, "\n")]) + ",",
	} {
		err := jsonl.Read(strings.NewReader(text), builtin.Set(), new(keep))
		if err == nil || strings.Contains(err.Error(), "NeverToBeSeen") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := jsonl.Read(strings.NewReader(`{"kind":"news","x":1}`), builtin.Set(), new(keep)); err != nil {
		t.Errorf("an object of another kind: %v", err)
	}
	broken := errors.New("broken")
	if err := jsonl.Read(io.MultiReader(strings.NewReader(`{"kind":"news"}`), failing{broken}), builtin.Set(), new(keep)); err == nil {
		t.Error("a read that fails is no error")
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// FuzzRead reads what the fuzzer likes: what is read and written is read again, and is the same then.
func FuzzRead(f *testing.F) {
	for _, r := range []reporttest.Report{reporttest.Full(), reporttest.Clean()} {
		var b bytes.Buffer
		if err := r.Play(writer(&b, options{})); err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			f.Add(line)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		var first, second bytes.Buffer
		o := options{show: true}
		if jsonl.Read(strings.NewReader(text), builtin.Set(), writer(&first, o)) != nil || first.Len() == 0 {
			return
		}
		if err := jsonl.Read(bytes.NewReader(first.Bytes()), builtin.Set(), writer(&second, o)); err != nil {
			t.Fatal(err)
		}
		if first.String() != second.String() {
			t.Errorf("it was\n%s\nand is\n%s", &first, &second)
		}
	})
}
