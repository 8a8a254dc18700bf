package scanner_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/verifier"
)

// describe says of a finding what grouping decides: "type secret [candidates]: path parts line/secretLine …". Keys
// are written by their names.
func describe(f finding.Finding, names map[string]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s", f.Credential.Type, names[f.Credential.ID.Reveal()], names[f.Credential.Secret.Reveal()])
	for _, c := range f.Candidates {
		fmt.Fprintf(&b, " (%s)", names[c.Reveal()])
	}
	for _, o := range f.Occurrences {
		fmt.Fprintf(&b, "; %s %s %d/%d", o.Path, o.Parts, o.Line, o.SecretLine)
	}
	return b.String()
}

// named is a set of keys with names.
type named struct {
	id1, id2, s1, s2, s3, s4 string
	sts, stsSecret, token    string
	names                    map[string]string
}

func newNamed() named {
	k := rulestest.NewKeys(11)
	n := named{
		id1: k.ID24(), id2: k.ID24(), s1: k.Secret(), s2: k.Secret(), s3: k.Secret(), s4: k.Secret(),
		sts: k.STSID(), stsSecret: k.STSSecret(), token: k.Token(),
	}
	n.names = map[string]string{
		n.id1: "id1", n.id2: "id2", n.s1: "s1", n.s2: "s2", n.s3: "s3", n.s4: "s4", n.sts: "sts", n.stsSecret: "stsSecret", "": "-",
	}
	return n
}

// known are the keys of the cases below.
var known = newNamed()

// groupings are files, and the findings that they make.
var groupings = map[string]struct {
	files []file
	live  map[string]string // the secret of an ID; others are not its
	want  []string
}{
	"an ID alone, and its pair elsewhere": {
		files: []file{{"a", known.id1}, {"b", pairText(known.id1, known.s1)}},
		want:  []string{"accesskey id1 s1; a id 1/0; b both 1/2"},
	},
	"an ID alone everywhere": {
		files: []file{{"a", known.id1}, {"b", "\n" + known.id1}},
		want:  []string{"accesskey-id id1 -; a id 1/0; b id 2/0"},
	},
	"a lone secret joins its ID": {
		files: []file{{"a", alone(known.s1)}, {"b", pairText(known.id1, known.s1)}},
		want:  []string{"accesskey id1 s1; a secret 1/0; b both 1/2"},
	},
	"an ID and a secret in one folder": {
		files: []file{{"k/id", known.id1}, {"k/secret", alone(known.s1)}, {"other/secret", alone(known.s2)}},
		want:  []string{"accesskey id1 s1; k/id id 1/0; k/secret secret 1/0", "accesskey-secret - s2; other/secret secret 1/0"},
	},
	"one value a file": {
		files: []file{{"prod/ak.txt", known.id1}, {"prod/sk.txt", known.s1}, {"other/random.txt", known.s2 + "\n"}},
		want:  []string{"accesskey id1 s1; prod/ak.txt id 1/0; prod/sk.txt secret 1/0"},
	},
	"one value, and the name of the file": {
		files: []file{{"run/secrets/oss_access_key_secret", known.s1 + "\n"}},
		want:  []string{"accesskey-secret - s1; run/secrets/oss_access_key_secret secret 1/0"},
	},
	"an ID and two secrets in one folder": {
		files: []file{{"k/id", known.id1}, {"k/secret", alone(known.s1)}, {"k/secret2", alone(known.s2)}},
		want:  []string{"accesskey-secret - s1; k/secret secret 1/0", "accesskey-secret - s2; k/secret2 secret 1/0", "accesskey-id id1 -; k/id id 1/0"},
	},
	"an ID that has a secret, and another's": {
		files: []file{{"k/pair", pairText(known.id1, known.s1)}, {"k/secret", alone(known.s2)}},
		want:  []string{"accesskey id1 s1; k/pair both 1/2", "accesskey-secret - s2; k/secret secret 1/0"},
	},
	"a lone secret that is nobody's": {
		files: []file{{"a", alone(known.s2)}, {"b", pairText(known.id1, known.s1)}},
		want:  []string{"accesskey id1 s1; b both 1/2", "accesskey-secret - s2; a secret 1/0"},
	},
	"the secret that most places pair with the ID": {
		files: []file{{"a", pairText(known.id1, known.s1)}, {"b", pairText(known.id1, known.s2)}, {"c", pairText(known.id1, known.s2)}},
		want:  []string{"accesskey id1 s2 (s1); a id 1/0; b both 1/2; c both 1/2"},
	},
	"the secret that stands near it most often": {
		files: []file{{"a", pairText(known.id1, known.s1)}, {"b", pairText(known.id1, known.s2)}, {"c", pairText(known.id1, known.s3, known.s1)}},
		want:  []string{"accesskey id1 s1 (s3) (s2); a both 1/2; b id 1/0; c both 1/3"},
	},
	"the other one": {
		files: []file{{"a", pairText(known.id1, known.s1)}, {"b", pairText(known.id1, known.s2)}, {"c", pairText(known.id1, known.s3, known.s2)}},
		want:  []string{"accesskey id1 s2 (s3) (s1); a id 1/0; b both 1/2; c both 1/3"},
	},
	"a secret of another ID stays its": {
		files: []file{{"a", pairText(known.id1, known.s1) + pairText(known.id2, known.s2)}},
		want:  []string{"accesskey id1 s1; a both 1/2", "accesskey id2 s2; a both 3/4"},
	},
	"candidates near an ID": {
		files: []file{{"a", pairText(known.id1, known.s1, known.s2, known.s3)}},
		want:  []string{"accesskey id1 s1 (s2) (s3); a both 1/2"},
	},
	"STS confirms a candidate: the places follow": {
		files: []file{{"a", pairText(known.id1, known.s1, known.s2)}, {"b", pairText(known.id1, known.s1)}, {"c", alone(known.s2)}, {"d", alone(known.s1)}},
		live:  map[string]string{known.id1: known.s2},
		want:  []string{"accesskey id1 s2 (s1); a both 1/3; b id 1/0; c secret 1/0", "accesskey-secret - s1; d secret 1/0"},
	},
	"STS confirms the other place's secret": {
		files: []file{{"a", pairText(known.id1, known.s1)}, {"b", pairText(known.id1, known.s1)}, {"c", "\n" + pairText(known.id1, known.s2)}},
		live:  map[string]string{known.id1: known.s2},
		want:  []string{"accesskey id1 s2 (s1); a id 1/0; b id 1/0; c both 2/3"},
	},
	"a lone secret of two IDs joins the one that works": {
		files: []file{{"a", pairText(known.id1, known.s1)}, {"b", pairText(known.id2, known.s1)}, {"c", alone(known.s1)}},
		live:  map[string]string{known.id2: known.s1, known.id1: known.s4},
		want:  []string{"accesskey id2 s1; b both 1/2; c secret 1/0", "accesskey id1 s1; a both 1/2"},
	},
	"and if that is the other one": {
		files: []file{{"a", pairText(known.id1, known.s1)}, {"b", pairText(known.id2, known.s1)}, {"c", alone(known.s1)}},
		live:  map[string]string{known.id1: known.s1, known.id2: known.s4},
		want:  []string{"accesskey id1 s1; a both 1/2; c secret 1/0", "accesskey id2 s1; b both 1/2"},
	},
	"a temporary credential is taken from where its token is": {
		files: []file{{"a", known.sts + "\n" + known.stsSecret + "\n"}, {"b", known.sts + "\n" + known.stsSecret + "\n" + known.token + "\n"}, {"c", known.sts}},
		want:  []string{"sts sts stsSecret; a both 1/2; b both 1/2; c id 1/0"},
	},
}

// One credential is one finding, wherever its parts are.
func TestGrouping(t *testing.T) {
	for name, c := range groupings {
		t.Run(name, func(t *testing.T) {
			var v verifier.Verifier
			if c.live != nil {
				v = &oracle{secrets: c.live}
			}
			var got []string
			for _, f := range urgent(scan(t, v, c.files...)) {
				got = append(got, describe(f, known.names))
				if f.Credential.Type == rules.STS && f.Credential.Token.Reveal() != known.token {
					t.Error("the token is lost")
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// However sources and their contents are ordered, the report is the same.
func TestDeterminism(t *testing.T) {
	keys, rng := rulestest.NewKeys(12), rand.New(rand.NewPCG(1, 5))
	var files []file
	ids, secrets := make([]string, 8), make([]string, 12)
	for i := range ids {
		ids[i] = keys.ID24()
	}
	for i := range secrets {
		secrets[i] = keys.Secret()
	}
	for i := range 60 {
		s := func() string { return secrets[rng.IntN(len(secrets))] }
		text := []string{ids[rng.IntN(8)], alone(s()), pairText(ids[rng.IntN(8)], s(), s(), s()), pairText(ids[rng.IntN(8)], s())}[rng.IntN(4)]
		files = append(files, file{fmt.Sprintf("%d", i), strings.Repeat("\n", rng.IntN(4)) + text})
	}
	v := &oracle{secrets: map[string]string{ids[0]: secrets[0], ids[1]: secrets[1], ids[2]: secrets[2]}}
	var want []finding.Finding
	for range 8 {
		rng.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		cut := rng.IntN(len(files))
		sources := []scanner.Source{memory{files: slices.Clone(files[:cut])}, memory{files: slices.Clone(files[cut:])}}
		got := planted.Scan(t, sources, v).Findings
		for i := range got {
			got[i].Rule = rules.Rule{ID: got[i].Rule.ID} // functions are never equal
		}
		if want == nil {
			want = got
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatal("another order gives another report")
		}
	}
	if len(want) < 8 {
		t.Errorf("only %d findings", len(want))
	}
}

// urgent returns the findings of a report, the most urgent first.
func urgent(r *planted.Report) []finding.Finding {
	return slices.SortedFunc(slices.Values(r.Findings), finding.CompareUrgency)
}

// A report is written in an order that is known before anything is verified: by the severity of the rule, then by first
// exposure.
func TestReportOrder(t *testing.T) {
	keys := rulestest.NewKeys(15)
	status := map[string]verifier.Status{}
	var files []file
	for i, s := range []verifier.Status{verifier.NotFound, verifier.Live, verifier.Inactive, verifier.Live} {
		secret := keys.Secret()
		status[secret] = s
		files = append(files, file{fmt.Sprintf("pair %d", i), pairText(keys.ID24(), secret)})
	}
	files = append(files, file{"x/id", keys.ID24()}, file{"y/secret", alone(keys.Secret())})
	slices.Reverse(files)
	var got []string
	for _, f := range scan(t, &oracle{status: status}, files...).Findings {
		got = append(got, f.Occurrences[0].Path)
	}
	if want := []string{"pair 0", "pair 1", "pair 2", "pair 3", "y/secret", "x/id"}; !slices.Equal(got, want) {
		t.Errorf("the order is %q, want %q", got, want)
	}
}

// The most urgent order: what works comes first, then what may, then what does not; then severity, then first exposure.
func TestOrder(t *testing.T) {
	keys := rulestest.NewKeys(13)
	var files []file
	status := map[string]verifier.Status{}
	order := []verifier.Status{
		verifier.Live, verifier.Restricted, verifier.Unknown, verifier.Unknown, verifier.Exists, verifier.SecretMismatch,
		verifier.Inactive, verifier.NotFound, verifier.Expired,
	}
	for i, s := range order {
		secret := keys.Secret()
		status[secret] = s
		path := fmt.Sprintf("%d", len(order)-i)
		if i > 0 && s == order[i-1] || i > 5 {
			path = fmt.Sprintf("9%d", i) // after the one before it, which is as urgent
		}
		files = append(files, file{path, pairText(keys.ID24(), secret)})
	}
	r := scan(t, &oracle{status: status}, files...)
	var got []verifier.Status
	for i, f := range urgent(r) {
		got = append(got, f.Verdict.Status)
		if want := files[i].path; f.Occurrences[0].Path != want {
			t.Errorf("finding %d is at %s, want %s", i, f.Occurrences[0].Path, want)
		}
	}
	if !slices.Equal(got, order) || r.Sum.Live != 2 || r.Sum.Findings != len(order) {
		t.Errorf("the order is %v, want %v; the summary is %+v", got, order, r.Sum)
	}
}

// A key in 300 versions of a file is one finding, first exposure first; what has no date comes last.
func TestVersions(t *testing.T) {
	k := planted.Keys(14)()
	start := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	var files []file
	dates := map[string]time.Time{}
	for i := range 300 {
		path := fmt.Sprintf("version %d", i*7%300)
		dates[path] = start.AddDate(0, 0, (i*91)%300)
		files = append(files, file{path, k.Text()})
	}
	places := func(p finding.Place) []finding.Place {
		p.Source, p.Date = finding.SourceHistory, dates[p.Path]
		return []finding.Place{p}
	}
	sources := []scanner.Source{memory{files: []file{{"on disk", k.Text()}}}, located{memory: memory{files: files}, places: places}}
	r := planted.Scan(t, sources, nil)
	if len(r.Findings) != 1 || len(r.Findings[0].Occurrences) != 301 {
		t.Fatalf("%d findings", len(r.Findings))
	}
	for i, o := range r.Findings[0].Occurrences[:300] {
		if want := start.AddDate(0, 0, i); !o.Date.Equal(want) {
			t.Fatalf("place %d is of %s, want %s", i, o.Date, want)
		}
	}
	if last := r.Findings[0].Occurrences[300]; last.Path != "on disk" {
		t.Errorf("the last place is %+v", last)
	}
}
