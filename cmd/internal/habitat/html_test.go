//go:build habitat

package habitat_test

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/html"
	"github.com/akguard/akguard/scanner/report/reporttest"
)

// browser returns the path of Chromium, or "".
func browser() string {
	chromium, _ := exec.LookPath("chromium")
	chrome, _ := exec.LookPath("google-chrome")
	return cmp.Or(chromium, chrome)
}

// TestHTML opens every report in a browser, light and dark: it reports nothing, loads nothing, hinders nobody, and the
// controls work.
func TestHTML(t *testing.T) {
	chromium := browser()
	if chromium == "" {
		fmt.Printf("habitat: left out %s: there is no chromium\n", t.Name())
		return
	}
	modules := auditor.dir(t)
	args, dir := []string{filepath.Join("testdata", "html.mjs"), chromium, modules}, t.TempDir()
	for name, r := range reporttest.Samples() {
		file := filepath.Join(dir, name+".html")
		args = append(args, file)
		text := reporttest.RenderWith(t, html.Format(), r, report.Options{Words: message.New(message.English)})
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	broken := filepath.Join(dir, "broken.html")
	if err := os.WriteFile(broken, []byte("<!DOCTYPE html><title>x</title><script>no()</script><img src=x>"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "node", append(args, broken)...).CombinedOutput()
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
	if found < 4 {
		t.Errorf("%d problems in a broken page: the test finds nothing", found)
	}
}
