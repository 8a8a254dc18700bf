package input_test

import (
	"reflect"
	"testing"

	"github.com/akguard/akguard/scanner/finding"
)

// A repository that keeps its refs in reftables is scanned as one that keeps them in files: the same findings, at the same
// places, kept by the same refs and reflogs.
func TestReftables(t *testing.T) {
	g := newGarden(t)
	see := func(opts options) []finding.Finding {
		t.Helper()
		r := scan(t, opts)
		if len(r.Findings) == 0 || len(r.Skips) > 0 || !r.Sum.Complete {
			t.Errorf("%+v: %d findings, skipped %v", opts, len(r.Findings), r.Skips)
		}
		return r.Findings
	}
	views := []options{
		{Path: g.Dir}, {Path: g.Dir, NoWorktree: true, NoUnreachable: true}, {Path: g.linked.Dir}, {Path: g.Dir, Staged: true},
		{Path: g.Dir, Range: "left^..main"},
	}
	var files [][]finding.Finding
	for _, opts := range views {
		files = append(files, see(opts))
	}
	g.Reftables()
	for i, opts := range views {
		if tables := see(opts); !reflect.DeepEqual(tables, files[i]) {
			t.Errorf("%+v:\nreftables %+v\n    files %+v", opts, tables, files[i])
		}
	}
}
