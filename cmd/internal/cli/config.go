package cli

import (
	"crypto/sha256"
	"os"
	"path/filepath"

	"github.com/akguard/akguard/cmd/internal/config"
	"github.com/akguard/akguard/rules"
	"github.com/spf13/pflag"
)

// configOptions are the flags that choose the rules.
type configOptions struct {
	path string
	none bool
}

func (o *configOptions) addTo(f *pflag.FlagSet) {
	f.StringVar(&o.path, "config", "", "")
	f.BoolVar(&o.none, "no-config", false, "")
}

// load reads the configuration for what is scanned at target.
func (o configOptions) load(target string) (config.Config, error) {
	path := o.path
	switch {
	case o.none && path != "":
		return config.Config{}, usage("usage.exclusive", "--config", "--no-config")
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
		return c, usage("usage.config", err)
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
		return nil, usage("usage.config", err)
	}
	if c.Path != "" {
		o.target.Rules = sha256.Sum256(append(o.target.Rules[:], c.Sum[:]...))
	}
	switch {
	case !c.BuiltIn():
		a.say("scan.rules-only-custom", len(c.Custom), c.Path)
	case c.Path != "" && !o.quiet:
		a.say("scan.rules-custom", len(c.Custom), c.Path)
	}
	for _, ignored := range c.Ignored {
		if !o.quiet {
			a.say("scan.config-ignored", c.Path, ignored)
		}
	}
	return set, nil
}
