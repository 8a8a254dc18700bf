package worktree

import (
	"encoding/binary"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// An index entry whose path has 200,000 folders costs what its bytes cost: no system has such a file.
func TestDeepPath(t *testing.T) {
	r := planted.New(t)
	opened, err := repo.OpenWorktree(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	data := append([]byte("DIRC"), 0, 0, 0, 2, 0, 0, 0, 1)
	data = append(append(data, make([]byte, 24)...), 0, 0, 0x81, 0xa4)
	data = binary.BigEndian.AppendUint16(append(data, make([]byte, 12+opened.Format().Size())...), 0xfff)
	data = append(append(data, strings.Repeat("d/", 200_000)+"f"...), make([]byte, 8+opened.Format().Size())...)
	if err := os.WriteFile(opened.IndexPath(), data, 0o600); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	tracked, err := newTree(opened, false)
	runtime.ReadMemStats(&after)
	if err != nil || len(tracked.files) != 1 || len(tracked.folders) > 0 {
		t.Fatalf("%d files, %d folders, error %v", len(tracked.files), len(tracked.folders), err)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 {
		t.Errorf("%d KB were allocated for a path of 400 KB", n>>10)
	}
}
