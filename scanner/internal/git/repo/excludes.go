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
	return rooted(path, r.Worktree)
}

func userConfigDir(home string) string {
	return filepath.Join(cmp.Or(os.Getenv("XDG_CONFIG_HOME"), filepath.Join(home, ".config")), "git")
}

// Setting returns a value of the configuration: that of the working tree or the repository or, if they have none, of the user or
// the system. Included configuration files are not read. Names are in lower case.
func (r *Repository) Setting(section, name string) string {
	var own string
	if r.config.Get("extensions", "", "worktreeconfig") == "true" {
		cfg, _ := readConfigFile(filepath.Join(r.GitDir, "config.worktree"))
		own = cfg.Get(section, "", name)
	}
	return cmp.Or(own, r.config.Get(section, "", name), UserSetting(section, name))
}

// UserSetting returns a value of the configuration of the user or, if that has none, of the system.
func UserSetting(section, name string) string {
	var value string
	for _, file := range append([]string{cmp.Or(os.Getenv("GIT_CONFIG_SYSTEM"), "/etc/gitconfig")}, userConfigs()...) {
		cfg, _ := readConfigFile(file) // one that is damaged is the user's own
		value = cmp.Or(cfg.Get(section, "", name), value)
	}
	return value
}

// userConfigs returns the user's configuration files. The last one takes precedence.
func userConfigs() []string {
	if global := os.Getenv("GIT_CONFIG_GLOBAL"); global != "" {
		return []string{global}
	}
	home, _ := os.UserHomeDir()
	return []string{filepath.Join(userConfigDir(home), "config"), filepath.Join(home, ".gitconfig")}
}

// UserConfig returns the configuration file that git config --global writes: ~/.gitconfig, unless only the other one exists.
func UserConfig() string {
	files := userConfigs()
	last := files[len(files)-1]
	if _, err := os.Stat(last); err != nil {
		if _, err := os.Stat(files[0]); err == nil {
			return files[0]
		}
	}
	return last
}

// HooksDir returns the folder of the repository's hooks: core.hooksPath, or hooks in the git directory.
func (r *Repository) HooksDir() string {
	path := r.Setting("core", "hookspath")
	if path == "" {
		return filepath.Join(r.Common, "hooks")
	}
	return rooted(path, cmp.Or(r.Worktree, r.GitDir))
}

// rooted returns an absolute path. One that is relative is below a folder, and ~/ is the user's home.
func rooted(path, folder string) string {
	if inHome, ok := strings.CutPrefix(path, "~/"); ok {
		home, _ := os.UserHomeDir()
		return filepath.Join(home, inHome)
	}
	if !filepath.IsAbs(path) {
		return filepath.Join(folder, path)
	}
	return path
}

// RemoteURL returns the URL of a remote from the repository's configuration, or "".
func (r *Repository) RemoteURL(name string) string { return r.config.Get("remote", name, "url") }
