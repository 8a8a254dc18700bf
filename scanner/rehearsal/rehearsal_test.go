package rehearsal_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/scanner/rehearsal"
)

// TestWrite has the key in the history alone.
func TestWrite(t *testing.T) {
	keys := rulestest.NewKeys(1)
	key := rules.Credential{Type: rules.AccessKey, ID: rules.NewSecret(keys.ID24()), Secret: rules.NewSecret(keys.Secret())}
	dir := filepath.Join(t.TempDir(), "shop")
	if err := rehearsal.Write(dir, rehearsal.Leak{Key: key, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	now, err := os.ReadFile(filepath.Join(dir, "config", "prod.env"))
	if err != nil || strings.Contains(string(now), key.ID.Reveal()) {
		t.Errorf("%v: the working tree has %s", err, now)
	}
	if err := rehearsal.Write(dir, rehearsal.Leak{Key: key, At: time.Now()}); err == nil {
		t.Error("a repository is written twice")
	}
}
