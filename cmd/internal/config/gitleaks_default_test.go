package config_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/akguard/akguard/cmd/internal/config"
)

// gitleaksModule is where the default configuration of gitleaks comes from. It is not copied: the module is downloaded
// like those that the tests are built of.
const gitleaksModule = "github.com/zricethezav/gitleaks/v8@v8.30.1"

// gitleaksDefault returns the path of the default configuration of gitleaks.
func gitleaksDefault(t testing.TB) string {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", gitleaksModule)
	cmd.Dir = t.TempDir() // outside this module, which does not require gitleaks
	out, err := cmd.Output()
	var module struct{ Dir, Error string }
	if decodeErr := json.Unmarshal(out, &module); decodeErr != nil || module.Dir == "" {
		t.Fatalf("downloading %s: %v %v %s", gitleaksModule, err, decodeErr, module.Error)
	}
	return filepath.Join(module.Dir, "config", "gitleaks.toml")
}

func TestGitleaksDefault(t *testing.T) {
	c, err := config.Load(gitleaksDefault(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Custom) < 220 || len(c.Ignored) > 1 {
		t.Errorf("%d rules; ignored: %v", len(c.Custom), c.Ignored)
	}
	everywhere := 0
	for _, r := range c.Custom {
		for _, note := range r.Notes() {
			if note.Code == "custom.on-everything" {
				everywhere++
			}
			t.Logf("%s: %s", r.ID, note)
		}
	}
	if everywhere > 0 {
		t.Errorf("%d rules run on all content", everywhere)
	}
}
