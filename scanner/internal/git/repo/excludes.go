package repo

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"

	"github.com/akguard/akguard/scanner/internal/git/ignore"
)

// Ignore returns the ignore rules that apply before any .gitignore of the working tree is read: the user's own and those
// in info/exclude.
func (r *Repository) Ignore() ignore.Rules {
	return ignore.Rules{}.With(r.excludesFile(), nil).With(filepath.Join(r.Common, "info", "exclude"), nil)
}

// excludesFile returns the file with the user's own ignore rules: core.excludesFile of the last configuration that sets
// it. Included configuration files are not read.
func (r *Repository) excludesFile() string {
	home, _ := os.UserHomeDir()
	xdg := filepath.Join(cmp.Or(os.Getenv("XDG_CONFIG_HOME"), filepath.Join(home, ".config")), "git")
	files := []string{cmp.Or(os.Getenv("GIT_CONFIG_SYSTEM"), "/etc/gitconfig")}
	if global := os.Getenv("GIT_CONFIG_GLOBAL"); global != "" {
		files = append(files, global)
	} else {
		files = append(files, filepath.Join(xdg, "config"), filepath.Join(home, ".gitconfig"))
	}
	path := filepath.Join(xdg, "ignore")
	for _, file := range files {
		cfg, _ := readConfigFile(file) // one that is damaged is the user's own
		path = cmp.Or(cfg.Get("core", "", "excludesfile"), path)
	}
	path = cmp.Or(r.config.Get("core", "", "excludesfile"), path)
	if inHome, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(home, inHome)
	}
	if !filepath.IsAbs(path) {
		return filepath.Join(r.Worktree, path)
	}
	return path
}
