package custom

import (
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

func TestLiterals(t *testing.T) {
	tests := []struct {
		expr    string
		want    string // separated by spaces, in order
		longest int
	}{
		{`acme_[a-z0-9]{32}`, "acme_", 37},
		{`(?i)ACME-[^x]+`, "acme-", unbounded},
		{`gh[pousr]_[0-9a-zA-Z]{36}`, "gho_ ghp_ ghr_ ghs_ ghu_", 40},
		{`(?:key|token|secret)\s*=`, "key secret token", unbounded},
		{`(?:key|to)=`, "key= to=", 4},
		{`[a-z0-9]{32}`, "", 32},
		{`\b(A3T[A-Z0-9]|AKIA|ASIA)[A-Z2-7]{16}\b`, "a3t akia asia", 20},
		{`(?i)k.s`, "", 3 + 4 + 2},
		{`ab?c`, "", 3},
		{`abc?`, "", 3},
		{`x*longer|other`, "longer other", unbounded},
		{`(?:foo){2}bar`, "foofoobar", 9},
		{`(?:[a-z]{2,4}-)?token`, "token", 10},
		{`-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY`, "-----begin", 121},
		{`ключ=[0-9]{4}`, "", 13},
		{`(?i)[sk]ey-`, "key- sey-", 6},
		{`(?:a|b|)cde`, "acde bcde cde", 4},
		{``, "", 0},
	}
	for _, test := range tests {
		re, err := syntax.Parse(test.expr, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		got := literals(re).list
		slices.Sort(got)
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s holds one of %q, want %q", test.expr, got, test.want)
		}
		if n := longest(re); n != test.longest {
			t.Errorf("the longest match of %s has %d bytes, want %d", test.expr, n, test.longest)
		}
	}
}

func TestLead(t *testing.T) {
	tests := []struct {
		expr string
		want int
	}{
		{`acme_x`, 0},
		{`[a-z]{0,5}(?:acme|token)=`, 5},
		{`(?:[a-z]{2}acme|[a-z]{9}token)[0-9]`, 9},
		{`.*acme`, unbounded},
		{`ü?acme[^x]`, 2},
	}
	for _, test := range tests {
		re, err := syntax.Parse(test.expr, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		if got := literals(re); got.lead != test.want {
			t.Errorf("before one of %q in %s stand up to %d bytes, want %d", got.list, test.expr, got.lead, test.want)
		}
	}
}
