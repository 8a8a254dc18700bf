package input

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/source/staged"
)

// Unstaged returns those of some paths, relative to the top of the repository around the current folder, whose content on disk
// is not what its next commit adds: the commit does not change them, or they were edited after git add. Index is that of Staged.
func Unstaged(paths []string, index string) ([]string, error) {
	root, err := around("")
	if err != nil {
		return nil, err
	}
	r, err := repo.Open(root, repo.Options{})
	if err != nil {
		return nil, failed("input.unreadable-repository", err)
	}
	defer r.Close()
	changed, err := staged.New(staged.Options{Repo: r, Index: index}).Changed()
	if err != nil {
		return nil, failed("input.damaged-index", err)
	}
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool {
		id, ok := changed[filepath.ToSlash(filepath.Clean(path))]
		return ok && onDisk(path, id, r.Format())
	}), nil
}

// onDisk reports whether a file is as it was staged. Git may have written it with other line ends than it keeps.
func onDisk(path string, id object.ID, format object.Format) bool {
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return true // there is nothing else on disk; what a link leads to is not its content
	}
	size, crlf, err := measure(path)
	if err != nil {
		return false
	}
	if got, err := hashFile(path, size, format, false); err != nil || got == id || crlf == 0 {
		return err == nil && got == id
	}
	got, err := hashFile(path, size-crlf, format, true)
	return err == nil && got == id
}

// measure returns the size of a file, and how many of its line ends are those of Windows.
func measure(path string) (size, crlf int64, err error) {
	err = eachPart(path, func(part []byte) {
		size += int64(len(part))
		crlf += int64(bytes.Count(part, []byte("\r\n")))
	})
	return size, crlf, err
}

// hashFile returns the ID of a blob of the content of a file, with the line ends of Unix if unix is set.
func hashFile(path string, size int64, format object.Format, unix bool) (id object.ID, err error) {
	h := format.NewHash(object.Blob, size)
	err = eachPart(path, func(part []byte) {
		if unix {
			part = bytes.ReplaceAll(part, []byte("\r\n"), []byte("\n"))
		}
		_, _ = h.Write(part) // it never fails
	})
	return format.ID(h.Sum(nil)), err
}

// eachPart visits the content of a file. No part ends in the middle of a line end.
func eachPart(path string, visit func([]byte)) error {
	file, err := fileio.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	buffer, held := make([]byte, 64<<10), 0
	for {
		n, err := file.Read(buffer[held:])
		n += held
		held = 0
		if err == nil && n > 0 && buffer[n-1] == '\r' {
			held = 1
		}
		visit(buffer[:n-held])
		if held > 0 {
			buffer[0] = '\r'
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
