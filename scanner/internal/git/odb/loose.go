package odb

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
)

// looseObject is an open loose object whose header has been read.
type looseObject struct {
	file *os.File
	body io.Reader
	typ  object.Type
	size int64
}

// Close closes the file.
func (o *looseObject) Close() error { return o.file.Close() }

var errLoose = reason.NewError("git.loose-damaged")

func loosePath(dir string, id object.ID) string {
	name := id.String()
	return filepath.Join(dir, name[:2], name[2:])
}

// openLoose opens a loose object in an object directory.
func openLoose(dir string, id object.ID, f *inflater) (*looseObject, error) {
	file, err := fileio.Open(loosePath(dir, id))
	if err != nil {
		return nil, reason.NewError("git.loose-unreadable", err)
	}
	o := &looseObject{file: file}
	if err := o.readHeader(f); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return o, nil
}

// readHeader reads "blob 123\0" from the beginning of the inflated stream.
func (o *looseObject) readHeader(f *inflater) error {
	r, err := f.open(bufio.NewReaderSize(o.file, 32<<10))
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
		return errLoose
	}
	name, digits, _ := bytes.Cut(head[:end], []byte{' '})
	o.typ, o.body = object.ParseType(string(name)), body
	o.size, err = strconv.ParseInt(string(digits), 10, 64)
	if err != nil || o.size < 0 || !o.typ.Valid() {
		return errLoose
	}
	_, err = body.Discard(end + 1)
	return err
}

// looseIn lists the loose objects in a fan-out folder, "00" to "ff". Files with other names are not objects.
func looseIn(dir, fan string) ([]object.ID, error) {
	files, err := os.ReadDir(filepath.Join(dir, fan))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var ids []object.ID
	for _, file := range files {
		if id, ok := object.ParseID(fan + file.Name()); ok {
			ids = append(ids, id)
		}
	}
	return ids, nil
}
