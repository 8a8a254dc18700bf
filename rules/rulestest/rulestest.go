// Package rulestest holds the acceptance test that every rule passes, and makes the keys that tests need: random values
// of the right shape, made at run time, so that the repository holds none.
package rulestest

import (
	"slices"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/builtin"
)

// rounds is how many different keys an example is tried with.
const rounds = 200

// Accept fails t unless the rule is fit for release: it explains itself, it reports each of its examples, with many
// different keys, and none of its counterexamples. The rule is tried together with the built-in rules, whether it is one
// of them or not.
func Accept(t *testing.T, rule rules.Rule) {
	t.Helper()
	if rule.ID == "" || rule.Type == "" || rule.Severity == 0 || rule.Description.IsZero() || rule.Help.IsZero() {
		t.Errorf("rule %q lacks an ID, a type, a severity, a description or a help text", rule.ID)
	}
	if len(rule.Examples.Match) == 0 || len(rule.Examples.NoMatch) == 0 {
		t.Errorf("rule %q needs examples that match and examples that do not", rule.ID)
	}
	set, err := among(rule)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(rounds) {
		keys := NewKeys(seed)
		for _, example := range rule.Examples.Match {
			if content := keys.Expand(example); !reports(set, rule.Type, content) {
				t.Errorf("%s does not report %q (seed %d)", rule.ID, content, seed)
			}
		}
		for _, example := range rule.Examples.NoMatch {
			if content := keys.Expand(example); reports(set, rule.Type, content) {
				t.Errorf("%s reports %q (seed %d)", rule.ID, content, seed)
			}
		}
	}
}

// among compiles a rule together with the built-in ones. It takes the place of a built-in rule of its ID.
func among(rule rules.Rule) (*rules.Set, error) {
	others := slices.DeleteFunc(builtin.Rules(), func(r rules.Rule) bool { return r.ID == rule.ID })
	return rules.Compile(append(others, rule)...)
}
