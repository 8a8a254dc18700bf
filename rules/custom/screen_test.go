package custom

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules"
)

const generic = `(?i)[\w.-]{0,50}?(?:key|secret|token)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:)[\x60'"\s=]{0,5}([\w.=-]{10,150}|[a-z0-9][a-z0-9+/]{11,}={0,3})(?:[\x60'"\s;]|\\[nr]|$)`

// A literal is no reason to look at a content: what follows it decides, and what the rule counts.
func TestScreenRejects(t *testing.T) {
	list, err := Compile(Rule{ID: "x", Regex: generic, Entropy: 3, Allow: []Allow{{StopWords: []string{"example"}}}})
	if err != nil {
		t.Fatal(err)
	}
	set, err := rules.Compile(list...)
	if err != nil {
		t.Fatal(err)
	}
	for content, want := range map[string]bool{
		"map.put(key, value); // the key and its token": false,
		"key = short; secret: ''":                       false,
		"key = aaaaaaaaaaaaaaaaaaaaaaaa;":               false,
		"key = 'example4f9a2c7e1b'":                     false,
		"key = '4f9a2c7e1b0d8356'":                      true,
	} {
		for range 2 {
			if got := set.Screen([]byte(content), nil); got != want {
				t.Errorf("Screen of %q: %v, want %v", content, got, want)
			}
		}
		if found, _ := set.Find([]byte(content)); (len(found) > 0) != want {
			t.Errorf("%q: found %v", content, found)
		}
	}
}

// A piece of a content that is cut twice as far away from a value as a rule looks shows it, whatever the rest of the content is.
// Elsewhere the piece may be joined with anything.
func TestScreenOfPieces(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	words := []string{"key", "token =", "secret: ", "'4f9a2c7e1b0d8356'", "aaaaaaaaaaaaaaaa;", "=", " ", "\n", "value", "(", "x.y", "key=4f9a2c7e1b0d8356 "}
	text := func(n int) string {
		var b strings.Builder
		for b.Len() < n {
			b.WriteString(words[rng.IntN(len(words)-1)])
			if rng.IntN(10) == 0 {
				b.WriteString(words[len(words)-1])
			}
		}
		return b.String()
	}
	seen := 0
	for i := range 40 {
		rule := variant(generic, i)
		f, err := rule.finder(new(sizes))
		if err != nil {
			t.Fatal(err)
		}
		content := text(3000)
		found, _ := f.Match([]byte(content), places(t, content, f.gate))
		for _, m := range found {
			from, to := max(0, m.Start-2*f.around.reach()), min(len(content), m.End+2*f.around.reach())
			piece := text(rng.IntN(100)) + content[from:to] + text(rng.IntN(100))
			if from == 0 {
				piece = content[from:to] + text(rng.IntN(100))
			}
			if !f.Screen([]byte(piece), places(t, piece, f.gate)) {
				t.Fatalf("%+v: Screen rejects %q, which has %q", rule, piece, content[m.Start:m.End])
			}
			seen++
		}
	}
	if seen < 100 {
		t.Errorf("only %d values", seen)
	}
}

// A literal without a match, close to the end of the surroundings of another one, must not match because they end there.
func TestCutSurroundings(t *testing.T) {
	for _, test := range []struct{ expr, content string }{
		{`key[a-z]{2,4}(?:$|;)`, "keyab;keyabxyz"},
		{`key(?:[a-z]{2};|[a-z]{0,2}$)`, "keyab;keyz keyz"},
		{`\bkey[^x]{3}`, "akey keyabc"},
		{`key(?:;|$)`, "key; akeyb"},
		{`key.{2}(?:;|\b)`, "key__;keyab_"},
	} {
		f, err := Rule{ID: "x", Regex: test.expr}.finder(new(sizes))
		if err != nil {
			t.Fatal(err)
		}
		for pad := range 8 {
			checkSurroundings(t, f, test.expr, strings.Repeat("_", pad)+test.content+strings.Repeat("_", 7-pad))
		}
	}
}

// What an automaton reads is counted as time, so that it can be stopped, too.
func TestPaceOfAutomaton(t *testing.T) {
	f, err := Rule{ID: "x", Regex: `key[^x]{900}x`}.finder(new(sizes))
	if err != nil {
		t.Fatal(err)
	}
	content := []byte(strings.Repeat("key", 10_000))
	var at []int
	for i := 0; i < len(content); i += 3 {
		at = append(at, i)
	}
	if found, _ := f.Match(content, at); len(found) > 0 {
		t.Fatalf("found %v", slices.Clip(found))
	}
	if least := int64(9000 * 900); f.pace.spent.Load() < least {
		t.Errorf("%d ns are counted, want %d or more", f.pace.spent.Load(), least)
	}
}

// What a rule remembers about surroundings does not depend on the lines that they are on.
func TestMemoOfLines(t *testing.T) {
	f, err := Rule{ID: "x", Regex: `acme_[0-9]{5}`, Allow: []Allow{{Regexes: []string{"demo"}, Target: Line}}}.finder(new(sizes))
	if err != nil {
		t.Fatal(err)
	}
	for content, want := range map[string]int{"demo .... acme_12345 ....": 0, "real .... acme_12345 ....": 1} {
		for range 2 {
			at := places(t, content, f.gate)
			if found, _ := f.Match([]byte(content), at); len(found) != want || !f.Screen([]byte(content), at) {
				t.Errorf("%q: found %v, want %d", content, found, want)
			}
		}
	}
}

// An expression without literals does not run on content that cannot match.
func TestAnywhere(t *testing.T) {
	f, err := Rule{ID: "x", Regex: `\b[0-9]{5}(?:[%|])[a-z]{3,}`, Keywords: []string{"acme"}}.finder(new(sizes))
	if err != nil {
		t.Fatal(err)
	}
	for content, want := range map[string]bool{"acme 1234%abc 12345%ab": false, "acme x12345|abc": true, "acme 12345|abc": true} {
		if got := f.anywhere([]byte(content)); got != want {
			t.Errorf("%q: %v, want %v", content, got, want)
		}
		if found, _ := f.Match([]byte(content), []int{0}); (len(found) > 0) != strings.Contains(content, " 12345|") {
			t.Errorf("%q: found %v", content, found)
		}
	}
}
