package fetch_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/fetch"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// A server whose objects are named by SHA-256 is refused by that reason, over every protocol.
func TestSHA256IsRefused(t *testing.T) {
	planted.SetFormat(t, object.SHA256)
	r := origin(t)
	for name, url := range map[string]string{
		"http": serveHTTP(t, r, nil), "daemon": serveDaemon(t, r), "file": "file://" + r.Dir + "/.git",
	} {
		dir := filepath.Join(t.TempDir(), "mirror")
		result, err := fetch.Fetch(t.Context(), fetch.Options{URL: url, Dir: dir})
		if err == nil || !strings.Contains(err.Error(), "git.fetch-object-format") || len(result.Refs) > 0 {
			t.Errorf("%s: %+v, %v", name, result, err)
		}
		if packs, _ := filepath.Glob(filepath.Join(dir, "objects", "pack", "*")); len(packs) > 0 {
			t.Errorf("%s left %v", name, packs)
		}
	}
}
