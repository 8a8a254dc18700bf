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

// excludesFile returns the file with the user's own ignore rules: core.excludesFile.
func (r *Repository) excludesFile() string {
	home, _ := os.UserHomeDir()
	path := cmp.Or(r.Setting("core", "excludesfile"), filepath.Join(userConfigDir(home), "ignore"))
	if inHome, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(home, inHome)
	}
	if !filepath.IsAbs(path) {
		return filepath.Join(r.Worktree, path)
	}
	return path
}

func userConfigDir(home string) string {
	return filepath.Join(cmp.Or(os.Getenv("XDG_CONFIG_HOME"), filepath.Join(home, ".config")), "git")
}

// Setting returns a value of the configuration: that of the repository or, if it has none, of the user or the system. Included
// configuration files are not read. Names are in lower case.
func (r *Repository) Setting(section, name string) string {
	home, _ := os.UserHomeDir()
	files := []string{cmp.Or(os.Getenv("GIT_CONFIG_SYSTEM"), "/etc/gitconfig")}
	if global := os.Getenv("GIT_CONFIG_GLOBAL"); global != "" {
		files = append(files, global)
	} else {
		files = append(files, filepath.Join(userConfigDir(home), "config"), filepath.Join(home, ".gitconfig"))
	}
	var value string
	for _, file := range files {
		cfg, _ := readConfigFile(file) // one that is damaged is the user's own
		value = cmp.Or(cfg.Get(section, "", name), value)
	}
	return cmp.Or(r.config.Get(section, "", name), value)
}
