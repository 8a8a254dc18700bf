package rules_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/rulestest"
)

func TestRules(t *testing.T) {
	for _, rule := range builtin.Set().Rules() {
		t.Run(rule.ID, func(t *testing.T) { rulestest.Accept(t, rule) })
	}
}

// fixed is a detector that finds nothing.
type fixed rules.Part

func (f fixed) Part() rules.Part                       { return rules.Part(f) }
func (f fixed) Detect([]byte, int) (rules.Match, bool) { return rules.Match{}, false }

func TestCompileRefuses(t *testing.T) {
	scheme := &rules.Scheme{Type: "t", Near: func(rules.Kind, []byte, int, int) []rules.Match { return nil }}
	good := rules.Part{Name: "x", Kind: rules.KindID, Scheme: scheme, Literals: []string{"xyz"}, Reach: 1}
	rule := func(id string, change func(*rules.Part)) rules.Rule {
		p := good
		change(&p)
		return rules.Rule{ID: id, Type: "t", Detectors: []rules.Detector{fixed(p)}}
	}
	same := func(*rules.Part) {}
	if _, err := rules.Compile(rule("a", same)); err != nil {
		t.Fatal(err)
	}
	for name, list := range map[string][]rules.Rule{
		"two of one ID":               {rule("a", same), rule("a", same)},
		"two of one type":             {rule("a", same), rule("b", same)},
		"a detector without a name":   {rule("a", func(p *rules.Part) { p.Name = "" })},
		"a detector without a kind":   {rule("a", func(p *rules.Part) { p.Kind = 0 })},
		"a detector without literals": {rule("a", func(p *rules.Part) { p.Literals = nil })},
		"a detector without a reach":  {rule("a", func(p *rules.Part) { p.Reach = 0 })},
		"a part without a scheme":     {rule("a", func(p *rules.Part) { p.Scheme = nil })},
		"a value without a type":      {rule("a", func(p *rules.Part) { p.Kind, p.Scheme = rules.KindValue, nil })},
		"a literal of two bytes":      {rule("a", func(p *rules.Part) { p.Literals = []string{"xy"} })},
	} {
		if _, err := rules.Compile(list...); err == nil {
			t.Errorf("Compile accepted %s", name)
		}
	}
}

// Look answers for the literals of rules and for marks alike, and the original set does not know the marks.
func TestLook(t *testing.T) {
	plain := builtin.Set()
	set, err := plain.WithMarks("H4sI", "TFRBS")
	if err != nil {
		t.Fatal(err)
	}
	for content, want := range map[string][2]bool{
		"": {}, "text": {}, "H4sIAAAA": {false, true}, "LTAI": {true, true}, "accessKeySecret": {true, false}, "x TFRBS LTA": {false, true},
	} {
		if literal, mark := set.Look([]byte(content), nil); literal != want[0] || mark != want[1] {
			t.Errorf("%q: literal %v, mark %v, want %v", content, literal, mark, want)
		}
	}
	if literal, mark := plain.Look([]byte("H4sI"), nil); literal || mark {
		t.Error("a mark was added to the original set")
	}
	if _, err := plain.WithMarks("xy"); err == nil {
		t.Error("a mark of two bytes was accepted")
	}
}

// count returns how many values the built-in rules find.
func count(content string) int {
	found, _ := builtin.Set().Find([]byte(content))
	return len(found)
}

// A value may touch letters that belong to an escape, and no others.
func TestBoundaries(t *testing.T) {
	id := rulestest.NewKeys(1).ID16()
	for before, want := range map[string]bool{
		"": true, " ": true, `"`: true, "=": true, "密": true, "%22": true, "%3D": true, `\n`: true, `\t`: true,
		`\u0026`: true, `\x3d`: true, "\x1b[32m": true, "\x1b[1;31m": true, "<": true, "${A:-": true,
		"VO": false, "x": false, "7": false, "+": false, "%2": false, "m": false,
	} {
		if got := count(before+id) == 1; got != want {
			t.Errorf("found behind %q: %v, want %v", before, got, want)
		}
	}
	for after, want := range map[string]bool{
		"": true, " ": true, ":": true, "/": true, "%2F": true, `\n`: true, "密": true, "_": true, "=": true,
		"*": false, "***": false, "…": false, "...": false, "_x": false, "-x": false, "+": false,
	} {
		if got := count(id+after) == 1; got != want {
			t.Errorf("found before %q: %v, want %v", after, got, want)
		}
	}
}

// An ID that begins like those that were issued may touch anything but asterisks.
func TestIssuedForms(t *testing.T) {
	id := rulestest.NewKeys(1).ID24()
	for _, form := range []string{"LTAI5t", "LTAI4G", "LTAI4F"} {
		id := form + id[len(form):]
		for _, text := range []string{id, "x" + id, "\x19" + id + "Q3116", "key_" + id + "_x", "=3D" + id + "...", id + "+", "7" + id + "/"} {
			if count(text) != 1 {
				t.Errorf("not found in %q", text)
			}
		}
		for _, text := range []string{id[:20] + "****", id + "**", form + "xxxxxxxxxxxxxxxxxx", form + "ABCDEFGHJKLMNPQRST"} {
			if count(text) != 0 {
				t.Errorf("found in %q", text)
			}
		}
	}
	for _, other := range []string{"LTAI7z" + id[6:], "LTAI5t0" + id[7:]} {
		if found, _ := builtin.Set().Find([]byte(other)); len(found) > 0 && found[0].Confidence != rules.Weak {
			t.Errorf("%s counts without a secret", other)
		}
	}
}

func TestIDLengths(t *testing.T) {
	const tail = "a7Qx2mP9kW3vR8nZ5bT4c"
	for n := 12; n <= 25; n++ {
		want := n >= 16 && n <= 24
		id := []byte("LTAI" + tail)[:min(n, len("LTAI"+tail))]
		if got := count(string(id)) == 1; got != want {
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
		t.Errorf("the value is in %q", out.String())
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

// The derivation is fixed: what was accepted, and the journals of a revocation, name credentials by it.
func TestFingerprintDerivation(t *testing.T) {
	long, short := rules.NewSecret("LTAI"+"5tExampleExampleExam"), rules.NewSecret("LTAI"+"ExampleExamp")
	mac := hmac.New(sha256.New, []byte("akguard fingerprint 2 accesskey-id"))
	mac.Write([]byte(long.Reveal()))
	slow, err := pbkdf2.Key(sha256.New, short.Reveal(), []byte("akguard fingerprint 2 accesskey-id"), 4096, 16)
	if err != nil {
		t.Fatal(err)
	}
	first, err := pbkdf2.Key(sha256.New, long.Reveal(), []byte("akguard fingerprint 1 accesskey-id"), 4096, 16)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, got, want string }{
		{"of 24 characters", rules.Credential{Type: rules.AccessKeyID, ID: long}.Fingerprint(), hex.EncodeToString(mac.Sum(nil)[:16])},
		{"of 16 characters", rules.Credential{Type: rules.AccessKeyID, ID: short}.Fingerprint(), hex.EncodeToString(slow)},
		{"version 1", rules.Credential{Type: rules.AccessKeyID, ID: long}.FingerprintV1(), hex.EncodeToString(first)},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, tt.got, tt.want)
		}
	}
}

// A fast hash is only for what cannot be guessed.
func TestGuessable(t *testing.T) {
	keys := rulestest.NewKeys(3)
	for _, tt := range []struct {
		name string
		c    rules.Credential
		want bool
	}{
		{"an ID of 16 characters", rules.Credential{Type: rules.AccessKeyID, ID: rules.NewSecret(keys.ID16())}, true},
		{"an ID of before 2016", rules.Credential{Type: rules.AccessKey, ID: rules.NewSecret(keys.LegacyID())}, true},
		{"an ID of 24 characters", rules.Credential{Type: rules.AccessKey, ID: rules.NewSecret(keys.ID24())}, false},
		{"a temporary ID", rules.Credential{Type: rules.STS, ID: rules.NewSecret(keys.STSID())}, false},
		{"a secret", rules.Credential{Type: rules.AccessKeySecret, Secret: rules.NewSecret(keys.Secret())}, false},
		{"a password", rules.Credential{Type: "database-password", Secret: rules.NewSecret("Summer2024" + "Summer2024!")}, true},
	} {
		if got := tt.c.Guessable(); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func FuzzFind(f *testing.F) {
	keys := rulestest.NewKeys(4)
	for _, rule := range builtin.Set().Rules() {
		for _, example := range append(rule.Examples.Match, rule.Examples.NoMatch...) {
			f.Add([]byte(keys.Expand(example)))
		}
	}
	f.Add([]byte("\\uLTAI%LTAI\x1b[mLTAI\\xLTAI"))
	set := builtin.Set()
	f.Fuzz(func(t *testing.T, content []byte) {
		last := -1
		found, _ := set.Find(content)
		for _, m := range found {
			if m.Start < last || m.Start >= m.End || m.End > len(content) {
				t.Fatalf("match %+v after %d in %d bytes", m, last, len(content))
			}
			last = m.Start
		}
	})
}
