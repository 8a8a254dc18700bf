package finding_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/finding"
)

// TestRemoved takes the last removal, and only of what is in no branch, no index and no working tree.
func TestRemoved(t *testing.T) {
	at := func(day int) finding.Removal {
		return finding.Removal{Commit: fmt.Sprint("c", day), Date: time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC)}
	}
	past := func(reachable bool, r finding.Removal) finding.Occurrence {
		return finding.Occurrence{Place: finding.Place{Source: finding.SourceHistory, Path: "a", Reachable: reachable, Removed: r}}
	}
	there, lost := past(true, finding.Removal{}), past(false, finding.Removal{})
	worktree := finding.Occurrence{Place: finding.Place{Source: finding.SourceWorktree, Path: "a"}}
	for name, test := range map[string]struct {
		occurrences []finding.Occurrence
		want        finding.Removal
	}{
		"removed twice":       {[]finding.Occurrence{past(true, at(2)), past(true, at(5)), past(true, at(3))}, at(5)},
		"in a branch":         {[]finding.Occurrence{past(true, at(2)), there}, finding.Removal{}},
		"in the working tree": {[]finding.Occurrence{past(true, at(2)), worktree}, finding.Removal{}},
		"in no branch, too":   {[]finding.Occurrence{lost, past(true, at(2)), lost}, at(2)},
		"in no branch":        {[]finding.Occurrence{lost}, finding.Removal{}},
	} {
		if got := (finding.Finding{Occurrences: test.occurrences}).Removed(); got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

// The order of occurrences does not depend on the one in which they were found, even if they differ in their encoding only, and what
// is there twice is reported once.
func TestSortOccurrences(t *testing.T) {
	at := finding.Place{Source: finding.SourceFile, Path: "a"}
	want := []finding.Occurrence{
		{Place: at, Line: 1, Column: 1},
		{Place: at, Line: 1, Column: 1, Decoded: "base64"},
		{Place: at, Line: 1, Column: 1, Decoded: "gzip", Parts: finding.PartBoth, SecretLine: 2},
		{Place: at, Line: 1, Column: 1, Decoded: "gzip", Parts: finding.PartBoth, SecretLine: 3},
		{Place: at, Line: 2, Column: 1},
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		list := slices.Concat(want, want)
		rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		if got := finding.SortOccurrences(list); !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v, want %+v", got, want)
		}
	}
}
