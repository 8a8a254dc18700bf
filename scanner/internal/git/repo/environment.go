package repo

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/akguard/akguard/scanner/internal/git/cquote"
)

// ObjectDirsFromEnv returns the object directories that git names in the environment of a hook, for Options.ObjectDirs.
// While a push waits for pre-receive, its objects are in a quarantine directory (GIT_QUARANTINE_PATH) that git commands
// find through GIT_OBJECT_DIRECTORY and GIT_ALTERNATE_OBJECT_DIRECTORIES.
//
// These directories add to the repository's own and never replace it, so that nothing is missed when the variables are
// left over from another repository.
func ObjectDirsFromEnv() []string {
	dirs := []string{os.Getenv("GIT_OBJECT_DIRECTORY"), os.Getenv("GIT_QUARANTINE_PATH")}
	dirs = append(dirs, splitObjectDirs(os.Getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES"))...)
	var out []string
	for _, dir := range dirs {
		if dir == "" {
			continue
		}
		if abs, err := filepath.Abs(dir); err == nil {
			dir = abs
		}
		if !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	return out
}

// splitObjectDirs splits a list of directories. Git quotes a directory that contains the separator as in C.
func splitObjectDirs(list string) []string {
	var out []string
	for list != "" {
		if dir, rest, quoted := cquote.Cut(list); quoted {
			out = append(out, dir)
			list = strings.TrimPrefix(rest, string(os.PathListSeparator))
			continue
		}
		var dir string
		dir, list, _ = strings.Cut(list, string(os.PathListSeparator))
		out = append(out, dir)
	}
	return out
}
