package decode_test

import (
	"strings"
	"testing"

	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/scanner/decode"
)

const source = `// Find returns every part in content, ordered by its place, each place once.
func (s *Set) Find(content []byte) []Match {
	var found []Match // github.com/akguard/akguard/rules/literal
	s.each(content, func(m Match) bool {
		found = append(found, m)
		return true
	})
	return inOrderOfAppearance(found)
}
`

func BenchmarkEach(b *testing.B) {
	keys := rulestest.NewKeys(6)
	plain := strings.Repeat(source, 1<<20/len(source))
	secret := "id: " + b64(keys.ID24()) + "\nkey: " + b64(keys.Secret()) + "\n"
	noise := make([]byte, 3<<18)
	for i, state := 0, uint32(1); i < len(noise); i++ {
		state = state*1664525 + 1013904223
		noise[i] = byte(state >> 24)
	}
	for _, bb := range []struct{ name, content string }{
		{"plain", plain},
		{"one secret", plain + secret},
		{"secrets", strings.Repeat(secret, 1<<20/len(secret))},
		{"escaped", quote(plain)},
		{"nothing but escapes", strings.Repeat(`\"`, 1<<19)},
		{"base64", b64(plain)},
		{"image", b64(string(noise))},
		{"hashes", strings.Repeat("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b ", 1<<20/41)},
		{"lines of hashes", strings.Repeat(strings.Repeat("9f86d081884c7d65", 4)+"\n", 1<<20/65)},
		{"runs", strings.Repeat("abcdefghijklmnop ", 1<<20/17)},
		{"small gzips", strings.Repeat(b64(gz("x"))+"\n", 1<<20/40)},
		{"cut gzips", strings.Repeat("H4sIAAAAAAAA/wEB\n", 1<<20/17)},
		{"cut zstds", strings.Repeat("KLUv/QQAEQAAYWFh\n", 1<<20/17)},
		{"gbk", gbk(strings.Repeat("密钥 // a comment in Chinese\n", 1<<20/40))},
	} {
		b.Run(bb.name, func(b *testing.B) {
			content := []byte(bb.content)
			b.SetBytes(int64(len(content)))
			for b.Loop() {
				if err := decode.Each(content, decode.Options{}, func(*decode.View) {}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
