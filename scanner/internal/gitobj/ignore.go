package gitobj

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// Ignore tells which untracked files git ignores. It is one folder's: its own rules, those of the folders above,
// and those of the repository and of the user. It is immutable.
type Ignore struct{ patterns []gitignore.Pattern }

const maxIgnoreFile = 1 << 20

// Ignore returns the rules that hold before any .gitignore of the working tree is read.
func (r *Repo) Ignore() Ignore {
	var i Ignore
	root := osfs.New(string(filepath.Separator))
	for _, load := range []func() ([]gitignore.Pattern, error){
		func() ([]gitignore.Pattern, error) { return gitignore.LoadSystemPatterns(root) },
		func() ([]gitignore.Pattern, error) { return gitignore.LoadGlobalPatterns(root) },
	} {
		if patterns, err := load(); err == nil {
			i.patterns = append(i.patterns, patterns...)
		}
	}
	if dir, err := os.UserConfigDir(); err == nil {
		i = i.With(filepath.Join(dir, "git", "ignore"), nil)
	}
	return i.With(filepath.Join(r.Common, "info", "exclude"), nil)
}

// With adds the rules of an ignore file, which stands in the folder domain of the working tree.
func (i Ignore) With(file string, domain []string) Ignore {
	info, err := os.Lstat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxIgnoreFile {
		return i
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return i
	}
	patterns := i.patterns[:len(i.patterns):len(i.patterns)]
	for line := range strings.Lines(strings.TrimPrefix(string(data), "\ufeff")) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) != "" && line[0] != '#' {
			patterns = append(patterns, gitignore.ParsePattern(asMatched(line), domain))
		}
	}
	return Ignore{patterns}
}

// asMatched writes a pattern in the way that the matcher reads as git does: it knows [^a] and not [!a], and takes
// dir/** for the folder itself too, where nothing below could be taken back.
func asMatched(pattern string) string {
	pattern = strings.ReplaceAll(pattern, "[!", "[^")
	if inside, ok := strings.CutSuffix(pattern, "/**"); ok {
		return inside + "/*"
	}
	return pattern
}

// Match reports whether git ignores the path, given by its elements from the root of the working tree.
func (i Ignore) Match(path []string, isDir bool) bool {
	return gitignore.NewMatcher(i.patterns).Match(path, isDir)
}
