package githook

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// Global is the hooks folder for all repositories of a user, and the configuration of git that names it.
type Global struct {
	Dir     string // the folder
	Config  string // the user's configuration file
	Program string // absolute path of akguard
}

// folder is the folder with its hooks.
func (g Global) folder() Folder { return Folder{Dir: g.Dir, Program: g.Program, Repository: true} }

// Install installs hooks for all repositories, and has git look there.
func (g Global) Install(names []string) error {
	if err := os.MkdirAll(g.Dir, 0o755); err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, name := range names {
		wanted[name] = true
		if _, _, err := g.folder().Install(name); err != nil {
			return err
		}
	}
	for _, name := range append(passed(), Names()...) {
		if wanted[name] || contains(filepath.Join(g.Dir, name), marker) {
			continue
		}
		if err := write(filepath.Join(g.Dir, name), passScript(name)); err != nil {
			return err
		}
	}
	return addBlock(g.Config, "[core]\n\thooksPath = "+configValue(g.Dir)+"\n", 0o644)
}

// configValue writes a path as a value of git's configuration.
func configValue(path string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(filepath.ToSlash(path)) + `"`
}

// Uninstall removes the hooks and the setting. It reports whether there were any.
func (g Global) Uninstall() (bool, error) {
	changed, err := removeBlock(g.Config)
	if err != nil {
		return changed, err
	}
	var errs []error
	for _, name := range append(passed(), Names()...) {
		if path := filepath.Join(g.Dir, name); contains(path, marker) {
			errs = append(errs, os.Remove(path))
			changed = true
		}
	}
	_ = os.Remove(g.Dir) // unless somebody has put something into it
	_ = os.Remove(filepath.Dir(g.Dir))
	return changed, errors.Join(errs...)
}
