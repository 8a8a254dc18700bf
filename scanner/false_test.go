package scanner

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/scanner/match"
)

// tokens makes text of random tokens of the alphabets and lengths that files are full of.
type tokens struct{ *rand.Rand }

func (g tokens) of(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[g.IntN(len(alphabet))]
	}
	return string(b)
}

func (g tokens) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(g.Uint32())
	}
	return b
}

const (
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	base62  = letters + "0123456789"
)

func (g tokens) token() string {
	n := []int{16, 20, 24, 26, 30, 32, 40, 44, 64}[g.IntN(9)]
	switch g.IntN(8) {
	case 0:
		return hex.EncodeToString(g.bytes(n / 2))
	case 1:
		return base64.StdEncoding.EncodeToString(g.bytes(n))
	case 2:
		return base64.RawURLEncoding.EncodeToString(g.bytes(n))
	case 3:
		return g.of(letters, n)
	case 4:
		return strings.ToUpper(g.of(base62, n))
	case 5:
		return fmt.Sprintf("%s-%s-%s-%s-%s", g.of("0123456789abcdef", 8), g.of("0123456789abcdef", 4), g.of("0123456789abcdef", 4), g.of("0123456789abcdef", 4), g.of("0123456789abcdef", 12))
	case 6:
		return "sha512-" + base64.StdEncoding.EncodeToString(g.bytes(64))
	}
	return g.of(base62, n)
}

var between = []string{" ", "\n", "\",\n  \"", "=", ": ", ",", "/", "\t", ";\n", "  id: ", "\ntoken: ", "\n\"hash\": \"", "\nkey = '", "?v="}

// TestRandomTokens finds nothing in random tokens. AKGUARD_TEST_RANDOM is how many megabytes of them it looks at.
func TestRandomTokens(t *testing.T) {
	t.Parallel()
	megabytes := 4
	if n, err := strconv.Atoi(os.Getenv("AKGUARD_TEST_RANDOM")); err == nil {
		megabytes = n
	}
	f, g := finder(t), tokens{rand.New(rand.NewPCG(16, 6))}
	for range megabytes {
		var b strings.Builder
		for b.Len() < 1<<20 {
			b.WriteString(g.token())
			b.WriteString(between[g.IntN(len(between))])
		}
		content := b.String()
		for _, m := range f.Find(match.NewText([]byte(content), 0), match.Section{To: len(content)}).Matches {
			t.Errorf("%s at %v is found among random tokens: %v", m.Credential.Type, m.Position, m.Credential)
		}
	}
}

// sum makes a line of a go.sum file.
func (g tokens) sum(module string) string {
	return fmt.Sprintf("%s v1.%d.0 h1:%s\n%s v1.%d.0/go.mod h1:%s\n", module, g.IntN(90), base64.StdEncoding.EncodeToString(g.bytes(32)),
		module, g.IntN(90), base64.StdEncoding.EncodeToString(g.bytes(32)))
}

// TestFalseSecrets finds nothing in what real repositories have of the shape of a secret.
func TestFalseSecrets(t *testing.T) {
	t.Parallel()
	f, g, keys := finder(t), tokens{rand.New(rand.NewPCG(16, 7))}, rulestest.NewKeys(167)
	contents := map[string]func() string{
		"shapes of an SDK": func() string {
			return `{"AccessKeyId":{"shape":"StringFilterList"},"SecretAccessKey":{"shape":"ResourceAwsEc2InstanceSubnetId"},"AliyunSecret":{"shape":"ResourceAwsEc2InstanceSubnetId"}}`
		},
		"names of functions": func() string {
			return "func aliyunSecret() { c := NewPVTZClientWithSecurityToken(accessKeyId, accessKeySecret) }\naccessKeySecret = NewPVTZClientWithSecurityToken\nvar secret_key = GetAliyunAccessKeySecretFromMe\n"
		},
		"go.sum": func() string {
			return g.sum("github.com/aliyun/aliyun-secretsmanager-client-go") + g.sum("github.com/aliyun/secret-key") + g.sum("github.com/alibabacloud-go/kms-access-key-secret")
		},
		"a lock file": func() string {
			return fmt.Sprintf("\"node_modules/aliyun-secret\": {\n  \"version\": \"1.0.0\",\n  \"resolved\": \"https://registry.npmjs.org/aliyun-secret/-/aliyun-secret-1.0.0.tgz\",\n  \"integrity\": \"sha512-%s\"\n}\n",
				base64.StdEncoding.EncodeToString(g.bytes(64)))
		},
		"a lock file of yarn": func() string {
			return fmt.Sprintf("aliyun-access-key-secret@^1.0.0:\n  version \"1.0.0\"\n  resolved \"https://registry.yarnpkg.com/x.tgz#%s\"\n  integrity sha1-%s\n",
				hex.EncodeToString(g.bytes(20)), base64.StdEncoding.EncodeToString(g.bytes(20)))
		},
		"a workflow": func() string {
			return "    ALIYUN_ACCESS_KEY_SECRET: ${{ secrets.ALIYUN_ACCESS_KEY_SECRET }}\n    cache-key: " + keys.Secret() + "\n"
		},
		"IDs of tests": func() string {
			n := []int{13, 14, 17, 18, 19, 21, 22, 23}[g.IntN(8)]
			return "accessKeyID := \"LTAI" + g.of(base62, n-4) + "\"\n"
		},
	}
	for name, content := range contents {
		for range 300 {
			c := content()
			for _, m := range f.Find(match.NewText([]byte(c), 0), match.Section{To: len(c)}).Matches {
				t.Fatalf("%s: %s is found in\n%s", name, m.Credential.Type, c)
			}
		}
	}
}
