package gitobj

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Ignore tells which untracked files git ignores. It is one folder's: its own rules, those of the folders above,
// and those of the repository and of the user. It is immutable.
type Ignore struct{ rules []ignoreRule }

const maxIgnoreFile = 1 << 20

// Ignore returns the rules that hold before any .gitignore of the working tree is read.
func (r *Repo) Ignore() Ignore {
	return Ignore{}.With(r.excludesFile(), nil).With(filepath.Join(r.Common, "info", "exclude"), nil)
}

// excludesFile returns the file of the user's own rules. The last configuration that names one wins. Only the files of
// configuration themselves are read, and not what they include.
func (r *Repo) excludesFile() string {
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
		if cfg, _, err := readConfig(file); err == nil {
			path = cmp.Or(cfg.Section("core").Option("excludesfile"), path)
		}
	}
	path = cmp.Or(r.config.Section("core").Option("excludesfile"), path)
	if inHome, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(home, inHome)
	}
	if !filepath.IsAbs(path) {
		return filepath.Join(r.Worktree, path)
	}
	return path
}

// With adds the rules of an ignore file, which stands in the folder domain of the working tree.
func (i Ignore) With(file string, domain []string) Ignore {
	info, err := os.Lstat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxIgnoreFile {
		return i
	}
	data, err := readFile(file)
	if err != nil {
		return i
	}
	folder := strings.Join(append(slices.Clone(domain), ""), "/")
	rules := slices.Clip(i.rules)
	for line := range strings.Lines(strings.TrimPrefix(string(data), "\ufeff")) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if rule, ok := parseRule(line, folder); ok && line[0] != '#' {
			rules = append(rules, rule)
		}
	}
	return Ignore{rules}
}

// Match reports whether git ignores the path, given by its elements from the root of the working tree. It is asked
// about the folders above first: what is in an ignored folder is ignored.
func (i Ignore) Match(path []string, isDir bool) bool {
	name := strings.Join(path, "/")
	for k := len(i.rules) - 1; k >= 0; k-- {
		if r := &i.rules[k]; r.matches(name, path[len(path)-1], isDir) {
			return !r.include
		}
	}
	return false
}
