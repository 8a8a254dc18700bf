package rulestest

import (
	"encoding/base64"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/pair"
)

const (
	base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
)

// Keys makes random credentials, the same ones for the same seed.
type Keys struct{ rng *rand.Rand }

// NewKeys returns a maker of keys.
func NewKeys(seed uint64) *Keys { return &Keys{rand.New(rand.NewPCG(seed, 0x616b6775617264))} }

// Each kind of value is drawn until its rule accepts it by itself: one random ID in 150 reads like words, and a
// test that draws it fails for no reason.

// ID24 makes a long-term ID of 24 characters.
func (k *Keys) ID24() string {
	return k.accepted(rules.AccessKeyID, "", func() string { return rules.LongTermPrefix + "5t" + k.text(base58, 18) })
}

// ID16 makes a long-term ID of 16 characters.
func (k *Keys) ID16() string {
	return k.accepted(rules.AccessKeyID, "", func() string { return rules.LongTermPrefix + k.text(base62, 12) })
}

// LegacyID makes an ID of before 2016.
func (k *Keys) LegacyID() string { return k.text(base62, 16) }

// Secret makes an AccessKey secret.
func (k *Keys) Secret() string {
	return k.accepted(rules.AccessKeySecret, "accessKeySecret=", func() string { return k.text(base62, 30) })
}

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
func (k *Keys) STSID() string {
	return k.accepted(rules.STS, "", func() string { return rules.TemporaryPrefix + "N" + k.text(base58, 24) })
}

// STSSecret makes the secret of a temporary credential.
func (k *Keys) STSSecret() string { return k.text(base58, 44) }

// Token makes a security token.
func (k *Keys) Token() string { return "CAIS" + k.text(base62+"+/", 402) + "==" }

// accepted draws values until the built-in rules report one, after a prefix, as a credential of a type.
func (k *Keys) accepted(t rules.Type, prefix string, draw func() string) string {
	for {
		if value := draw(); reports(builtinSet(), t, prefix+value) {
			return value
		}
	}
}

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

var placeholderWords = regexp.MustCompile(`(?i)test|fake|demo|mock|your|todo|abcd|qwer|xxxx`)

// ordinary rejects the one random value in a thousand that a person would take for a made-up one.
func ordinary(s string) bool {
	return strings.ContainsAny(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyz") &&
		strings.ContainsAny(s, "0123456789") && !placeholderWords.MatchString(s)
}

var placeholder = regexp.MustCompile(`\{[a-z0-9-]+\}`)

// Expand fills in the placeholders of a rule's example. A placeholder that occurs twice gets one value. What is not a
// placeholder stays as it is.
func (k *Keys) Expand(template string) string {
	values := map[string]string{}
	return placeholder.ReplaceAllStringFunc(template, func(name string) string {
		if values[name] == "" {
			values[name] = k.value(name)
		}
		return values[name]
	})
}

func (k *Keys) value(name string) string {
	switch name {
	case "{id24}":
		return k.ID24()
	case "{id16}":
		return k.ID16()
	case "{legacy-id}":
		return k.LegacyID()
	case "{secret}":
		return k.Secret()
	case "{sts-id}":
		return k.STSID()
	case "{sts-secret}":
		return k.STSSecret()
	case "{token}":
		return k.Token()
	case "{hex32}":
		return k.Hex(32)
	case "{hex64}":
		return k.Hex(64)
	case "{password}":
		return k.text(base62+"!#", 14)
	case "{app-secret}":
		return k.text(base62+"-_", 64)
	case "{eas-token}":
		return base64.StdEncoding.EncodeToString([]byte(k.Hex(40)))
	case "{tmp-id}":
		return "TMP." + k.text(base62+"-_", 84)
	case "{uuid}":
		return k.Hex(8) + "-" + k.Hex(4) + "-" + k.Hex(4) + "-" + k.Hex(4) + "-" + k.Hex(12)
	case "{login}":
		return base64.StdEncoding.EncodeToString([]byte("me:" + k.text(base62, 14)))
	}
	return name
}

// Reports reports whether the built-in rules find a credential of a type in a content.
func Reports(t rules.Type, content string) bool { return reports(builtinSet(), t, content) }

// reports reports whether a content has a credential of a type.
func reports(set *rules.Set, t rules.Type, content string) bool {
	found, _ := set.Find([]byte(content))
	for _, j := range pair.Join([]byte(content), found, pair.Options{}) {
		if j.Credential.Type == t {
			return true
		}
	}
	return false
}

// builtinSet returns the built-in rules.
var builtinSet = sync.OnceValue(builtin.Set)
