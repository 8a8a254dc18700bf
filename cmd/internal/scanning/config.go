package scanning

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

// Config are the flags that choose the rules.
type Config struct {
	path  string
	none  bool
	Trust bool
	// own reads the configuration that comes with what is scanned; nil: from the disk. The error is fs.ErrNotExist if there is
	// none.
	Own func() ([]byte, error)
}

// AddTo adds the flags to a command.
func (o *Config) AddTo(f *pflag.FlagSet) {
	o.AddPathTo(f)
	f.BoolVar(&o.none, "no-config", false, "")
	f.BoolVar(&o.Trust, "trust-config", false, "")
}

// AddPathTo adds the flag that names a configuration, for a command that reads no other.
func (o *Config) AddPathTo(f *pflag.FlagSet) { f.StringVar(&o.path, "config", "", "") }

// Path returns the file that the flags name; "" for none.
func (o Config) Path() string { return o.path }

// Load reads the configuration for a scan of target. A configuration that comes with the target may add rules. Switching
// off the built-in ones takes the user's consent: --trust-config, or --config with its name.
func (o Config) Load(target string) (config.Config, error) {
	switch {
	case o.none && o.path != "":
		return config.Config{}, command.Usage("usage.exclusive", "--config", "--no-config")
	case o.none && o.Trust:
		return config.Config{}, command.Usage("usage.exclusive", "--trust-config", "--no-config")
	case o.none:
		return config.Config{}, nil
	case o.path != "":
		return loadConfig(o.path)
	}
	if o.Own != nil {
		return o.loadOwn()
	}
	if target == "-" {
		target = ""
	}
	path := Relative(config.Find(target))
	if path == "" {
		return config.Config{}, nil
	}
	c, err := loadConfig(path)
	if err == nil && !o.Trust {
		c.Ignored = append(c.Ignored, c.Distrust()...)
	}
	return c, err
}

// loadOwn reads the configuration that own returns, and trusts it.
func (o Config) loadOwn() (config.Config, error) {
	data, err := o.Own()
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

// Relative returns a path relative to the current folder, if that is shorter.
func Relative(path string) string {
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
func (a *Runner) useConfig(o *Options) (ruling, error) {
	c, err := o.Config.Load(o.Input.Path)
	if err != nil {
		return ruling{}, err
	}
	set, err := c.Rules()
	if err != nil {
		return ruling{}, command.Usage("usage.config", err)
	}
	r := ruling{rules: set, allow: c.Allow()}
	if c.Path != "" {
		o.Input.Repository.Rules = sha256.Sum256(append(o.Input.Repository.Rules[:], c.Sum[:]...))
	}
	switch {
	case !c.BuiltIn():
		r.notes = append(r.notes, reason.New("scan.rules-only-custom", len(c.Custom), c.Path))
		a.Say("scan.rules-only-custom", len(c.Custom), c.Path)
	case c.Path != "" && !o.Quiet:
		a.Say("scan.rules-custom", len(c.Custom), c.Path)
	}
	for _, ignored := range c.Ignored {
		if !o.Quiet {
			a.Say("scan.config-ignored", c.Path, ignored)
		}
	}
	return r, nil
}
