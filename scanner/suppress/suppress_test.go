package suppress_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/suppress"
)

var now = time.Date(2026, 5, 31, 23, 0, 0, 0, time.UTC)

// print makes a fingerprint.
func print(n int) string { return fmt.Sprintf("%032x", n) }

// at is an occurrence with the line of its credential.
func at(path, line string) scanner.CandidateOccurrence {
	return scanner.CandidateOccurrence{Path: path, Line: 3, SourceLines: []rules.Secret{rules.NewSecret(line)}}
}

func TestFile(t *testing.T) {
	file := suppress.Parse(".akguardignore", []byte("\ufeff# why we do this\n\n"+
		print(1)+" the sample of the manual\r\n"+
		print(2)+" until=2026-05-31 owner=ops@example.com last day\n"+
		print(3)+" until=2026-05-30 over\n"+
		print(3)+" owner=x from another branch\n"+
		"  "+print(4)+"\tuntil=2026-05-01\tover\n"+
		"nonsense\n"+print(5)+"\n"+print(6)+" until=31.5.2026 why\n"+print(7)+" owner=me\n"))
	s := suppress.New(suppress.Options{Files: []*suppress.File{file}, Now: now})
	for n, want := range map[int]string{
		1: ".akguardignore:3 the sample of the manual", 2: ".akguardignore:4 last day", 3: ".akguardignore:6 from another branch",
		4: "", 5: "", 6: "", 7: "", 8: "",
	} {
		d, ok := s.Suppress(scanner.Candidate{Fingerprint: print(n)})
		if got := strings.TrimSpace(d.By + " " + d.Reason); got != want || ok != (want != "") {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if len(file.Problems) != 4 || file.Problems[0].Line != 8 {
		t.Errorf("the problems are %v", file.Problems)
	}
	if expired := file.Expired(now); len(expired) != 2 || expired[0].Fingerprint != print(3) || expired[1].Fingerprint != print(4) {
		t.Errorf("expired are %v", expired)
	}
	if unused := file.Unused(); len(unused) != 0 {
		t.Errorf("unused are %v", unused)
	}
}

func TestUnused(t *testing.T) {
	file := suppress.Parse("f", []byte(print(1)+" a\n"+print(2)+" b\n"))
	suppress.New(suppress.Options{Files: []*suppress.File{file}, Now: now}).Suppress(scanner.Candidate{Fingerprint: print(2)})
	if unused := file.Unused(); len(unused) != 1 || unused[0].Fingerprint != print(1) {
		t.Errorf("unused are %v", unused)
	}
}

// What is written is sorted, has each credential once, is read as it was written, and does not depend on the order.
func TestFormat(t *testing.T) {
	entries := []suppress.Entry{
		{Fingerprint: print(9), Reason: "two\nlines", Owner: "Li Wei"},
		{Fingerprint: print(2), Reason: "until=soon", Until: now},
		{Fingerprint: print(9), Reason: "over", Until: now},
	}
	text := suppress.Format(nil, entries)
	want := print(2) + " until=2026-05-31 reason: until=soon\n" + print(9) + " owner=Li-Wei two lines\n"
	if !strings.HasSuffix(string(text), "\n"+want) || text[0] != '#' {
		t.Errorf("the file is\n%s", text)
	}
	own := "# our own words\n\n"
	if again := suppress.Format([]byte(own+print(1)+" x\n"), entries); string(again) != own+want {
		t.Errorf("the file is\n%s", again)
	}
}

func TestComments(t *testing.T) {
	for line, want := range map[string]string{
		"key: x # akguard:allow the sample of the manual": "the sample of the manual",
		"/* akguard:allow  test   fixture */ key":         "test fixture",
		"<!-- akguard:allow: sample -->":                  "sample",
		"key: x # akguard:allow":                          "",
		"key: x # AKGUARD:ALLOW why":                      "",
		"key: x # gitleaks:allow":                         "",
	} {
		s := suppress.New(suppress.Options{Comments: &suppress.Comments{}, Now: now})
		d, ok := s.Suppress(scanner.Candidate{Occurrences: []scanner.CandidateOccurrence{at("a.env", line)}})
		if d.Reason != want || ok != (want != "") || ok && d.By != "a.env:3" {
			t.Errorf("%q: %+v", line, d)
		}
	}
	foreign := suppress.New(suppress.Options{Comments: &suppress.Comments{Foreign: true}, Now: now})
	for _, marker := range suppress.ForeignMarkers() {
		if d, ok := foreign.Suppress(scanner.Candidate{Occurrences: []scanner.CandidateOccurrence{at("a", "x // "+marker)}}); !ok || d.Reason != marker {
			t.Errorf("%s: %+v", marker, d)
		}
	}
}

// Every file that has the credential must be covered, in some version.
func TestCover(t *testing.T) {
	allow, err := suppress.NewAllow(suppress.AllowOptions{By: "c", Paths: []string{"docs/", "!docs/live", "*.md"}, Rules: []string{"id"}, Reason: "samples", Until: now})
	if err != nil {
		t.Fatal(err)
	}
	s := suppress.New(suppress.Options{Comments: &suppress.Comments{}, Allow: []suppress.Allow{allow}, Now: now})
	comment := at("a.env", "# akguard:allow sample")
	for name, c := range map[string]struct {
		rule string
		at   []scanner.CandidateOccurrence
		want bool
	}{
		"comment in a later version": {"id", []scanner.CandidateOccurrence{at("a.env", "x"), comment}, true},
		"another file without one":   {"id", []scanner.CandidateOccurrence{comment, at("b.env", "x")}, false},
		"both kinds":                 {"id", []scanner.CandidateOccurrence{comment, at("x/y.md", "x"), at("docs/a/b", "x")}, true},
		"another rule":               {"pair", []scanner.CandidateOccurrence{at("x/y.md", "x")}, false},
		"a message":                  {"id", []scanner.CandidateOccurrence{{Commit: "1"}}, false},
		"nowhere":                    {"id", nil, false},
	} {
		if _, ok := s.Suppress(scanner.Candidate{Rule: c.rule, Occurrences: c.at}); ok != c.want {
			t.Errorf("%s: suppressed is %v", name, ok)
		}
	}
	later := suppress.New(suppress.Options{Allow: []suppress.Allow{allow}, Now: now.AddDate(0, 0, 1)})
	if _, ok := later.Suppress(scanner.Candidate{Rule: "id", Occurrences: []scanner.CandidateOccurrence{at("y.md", "x")}}); ok {
		t.Error("an expired allowlist applies")
	}
	for _, bad := range []suppress.AllowOptions{{Paths: []string{"a"}}, {Reason: "everything"}} {
		if _, err := suppress.NewAllow(bad); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}

// Whatever is read can be written and read again.
func FuzzParse(f *testing.F) {
	f.Add([]byte("# c\n" + print(1) + " until=2026-01-01 owner=x why\n"))
	f.Add([]byte("\ufeff" + print(1) + " owner= until= x"))
	f.Fuzz(func(t *testing.T, data []byte) {
		first := suppress.Parse("f", data)
		text := suppress.Format(nil, first.Entries)
		again := suppress.Parse("f", text)
		if len(again.Problems) > 0 || string(suppress.Format(nil, again.Entries)) != string(text) {
			t.Errorf("%q becomes %q, problems %v", data, text, again.Problems)
		}
	})
}
