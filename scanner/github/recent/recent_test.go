package recent_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/github/recent"
)

// TestReading reads a list again and again, as it grows, and as what was read at once is limited.
func TestReading(t *testing.T) {
	type entry struct {
		name string
		at   int // hours
	}
	began := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	var read recent.Read
	for i, step := range []struct {
		list  []entry
		limit int
		want  string
		since int // hours; -1: the beginning
	}{
		{[]entry{{"a", 1}, {"b", 50}, {"b", 50}}, 9, "[a b]", -1},
		{[]entry{{"b", 50}, {"late", 30}, {"old", 20}}, 9, "[late]", 26},
		{[]entry{{"b", 51}, {"c", 60}, {"d", 90}}, 2, "[b c]", 26},
		{[]entry{{"b", 51}, {"c", 60}, {"d", 90}, {"e", 27}}, 1, "[d]", 26},
		{[]entry{{"b", 51}, {"c", 60}, {"d", 90}, {"e", 27}}, 1, "[e]", 26},
		{[]entry{{"d", 90}}, 1, "[]", 66},
	} {
		r := recent.New(read)
		since := -1
		if !r.Since().IsZero() {
			since = int(r.Since().Sub(began).Hours())
		}
		got := []string{}
		for _, e := range step.list {
			switch {
			case !r.Fresh(e.name, began.Add(time.Duration(e.at)*time.Hour)):
			case len(got) == step.limit:
				r.Leave()
			default:
				got = append(got, e.name)
			}
		}
		slices.Sort(got)
		if fmt.Sprint(got) != step.want || since != step.since {
			t.Errorf("reading %d: %v since %d, want %s since %d", i, got, since, step.want, step.since)
		}
		read = r.Read()
	}
}
