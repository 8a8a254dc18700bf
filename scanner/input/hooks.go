package input

import (
	"path/filepath"

	"github.com/akguard/akguard/scanner/internal/git/repo"
)

// HooksDir returns the folder in which git looks for the hooks of the repository around a path.
func HooksDir(path string) (string, error) {
	root, err := around(path)
	if err != nil {
		return "", err
	}
	r, err := repo.OpenWorktree(root)
	if err != nil {
		return "", failed("input.unreadable-repository", err)
	}
	return filepath.Abs(r.HooksDir())
}

// UserHooksDir returns the folder in which git looks for the hooks of all repositories of the user; "" if it does not.
func UserHooksDir() string { return repo.UserSetting("core", "hookspath") }

// UserConfig returns the configuration file of git that holds the user's settings. It may not exist.
func UserConfig() string { return repo.UserConfig() }
