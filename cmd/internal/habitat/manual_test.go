//go:build habitat

package habitat_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/akguard/akguard/cmd/internal/cli"
)

// TestManual has man render every page, at three widths of a terminal, without a warning.
func TestManual(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("man"); err != nil {
		fmt.Printf("habitat: left out %s: there is no man\n", t.Name())
		t.SkipNow()
	}
	dir := t.TempDir()
	if err := cli.WriteManual(dir, "v1.2.3"); err != nil {
		t.Fatal(err)
	}
	pages := 0
	for _, folder := range []string{"man1", "zh_CN/man1"} {
		names, err := filepath.Glob(filepath.Join(dir, folder, "*.1"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			pages++
			for _, width := range []string{"60", "80", "120"} {
				render(t, name, width)
			}
		}
	}
	if pages < 24 {
		t.Errorf("only %d pages", pages)
	}
}

func render(t *testing.T, page, width string) {
	t.Helper()
	var text, warnings bytes.Buffer
	man := exec.CommandContext(t.Context(), "man", "--warnings", "--local-file", page)
	man.Env = append(os.Environ(), "MANWIDTH="+width, "LC_ALL=C.UTF-8")
	man.Stdout, man.Stderr = &text, &warnings
	if err := man.Run(); err != nil || warnings.Len() > 0 || text.Len() < 200 {
		t.Errorf("%s at %s columns: %v, %d bytes\n%s", filepath.Base(page), width, err, text.Len(), &warnings)
	}
}
