package scanner_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/verifier"
)

// owners is a Verifier to which every key is live; it knows whose it is by the ID.
type owners map[string]string

func (o owners) Verify(_ context.Context, c rules.Credential) verifier.Verdict {
	return verifier.Verdict{Status: verifier.Live, Identity: &verifier.Identity{Type: o[c.ID.Reveal()]}}
}

// A root key comes before every other key that works, wherever it is.
func TestRootComesFirst(t *testing.T) {
	keys := rulestest.NewKeys(41)
	types := []string{verifier.TypeUser, verifier.TypeRole, verifier.TypeUser, verifier.TypeRoot}
	o := owners{}
	var files []file
	for i, kind := range types {
		id := keys.ID24()
		o[id] = kind
		files = append(files, file{fmt.Sprint(i), pairText(id, keys.Secret())})
	}
	r := scan(t, o, files...)
	if first := urgent(r)[0]; len(r.Findings) != 4 || first.Verdict.Identity.Type != verifier.TypeRoot || first.Severity != rules.Critical {
		t.Errorf("the first of %d findings is %+v", len(r.Findings), first.Verdict.Identity)
	}
}

// If no secret near an ID matches, the reason depends on how many were tried.
func TestNoSecretMatches(t *testing.T) {
	keys := rulestest.NewKeys(42)
	id := keys.ID24()
	secrets := []string{keys.Secret(), keys.Secret(), keys.Secret()}
	v := func() *oracle { return &oracle{secrets: map[string]string{id: keys.Secret()}} }
	for _, c := range []struct {
		secrets []string
		most    int
		asked   int
		status  verifier.Status
		reason  string
	}{
		{secrets[:1], 0, 1, verifier.SecretMismatch, ""},
		{secrets, 0, 3, verifier.Exists, "scan.no-secret-fits"},
		{secrets, 2, 2, verifier.Exists, "scan.some-secrets-tried(2)"},
		{secrets, 1, 1, verifier.Exists, "scan.some-secrets-tried(1)"},
	} {
		oracle, report := v(), new(planted.Report)
		source := memory{files: []file{{"a", pairText(id, c.secrets...)}}}
		s := scanner.New(scanner.Options{Sources: []scanner.Source{source}, Rules: builtin.Set(), Verifier: oracle, MaxCandidates: c.most})
		if _, err := s.Run(t.Context(), report); err != nil {
			t.Fatal(err)
		}
		got := report.Findings[0].Verdict
		if got.Status != c.status || !strings.Contains(got.Reason.String(), c.reason) || oracle.asked[id] != c.asked {
			t.Errorf("%d secrets, %d tried: asked %d times, %+v", len(c.secrets), c.most, oracle.asked[id], got)
		}
	}
}

// answers is a Verifier with a verdict for each secret.
type answers map[string]verifier.Verdict

func (a answers) Verify(_ context.Context, c rules.Credential) verifier.Verdict {
	return a[c.Secret.Reveal()]
}

// A secret that was not looked at does not end the search, nor does it get lost; a service that is out of reach does.
func TestSecretsAreTriedOn(t *testing.T) {
	no, busy := verifier.Verdict{Status: verifier.SecretMismatch}, verifier.Verdict{Status: verifier.Unknown, Code: "Throttling"}
	live, off := verifier.Verdict{Status: verifier.Live}, verifier.Verdict{Status: verifier.Inactive}
	away := verifier.Verdict{Status: verifier.Unknown, Offline: true}
	for _, c := range []struct {
		name     string
		verdicts [3]verifier.Verdict
		want     int // whose verdict and secret the finding gets
	}{
		{"the second works", [3]verifier.Verdict{no, live, no}, 1},
		{"the last works", [3]verifier.Verdict{no, no, live}, 2},
		{"one was not looked at, and a later one works", [3]verifier.Verdict{no, busy, live}, 2},
		{"the first was not looked at, and the second works", [3]verifier.Verdict{busy, live, no}, 1},
		{"one was not looked at, and the others are refused", [3]verifier.Verdict{no, busy, no}, 1},
		{"the first was not looked at, and the others are refused", [3]verifier.Verdict{busy, no, no}, 0},
		{"two were not looked at", [3]verifier.Verdict{no, busy, busy}, 1},
		{"the ID is disabled", [3]verifier.Verdict{off, live, live}, 0},
		{"out of reach", [3]verifier.Verdict{away, live, live}, 0},
	} {
		keys := rulestest.NewKeys(43)
		secrets := []string{keys.Secret(), keys.Secret(), keys.Secret()}
		a := answers{}
		for i, s := range secrets {
			a[s] = c.verdicts[i]
		}
		f := scan(t, a, file{"a", pairText(keys.ID24(), secrets...)}).Findings[0]
		if got := f.Credential.Secret.Reveal(); got != secrets[c.want] || f.Verdict.Status != c.verdicts[c.want].Status {
			t.Errorf("%s: got %s of secret %d, want that of %d", c.name, f.Verdict.Status, slices.Index(secrets, got), c.want)
		}
	}
}
