// Package githook installs akguard's hooks into a hooks folder of git, beside those of others, and removes them again.
//
// A hook that is there already keeps its bytes under another name, and runs first. With husky, which rewrites its folder, a
// few lines are added to the user's own file instead. Uninstalling restores every byte.
//
// Limits: another hook manager that writes the folder anew takes the hook out again. pre-commit keeps it as another name and
// runs it; lefthook keeps it and does not, and does this whenever its configuration changes, so that the caller must say it.
package githook

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/akguard/akguard/rules/reason"
)

// The hooks that can be installed.
const (
	PreCommit = "pre-commit"
	PrePush   = "pre-push"
	CommitMsg = "commit-msg"
)

// Names lists the hooks that can be installed.
func Names() []string { return []string{PreCommit, PrePush, CommitMsg} }

// marker is in every script that this package writes.
const marker = "# akguard: written by akguard hook install, removed by akguard hook uninstall"

// newFolder is in a script whose folder was made for it.
const newFolder = "# akguard: the folder was made for this file"

// saved is what is added to the name of a hook that was there before.
const saved = ".before-akguard"

// keptAs are the suffixes of the names under which lefthook and pre-commit keep a hook that is not theirs.
func keptAs() []string { return []string{".old", ".legacy"} }

// Folder is a hooks folder.
type Folder struct {
	Dir     string
	Program string // absolute path of akguard
	// Repository says that the folder is for many repositories, so that the hooks also run those of the repository.
	Repository bool
}

// husky reports whether husky writes the folder, and returns the folder with the user's hooks.
func (f Folder) husky() (string, bool) {
	parent := filepath.Dir(f.Dir)
	if filepath.Base(f.Dir) == "_" && filepath.Base(parent) == ".husky" {
		return parent, true
	}
	return "", false
}

// Install installs one hook. It returns the path of the file that it wrote, and whether another hook runs before.
func (f Folder) Install(name string) (path string, chained bool, err error) {
	if dir, ok := f.husky(); ok {
		path = filepath.Join(dir, name)
		return path, false, addBlock(path, "akguard hook "+name+` "$@" || exit $?`+"\n", 0o755)
	}
	path = filepath.Join(f.Dir, name)
	made, err := makeDir(f.Dir)
	if err != nil {
		return path, false, err
	}
	if err := takeBack(path); err != nil {
		return path, false, err
	}
	made = made || contains(path, newFolder)
	if _, err := os.Lstat(path); err == nil && !contains(path, marker) {
		if _, err := os.Lstat(path + saved); err == nil {
			return path, false, reason.NewError("githook.saved-twice", path+saved)
		}
		if err := os.Rename(path, path+saved); err != nil {
			return path, false, err
		}
	}
	_, err = os.Lstat(path + saved)
	chained = err == nil
	return path, chained, write(path, f.script(name, made))
}

// Uninstall removes what Install has written, for every hook. It returns the paths that it changed.
func (f Folder) Uninstall() (changed []string, err error) {
	var errs []error
	for _, name := range Names() {
		path, ok, err := f.uninstall(name)
		errs = append(errs, err)
		if ok {
			changed = append(changed, path)
		}
	}
	return changed, errors.Join(errs...)
}

func (f Folder) uninstall(name string) (path string, changed bool, err error) {
	if dir, ok := f.husky(); ok {
		path = filepath.Join(dir, name)
		changed, err = removeBlock(path)
		return path, changed, err
	}
	path = filepath.Join(f.Dir, name)
	if err := takeBack(path); err != nil || !contains(path, marker) {
		return path, false, err
	}
	made := contains(path, newFolder)
	if err := os.Remove(path); err != nil {
		return path, false, err
	}
	switch _, err := os.Lstat(path + saved); {
	case err == nil:
		return path, true, os.Rename(path+saved, path)
	case made:
		_ = os.Remove(f.Dir) // unless somebody has put another hook into it
	}
	return path, true, nil
}

// takeBack puts akguard's hook back to its place before that of a manager that has moved it away.
func takeBack(path string) error {
	for _, suffix := range keptAs() {
		if contains(path, marker) || !contains(path+suffix, marker) {
			continue
		}
		if err := os.Rename(path, path+saved); err != nil { // what was saved there is an older hook of the manager
			return err
		}
		return os.Rename(path+suffix, path)
	}
	return nil
}

// Lefthook reports whether a hook of the folder is lefthook's.
func (f Folder) Lefthook() bool {
	for _, name := range Names() {
		path := filepath.Join(f.Dir, name)
		if contains(path, lefthook) || contains(path+saved, lefthook) {
			return true
		}
	}
	return false
}

// lefthook is by what lefthook knows its own hooks.
const lefthook = "LEFTHOOK"

// makeDir makes a folder, and reports whether it was not there.
func makeDir(dir string) (bool, error) {
	if _, err := os.Stat(dir); err == nil {
		return false, nil
	}
	return true, os.MkdirAll(dir, 0o755)
}

// contains reports whether a regular file has a text. A link is another's hook, whatever it leads to.
func contains(path, text string) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > 1<<20 {
		return false
	}
	data, err := os.ReadFile(path)
	return err == nil && bytes.Contains(data, []byte(text))
}

// write writes an executable file, whatever the umask.
func write(path, text string) error {
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		return err
	}
	return os.Chmod(path, 0o755)
}

// The lines around what is added to a file of the user.
const (
	blockBegin = "\n" + marker + "\n"
	blockEnd   = "# akguard: end\n"
)

// addBlock adds lines at the end of a file, which may not exist, or replaces those that were added before.
func addBlock(path, lines string, mode fs.FileMode) error {
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	before, after, _ := cutBlock(data)
	data = append(append([]byte{}, before...), blockBegin+lines+blockEnd...)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	return os.WriteFile(path, append(data, after...), mode)
}

// removeBlock removes what addBlock has added, and a file that has nothing else.
func removeBlock(path string) (changed bool, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	before, after, ok := cutBlock(data)
	if err != nil || !ok {
		return false, err
	}
	if rest := append(before, after...); len(rest) > 0 {
		return true, os.WriteFile(path, rest, 0o644) // the file keeps its mode
	}
	return true, os.Remove(path)
}

func cutBlock(data []byte) (before, after []byte, ok bool) {
	before, rest, ok := bytes.Cut(data, []byte(blockBegin))
	if !ok {
		return data, nil, false
	}
	_, after, ok = bytes.Cut(rest, []byte(blockEnd))
	return before[:len(before):len(before)], after, ok
}

// quote quotes a text for a shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
