package main

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// tools are the programs that are measured, and what they need.
type tools struct {
	configs
	dir        string // of everything that the benchmark makes
	akguard    string
	floor      string   // the project's decoder
	libdeflate string   // the same with libdeflate; empty if it cannot be built
	missing    []string // what is not measured, and why
}

//go:embed native/floor.c
var floorSource []byte

// build builds what is measured, and finds the other scanners.
func build(dir string) (tools, error) {
	t := tools{dir: dir, akguard: filepath.Join(dir, "akguard"), floor: filepath.Join(dir, "floor")}
	for out, from := range map[string]string{t.akguard: "./cmd/akguard", t.floor: "./scanner/internal/git/floor"} {
		cmd := exec.Command("go", "build", "-o", out, from)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // as make build does
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return t, fmt.Errorf("building %s: %w", from, err)
		}
	}
	if err := t.buildNative(); err != nil {
		t.missing = append(t.missing, fmt.Sprintf("the floor with libdeflate (%v)", err))
	}
	var err error
	if t.configs, err = makeConfigs(dir); err != nil {
		t.missing = append(t.missing, fmt.Sprintf("hundreds of rules (%v)", err))
	}
	for _, peer := range peers {
		if _, err := exec.LookPath(peer); err != nil {
			t.missing = append(t.missing, peer+" (not on the PATH)")
		}
	}
	return t, nil
}

// buildNative compiles the floor with libdeflate.
func (t *tools) buildNative() error {
	source, out := filepath.Join(t.dir, "floor.c"), filepath.Join(t.dir, "floor-native")
	if err := os.WriteFile(source, floorSource, 0o600); err != nil {
		return err
	}
	compiler := os.Getenv("CC")
	if compiler == "" {
		compiler = "cc"
	}
	if err := exec.Command(compiler, "-O2", "-o", out, source, "-ldeflate", "-lpthread").Run(); err != nil {
		return fmt.Errorf("a C compiler and libdeflate.h are needed: %w", err)
	}
	t.libdeflate = out
	return nil
}
