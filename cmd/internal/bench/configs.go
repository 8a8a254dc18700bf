package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// configs are the configurations that akguard is measured with, beside its own rules.
type configs struct {
	one      string // an ID's beginning, and nothing else
	gitleaks string // the default of gitleaks
}

const oneRule = `built-in = false
[[rules]]
id = "id"
regex = "LTAI[0-9A-Za-z]{12,20}"
`

func makeConfigs(dir string) (configs, error) {
	c := configs{one: filepath.Join(dir, "one.toml")}
	if err := os.WriteFile(c.one, []byte(oneRule), 0o600); err != nil {
		return c, err
	}
	cmd := exec.Command("go", "mod", "download", "-json", "github.com/zricethezav/gitleaks/v8@v8.30.1")
	cmd.Dir = dir // outside this module, which does not require gitleaks
	out, err := cmd.Output()
	if err != nil {
		return c, fmt.Errorf("downloading the rules of gitleaks: %w", err)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return c, err
	}
	c.gitleaks = filepath.Join(module.Dir, "config", "gitleaks.toml")
	return c, nil
}
