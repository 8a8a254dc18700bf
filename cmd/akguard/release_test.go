package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReleaseVersion builds with the linker flags that releases and the container have, and asks for the version.
func TestReleaseVersion(t *testing.T) {
	t.Parallel()
	flags := regexp.MustCompile(`-ldflags "([^"]+)"`)
	built := map[string]string{}
	for file, version := range map[string]string{filepath.Join("packaging", "release.sh"): "$version", "Dockerfile": "$VERSION"} {
		text, err := os.ReadFile(filepath.Join("..", "..", file))
		if err != nil {
			t.Fatal(err)
		}
		found := flags.FindSubmatch(text)
		if found == nil || !strings.HasSuffix(string(found[1]), "="+version) {
			t.Fatalf("%s sets no version", file)
		}
		built[strings.Replace(string(found[1]), version, "v12.34.56", 1)] = file
	}
	if len(built) != 1 {
		t.Errorf("the flags differ: %v", built)
	}
	for linker := range built {
		program := filepath.Join(t.TempDir(), "akguard.exe")
		if out, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-trimpath", "-ldflags", linker, "-o", program, ".").CombinedOutput(); err != nil {
			t.Fatalf("building: %v\n%s", err, out)
		}
		for _, args := range [][]string{{"version"}, {"--version"}} {
			if out, err := exec.CommandContext(t.Context(), program, args...).Output(); err != nil || !strings.HasPrefix(string(out), "akguard v12.34.56 go1.") {
				t.Errorf("%v: %q, %v", args, out, err)
			}
		}
	}
}
