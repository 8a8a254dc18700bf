package cli

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/akguard/akguard/cmd/internal/config"
	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/rules"
	"github.com/spf13/pflag"
)

// configOptions are the flags that choose the rules.
type configOptions struct {
	path string
	none bool
}

func (o *configOptions) addTo(f *pflag.FlagSet) {
	f.StringVar(&o.path, "config", "", "read rules from `FILE`: an .akguard.toml or a .gitleaks.toml; default: the .akguard.toml of what is scanned")
	f.BoolVar(&o.none, "no-config", false, "read no configuration: a repository that is not trusted should not choose the rules")
}

const configHint = "akguard rules lint FILE checks a configuration"

// load reads the configuration for what is scanned at target.
func (o configOptions) load(target string) (config.Config, error) {
	path := o.path
	switch {
	case o.none && path != "":
		return config.Config{}, &failure{errors.New("--config and --no-config exclude each other"), "leave one of them out", exitUsage}
	case o.none:
		return config.Config{}, nil
	case path == "":
		if target == "-" {
			target = ""
		}
		if path = relative(config.Find(target)); path == "" {
			return config.Config{}, nil
		}
	}
	c, err := config.Load(path)
	if err != nil {
		return c, &failure{fmt.Errorf("configuration: %w", err), configHint, exitUsage}
	}
	return c, nil
}

// relative is a path as a person in the current folder writes it.
func relative(path string) string {
	here, err := os.Getwd()
	if err != nil || path == "" {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}

// useConfig reads the rules of a scan, and says where they come from: that is what "clean" is about.
func (a *app) useConfig(o *scanOptions) (*rules.Set, error) {
	c, err := o.config.load(o.target.Path)
	if err != nil {
		return nil, err
	}
	set, err := c.Rules()
	if err != nil {
		return nil, &failure{err, configHint, exitUsage}
	}
	if c.Path != "" {
		o.target.Rules = sha256.Sum256(append(o.target.Rules[:], c.Sum[:]...))
	}
	switch {
	case !c.BuiltIn():
		terminal.Say(a.Err, "rules: only the %d of %s, which switches the built-in ones off", len(c.Custom), c.Path)
	case c.Path != "" && !o.quiet:
		terminal.Say(a.Err, "rules: the built-in ones and %d of %s", len(c.Custom), c.Path)
	}
	for _, ignored := range c.Ignored {
		if !o.quiet {
			terminal.Say(a.Err, "%s: ignored: %s", c.Path, ignored)
		}
	}
	return set, nil
}
