package accesskey_test

import (
	"strings"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/rulestest"
)

// What stands beside the key name of a secret and is not a secret is explained once. A secret and code are not.
func TestExplainSecrets(t *testing.T) {
	keys := rulestest.NewKeys(11)
	secret, shown := keys.Secret(), keys.Secret()
	text := strings.NewReplacer("SECRET", secret, "SHOWN", shown[:26], "SHORT", shown[:20], "STS", keys.STSSecret())
	tests := []struct{ text, value, reason string }{
		{"accessKeySecret: SECRET", "", ""},
		{"accessKeySecret: SECRET+x", secret, "it is masked, cut off, or the beginning"},
		{"accessKeySecret: x+/SECRET=", secret, "it is a piece of base64"},
		{"accessKeySecret: SHOWN****", shown[:26] + "****", "it is masked or cut off"},
		{"app_secret=" + strings.Repeat("aB3", 10), strings.Repeat("aB3", 10), "it looks made up: it has too few different"},
		{"app_secret=" + strings.Repeat("a", 15) + "b" + strings.Repeat("c", 14), "", "it looks made up: it holds a sequence"},
		{"app_secret=" + strings.Repeat("thisIsName", 3), "", "it looks made up: it has too few kinds"},
		{"client_secret: STS", "", "it is as long as the secret of a temporary"},
		{`"AccessKeySecret": "<yourAccessKeySecret>"`, "yourAccessKeySecret", "it looks made up: it holds a word"},
		{"aliyun_secret=${my_secret}", "", ""}, {"aliyun_secret=changeme", "changeme", "it looks made up: it holds a word"},
		{"--access-key-secret xxxx", "", ""}, {"accessKeySecret='12345678'", "12345678", "it looks made up: it holds a sequence"},
		{"accessKeySecret=SHORT", shown[:20], "it has 20 characters, and a secret has 30"},
		{"client_secret=SHORT", "", ""}, {"client_secret: your-secret", "", ""}, {"accessKeySecret := cfg.AccessKeySecret", "", ""},
		{"accessKeySecret: get(x)", "", ""}, {"func accessKeySecret() string {", "", ""}, {"accessKeySecret string `json:\"access_key_secret\"`", "", ""},
		{"accessKeySecret:", "", ""}, {"accessKeySecret=\n", "", ""},
	}
	for _, test := range tests {
		content := []byte(text.Replace(test.text))
		got := builtin.Set().Explain(content)
		if test.reason == "" {
			if len(got) > 0 {
				t.Errorf("%s: %q", test.text, got[0].Reason)
			}
			continue
		}
		if len(got) != 1 || got[0].Kind != rules.KindSecret || !strings.HasPrefix(got[0].Reason, test.reason) {
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
			if r.Start < 0 || r.End < r.Start || r.End > len(content) || r.Reason == "" {
				t.Fatalf("%+v", r)
			}
		}
	})
}
