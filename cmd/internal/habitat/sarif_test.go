//go:build habitat

package habitat_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/reporttest"
	"github.com/akguard/akguard/scanner/report/sarif"
)

// TestSARIF has every report validated with the rules of the standard and of GitHub.
func TestSARIF(t *testing.T) {
	dir := multitool.dir(t)
	tool := filepath.Join(dir, "node_modules", "@microsoft", "sarif-multitool-linux", "Sarif.Multitool")
	if err := os.Chmod(tool, 0o755); err != nil {
		t.Fatal(err)
	}
	invalid := regexp.MustCompile(`(?m)^.*: (error|warning) [A-Z]+[0-9]+: .*$`)
	for _, language := range []message.Language{message.English, message.Chinese} {
		for name, r := range reporttest.Samples() {
			text := reporttest.RenderWith(t, sarif.Format(), r, report.Options{Words: message.New(language)})
			file := filepath.Join(t.TempDir(), name+".sarif")
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
			validate := exec.CommandContext(t.Context(), tool, "validate", "--rule-kind", "Sarif;Ghas", file)
			validate.Env = append(os.Environ(), "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1")
			out, err := validate.CombinedOutput()
			if !regexp.MustCompile(`Analysis completed successfully`).Match(out) {
				t.Fatalf("%s: the validator fails: %v\n%s", name, err, out)
			}
			for _, line := range invalid.FindAllString(string(out), -1) {
				t.Errorf("%s in %s: %s", name, language, line)
			}
		}
	}
}
