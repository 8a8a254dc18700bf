package custom

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
)

// What a small file can make large is refused, by name, before it takes memory or time.
func TestLimits(t *testing.T) {
	many := func(n int, r Rule) []Rule {
		list := slices.Repeat([]Rule{r}, n)
		for i := range list {
			list[i].ID = fmt.Sprint(i)
		}
		return list
	}
	var words []string
	for i := range 5000 {
		words = append(words, fmt.Sprintf("word%04d", i))
	}
	for _, test := range []struct {
		name string
		list []Rule
		want string
	}{
		{"a large expression", []Rule{{ID: "x", Regex: "((a?b?c?){30}){33}"}}, "custom.expression-size"},
		{"one of an allow list", []Rule{{ID: "x", Regex: "abc", Allow: []Allow{{Paths: []string{"((a?b?c?){30}){33}"}}}}}, "custom.expression-size"},
		{"many characters", []Rule{{ID: "x", Regex: `(\pL\pN){500}`}}, "custom.expression-size"},
		{"all together", many(400, Rule{Regex: "(a?){1000}"}), "custom.rules-size"},
		{"rules", many(2001, Rule{Regex: "abc"}), "custom.too-many-rules"},
		{"keywords", many(2, Rule{Regex: "a+", Keywords: words}), "custom.too-many-words"},
		{"stop words", many(2, Rule{Regex: "a+", Allow: []Allow{{StopWords: words}}}), "custom.too-many-words"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Compile(test.list...)
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %s", test.name, err, test.want)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 400<<20 {
			t.Errorf("%s: %d MB were allocated", test.name, n>>20)
		}
	}
}

// Rules that take far too long are stopped, the slow ones and not the others, and that is reported for every content that
// they do not search. The clock is the test's.
func TestPace(t *testing.T) {
	list, err := Compile(Rule{ID: "slow", Regex: "slow"}, Rule{ID: "quick", Regex: "quick"})
	if err != nil {
		t.Fatal(err)
	}
	set, err := rules.Compile(list...)
	if err != nil {
		t.Fatal(err)
	}
	slow := list[0].Matchers[0].(*finder)
	var clock time.Time
	slow.pace.now = func() time.Time {
		clock = clock.Add(time.Millisecond)
		return clock
	}
	content := []byte("slow and quick")
	search := func() (n int, codes []string) {
		found, unread := set.Find(content)
		for _, why := range unread {
			codes = append(codes, why.String())
		}
		return len(found), codes
	}
	if n, unread := search(); n != 2 || unread != nil {
		t.Fatalf("%d found, unread %v", n, unread)
	}
	slow.pace.measure(&slow.used, func() { clock = clock.Add(time.Minute) })
	for range 2 {
		if n, unread := search(); n != 1 || !slices.Equal(unread, []string{"scan.rule-too-slow(slow)"}) {
			t.Errorf("after a minute: %d found, unread %v", n, unread)
		}
	}
	slow.pace.offer(&slow.used, 100<<20)
	if n, unread := search(); n != 2 || unread != nil {
		t.Errorf("after 100 MB: %d found, unread %v", n, unread)
	}
}

// A large expression on a large content can be stopped in between.
func TestPaceWithinContent(t *testing.T) {
	list, err := Compile(Rule{ID: "x", Regex: "[a-z]{1,300}="})
	if err != nil {
		t.Fatal(err)
	}
	f := list[0].Matchers[0].(*finder)
	var clock time.Time
	f.pace.now = func() time.Time {
		clock = clock.Add(10 * time.Second)
		return clock
	}
	content := append(make([]byte, 16<<20), "a="...) // so that the expression has to search it
	if _, unread := f.Match(content, nil); unread.Code != "scan.rule-too-slow" {
		t.Errorf("unread %v", unread)
	}
}

// A content that is searched in pieces has the same matches as the whole.
func TestPieces(t *testing.T) {
	const expr = "[a-z]{3,300}=[0-9]{1,40}"
	list, err := Compile(Rule{ID: "x", Regex: expr})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	content := make([]byte, 2<<20)
	for i := range content {
		content[i] = "abcdefgh=012345678\n"[rng.IntN(19)]
	}
	var got []string
	found, unread := list[0].Matchers[0].Match(content, nil)
	for _, m := range found {
		got = append(got, fmt.Sprint(m.Start, m.End))
	}
	var want []string
	for _, at := range regexp.MustCompile(expr).FindAllIndex(content, -1) {
		want = append(want, fmt.Sprint(at[0], at[1]))
	}
	if !unread.IsZero() || len(want) < 1000 || !slices.Equal(got, want) {
		t.Errorf("%d matches, want %d; unread %v", len(got), len(want), unread)
	}
}
