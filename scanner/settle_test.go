package scanner_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/verifier"
)

// lines is text of n lines that say nothing.
func lines(n int) string { return strings.Repeat("# a line\n", n) }

func presigned(id string) string {
	return "https://b.oss-cn-beijing.aliyuncs.com/x?Expires=1714521600&OSSAccessKeyId=" + id + "&Signature=a%2Fb%3D\n"
}

// What STS says about a pair that was only guessed says nothing about its secret, which may be the live one of another ID.
// Unless STS confirms the pair, or the two clearly belong together, the secret is a finding of its own.
func TestGuessedSecretsStayFindings(t *testing.T) {
	k := known
	const (
		deleted  = "accesskey-id id1 -: not-found low"
		existing = "accesskey-id id1 -: exists medium"
		secret   = "accesskey-secret - s1: unchecked high"
		live     = "accesskey id1 s1: live critical"
		dead     = "accesskey id1 s1: not-found low"
	)
	config := func(id, between, secret string) string { return "id: " + id + "\n" + between + alone(secret) }
	for name, c := range map[string]struct {
		files []file
		live  map[string]string // the secret of an ID; other IDs do not exist
		want  []string
	}{
		"a presigned URL and a secret in sibling files": {
			[]file{{"d/a.md", presigned(k.id1)}, {"d/b.yml", alone(k.s1)}}, map[string]string{}, []string{deleted, secret}},
		"an ID and a secret in sibling files": {
			[]file{{"d/ak", k.id1}, {"d/sk", k.s1}}, map[string]string{}, []string{deleted, secret}},
		"200 lines below": {
			[]file{{"a", presigned(k.id1) + lines(200) + alone(k.s1)}}, map[string]string{}, []string{deleted, secret}},
		"20 lines below": {
			[]file{{"a", config(k.id1, lines(20), k.s1)}}, map[string]string{}, []string{deleted, secret}},
		"a presigned URL directly above": {
			[]file{{"a", presigned(k.id1) + alone(k.s1)}}, map[string]string{}, []string{deleted, secret}},
		"two lists": {
			[]file{{"a", k.id1 + "\n" + k.id2 + "\n" + k.s1 + "\n" + k.s2 + "\n"}}, map[string]string{k.id2: k.s2},
			[]string{deleted, secret, "accesskey id2 s2: live critical"}},
		"an ID that exists, and a secret in a sibling file": {
			[]file{{"d/a.md", presigned(k.id1)}, {"d/b.yml", alone(k.s1)}}, map[string]string{k.id1: k.s3}, []string{existing, secret}},
		"a guess that STS confirms": {
			[]file{{"d/a.md", presigned(k.id1)}, {"d/b.yml", alone(k.s1)}}, map[string]string{k.id1: k.s1}, []string{live}},
		"far, and STS confirms it": {
			[]file{{"a", config(k.id1, lines(20), k.s1)}}, map[string]string{k.id1: k.s1}, []string{live}},
		"clearly a pair": {
			[]file{{"a", config(k.id1, "", k.s1)}}, map[string]string{}, []string{dead}},
		"clearly a pair, a few lines apart": {
			[]file{{"a", config(k.id1, lines(4), k.s1)}}, map[string]string{}, []string{dead}},
		"clearly a pair elsewhere": {
			[]file{{"a", config(k.id1, "", k.s1)}, {"b", config(k.id1, lines(20), k.s1)}}, map[string]string{}, []string{dead}},
		"both in a URL": {
			[]file{{"a", "oss://" + k.id1 + ":" + k.s1 + "@b.oss-cn-beijing.aliyuncs.com/x"}}, map[string]string{}, []string{dead}},
		"the secret of an ID in the environment, and a deleted pair": {
			[]file{{"a", config(k.id1, "", k.s2) + lines(2) + alone(k.s1)}}, map[string]string{},
			[]string{"accesskey id1 s2: not-found low", secret}},
		"a secret that STS refuses": {
			[]file{{"a", config(k.id1, "", k.s1)}}, map[string]string{k.id1: k.s3}, []string{"accesskey-id id1 -: secret-mismatch medium", secret}},
		"two secrets that STS refuses": {
			[]file{{"a", config(k.id1, alone(k.s2), k.s1)}}, map[string]string{k.id1: k.s3},
			[]string{existing, "accesskey-secret - s2: unchecked high", secret}},
		"nobody asks": {
			[]file{{"d/a.md", presigned(k.id1)}, {"d/b.yml", alone(k.s1)}}, nil, []string{"accesskey id1 s1: unchecked critical"}},
	} {
		var v verifier.Verifier
		if c.live != nil {
			v = &oracle{secrets: c.live}
		}
		var got []string
		for _, f := range scan(t, v, c.files...).Findings {
			got = append(got, fmt.Sprintf("%s %s %s: %s %s", f.Credential.Type, k.names[f.Credential.ID.Reveal()],
				k.names[f.Credential.Secret.Reveal()], f.Verdict.Status, f.Severity))
		}
		slices.Sort(got)
		if slices.Sort(c.want); !slices.Equal(got, c.want) {
			t.Errorf("%s: found\n\t%s\nwant\n\t%s", name, strings.Join(got, "\n\t"), strings.Join(c.want, "\n\t"))
		}
	}
}

// A secret that becomes a finding of its own is reported at its own place, not at that of its ID.
func TestReleasedSecretHasItsOwnPlace(t *testing.T) {
	r := scan(t, &oracle{}, file{"a", presigned(known.id1) + lines(20) + alone(known.s1)})
	for _, f := range r.Findings {
		o := f.Occurrences[0]
		if want := map[bool]string{true: "id 1:75", false: "secret 22:18"}[f.Credential.Secret.IsZero()]; fmt.Sprintf("%s %d:%d", o.Parts, o.Line, o.Column) != want {
			t.Errorf("%s is at %s %d:%d, want %s", f.Credential.Type, o.Parts, o.Line, o.Column, want)
		}
	}
}

// As many secrets near an ID are tried as the options say, and if some are left, the report says so.
func TestMaxCandidates(t *testing.T) {
	keys := rulestest.NewKeys(44)
	id, secrets := keys.ID24(), make([]string, 9)
	content := "id: " + id + "\n"
	for i := range secrets {
		secrets[i] = keys.Secret()
		content += fmt.Sprintf("secret%d: %s\n", i, secrets[i])
	}
	for most, want := range map[int]string{1: "scan.some-secrets-tried(1)", 3: "scan.some-secrets-tried(3)", 0: "scan.some-secrets-tried(5)", 8: "scan.some-secrets-tried(8)", 9: "scan.no-secret-fits", 20: "scan.no-secret-fits"} {
		v, r := &oracle{secrets: map[string]string{id: keys.Secret()}}, new(planted.Report)
		source := memory{files: []file{{"a", content}}}
		s := scanner.New(scanner.Options{Sources: []scanner.Source{source}, Rules: builtin.Set(), Verifier: v, MaxCandidates: most})
		if _, err := s.Run(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if got := r.Findings[0].Verdict; got.Status != verifier.Exists || got.Reason.String() != want {
			t.Errorf("at most %d: %s, %v, asked %d times; want %s", most, got.Status, got.Reason, v.asked[id], want)
		}
	}
	v := &oracle{secrets: map[string]string{id: secrets[8]}}
	s := scanner.New(scanner.Options{Sources: []scanner.Source{memory{files: []file{{"a", content}}}}, Rules: builtin.Set(), Verifier: v, MaxCandidates: 9})
	if sum, err := s.Run(t.Context(), new(planted.Report)); err != nil || sum.Live != 1 {
		t.Errorf("the ninth secret is the ID's own: %+v, %v", sum, err)
	}
}

// A report that is verified later says no more about a guessed secret than a scan does.
func TestReverifyGuesses(t *testing.T) {
	guess := []file{{"d/a.md", presigned(known.id1)}, {"d/b.yml", alone(known.s1)}}
	far := []file{{"a", presigned(known.id1) + lines(20) + alone(known.s1)}}
	pair := []file{{"a", pairText(known.id1, known.s1)}}
	for _, c := range []struct {
		files []file
		live  string
		want  []string
	}{
		{guess, known.s3, []string{"accesskey-secret unchecked high d/b.yml:1", "accesskey-id exists medium d/a.md:1"}},
		{far, "", []string{"accesskey-secret unchecked high a:22", "accesskey-id not-found low a:1"}},
		{far, known.s1, []string{"accesskey live critical a:1"}},
		{pair, "", []string{"accesskey not-found low a:1"}},
	} {
		v := &oracle{secrets: map[string]string{}}
		if c.live != "" {
			v.secrets[known.id1] = c.live
		}
		var got []string
		for _, f := range scanner.Reverify(t.Context(), scan(t, nil, c.files...).Findings, builtin.Set(), v, 5) {
			got = append(got, fmt.Sprintf("%s %s %s %s:%d", f.Credential.Type, f.Verdict.Status, f.Severity, f.Occurrences[0].Path, f.Occurrences[0].Line))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.files[0].path, got, c.want)
		}
	}
}
