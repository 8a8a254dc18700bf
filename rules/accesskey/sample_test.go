package accesskey_test

import (
	"strings"
	"testing"

	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/rulestest"
)

// What documentation prints in full is no leak, and is named as a sample. A secret of somebody's beside it is still found.
func TestDocumentedSamples(t *testing.T) {
	set := builtin.Set()
	for _, c := range []struct {
		layout string
		pieces []string // of the sample, so that it is in no file as a whole
		origin string
	}{
		{"#Ali_Secret=\"SAMPLE\"\n", []string{"0p5EYueFNq501xn", "CPzKNbx6K51qPH2"}, "rules.sample.acme"},
		{"var accesskey= 'SAMPLE';\n", []string{"ufu7nS8kS59awNi", "htjSonMETLI0KLy"}, "rules.sample.oss-upload"},
		{"\"AccessKeyId\": \"SAMPLE\",\n", []string{"STS.L4aBSCS", "JVMuKg5U1vFDw"}, "rules.sample.assume-role"},
		{"Authorization:APPCODE SAMPLE\n", []string{"83359fd73fe94948", "385f570e3c139105"}, "rules.sample.marketplace"},
	} {
		content := []byte(strings.ReplaceAll(c.layout, "SAMPLE", strings.Join(c.pieces, "")))
		if found, _ := set.Find(content); len(found) > 0 {
			t.Errorf("%s: %d values are found", c.origin, len(found))
		}
		rejected := set.Explain(content)
		if c.origin == "rules.sample.oss-upload" { // its name is too plain to be explained
			continue
		}
		if len(rejected) != 1 || rejected[0].Reason.String() != "rules.sample("+c.origin+")" {
			t.Errorf("%s: %d are explained: %+v", c.origin, len(rejected), rejected)
		}
	}
	id := strings.Join([]string{"6MKOqxGi", "GU4AUk44"}, "")
	keys := rulestest.NewKeys(31)
	if rulestest.Reports("accesskey", "accessKeyId = '"+id+"'\naccessKeySecret = '"+keys.Secret()+"'\n") {
		t.Error("a sample has a secret")
	}
	if !rulestest.Reports("accesskey-secret", "accessKeyId = '"+id+"'\naccessKeySecret = '"+keys.Secret()+"'\n") {
		t.Error("a secret beside a sample is not found")
	}
}
