package scanner

import (
	"strings"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/custom"
	"github.com/akguard/akguard/scanner/finding"
)

// A rule that does not look at everything must not lead to a clean report, also where it has found nothing.
func TestRestIsNotClean(t *testing.T) {
	list, err := custom.Compile(custom.Rule{ID: "x", Regex: "tok", Allow: []custom.Allow{{StopWords: []string{"tok"}}}})
	if err != nil {
		t.Fatal(err)
	}
	set, err := rules.Compile(list...)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ times, skips int }{{1000, 0}, {200_000, 1}} {
		c, err := newCollector(Options{Rules: set, MaxPlaces: defaultMaxPlaces})
		if err != nil {
			t.Fatal(err)
		}
		content := []byte(strings.Repeat("tok ", test.times))
		if err := c.Blob(t.Context(), Blob{Place: finding.Place{Path: "a"}, Content: content}); err != nil {
			t.Fatal(err)
		}
		if got := c.skipped(); len(got) != test.skips || len(c.take().take()) > 0 {
			t.Errorf("%d times: skips %v, want %d", test.times, got, test.skips)
		}
	}
}
