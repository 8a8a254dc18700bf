package custom

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/literal"
)

// places returns where the words occur, as a Set passes it to a Matcher.
func places(t *testing.T, content string, words []string) (at []int) {
	t.Helper()
	s, err := literal.Compile(nil, words...)
	if err != nil {
		t.Fatal(err)
	}
	s.Each([]byte(content), func(_, start int) bool {
		at = append(at, start)
		return true
	})
	slices.Sort(at)
	return at
}

var expressions = []string{
	`acme_[a-z0-9]{4,8}`,
	`(?i)[\w.-]{0,5}?(?:key|secret|token)(?:[ \t\w.-]{0,4})[\s'"]{0,3}(?:=|:)[\x60'"\s=]{0,5}([\w.=-]{3,10})(?:[\x60'"\s;]|\\[nr]|$)`,
	`\b(?:key|acme_)[a-z]{3}\b`,
	`^token=.{3}$`,
	`(?m)^token=.{3}$`,
	`.{0,3}key.{0,3}`,
	`key[^k]{0,6}token`,
	`\Akey`,
	`secret\z`,
	`key[a-z=]*:?token+\s{0,2}`,
	`(?m)^\s?(?:acme_|key).*;$`,
	`\bkey[^x]{3}`,
	`key[a-z]{2,4}(?:$|;)`,
	`(?i)key_?[ab]?c[^:]{0,3}$`,
	`(?:key[a-z]|token=?){2,}`,
	`key[^x]*token`,
	`.*token(?:secret|.+);`,
}

// The surroundings of literals have the matches of the whole content.
func TestSurroundings(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"key", "KEY", "token", "secret", "acme_", "=", ":", " ", "\n", "'", "abc", "x1", "ü", ".", "kk", "\\n", ";"}
	found := 0
	for i, expr := range expressions {
		f, err := variant(expr, i).finder(new(sizes))
		if err != nil {
			t.Fatal(err)
		}
		if f.literals == nil {
			t.Fatalf("%s is not looked for around literals", expr)
		}
		for range 800 {
			var b strings.Builder
			for range rng.IntN(60) {
				b.WriteString(pieces[rng.IntN(len(pieces))])
			}
			found += checkSurroundings(t, f, expr, b.String())
		}
	}
	if found < 500 {
		t.Errorf("only %d matches: the contents tell nothing", found)
	}
}

// variant returns a rule. The variants differ in what happens to the matches.
func variant(expr string, n int) Rule {
	r := Rule{ID: "x", Regex: expr}
	switch n % 4 {
	case 1:
		r.Entropy = 2
	case 2:
		r.Allow = []Allow{{Regexes: []string{"abc"}, Target: Line}}
	case 3:
		r.Allow = []Allow{{StopWords: []string{"x1"}}}
	}
	return r
}

func checkSurroundings(t *testing.T, f *finder, expr, content string) int {
	t.Helper()
	whole := search{finder: f, content: []byte(content)}
	for _, groups := range f.re.FindAllStringSubmatchIndex(content, -1) {
		whole.keep(0, groups)
	}
	want := whole.found
	for range 2 { // the second time, surroundings without a match are remembered
		at := places(t, content, f.gate)
		if got, _ := f.Match([]byte(content), at); !slices.Equal(got, want) {
			t.Fatalf("%s in %q: %v around %q, want %v", expr, content, got, f.gate, want)
		}
		if !f.Screen([]byte(content), at) && len(want) > 0 {
			t.Fatalf("Screen of %s rejects %q, which has %v", expr, content, want)
		}
	}
	return len(want)
}

func FuzzSurroundings(f *testing.F) {
	for i, expr := range expressions {
		f.Add(expr, "key = 'token' secret acme_abc key:token", i)
	}
	f.Fuzz(func(t *testing.T, expr, content string, n int) {
		rule, err := variant(expr, n).finder(new(sizes))
		if err != nil || rule.literals == nil || len(expr) > 200 || len(content) > 1000 || strings.ContainsAny(content, "\u017f\u212a") {
			return
		}
		checkSurroundings(t, rule, expr, content)
	})
}

func TestRules(t *testing.T) {
	const token = "acme_4f9a2c7e1b"
	base := Rule{ID: "acme", Regex: `acme_[0-9a-f]{10}`}
	with := func(change func(*Rule)) Rule { r := base; change(&r); return r }
	allow := func(a Allow) Rule { return with(func(r *Rule) { r.Allow = []Allow{a} }) }
	tests := []struct {
		name         string
		rule         Rule
		content      string
		path, commit string
		found        string // the values, separated by spaces
	}{
		{"plain", base, "x = " + token, "a.py", "", token},
		{"twice", base, token + "\n" + token, "", "", token + " " + token},
		{"none", base, "acme_", "", "", ""},
		{"first group", with(func(r *Rule) { r.Regex = `acme_(z)?([0-9a-f]{10})` }), token, "", "", token[5:]},
		{"named group", with(func(r *Rule) { r.Regex = `(acme)_([0-9a-f]{10})`; r.Group = 2 }), token, "", "", token[5:]},
		{"keyword", with(func(r *Rule) { r.Keywords = []string{"PROD"} }), "prod: " + token, "", "", token},
		{"no keyword", with(func(r *Rule) { r.Keywords = []string{"prod"} }), "test: " + token, "", "", ""},
		{"short keyword", with(func(r *Rule) { r.Keywords = []string{"zz"} }), "ZZ" + token, "", "", token},
		{"no short keyword", with(func(r *Rule) { r.Keywords = []string{"zz"} }), token, "", "", ""},
		{"short keyword, no literal", with(func(r *Rule) { r.Regex, r.Keywords = "[0-9a-f]{10}", []string{"zz"} }), "zz" + token, "", "", token[5:]},
		{"keyword, no literal", with(func(r *Rule) { r.Regex, r.Keywords = "[0-9a-f]{10}", []string{"acme"} }), token, "", "", token[5:]},
		{"neither", with(func(r *Rule) { r.Regex = "[0-9a-f]{10}" }), token, "", "", token[5:]},
		{"entropy", with(func(r *Rule) { r.Entropy = 3 }), token, "", "", token},
		{"too little entropy", with(func(r *Rule) { r.Entropy = 3 }), "acme_0000000000", "", "", ""},
		{"path", with(func(r *Rule) { r.Path = `\.py$` }), token, "a.py", "", token},
		{"other path", with(func(r *Rule) { r.Path = `\.py$` }), token, "a.rb", "", ""},
		{"allowed path", allow(Allow{Paths: []string{"^test/"}}), token, "test/a", "", ""},
		{"allowed elsewhere", allow(Allow{Paths: []string{"^test/"}}), token, "src/test/a", "", token},
		{"allowed commit", allow(Allow{Commits: []string{"ABC"}}), token, "a", "abc", ""},
		{"allowed value", allow(Allow{Regexes: []string{"2c"}}), token, "a", "", ""},
		{"value is not its line", allow(Allow{Regexes: []string{"demo"}}), "demo " + token, "a", "", token},
		{"allowed line", allow(Allow{Regexes: []string{"demo"}, Target: Line}), "x\ndemo " + token + "\ny", "a", "", ""},
		{"another line", allow(Allow{Regexes: []string{"demo"}, Target: Line}), "demo\n" + token, "a", "", token},
		{"allowed match", with(func(r *Rule) {
			r.Regex, r.Allow = `acme_([0-9a-f]{10})`, []Allow{{Regexes: []string{"^acme"}, Target: Whole}}
		}), token, "a", "", ""},
		{"stop word", allow(Allow{StopWords: []string{"9A2C"}}), token, "a", "", ""},
		{"any of two", allow(Allow{StopWords: []string{"9a2c"}, Paths: []string{"x"}}), token, "a", "", ""},
		{"all of two", allow(Allow{StopWords: []string{"9a2c"}, Paths: []string{"a"}, All: true}), token, "a", "", ""},
		{"one of all", allow(Allow{StopWords: []string{"9a2c"}, Paths: []string{"x"}, All: true}), token, "a", "", token},
		{"the other of all", allow(Allow{StopWords: []string{"zzz"}, Paths: []string{"a"}, All: true}), token, "a", "", token},
		{"all of one kind", allow(Allow{StopWords: []string{"9a2c"}, Regexes: []string{"acme"}, All: true}), token, "a", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			list, err := Compile(test.rule)
			if err != nil {
				t.Fatal(err)
			}
			rule := list[0]
			set, err := rules.Compile(rule)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			found, unread := set.Find([]byte(test.content))
			if len(unread) > 0 {
				t.Errorf("the content was not read to its end: %v", unread)
			}
			for _, m := range found {
				if m.Where == nil || m.Where.Counts(test.path, test.commit) {
					got = append(got, test.content[m.Start:m.End])
				}
			}
			if strings.Join(got, " ") != test.found {
				t.Errorf("found %q, want %q", got, test.found)
			}
			if len(got) > 0 && !set.Screen([]byte(test.content), nil) {
				t.Error("Screen rejects the content")
			}
		})
	}
}

func TestBadRules(t *testing.T) {
	tests := []struct {
		rule Rule
		says string
	}{
		{Rule{Regex: "abc"}, "custom.id(100)"},
		{Rule{ID: "a b", Regex: "abc"}, "custom.id(100)"},
		{Rule{ID: "a"}, "custom.no-regex"},
		{Rule{ID: "a", Regex: "("}, "custom.regex(custom.syntax(custom.syntax.paren, ())"},
		{Rule{ID: "a", Regex: "(?=x)"}, "custom.syntax.perl"},
		{Rule{ID: "a", Regex: "(a)", Group: 2}, "custom.group(2, 1)"},
		{Rule{ID: "a", Regex: "a", Entropy: 9}, "custom.entropy(9)"},
		{Rule{ID: "a", Regex: "a", Path: "["}, "custom.path(custom.syntax(custom.syntax.bracket, [))"},
		{Rule{ID: "a", Regex: "a", Allow: []Allow{{}}}, "custom.allow(1, custom.allow-empty)"},
		{Rule{ID: "a", Regex: "a", Allow: []Allow{{Regexes: []string{"*"}}}}, "custom.syntax.repeat-nothing"},
		{Rule{ID: "a", Regex: "a", Allow: []Allow{{StopWords: []string{""}}}}, "custom.stop-word-empty"},
	}
	for _, test := range tests {
		if _, err := Compile(test.rule); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%+v: %v, want an error that says %q", test.rule, err, test.says)
		}
	}
}

func TestNotes(t *testing.T) {
	tests := []struct {
		rule Rule
		says string
	}{
		{Rule{ID: "a", Regex: "acme_[a-z]{4}"}, "[]"},
		{Rule{ID: "a", Regex: "acme_[a-z]+"}, "[]"},
		{Rule{ID: "a", Regex: "acme_[^x]+"}, "custom.on-text"},
		{Rule{ID: "a", Regex: "[a-z]{32}", Keywords: []string{"acme"}}, "custom.on-keyword"},
		{Rule{ID: "a", Regex: "[a-z]{32}"}, "custom.on-everything"},
	}
	for _, test := range tests {
		if got := fmt.Sprint(test.rule.Notes()); !strings.Contains(got, test.says) {
			t.Errorf("%+v: notes %s, want %q", test.rule, got, test.says)
		}
	}
}

// An expression that matches everywhere costs no more than the matches that a scan keeps. The rest is reported as not read,
// even where everything before it is allowed.
func TestMatchesAreCapped(t *testing.T) {
	content := []byte(strings.Repeat("tok ", 200_000))
	allowed := []Allow{{Regexes: []string{"."}}}
	for _, test := range []struct {
		rule Rule
		want int
	}{
		{Rule{ID: "x", Regex: `.`}, maxMatches},
		{Rule{ID: "x", Regex: `tok`}, maxMatches},
		{Rule{ID: "x", Regex: `[^x]*?k`}, maxMatches},
		{Rule{ID: "x", Regex: `tok`, Allow: allowed}, 0},
		{Rule{ID: "x", Regex: `[^x]*?k`, Allow: allowed}, 0},
	} {
		list, err := Compile(test.rule)
		if err != nil {
			t.Fatal(err)
		}
		set, err := rules.Compile(list...)
		if err != nil {
			t.Fatal(err)
		}
		found, unread := set.Find(content)
		if len(found) != test.want || len(unread) != 1 || unread[0].Code != "scan.rule-too-broad" {
			t.Errorf("%+v: %d matches, unread %v, want %d of more", test.rule, len(found), unread, test.want)
		}
	}
}

// A rule of a scanned repository cannot control the terminal.
func TestWordsArePrintable(t *testing.T) {
	list, err := Compile(Rule{ID: "x", Regex: "abc", Description: "a\x1b[31m\u202eb\x00 密钥", Help: "one\ntwo\x07"})
	if err != nil {
		t.Fatal(err)
	}
	if got := list[0].Description.String() + "|" + list[0].Help.String(); got != "a\ufffd[31m\ufffdb\ufffd 密钥|one\ntwo\ufffd" {
		t.Errorf("%q", got)
	}
}
