package compose_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/internal/git/compose"
)

// TestRepository asks git what it thinks of the repository.
func TestRepository(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "shop")
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	err := compose.Repository(dir,
		compose.Commit{Message: "first", Author: "Li Wei", Email: "li@example.com", At: at, Write: map[string]string{"a/b.txt": "x\n", "c": "y\n"}},
		compose.Commit{Message: "second", Author: "Li Wei", Email: "li@example.com", At: at.Add(time.Hour), Remove: []string{"c"}})
	if err != nil {
		t.Fatal(err)
	}
	git := func(args ...string) string {
		out, err := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("fsck", "--strict")
	if got := git("log", "--format=%s %an %aI", "main"); got != "second Li Wei 2026-03-02T09:00:00Z\nfirst Li Wei 2026-03-02T08:00:00Z" && !strings.HasPrefix(got, "second Li Wei 2026-03-02T09:00:00+00:00") {
		t.Errorf("the log is %s", got)
	}
	if got := git("status", "--porcelain") + git("ls-files"); got != "a/b.txt" {
		t.Errorf("the files are %q", got)
	}
}
