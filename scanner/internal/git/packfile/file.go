package packfile

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/prefetch"
)

// File is an open pack. Where the system can do it, the file is mapped into memory; reading a mapped file that another
// process truncates faults.
type File struct {
	path   string
	format object.Format
	file   *os.File
	data   []byte // nil if the file could not be mapped
	size   int64
}

// OpenFile opens the pack at a path, if it has at most maxSize bytes.
func OpenFile(path string, f object.Format, maxSize int64) (*File, error) {
	file, err := fileio.Open(path)
	if err != nil {
		return nil, reason.NewError("git.pack-unreadable", fileio.WithoutPath(err))
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(reason.NewError("git.pack-unreadable", fileio.WithoutPath(err)), file.Close())
	}
	if info.Size() > maxSize {
		return nil, errors.Join(reason.NewError("git.pack-too-large", maxSize>>30), file.Close())
	}
	head := make([]byte, HeaderSize)
	if _, err := file.ReadAt(head, 0); err != nil || string(head[:4]) != "PACK" {
		return nil, errors.Join(reason.NewError("git.pack-header"), file.Close())
	}
	return &File{path: path, format: f, file: file, data: fileio.Map(file, info.Size()), size: info.Size()}, nil
}

// Close closes the pack's file.
func (p *File) Close() error { return errors.Join(fileio.Unmap(p.data), p.file.Close()) }

// Count returns the number of objects in the pack's header, or -1 if it cannot be read.
func (p *File) Count() int {
	var head [HeaderSize]byte
	if _, err := p.file.ReadAt(head[:], 0); err != nil {
		return -1
	}
	return int(binary.BigEndian.Uint32(head[8:]))
}

// Bytes returns a range of the file. If the file is not mapped, it reads into buf.
func (p *File) Bytes(buf []byte, from, to int64) ([]byte, error) {
	if from < 0 || to < from || to > p.size {
		return nil, ErrEntry
	}
	if p.data != nil {
		return p.data[from:to], nil
	}
	if int64(cap(buf)) < to-from {
		buf = make([]byte, to-from)
	}
	if _, err := p.file.ReadAt(buf[:to-from], from); err != nil {
		return nil, reason.NewError("git.pack-unreadable", fileio.WithoutPath(err))
	}
	return buf[:to-from], nil
}

// End is the offset where the entries end and the checksum of the pack begins.
func (p *File) End() int64 { return p.size - int64(p.format.Size()) }

// EntryAt reads the header of the entry at an offset.
func (p *File) EntryAt(offset int64) (Entry, error) {
	if offset < HeaderSize || offset >= p.End() {
		return Entry{}, ErrEntry
	}
	var buf [MaxEntryHeader]byte
	head, err := p.Bytes(buf[:], offset, min(p.End(), offset+MaxEntryHeader))
	if err != nil {
		return Entry{}, err
	}
	return ParseEntry(p.format, head)
}

// Prefetch says that the entry at an offset is read soon. It does nothing if the file is not mapped.
func (p *File) Prefetch(offset int64) { prefetch.Bytes(p.data, offset) }

// Stream returns a reader that begins with the zlib stream of an entry.
func (p *File) Stream(offset int64, e Entry) io.Reader {
	from := offset + int64(e.Header)
	if p.data != nil && from < p.End() {
		return bytes.NewReader(p.data[from:p.End()])
	}
	return bufio.NewReaderSize(io.NewSectionReader(p.file, from, max(0, p.End()-from)), int(min(max(e.Size, 512), 64<<10)))
}

// Mapped reports whether Bytes returns the mapped file and needs no buffer.
func (p *File) Mapped() bool { return p.data != nil }

// Path returns the path of the file.
func (p *File) Path() string { return p.path }

// Size returns the size of the file.
func (p *File) Size() int64 { return p.size }

// MaxDeflated returns an upper bound for the compressed size of content that does not compress: deflate adds 5 bytes
// to each stored block of up to 64 KiB, zlib 6 bytes, and careless compressors flush more often.
func MaxDeflated(size int64) int64 { return size + size>>6 + 1024 }
