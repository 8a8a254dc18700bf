package command

import (
	"slices"
	"testing"
)

func TestNearest(t *testing.T) {
	names := []string{"scan", "ci", "verify", "version", "show-secrets", "show-suppressed", "format"}
	for typed, want := range map[string][]string{
		"scna": {"scan"}, "sca": {"scan"}, "scaan": {"scan"}, "formt": {"format"}, "verfy": {"verify"}, "show-secret": {"show-secrets"},
		"": nil, "x": nil, "zzzz": nil, "ls": nil, "completely": nil,
	} {
		if got := nearest(typed, names); !slices.Equal(got, want) {
			t.Errorf("%q is near %v, want %v", typed, got, want)
		}
	}
}
