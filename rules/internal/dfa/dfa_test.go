package dfa_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/akguard/akguard/rules/internal/dfa"
)

var expressions = []string{
	`key[a-z]{3}`,
	`(?i)(?:key|token)(?:[ \t\w.-]{0,4})[\s'"]{0,3}(?:=|:)[\x60'"\s=]{0,5}([\w.=-]{3,10})(?:[\x60'"\s;]|\\[nr]|$)`,
	`\bkey\b`,
	`\Bkey$`,
	`^key.{2}`,
	`(?m)^key[^x]*$`,
	`k(?:e?y?){2}=`,
	`(?i)kß?[sk]`,
	`ü[^ü]{1,2}`,
	`(?s)key.*?token`,
	`[^\x00-\x7f]{2}`,
	`(a*)*b`,
	``,
}

func automaton(t *testing.T, expr string, budget int) *dfa.Automaton {
	t.Helper()
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	return dfa.New(parsed, dfa.NewBudget(budget))
}

// check fails if the automaton rules out a match of the expression, or the whole of one. It returns how many offsets the
// automaton rules out.
func check(t *testing.T, expr, content string, limit, budget int) (none int) {
	t.Helper()
	a := automaton(t, expr, budget)
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	if regexp.MustCompile(expr).MatchString(content) && !dfa.NewAnywhere(parsed, dfa.NewBudget(budget)).Anywhere([]byte(content)) {
		t.Fatalf("%s matches in %q; the automaton says no", expr, content)
	}
	for at := range len(content) + 1 {
		end, possible := a.Run([]byte(content), at, limit)
		if end != dfa.Unknown && (end < at || end > len(content)) {
			t.Fatalf("%s at %d of %q: ends at %d", expr, at, content, end)
		}
		if !possible {
			none++
		}
		if at > 0 && at < len(content) && !utf8.RuneStart(content[at]) {
			continue
		}
		re := regexp.MustCompile(fmt.Sprintf(`\A(?s:.{%d})(?:%s)`, utf8.RuneCountInString(content[:at]), expr))
		re.Longest()
		if m := re.FindStringIndex(content); m != nil && (!possible || end != dfa.Unknown && end < m[1]) {
			t.Fatalf("%s matches at %d to %d of %q; the automaton says %v, to %d", expr, at, m[1], content, possible, end)
		}
	}
	return none
}

func TestRun(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"key", "KEY", "token", "=", ":", " ", "\n", "'", "abc", "ü", "ß", "ſ", "K", "\xff", ".", "kk", "\\n", ";", "b"}
	none, all := 0, 0
	for _, expr := range expressions {
		for range 150 {
			var b strings.Builder
			for range rng.IntN(12) {
				b.WriteString(pieces[rng.IntN(len(pieces))])
			}
			none += check(t, expr, b.String(), 1+rng.IntN(40), 1<<20)
			all += b.Len() + 1
		}
	}
	if none < all/2 {
		t.Errorf("only %d of %d offsets are ruled out", none, all)
	}
}

// Without memory for states, nothing is ruled out that matches.
func TestBudget(t *testing.T) {
	for budget := 0; budget < 5000; budget += 500 {
		check(t, expressions[1], "the key = 'abcdefgh'; key = 'abc", 100, budget)
	}
}

func TestEnds(t *testing.T) {
	for _, test := range []struct {
		expr, content string
		limit, end    int
		possible      bool
	}{
		{`key[a-z]{3}`, "keyabcdef", 100, 6, true},
		{`key[a-z]{3}`, "keyab=", 100, 5, false},
		{`key[a-z]*`, "keyabc", 100, 6, true},
		{`key[a-z]*`, "keyabcdef", 6, dfa.Unknown, true},
		{`key[a-z]{3}`, "kex", 100, 2, false},
		{`\bx`, "x", 100, 1, true},
		{`\Bx`, "x", 100, 0, false},
	} {
		end, possible := automaton(t, test.expr, 1<<20).Run([]byte(test.content), 0, test.limit)
		if end != test.end || possible != test.possible {
			t.Errorf("%s in %q: %d %v, want %d %v", test.expr, test.content, end, possible, test.end, test.possible)
		}
	}
}

func FuzzRun(f *testing.F) {
	for _, expr := range expressions {
		f.Add(expr, "key = 'token' secret acme_abc key:token", 30)
	}
	f.Fuzz(func(t *testing.T, expr, content string, limit int) {
		if _, err := regexp.Compile(expr); err != nil || len(expr) > 60 || len(content) > 60 || limit < 1 || strings.Contains(expr, `\Q`) {
			return
		}
		if _, err := regexp.Compile(`\A(?s:.{60})(?:` + expr + `)`); err == nil {
			check(t, expr, content, limit, 1<<16)
		}
	})
}

func TestAnywhere(t *testing.T) {
	for _, test := range []struct {
		expr, content string
		want          bool
	}{
		{`[0-9]{4}`, "123 4567", true},
		{`[0-9]{4}`, "123 456", false},
		{`\b[0-9]{3}(?:\||%)x+$`, "ü 1234%xx", true},
		{`[0-9]{4}`, "", false},
		{``, "", true},
	} {
		parsed, err := syntax.Parse(test.expr, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		if got := dfa.NewAnywhere(parsed, dfa.NewBudget(1<<20)).Anywhere([]byte(test.content)); got != test.want {
			t.Errorf("%s in %q: %v, want %v", test.expr, test.content, got, test.want)
		}
	}
}
