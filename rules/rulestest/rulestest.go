// Package rulestest holds the acceptance test that every rule passes, and makes the keys that tests need: random
// values of the right shape, made at run time, so that none stands in the repository.
package rulestest

import (
	"encoding/base64"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/pair"
)

const (
	base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
)

// Keys makes random credentials. The same seed makes the same ones.
type Keys struct{ rng *rand.Rand }

// NewKeys returns a maker of keys.
func NewKeys(seed uint64) *Keys { return &Keys{rand.New(rand.NewPCG(seed, 0x616b6775617264))} }

// ID24 makes a long-term ID of 24 characters.
func (k *Keys) ID24() string { return "LTAI" + "5t" + k.text(base58, 18) }

// ID16 makes a long-term ID of 16 characters.
func (k *Keys) ID16() string { return "LTAI" + k.text(base62, 12) }

// LegacyID makes an ID of before 2016.
func (k *Keys) LegacyID() string { return k.text(base62, 16) }

// Secret makes an AccessKey secret.
func (k *Keys) Secret() string { return k.text(base62, 30) }

// Hex makes n hexadecimal digits.
func (k *Keys) Hex(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = base62[k.rng.IntN(10)]
		if k.rng.IntN(8) < 3 {
			b[i] = "abcdef"[k.rng.IntN(6)]
		}
	}
	return string(b)
}

// STSID makes the ID of a temporary credential.
func (k *Keys) STSID() string { return "STS." + "N" + k.text(base58, 24) }

// STSSecret makes the secret of a temporary credential.
func (k *Keys) STSSecret() string { return k.text(base58, 44) }

// Token makes a security token.
func (k *Keys) Token() string { return "CAIS" + k.text(base62+"+/", 402) + "==" }

func (k *Keys) text(alphabet string, n int) string {
	for {
		b := make([]byte, n)
		for i := range b {
			b[i] = alphabet[k.rng.IntN(len(alphabet))]
		}
		if s := string(b); ordinary(s) {
			return s
		}
	}
}

var made = regexp.MustCompile(`(?i)test|fake|demo|mock|your|todo|abcd|qwer|xxxx`)

// ordinary leaves out the one random value in a thousand that a person too would take for a made-up one.
func ordinary(s string) bool {
	return strings.ContainsAny(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyz") &&
		strings.ContainsAny(s, "0123456789") && !made.MatchString(s)
}

// Expand fills in a rule's example.
func (k *Keys) Expand(template string) string {
	return strings.NewReplacer(
		"{id24}", k.ID24(), "{id16}", k.ID16(), "{secret}", k.Secret(),
		"{sts-id}", k.STSID(), "{sts-secret}", k.STSSecret(), "{token}", k.Token(), "{legacy-id}", k.LegacyID(),
		"{hex32}", k.Hex(32), "{hex64}", k.Hex(64), "{password}", k.text(base62+"!#", 14), "{tmp-id}", "TMP."+k.text(base62+"-_", 84),
		"{uuid}", k.Hex(8)+"-"+k.Hex(4)+"-"+k.Hex(4)+"-"+k.Hex(4)+"-"+k.Hex(12),
		"{login}", base64.StdEncoding.EncodeToString([]byte("me:"+k.text(base62, 14))),
	).Replace(template)
}

// Accept fails t unless the rule is fit for release: it explains itself, it reports each of its examples, with
// many different keys, and none of its counter-examples.
func Accept(t *testing.T, rule rules.Rule) {
	t.Helper()
	if rule.ID == "" || rule.Type == "" || rule.Severity == 0 || rule.Description == "" || rule.Help == "" {
		t.Errorf("rule %q lacks an ID, a type, a severity, a description or a help text", rule.ID)
	}
	if len(rule.Examples.Match) == 0 || len(rule.Examples.NoMatch) == 0 {
		t.Errorf("rule %q needs examples that match and examples that do not", rule.ID)
	}
	set := rules.Default()
	for seed := range uint64(200) {
		keys := NewKeys(seed)
		for _, example := range rule.Examples.Match {
			if content := keys.Expand(example); !reports(set, rule, content) {
				t.Errorf("%s does not report %q (seed %d)", rule.ID, content, seed)
			}
		}
		for _, example := range rule.Examples.NoMatch {
			if content := keys.Expand(example); reports(set, rule, content) {
				t.Errorf("%s reports %q (seed %d)", rule.ID, content, seed)
			}
		}
	}
}

func reports(set *rules.Set, rule rules.Rule, content string) bool {
	for _, j := range pair.Join([]byte(content), set.Find([]byte(content)), pair.Options{}) {
		if j.Credential.Type == rule.Type {
			return true
		}
	}
	return false
}
