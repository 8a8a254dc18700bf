package command

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/akguard/akguard/verifier/osfile"
)

// Output is where a report goes. A file is written beside its place and renamed into it when the report is whole;
// a link stays a link. What is not a plain file (a device, a pipe) cannot be replaced: the report is copied into it.
type Output struct {
	io.Writer
	file *os.File
	name string // where the report belongs; "" for a stream
	temp string // where it is being written
	into bool   // name is not a regular file

	once sync.Once
}

// OpenOutput opens the file for a report; "-" is the stream. private keeps the file from other users.
func OpenOutput(name string, stream io.Writer, private bool) (*Output, error) {
	info, err := os.Stat(name)
	switch {
	case name == "-" || err == nil && writesTo(stream, info):
		return &Output{Writer: stream}, nil
	case err == nil && info.IsDir():
		return nil, syscall.EISDIR
	case err == nil && !info.Mode().IsRegular():
		return createOutput(&Output{name: name, into: true}, os.TempDir(), true)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, osfile.WithoutPath(err)
	}
	name = follow(name)
	return createOutput(&Output{name: name}, filepath.Dir(name), private)
}

// writesTo reports whether a stream already goes to a file, as it does to /dev/stdout.
func writesTo(stream io.Writer, info os.FileInfo) bool {
	file, ok := stream.(*os.File)
	if !ok {
		return false
	}
	own, err := file.Stat()
	return err == nil && os.SameFile(own, info)
}

// maxLinks is how many links in a row are followed, as Linux does.
const maxLinks = 40

// follow returns the target of a link, which need not exist, or the name itself.
func follow(name string) string {
	for range maxLinks {
		to, err := os.Readlink(name)
		if err != nil {
			break
		}
		if !filepath.IsAbs(to) { // not filepath.Join: it resolves .. textually, which is wrong behind a link
			to = filepath.Dir(name) + string(filepath.Separator) + to
		}
		name = to
	}
	return name
}

func createOutput(o *Output, dir string, private bool) (*Output, error) {
	mode := os.FileMode(0o666)
	if private {
		mode = 0o600
	}
	random := make([]byte, 8)
	_, _ = rand.Read(random) // never fails
	o.temp = filepath.Join(dir, ".akguard-"+hex.EncodeToString(random))
	file, err := os.OpenFile(o.temp, os.O_CREATE|os.O_EXCL|os.O_RDWR, mode)
	if err != nil {
		return nil, osfile.WithoutPath(err)
	}
	o.file, o.Writer = file, file
	return o, nil
}

// Commit moves the report to its place.
func (o *Output) Commit() error {
	if o.file == nil {
		return nil
	}
	defer o.Discard()
	if o.into {
		return o.copyInto()
	}
	if err := o.file.Close(); err != nil {
		return err
	}
	return os.Rename(o.temp, o.name)
}

// copyInto copies the report into the device or pipe.
func (o *Output) copyInto() error {
	if _, err := o.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	to, err := os.OpenFile(o.name, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, o.file)
	return errors.Join(err, to.Close())
}

// Discard removes a report that was not committed. It may be called at any time, and more than once.
func (o *Output) Discard() {
	if o.file == nil {
		return
	}
	o.once.Do(func() {
		_ = o.file.Close()
		_ = os.Remove(o.temp)
	})
}
