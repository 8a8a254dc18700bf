// Package seen records, from one scan of a repository to the next, which objects were read completely without a finding. It
// stores object IDs and nothing of their content.
//
// A record is valid for one repository, one set of rules and one version of the program. Any other record, and a damaged
// one, counts as empty. Anybody who can write to the record can hide a leak, as can anybody who can replace the program. Keep
// it in a folder that only the user can write to.
//
// Limits: the whole record is in memory, 20 bytes for each object, or 32 in a SHA-256 repository.
package seen

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// Key identifies the rules and the program that found nothing.
type Key [sha256.Size]byte

// Record is the file for one repository.
type Record struct {
	path   string
	format object.Format
	key    Key
}

// Open returns the record, in the folder dir, of the repository with the given object directory and format. The record
// need not exist; the folder is created.
func Open(dir, objects string, f object.Format, key Key) (*Record, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	objects, err := filepath.Abs(objects)
	if err != nil {
		return nil, err
	}
	if real, err := filepath.EvalSymlinks(objects); err == nil {
		objects = real
	}
	name := sha256.Sum256([]byte(objects))
	return &Record{path: filepath.Join(dir, hex.EncodeToString(name[:16])+".seen"), format: f, key: key}, nil
}

// The file consists of a magic, the key, the object format, the number of IDs, the IDs, and the SHA-256 of all that.
const (
	magic    = "akguard seen 2\n"
	formatAt = len(magic) + len(Key{})
	head     = formatAt + 1 + 8
	maxNames = 1 << 28
)

// Load returns the IDs that were saved under the same key. It is no error if there are none.
func (r *Record) Load() (object.List, error) {
	data, err := os.ReadFile(r.path)
	if errors.Is(err, os.ErrNotExist) {
		return object.NewList(r.format), nil
	}
	if err != nil {
		return object.NewList(r.format), reason.NewError("cache.unreadable", err)
	}
	return object.ListOf(r.format, parse(data, r.format, r.key)), nil
}

// parse returns the bytes of the IDs.
func parse(data []byte, f object.Format, key Key) []byte {
	if len(data) < head+sha256.Size || string(data[:len(magic)]) != magic || Key(data[len(magic):]) != key || data[formatAt] != byte(f) {
		return nil
	}
	body, sum := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	n := binary.BigEndian.Uint64(body[head-8:])
	if n > maxNames || len(body)-head != int(n)*f.Size() {
		return nil
	}
	if want := sha256.Sum256(body); !bytes.Equal(want[:], sum) {
		return nil
	}
	return body[head:]
}

// Save replaces the record atomically.
func (r *Record) Save(ids *object.List) error {
	if err := r.save(ids); err != nil {
		return reason.NewError("cache.unwritable", err)
	}
	return nil
}

func (r *Record) save(ids *object.List) (err error) {
	file, err := os.CreateTemp(filepath.Dir(r.path), ".seen-*") // only the user can read it
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	if err := errors.Join(r.write(file, ids), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), r.path)
}

func (r *Record) write(w io.Writer, ids *object.List) error {
	begin := append(append([]byte(magic), r.key[:]...), byte(r.format))
	begin = binary.BigEndian.AppendUint64(begin, uint64(ids.Len()))
	h := sha256.New()
	w = io.MultiWriter(w, h)
	for _, part := range [][]byte{begin, ids.Bytes()} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	_, err := w.Write(h.Sum(nil))
	return err
}
