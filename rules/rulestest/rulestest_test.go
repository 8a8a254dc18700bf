package rulestest_test

import (
	"bytes"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/custom"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/rules/rulestest"
)

// vendorDetector finds tokens of some other vendor: vnd_ and 32 hexadecimal digits.
type vendorDetector struct{}

func (vendorDetector) Part() rules.Part {
	return rules.Part{Name: "vendor-token", Kind: rules.KindValue, Type: "vendor-token", Literals: []string{"vnd_"}, Reach: 64}
}

func (vendorDetector) Detect(content []byte, at int) (rules.Match, bool) {
	end := at + len("vnd_")
	for end < len(content) && bytes.IndexByte([]byte("0123456789abcdef"), content[end]) >= 0 {
		end++
	}
	return rules.Match{Start: at, End: end}, end-at == len("vnd_")+32
}

// A rule that is not built in is accepted like one that is: a third party's detector, and a rule of a configuration file.
func TestAcceptForeign(t *testing.T) {
	examples := rules.Examples{Match: []string{"x = vnd_{hex32}\n"}, NoMatch: []string{"x = vnd_\n", "{secret}\n"}}
	rulestest.Accept(t, rules.Rule{
		ID: "vendor", Type: "vendor-token", Severity: rules.High, Description: reason.Text("token"), Help: reason.Text("Revoke it."),
		Detectors: []rules.Detector{vendorDetector{}}, Examples: examples,
	})
	list, err := custom.Compile(custom.Rule{ID: "vendor-custom", Regex: "vnd_[0-9a-f]{32}", Examples: examples})
	if err != nil {
		t.Fatal(err)
	}
	rulestest.Accept(t, list[0])
}

// The rules report every key by itself.
func TestKeysAreAccepted(t *testing.T) {
	for seed := range uint64(2000) {
		keys := rulestest.NewKeys(seed)
		for name, want := range map[string]rules.Type{
			"{id16}": rules.AccessKeyID, "{id24}": rules.AccessKeyID, "accessKeySecret: {secret}": rules.AccessKeySecret, "{sts-id}": rules.STS,
		} {
			if !rulestest.Reports(want, keys.Expand(name)) {
				t.Errorf("seed %d: the rules do not report %s", seed, name)
			}
		}
	}
}

func TestExpand(t *testing.T) {
	keys := rulestest.NewKeys(1)
	if got := keys.Expand(`{"a":{}} ${x} {unknown}`); got != `{"a":{}} ${x} {unknown}` {
		t.Errorf("expanded to %q", got)
	}
	if got := keys.Expand("{id24} {id24}"); got[:24] != got[25:] {
		t.Error("one placeholder has two values")
	}
}
