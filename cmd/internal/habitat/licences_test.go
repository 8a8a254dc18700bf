//go:build habitat

package habitat_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestLicences compares the licences that docs/dependencies.md says of what is installed from npm with what the packages say.
func TestLicences(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	table := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|[^|]*\\| ([^|]+) \\|$").FindAllStringSubmatch(string(text), -1) {
		table[row[1]] = row[2]
	}
	for _, tool := range []*tool{husky, lefthook, payloads, openapi, graphql, multitool, auditor, renderer} {
		modules := filepath.Join(tool.dir(t), "node_modules")
		for _, name := range tool.packages {
			manifest, err := os.ReadFile(filepath.Join(modules, filepath.FromSlash(name), "package.json"))
			var p struct{ License string }
			if err == nil {
				err = json.Unmarshal(manifest, &p)
			}
			if err != nil || p.License == "" || table[name] != p.License {
				t.Errorf("%s: docs/dependencies.md says %q, the package %q, %v", name, table[name], p.License, err)
			}
		}
		if len(tool.packages) == 0 {
			t.Errorf("%s has no packages", tool.name)
		}
	}
}
