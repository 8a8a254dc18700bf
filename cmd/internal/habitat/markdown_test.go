//go:build habitat

package habitat_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/markdown"
	"github.com/akguard/akguard/scanner/report/reporttest"
)

// TestMarkdown renders every report as GitHub does: the words of a repository are in code, and the tables stay whole.
func TestMarkdown(t *testing.T) {
	modules, dir := renderer.dir(t), t.TempDir()
	args := []string{filepath.Join("testdata", "markdown.mjs"), modules}
	write := func(name string, text []byte) string {
		file := filepath.Join(dir, name+".md")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
		return file
	}
	for name, r := range reporttest.Samples() {
		write(name, reporttest.RenderWith(t, markdown.Format(), r, report.Options{Words: message.New(message.English)}))
	}
	broken := write("broken", []byte("@team\n\n<img src=x>\n\n| a | b |\n|---|---|\n| c | d |\n"))
	out, err := exec.CommandContext(t.Context(), "node", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	found := 0
	for problem := range strings.Lines(string(out)) {
		if strings.HasPrefix(problem, broken) {
			found++
			continue
		}
		t.Error(strings.TrimSpace(problem))
	}
	if found != 4 {
		t.Errorf("%d problems in a broken text, want 4: the test finds nothing", found)
	}
}
