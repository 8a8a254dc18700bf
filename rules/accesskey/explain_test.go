package accesskey_test

import (
	"strings"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/rulestest"
)

// A value that is beside the key name of a secret, but is not a secret, is explained once. A secret and code are not.
func TestExplainSecrets(t *testing.T) {
	keys := rulestest.NewKeys(11)
	secret, shown := keys.Secret(), keys.Secret()
	text := strings.NewReplacer("SECRET", secret, "SHOWN", shown[:26], "SHORT", shown[:20], "STS", keys.STSSecret())
	tests := []struct{ text, value, reason string }{
		{"accessKeySecret: SECRET", "", ""},
		{"accessKeySecret: SECRET+x", secret, "rules.start-of-longer"},
		{"accessKeySecret: x+/SECRET=", secret, "rules.base64"},
		{"accessKeySecret: SHOWN****", shown[:26] + "****", "rules.masked"},
		{"app_secret=" + strings.Repeat("aB3", 10), strings.Repeat("aB3", 10), "rules.made-up(rules.few-different)"},
		{"app_secret=" + strings.Repeat("a", 15) + "b" + strings.Repeat("c", 14), "", "rules.made-up(rules.sequence)"},
		{"app_secret=" + strings.Repeat("thisIsName", 3), "", "rules.made-up(rules.few-kinds)"},
		{"client_secret: STS", "", "rules.temporary-length"},
		{`"AccessKeySecret": "<yourAccessKeySecret>"`, "yourAccessKeySecret", "rules.made-up(rules.placeholder-word)"},
		{"aliyun_secret=${my_secret}", "", ""}, {"aliyun_secret=changeme", "changeme", "rules.made-up(rules.placeholder-word)"},
		{"--access-key-secret xxxx", "", ""}, {"accessKeySecret='12345678'", "12345678", "rules.made-up(rules.sequence)"},
		{"accessKeySecret=SHORT", shown[:20], "rules.wrong-length(20, 30)"},
		{"client_secret=SHORT", "", ""}, {"client_secret: your-secret", "", ""}, {"accessKeySecret := cfg.AccessKeySecret", "", ""},
		{"accessKeySecret: get(x)", "", ""}, {"func accessKeySecret() string {", "", ""}, {"accessKeySecret string `json:\"access_key_secret\"`", "", ""},
		{"accessKeySecret:", "", ""}, {"accessKeySecret=\n", "", ""},
	}
	for _, test := range tests {
		content := []byte(text.Replace(test.text))
		got := builtin.Set().Explain(content)
		if test.reason == "" {
			if len(got) > 0 {
				t.Errorf("%s: %v", test.text, got[0].Reason)
			}
			continue
		}
		if len(got) != 1 || got[0].Kind != rules.KindSecret || got[0].Reason.String() != test.reason {
			t.Errorf("%s: %d, want %q: %+v", test.text, len(got), test.reason, got)
			continue
		}
		if value := string(content[got[0].Start:got[0].End]); test.value != "" && value != test.value {
			t.Errorf("%s: the value is %d characters long, want %d", test.text, len(value), len(test.value))
		}
	}
}

func FuzzExplain(f *testing.F) {
	for _, seed := range []string{"accessKeySecret: \"xxxx\"", "aliyun_secret=>", "AccessKeySecret：\\", "LTAI", "ecret"} {
		f.Add([]byte(seed))
	}
	set := builtin.Set()
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, r := range set.Explain(content) {
			if r.Start < 0 || r.End < r.Start || r.End > len(content) || r.Reason.IsZero() {
				t.Fatalf("%+v", r)
			}
		}
	})
}
