package cli

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/config"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/suppress"
	"github.com/spf13/pflag"
)

// configOptions are the flags that choose the rules.
type configOptions struct {
	path  string
	none  bool
	trust bool
	// own reads the configuration that comes with what is scanned; nil: from the disk. The error is fs.ErrNotExist if there is
	// none.
	own func() ([]byte, error)
}

func (o *configOptions) addTo(f *pflag.FlagSet) {
	f.StringVar(&o.path, "config", "", "")
	f.BoolVar(&o.none, "no-config", false, "")
	f.BoolVar(&o.trust, "trust-config", false, "")
}

// load reads the configuration for a scan of target. A configuration that comes with the target may add rules. Switching
// off the built-in ones takes the user's consent: --trust-config, or --config with its name.
func (o configOptions) load(target string) (config.Config, error) {
	switch {
	case o.none && o.path != "":
		return config.Config{}, command.Usage("usage.exclusive", "--config", "--no-config")
	case o.none && o.trust:
		return config.Config{}, command.Usage("usage.exclusive", "--trust-config", "--no-config")
	case o.none:
		return config.Config{}, nil
	case o.path != "":
		return loadConfig(o.path)
	}
	if o.own != nil {
		return o.loadOwn()
	}
	if target == "-" {
		target = ""
	}
	path := relative(config.Find(target))
	if path == "" {
		return config.Config{}, nil
	}
	c, err := loadConfig(path)
	if err == nil && !o.trust {
		c.Ignored = append(c.Ignored, c.Distrust()...)
	}
	return c, err
}

// loadOwn reads the configuration that own returns, and trusts it.
func (o configOptions) loadOwn() (config.Config, error) {
	data, err := o.own()
	if errors.Is(err, fs.ErrNotExist) {
		return config.Config{}, nil
	}
	if err != nil {
		return config.Config{}, command.Usage("usage.config", err)
	}
	c, err := config.Parse(config.Name, data)
	if err != nil {
		return c, command.Usage("usage.config", err)
	}
	return c, nil
}

func loadConfig(path string) (config.Config, error) {
	c, err := config.Load(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c, command.Usage("usage.config-missing", path)
	case err != nil:
		return c, command.Usage("usage.config", err)
	}
	return c, nil
}

// relative returns a path relative to the current folder, if that is shorter.
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

// ruling is what the configuration of a scan says: what is looked for, and what is allowed. Notes say what a reader of the
// report must know about that: "clean" is a statement about these rules.
type ruling struct {
	rules *rules.Set
	allow []suppress.Allow
	notes []reason.Reason
}

// useConfig reads the configuration of a scan.
func (a *app) useConfig(o *scanOptions) (ruling, error) {
	c, err := o.config.load(o.input.path)
	if err != nil {
		return ruling{}, err
	}
	set, err := c.Rules()
	if err != nil {
		return ruling{}, command.Usage("usage.config", err)
	}
	r := ruling{rules: set, allow: c.Allow()}
	if c.Path != "" {
		o.input.repository.Rules = sha256.Sum256(append(o.input.repository.Rules[:], c.Sum[:]...))
	}
	switch {
	case !c.BuiltIn():
		r.notes = append(r.notes, reason.New("scan.rules-only-custom", len(c.Custom), c.Path))
		a.Say("scan.rules-only-custom", len(c.Custom), c.Path)
	case c.Path != "" && !o.quiet:
		a.Say("scan.rules-custom", len(c.Custom), c.Path)
	}
	for _, ignored := range c.Ignored {
		if !o.quiet {
			a.Say("scan.config-ignored", c.Path, ignored)
		}
	}
	return r, nil
}
