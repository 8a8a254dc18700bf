package text

import (
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		text string
		most int
		want string
	}{
		{"", 10, ""},
		{"one two three", 0, "one two three"},
		{"one two three", 13, "one two three"},
		{"one two three", 9, "one two|three"},
		{"a/very/long/path/that/stays.yml:12, x", 10, "a/very/long/path/that/stays.yml:12,|x"},
		{"请立即禁用该密钥：运行 akguard respond", 12, "请立即禁用该|密钥：运行|akguard|respond"},
		{"联网验证，或立即禁用", 10, "联网验证，|或立即禁用"},
		{"see（附近）的", 8, "see（附|近）的"},
	} {
		if got := strings.Join(wrap(test.text, test.most), "|"); got != test.want {
			t.Errorf("%q at %d columns is %q, want %q", test.text, test.most, got, test.want)
		}
	}
}
