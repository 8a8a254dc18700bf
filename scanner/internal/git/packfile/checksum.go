package packfile

import (
	"bytes"
	"io"
	"os"

	"github.com/akguard/akguard/scanner/internal/fileio"
)

// IsCurrent reports whether the file is still the one at its path, and was not written since.
func (p *File) IsCurrent() bool {
	mine, err := p.file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(p.path)
	return err == nil && os.SameFile(mine, there) && fileio.StampOf(mine) == fileio.StampOf(there) && mine.Size() == p.size
}

// Checksum returns the checksum at the end of the pack. ok is false if it is wrong.
func (p *File) Checksum() (sum []byte, ok bool) {
	if p.End() < HeaderSize {
		return nil, false
	}
	h := p.format.New()
	if _, err := io.Copy(h, io.NewSectionReader(p.file, 0, p.End())); err != nil {
		return nil, false
	}
	sum = make([]byte, p.format.Size())
	if _, err := p.file.ReadAt(sum, p.End()); err != nil {
		return nil, false
	}
	return sum, bytes.Equal(sum, h.Sum(nil))
}

// IsIndexOf reports whether the file of an index is intact, belongs to the pack with a checksum, and is the index that was read.
func IsIndexOf(path string, pack []byte, x Index) bool {
	data, err := fileio.ReadFile(path)
	width := x.format.Size()
	if err != nil || len(data) < 2*width {
		return false
	}
	h := x.format.New()
	_, _ = h.Write(data[:len(data)-width]) // never fails
	rest, own := data[len(data)-2*width:len(data)-width], data[len(data)-width:]
	if !bytes.Equal(own, h.Sum(nil)) || !bytes.Equal(rest, pack) {
		return false
	}
	again, err := ParseIndex(x.format, data)
	return err == nil && again.n == x.n && bytes.Equal(again.ids, x.ids) && bytes.Equal(again.offsets, x.offsets)
}
