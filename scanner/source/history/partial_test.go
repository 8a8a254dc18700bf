package history_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/planted"
)

// A partial clone, which lacks nearly every object, takes no more memory than the full one.
func TestPartialCloneAllocates(t *testing.T) {
	const files, commits = 2000, 200
	full := planted.New(t, "--bare")
	var script strings.Builder
	for i := range commits {
		fmt.Fprintf(&script, "commit refs/heads/main\ncommitter C <c@example.com> %d +0000\ndata 1\nm\n", 1_700_000_000+i)
		for j := range files {
			if i == 0 || j%commits == i {
				fmt.Fprintf(&script, "M 100644 inline folder/f%d\ndata <<E\nversion %d of %d\nE\n", j, i, j)
			}
		}
	}
	full.Feed(script.String(), "fast-import", "--quiet")
	full.Git("config", "uploadpack.allowFilter", "true")
	full.Git("clone", "-q", "--bare", "--filter=blob:none", "file://"+full.Dir, "../partial.git")
	allocated := func(r *planted.Repo) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		scan(t, r)
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	allocated(full) // the rules and the buffers of all scans
	whole, part := allocated(full), allocated(full.At("../partial.git"))
	if part > whole*11/10 {
		t.Errorf("%d KB were allocated for the partial clone, %d KB for the full one", part>>10, whole>>10)
	}
}
