package survey

import (
	"encoding/json"
	"slices"

	"github.com/akguard/akguard/verifier/account"
)

// Rights lists the permissions with which every question is answered, sorted.
func Rights() []string {
	all := []string{rightLookup}
	for _, q := range table() {
		all = append(all, q.right)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Policy returns the least permission policy, as JSON, with which every question is answered; after a reading, with which
// those that its ledger says were refused are. It is "" if none were.
func Policy(l account.Ledger) string {
	rights := Rights()
	if l != nil {
		rights = nil
		for _, e := range l {
			if e.Right != "" {
				rights = append(rights, e.Right)
			}
		}
		slices.Sort(rights)
		rights = slices.Compact(rights)
	}
	if len(rights) == 0 {
		return ""
	}
	type statement struct {
		Effect   string
		Action   []string
		Resource string
	}
	text, err := json.MarshalIndent(struct {
		Version   string
		Statement []statement
	}{"1", []statement{{"Allow", rights, "*"}}}, "", "  ")
	if err != nil {
		return "" // cannot happen: strings
	}
	return string(text)
}
