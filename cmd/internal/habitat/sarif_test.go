//go:build habitat

package habitat_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"
	"time"

	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/reporttest"
	"github.com/akguard/akguard/scanner/report/sarif"
)

// multitool is Microsoft's validator of SARIF, which has rules for what GitHub takes.
const multitool = "@microsoft/sarif-multitool-linux@5.7.0"

// install installs a package of npm in a temporary folder, and returns that; "" if it cannot be had.
func install(t *testing.T, name, what string) string {
	t.Helper()
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", name)
	if out, err := npm.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "LEFT OUT: %s: %s cannot be installed: %v\n%.300s\n", what, name, err, out)
		return ""
	}
	return dir
}

// TestSARIF has every report validated with the rules of the standard and of GitHub.
func TestSARIF(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		fmt.Fprintln(os.Stderr, "LEFT OUT: the validation of SARIF: the validator is for Linux on amd64")
		return
	}
	dir := install(t, multitool, "the validation of SARIF")
	if dir == "" {
		return
	}
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
