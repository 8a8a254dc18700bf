package scanner

import (
	"strings"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/scanner/finding"
)

// slowMatcher is given up on every content.
type slowMatcher struct{}

func (slowMatcher) Part() rules.Part {
	return rules.Part{Name: "slow", Kind: rules.KindValue, Type: "slow", Literals: []string{"slow"}, Reach: 100}
}
func (slowMatcher) Match([]byte, []int) ([]rules.Match, reason.Reason) {
	return nil, reason.New("scan.rule-too-slow", "slow")
}
func (slowMatcher) Screen([]byte, []int) bool { return true }

// An account says whether a content has to be read again, and how much was counted for it.
func TestAccount(t *testing.T) {
	key := rulestest.NewKeys(1)
	pair := "accessKeyId: " + key.ID24() + "\naccessKeySecret: " + key.Secret() + "\n"
	for name, test := range map[string]struct {
		content       string
		noted, unsure bool
	}{
		"nothing":              {"nothing\n", false, false},
		"what looks like more": {"accessKeyId: none\n", false, false},
		"a credential":         {pair, true, false},
		"a rule given up":      {"slow\n", true, true},
	} {
		for _, stream := range []bool{false, true} {
			set, err := rules.Compile(append(builtin.Set().Rules(), rules.Rule{ID: "slow", Type: "slow", Matchers: []rules.Matcher{slowMatcher{}}})...)
			if err != nil {
				t.Fatal(err)
			}
			c, err := newCollector(Options{Rules: set, MaxPlaces: defaultMaxPlaces})
			if err != nil {
				t.Fatal(err)
			}
			b := Blob{Place: finding.Place{Source: finding.SourceHistory, Blob: "b"}, Content: []byte(test.content)}
			if stream {
				b.Content, b.Stream = nil, strings.NewReader(test.content)
			}
			var a Account
			if err := c.Blob(a.Within(t.Context()), b); err != nil {
				t.Fatal(err)
			}
			if a.Noted.Load() != test.noted || a.Unsure.Load() != test.unsure || a.Blobs.Load() != 1 || a.Bytes.Load() != int64(len(test.content)) {
				t.Errorf("%s, as a stream: %v: noted %v, unsure %v, %d bytes in %d blobs", name, stream,
					a.Noted.Load(), a.Unsure.Load(), a.Bytes.Load(), a.Blobs.Load())
			}
		}
	}
}
