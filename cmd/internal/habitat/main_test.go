//go:build habitat

package habitat_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// programs is the folder with akguard as users have it, built once.
var programs string

func TestMain(m *testing.M) { os.Exit(suite(m)) }

func suite(m *testing.M) int {
	dir, err := os.MkdirTemp("", "akguard-habitat")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	programs = dir
	build := exec.Command("go", "build", "-buildvcs=false", "-o", filepath.Join(dir, "akguard"), "github.com/akguard/akguard/cmd/akguard")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building akguard: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}
