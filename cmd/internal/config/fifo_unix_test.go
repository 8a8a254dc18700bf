//go:build unix

package config_test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/akguard/akguard/cmd/internal/config"
)

// A FIFO in place of a configuration file is refused, not waited for.
func TestFIFO(t *testing.T) {
	name := filepath.Join(t.TempDir(), ".akguard.toml")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(name); err == nil || !strings.Contains(err.Error(), "config.not-regular") {
		t.Errorf("error %v", err)
	}
}
