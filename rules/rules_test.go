package rules_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/rulestest"
)

func TestRules(t *testing.T) {
	for _, rule := range rules.Default().Rules() {
		t.Run(rule.ID, func(t *testing.T) { rulestest.Accept(t, rule) })
	}
}

func TestCompileRefuses(t *testing.T) {
	part := rules.Part{Kind: rules.KindID, Literals: []string{"x"}, Find: func([]byte, int) (rules.Match, bool) { return rules.Match{}, false }}
	a := rules.Rule{ID: "a", Type: "t", Parts: []rules.Part{part}}
	b := rules.Rule{ID: "b", Type: "t", Parts: []rules.Part{part}}
	for name, list := range map[string][]rules.Rule{
		"two of one ID":        {a, a},
		"two of one type":      {a, b},
		"a part without Find":  {{ID: "a", Type: "t", Parts: []rules.Part{{Literals: []string{"x"}}}}},
		"a part without words": {{ID: "a", Type: "t", Parts: []rules.Part{{Find: part.Find}}}},
	} {
		if _, err := rules.Compile(list...); err == nil {
			t.Errorf("Compile took %s", name)
		}
	}
}

// A value may touch letters that belong to an escape, and nothing else.
func TestBoundaries(t *testing.T) {
	id := rulestest.NewKeys(1).ID24()
	for before, want := range map[string]bool{
		"": true, " ": true, `"`: true, "=": true, "密": true, "%22": true, "%3D": true, `\n`: true, `\t`: true,
		`\u0026`: true, `\x3d`: true, "\x1b[32m": true, "\x1b[1;31m": true, "<": true, "${A:-": true,
		"VO": false, "x": false, "7": false, "+": false, "%2": false, "m": false,
	} {
		if got := len(rules.Default().Find([]byte(before+id))) == 1; got != want {
			t.Errorf("found behind %q: %v, want %v", before, got, want)
		}
	}
	for after, want := range map[string]bool{
		"": true, " ": true, ":": true, "/": true, "%2F": true, `\n`: true, "密": true, "_": true, "=": true,
		"*": false, "***": false, "…": false, "...": false, "_x": false, "-x": false, "+": false, "Zz9": false,
	} {
		if got := len(rules.Default().Find([]byte(id+after))) == 1; got != want {
			t.Errorf("found before %q: %v, want %v", after, got, want)
		}
	}
}

func TestIDLengths(t *testing.T) {
	const tail = "a7Qx2mP9kW3vR8nZ5bT4c"
	for n := 12; n <= 25; n++ {
		want := n >= 16 && n <= 24
		id := []byte("LTAI" + tail)[:min(n, len("LTAI"+tail))]
		if got := len(rules.Default().Find(id)) == 1; got != want {
			t.Errorf("an ID of %d characters found: %v, want %v", n, got, want)
		}
	}
}

func TestSecretNeverPrints(t *testing.T) {
	value := rulestest.NewKeys(2).Secret()
	s := rules.NewSecret(value)
	c := rules.Credential{Type: rules.AccessKey, ID: rules.NewSecret(rulestest.NewKeys(2).ID16()), Secret: s}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb, s)
		fmt.Fprintf(&out, verb, c)
		fmt.Fprintf(&out, verb, &c)
		fmt.Fprintf(&out, verb, struct{ hidden rules.Credential }{c})
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "secret", s, "credential", c)
	_ = json.NewEncoder(&out).Encode(c)
	if strings.Contains(out.String(), value) || strings.Contains(out.String(), fmt.Sprintf("%x", value)) {
		t.Errorf("the value stands in %q", out.String())
	}
	if s.Reveal() != value {
		t.Errorf("Reveal lost the value")
	}
}

func TestMask(t *testing.T) {
	for value, want := range map[string]string{
		"":                                "",
		"short":                           "****",
		"LTAI" + "5tabcdefghijklmnopqrst": "LTAI5t****qrst",
		"LTAI" + "abcdefghijkl":           "LTAI****ijkl",
		"abcdefghijklmnopqrstuvwxyz0123":  "ab****23",
	} {
		if got := rules.NewSecret(value).String(); got != want {
			t.Errorf("mask of %d characters: %q, want %q", len(value), got, want)
		}
	}
}

func TestFingerprint(t *testing.T) {
	keys := rulestest.NewKeys(3)
	id, secret := rules.NewSecret(keys.ID24()), rules.NewSecret(keys.Secret())
	pair := rules.Credential{Type: rules.AccessKey, ID: id, Secret: secret}
	alone := rules.Credential{Type: rules.AccessKeyID, ID: id}
	if pair.Fingerprint() == alone.Fingerprint() {
		t.Error("accepting an ID alone would accept its secret too")
	}
	again := rules.Credential{Type: rules.AccessKey, ID: rules.NewSecret(id.Reveal())}
	if pair.Fingerprint() != again.Fingerprint() {
		t.Error("the fingerprint depends on more than type and ID")
	}
}

func FuzzFind(f *testing.F) {
	keys := rulestest.NewKeys(4)
	for _, rule := range rules.Default().Rules() {
		for _, example := range append(rule.Examples.Match, rule.Examples.NoMatch...) {
			f.Add([]byte(keys.Expand(example)))
		}
	}
	f.Add([]byte("\\uLTAI%LTAI\x1b[mLTAI\\xLTAI"))
	set := rules.Default()
	f.Fuzz(func(t *testing.T, content []byte) {
		last := -1
		for _, m := range set.Find(content) {
			if m.Start < last || m.Start >= m.End || m.End > len(content) {
				t.Fatalf("match %+v after %d in %d bytes", m, last, len(content))
			}
			last = m.Start
		}
	})
}
