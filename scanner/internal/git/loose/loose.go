// Package loose reads loose objects: files that hold one object each, compressed, under the first two hex digits of its
// ID.
package loose

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/zlibstream"
)

// Object is an open loose object whose header has been read.
type Object struct {
	Type object.Type
	Size int64
	Body io.Reader // the content; it must have exactly Size bytes
	file *os.File
}

// Close closes the file.
func (o *Object) Close() error { return o.file.Close() }

var errDamaged = reason.NewError("git.loose-damaged")

// Path returns the path of an object in an object directory.
func Path(dir string, id object.ID) string {
	name := id.String()
	return filepath.Join(dir, name[:2], name[2:])
}

// Open opens a loose object in an object directory.
func Open(dir string, id object.ID, f *zlibstream.Inflater) (*Object, error) {
	file, err := fileio.Open(Path(dir, id))
	if err != nil {
		return nil, reason.NewError("git.loose-unreadable", err)
	}
	o := &Object{file: file}
	if err := o.readHeader(f); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return o, nil
}

// readHeader reads "blob 123\0" from the beginning of the inflated stream.
func (o *Object) readHeader(f *zlibstream.Inflater) error {
	r, err := f.Open(bufio.NewReaderSize(o.file, 32<<10))
	if err != nil {
		return err
	}
	body := bufio.NewReaderSize(r, 4<<10)
	head, err := body.Peek(32) // "commit " and the 19 digits of the largest int64 take 27
	if err != nil && !errors.Is(err, io.EOF) {
		return reason.NewError("git.inflating", err)
	}
	end := bytes.IndexByte(head, 0)
	if end < 0 {
		return errDamaged
	}
	name, digits, _ := bytes.Cut(head[:end], []byte{' '})
	o.Type, o.Body = object.ParseType(string(name)), body
	o.Size, err = strconv.ParseInt(string(digits), 10, 64)
	if err != nil || o.Size < 0 || !o.Type.Valid() {
		return errDamaged
	}
	_, err = body.Discard(end + 1)
	return err
}

// List lists the loose objects in a fan-out folder, "00" to "ff". Files with other names are not objects. Those that are
// named as in another object format are an error: they are objects that a wrong configuration hides.
func List(dir, fan string, f object.Format) ([]object.ID, error) {
	files, err := os.ReadDir(filepath.Join(dir, fan))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	var ids []object.ID
	for _, file := range files {
		if id, ok := f.ParseID(fan + file.Name()); ok {
			ids = append(ids, id)
		} else if other := otherFormat(f); err == nil && isID(other, fan+file.Name()) {
			err = reason.NewError("git.loose-format", fan+file.Name(), other.String())
		}
	}
	return ids, err
}

func otherFormat(f object.Format) object.Format {
	if f == object.SHA1 {
		return object.SHA256
	}
	return object.SHA1
}

func isID(f object.Format, name string) bool {
	_, ok := f.ParseID(name)
	return ok
}
