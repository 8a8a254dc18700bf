// Package ignore matches paths against gitignore rules (gitignore(5)), exactly as git does: a rule that matched more
// would hide a file from the scan.
//
// Limits: files above 1 MiB and files that are not regular are not read.
package ignore

import (
	"os"
	"slices"
	"strings"

	"github.com/akguard/akguard/scanner/internal/fileio"
)

// Rules decides which untracked files of one folder git ignores: by the folder's own rules, those of the folders above,
// and those of the repository and the user. It is immutable. The zero Rules ignores nothing.
type Rules struct{ list []rule }

const maxFile = 1 << 20

// With returns the rules with those of an ignore file added, which take precedence. They apply below the folder dir of
// the working tree, given by its elements. A file that does not exist or cannot be read adds nothing: then more is
// scanned, not less.
func (r Rules) With(file string, dir []string) Rules {
	info, err := os.Lstat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
		return r
	}
	data, err := fileio.ReadFile(file)
	if err != nil {
		return r
	}
	return r.WithText(string(data), dir)
}

// WithText returns the rules with those of a text added, as if it were the content of an ignore file.
func (r Rules) WithText(text string, dir []string) Rules {
	folder := strings.Join(append(slices.Clone(dir), ""), "/")
	list := slices.Clip(r.list)
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if rule, ok := parseRule(line, folder); ok && line[0] != '#' {
			list = append(list, rule)
		}
	}
	return Rules{list}
}

// MatchFile reports whether git ignores a file, given by its slash-separated path, or a folder that it is in.
func (r Rules) MatchFile(path string) bool {
	elements := strings.Split(path, "/")
	for n := 1; n <= len(elements); n++ {
		if r.Match(elements[:n], n < len(elements)) {
			return path != ""
		}
	}
	return false
}

// Match reports whether git ignores a path, given by its elements from the root of the working tree. The caller must ask
// about the folders above first, because everything in an ignored folder is ignored.
func (r Rules) Match(path []string, isDir bool) bool {
	name := strings.Join(path, "/")
	for k := len(r.list) - 1; k >= 0; k-- {
		if rule := &r.list[k]; rule.matches(name, path[len(path)-1], isDir) {
			return !rule.negated
		}
	}
	return false
}
