package scanner

import (
	"fmt"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/scanner/match"
)

// written are ways in which people write a pair.
var written = []string{
	"accessKeyId: %s\naccessKeySecret: %s\n", "ALIBABA_CLOUD_ACCESS_KEY_ID=%s\nALIBABA_CLOUD_ACCESS_KEY_SECRET=%s\n", "[default]\naccess_key_id = %s\naccess_key_secret = %s\n",
	"{\"AccessKeyId\": \"%s\", \"AccessKeySecret\": \"%s\"}\n", "auth = oss2.Auth('%s', '%s')\n", "client = AcsClient(\n    \"%s\",\n    \"%s\",\n    \"cn-hangzhou\")\n",
	"DefaultProfile.getProfile(\"cn-hangzhou\", \"%s\", \"%s\");\n", "export AK=%s\nexport SK=%s\n", "<accessKey>%s</accessKey>\n<secretKey>%s</secretKey>\n",
	"provider \"alicloud\" {\n  access_key = \"%s\"\n  secret_key = \"%s\"\n}\n", "oss://%s:%s@bucket/\n", "ossutil config -i %s -k %s\n", "AccessKey ID：%s\nAccessKey Secret：%s\n",
	"# ak %s\n# sk %s\n", "define('OSS_ACCESS_ID', '%s');\ndefine('OSS_ACCESS_KEY', '%s');\n", "spring.cloud.alicloud.access-key=%s\nspring.cloud.alicloud.secret-key=%s\n",
	"- name: ACCESS_KEY_ID\n  value: \"%s\"\n- name: ACCESS_KEY_SECRET\n  value: \"%s\"\n", "| AccessKey ID | AccessKey Secret |\n| --- | --- |\n| %s | %s |\n",
	"private static final String ACCESS_ID = \"%s\";\nprivate static final String ACCESS_KEY = \"%s\";\n", "accessKeyId=%s&accessKeySecret=%s\n",
}

// TestPairsInDisguise looks for 2,000 pairs, in all ways to write one, in all encodings. At most one may be missed: some random
// values look like words.
func TestPairsInDisguise(t *testing.T) {
	t.Parallel()
	const pairs = 2000
	f, keys := finder(t), rulestest.NewKeys(163)
	missed := 0
	for i := range pairs {
		id, secret := keys.ID24(), keys.Secret()
		if i%2 == 1 {
			id = keys.ID16()
		}
		d := disguises[i%len(disguises)]
		content := d.of(fmt.Sprintf(written[i/len(disguises)%len(written)], id, secret))
		if !paired(f, content, id, secret) {
			missed++
			t.Logf("missed in %s: %q", d.name, content)
		}
	}
	if missed > 1 {
		t.Errorf("%d of %d pairs are missed", missed, pairs)
	}
}

func paired(f *match.Finder, content, id, secret string) bool {
	for _, m := range f.Find(match.NewText([]byte(content), 0), match.Section{To: len(content)}).Matches {
		if m.Credential.Type == rules.AccessKey && m.Credential.ID.Reveal() == id && m.Credential.Secret.Reveal() == secret {
			return true
		}
	}
	return false
}
