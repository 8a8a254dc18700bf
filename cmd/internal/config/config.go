// Package config reads the configuration of a scan: .akguard.toml, which is strict, and the part of a .gitleaks.toml that
// says what to look for.
//
// A configuration adds rules. It can also switch the built-in rules off, and allow paths for all rules, but that applies only
// where a person outside of the repository trusts it, so no file of a repository can hide an AccessKey by itself. The allow
// lists of a rule apply to that rule only.
package config

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/custom"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/suppress"
	"github.com/pelletier/go-toml/v2"
)

// Name is the file that is read without being named, in the top folder of what is scanned.
const Name = ".akguard.toml"

// Config is a configuration that was read and checked. The zero Config is the built-in rules.
type Config struct {
	Path    string // as the user named it; "" if there is none
	Custom  []custom.Rule
	Sum     [sha256.Size]byte // of the file
	Ignored []reason.Reason   // the parts of the file that have no effect

	withoutBuiltIn bool
	allow          []suppress.AllowOptions
}

// BuiltIn reports whether the built-in rules are on.
func (c Config) BuiltIn() bool { return !c.withoutBuiltIn }

// Distrust switches on what the configuration switches off, and lists what that was. It is for a configuration that comes with
// the scanned content, which may add rules but take nothing away.
func (c *Config) Distrust() []reason.Reason {
	var ignored []reason.Reason
	if c.withoutBuiltIn {
		ignored = append(ignored, reason.New("config.ignored-built-in"))
	}
	if len(c.allow) > 0 {
		ignored = append(ignored, reason.New("config.ignored-allow"))
	}
	c.withoutBuiltIn, c.allow = false, nil
	return ignored
}

// Allow returns the allowlists for all rules.
func (c Config) Allow() []suppress.Allow {
	var out []suppress.Allow
	for _, o := range c.allow {
		o.By = filepath.ToSlash(c.Path)
		if a, err := suppress.NewAllow(o); err == nil { // it was checked when it was read
			out = append(out, a)
		}
	}
	return out
}

// Rules returns the rules that are on.
func (c Config) Rules() (*rules.Set, error) {
	var list []rules.Rule
	if c.BuiltIn() {
		list = builtin.Set().Rules()
	}
	if !c.BuiltIn() && len(c.Custom) == 0 {
		return nil, reason.NewError("config.no-rules", c.Path)
	}
	own, err := custom.Compile(c.Custom...)
	if err != nil {
		return nil, reason.NewError("config.file", c.Path, err)
	}
	if err := distinct(list, c.Custom); err != nil {
		return nil, reason.NewError("config.file", cmp.Or(c.Path, Name), err)
	}
	set, err := rules.Compile(append(list, own...)...)
	if err != nil {
		return nil, reason.NewError("config.file", cmp.Or(c.Path, Name), err)
	}
	return set, nil
}

// distinct refuses rules that share an ID. The ID of a rule is also the type of its credentials.
func distinct(builtIn []rules.Rule, own []custom.Rule) error {
	taken := map[string]string{}
	for _, r := range builtIn {
		taken[r.ID], taken[string(r.Type)] = "config.id-built-in", "config.id-built-in"
	}
	for _, r := range own {
		if why := taken[r.ID]; why != "" {
			return reason.NewError(why, r.ID)
		}
		taken[r.ID] = "config.id-twice"
	}
	return nil
}

// MaxSize is the size of the largest configuration that is read, in bytes. No handwritten one is larger.
const MaxSize = 4 << 20

// Load reads a configuration. A file whose name contains "gitleaks" is in the format of gitleaks; all others are in
// akguard's own. Errors name the line.
func Load(path string) (Config, error) {
	data, err := ReadFile(path, MaxSize)
	if err != nil {
		return Config{}, err
	}
	return Parse(path, data)
}

// Parse is Load for a text that was read elsewhere. Path names it.
func Parse(path string, data []byte) (Config, error) {
	parse := parseOwn
	if strings.Contains(strings.ToLower(filepath.Base(path)), "gitleaks") {
		parse = parseGitleaks
	}
	c, err := parse(data)
	if err != nil {
		return Config{}, Located(path, err)
	}
	c.Path, c.Sum = path, sha256.Sum256(data)
	if _, err := c.Rules(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// ReadFile reads a regular file of limit bytes at most. It looks before it opens it: opening a FIFO waits until somebody writes
// to it.
func ReadFile(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, reason.NewError("config.not-regular", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = reason.NewError("config.too-large", path, limit)
	}
	return data, err
}

// Located is an error of TOML with the file, the line and the field, as far as they are known. The texts of the library name types of
// this program, which say nothing to the author of the file.
func Located(path string, err error) error {
	var unknown *toml.StrictMissingError
	var wrong *toml.DecodeError
	switch {
	case errors.As(err, &unknown) && len(unknown.Errors) > 0:
		row, _ := unknown.Errors[0].Position()
		return reason.NewError("config.unknown-key", path, row, strings.Join(unknown.Errors[0].Key(), "."))
	case errors.As(err, &wrong):
		row, _ := wrong.Position()
		if strings.Contains(wrong.Error(), "cannot decode TOML") {
			return reason.NewError("config.wrong-type", path, row, strings.Join(wrong.Key(), "."))
		}
		return reason.NewError("config.line", path, row, strings.TrimPrefix(wrong.Error(), "toml: "))
	}
	return reason.NewError("config.file", path, err)
}

// Find returns the configuration of what is scanned at path: the file of that Name in its folder, or in one above it up
// to the top of its repository; "" if there is none.
func Find(path string) string {
	dir, err := filepath.Abs(cmp.Or(path, "."))
	if err != nil {
		return ""
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		dir = filepath.Dir(dir)
	}
	for {
		if name := filepath.Join(dir, Name); exists(name) {
			return name
		}
		parent := filepath.Dir(dir)
		if parent == dir || exists(filepath.Join(dir, ".git")) {
			return ""
		}
		dir = parent
	}
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}
