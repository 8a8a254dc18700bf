package scanning

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
)

// ProgramKey returns a hash that distinguishes the running program from others. It covers the rules: a list of them would not
// distinguish two programs that match the same rule differently. The linker writes a build ID into a program, which is a hash of
// all that it was built from; a program without one is hashed as a whole, which takes longer than a repeated scan.
func ProgramKey() (key [sha256.Size]byte, err error) {
	path, err := os.Executable()
	if err != nil {
		return key, err
	}
	file, err := os.Open(path)
	if err != nil {
		return key, err
	}
	h := sha256.New()
	if id := buildID(file); id != nil {
		_, _ = h.Write(id) // never fails
	} else if _, err := io.Copy(h, file); err != nil {
		return key, errors.Join(err, file.Close())
	}
	return [sha256.Size]byte(h.Sum(nil)), file.Close()
}

// The build ID is among the first bytes of a program: in a note of its own on ELF systems, and else before the code.
const (
	buildIDWithin = 64 << 10
	minBuildID    = 40 // a hash of the inputs and one of the result
	maxBuildID    = 512
)

var (
	elfNote     = []byte("\x04\x00\x00\x00Go\x00\x00") // the type of the note and the name of its owner
	codeComment = []byte("\xff Go build ID: \"")
)

// buildID returns the build ID of a program; nil if it cannot be found.
func buildID(program io.ReaderAt) []byte {
	head := make([]byte, buildIDWithin)
	n, err := program.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil
	}
	head = head[:n]
	id := noted(head)
	if id == nil {
		if _, after, ok := bytes.Cut(head, codeComment); ok {
			id, _, _ = bytes.Cut(after, []byte{'"'})
		}
	}
	if len(id) < minBuildID || len(id) > maxBuildID || bytes.Count(id, []byte{'/'}) == 0 {
		return nil
	}
	return id
}

// noted returns the build ID in an ELF note: the sizes of the name and the content, the type, the name and the content.
func noted(head []byte) []byte {
	at := bytes.Index(head, elfNote)
	if at < 8 || !bytes.Equal(head[at-8:at-4], []byte{4, 0, 0, 0}) {
		return nil
	}
	from := at + len(elfNote)
	size := int(head[at-4]) | int(head[at-3])<<8
	if from+size > len(head) {
		return nil
	}
	return head[from:][:size]
}
