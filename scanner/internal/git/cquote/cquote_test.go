package cquote_test

import (
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/cquote"
)

func TestCut(t *testing.T) {
	for _, test := range []struct {
		text, path, rest string
		ok               bool
	}{
		{`"a b"`, "a b", "", true},
		{`"a\"\\\t\n\303\251"rest`, "a\"\\\t\né", "rest", true},
		{`""`, "", "", true},
		{`a`, "", "", false},
		{`"a`, "", "", false},
		{`"a\`, "", "", false},
		{`"\x41"`, "", "", false},
		{`"\400"`, "", "", false},
		{`"\08a"`, "", "", false},
	} {
		if path, rest, ok := cquote.Cut(test.text); path != test.path || rest != test.rest || ok != test.ok {
			t.Errorf("%s: %q, %q, %v", test.text, path, rest, ok)
		}
	}
}
