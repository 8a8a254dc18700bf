package scanner

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/rulestest"
)

// Wherever a content that is worth a look is cut, one of the parts has a hint, or what is around the cut has one.
func TestHintsShowAtEveryCut(t *testing.T) {
	c, err := newCollector(Options{Rules: builtin.Set(), MaxPlaces: defaultMaxPlaces})
	if err != nil {
		t.Fatal(err)
	}
	hints := c.Hints("a magic")
	in := func(piece string) (found bool) {
		hints.Each([]byte(piece), func(int) bool {
			found = true
			return false
		})
		return found
	}
	for name, content := range hidden() {
		if !c.Screen([]byte(content)) && !strings.Contains(content, "a magic") {
			t.Errorf("%s: the screen rules it out", name)
		}
		if !in(content) {
			t.Errorf("%s: there is no hint in the whole", name)
		}
		for cut := range content {
			left, right := content[:cut], content[cut:]
			if in(left) || in(right) {
				continue
			}
			around := left[max(0, len(left)-hints.Size):] + right[:min(len(right), hints.Size)]
			if !in(around) {
				t.Fatalf("%s: no hint around offset %d", name, cut)
			}
		}
	}
}

// hidden is a pair in several encodings, a secret alone, and a text that only a decorator looks for.
func hidden() map[string]string {
	keys := rulestest.NewKeys(7)
	filler := strings.Repeat("some words, and no more.\n", 40)
	text := "accessKeyId: " + keys.ID24() + "\naccessKeySecret: " + keys.Secret() + "\n"
	encoded := base64.StdEncoding.EncodeToString([]byte("xy" + strings.Repeat("padding ", 30) + text))
	var wrapped, wide strings.Builder
	for ; len(encoded) > 64; encoded = encoded[64:] {
		wrapped.WriteString(encoded[:64] + "\n")
	}
	for _, unit := range utf16.Encode([]rune(text)) {
		wide.WriteString(string([]byte{byte(unit), byte(unit >> 8)}))
	}
	return map[string]string{
		"plain": filler + text + filler, "hex": filler + hex.EncodeToString([]byte(text)) + "\n" + filler,
		"wrapped": filler + wrapped.String() + encoded + "\n" + filler, "UTF-16": filler + wide.String() + filler,
		"one line":                  filler + base64.StdEncoding.EncodeToString([]byte("a password: "+keys.Secret()[:21])) + "\n" + filler,
		"a secret and nothing else": keys.Secret(), "another text": filler + "a magic" + filler,
	}
}
