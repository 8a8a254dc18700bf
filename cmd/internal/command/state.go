package command

import (
	"os"
	"path/filepath"
	"runtime"
)

// StateDir is the user's folder for state, which must outlive the program and is not configuration.
func StateDir() (string, error) {
	if dir := os.Getenv("AKGUARD_STATE_DIR"); dir != "" {
		return dir, nil
	}
	switch runtime.GOOS {
	case "windows": // caches are in the folder for local data, and so is state
		dir, err := os.UserCacheDir()
		return filepath.Join(dir, "akguard"), err
	case "darwin":
		dir, err := os.UserConfigDir()
		return filepath.Join(dir, "akguard"), err
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "akguard"), nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state", "akguard"), err
}
