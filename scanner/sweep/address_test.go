package sweep

import (
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/finding"
)

func TestAddress(t *testing.T) {
	commit := strings.Repeat("a", 40)
	code, wiki := Part{Web: "https://github.com/acme/shop"}, Part{Web: "https://github.com/acme/shop/wiki", Wiki: true}
	for want, c := range map[string]struct {
		part Part
		at   finding.Place
	}{
		"https://github.com/acme/shop/blob/" + commit + "/dir/%23%20a.env#L7":   {code, finding.Place{Source: finding.SourceHistory, Path: "dir/# a.env", Commit: commit}},
		"https://github.com/acme/shop/blob/" + commit + "/README.md?plain=1#L7": {code, finding.Place{Source: finding.SourceHistory, Path: "README.md", Commit: commit}},
		"https://github.com/acme/shop/commit/" + commit:                         {code, finding.Place{Source: finding.SourceMessage, Commit: commit}},
		"https://github.com/acme/shop/wiki/How-To/" + commit:                    {wiki, finding.Place{Source: finding.SourceHistory, Path: "sub/How-To.md", Commit: commit}},
		"https://github.com/acme/shop/wiki/_compare/" + commit:                  {wiki, finding.Place{Source: finding.SourceHistory, Path: "a.env", Commit: commit}},
		"": {code, finding.Place{Source: finding.SourceHistory, Path: "x"}},
	} {
		if got := c.part.address(finding.Occurrence{Place: c.at, Line: 7}); got != want {
			t.Errorf("the address is %s, want %s", got, want)
		}
	}
}
