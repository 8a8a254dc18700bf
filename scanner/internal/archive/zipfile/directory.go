// Package zipfile finds the directory of a zip archive, and reads members from the front of an archive whose directory
// is damaged or out of reach. Intact archives are read by archive/zip, with the decompressors of this package.
//
// Limits: without the directory, a member whose size follows its data can be read only if it is deflated.
package zipfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// Magics of the records of a zip archive.
const (
	MagicMember    = "PK\x03\x04" // before each member
	MagicDirectory = "PK\x01\x02" // before each entry of the directory
	MagicEnd       = "PK\x05\x06" // of the record after the directory
)

// EndSize is the size of the record after the directory, without the comment that follows it.
const EndSize = 22

// HasDirectory reports whether content ends with a zip's directory.
func HasDirectory(content []byte) bool {
	end := content[max(0, len(content)-EndSize-1<<16):]
	if bytes.IndexByte(end, 0) < 0 {
		return false // text: the record always contains zeros
	}
	return bytes.Contains(end, []byte(MagicEnd)) && HasDirectoryAt(bytes.NewReader(content), int64(len(content)))
}

// HasDirectoryAt is HasDirectory for a file. It is strict, because programs that handle zip archives contain the magics
// too.
func HasDirectoryAt(at io.ReaderAt, size int64) bool {
	start, _, ok := DirectoryStart(at, size)
	magic := make([]byte, 4)
	if _, err := at.ReadAt(magic, start); err != nil {
		return false
	}
	return ok && string(magic) == MagicDirectory
}

// DirectoryStart returns where the directory begins, computed from its size, and the offset that the archive claims. The
// two differ if something was put before the archive, such as a program that unpacks it.
func DirectoryStart(at io.ReaderAt, size int64) (start, offset int64, ok bool) {
	end := make([]byte, min(size, EndSize+1<<16))
	if _, err := at.ReadAt(end, size-int64(len(end))); err != nil && !errors.Is(err, io.EOF) {
		return 0, 0, false
	}
	for i := len(end) - EndSize; i >= 0; i-- {
		if string(end[i:i+4]) != MagicEnd || i+EndSize+int(binary.LittleEndian.Uint16(end[i+20:])) > len(end) {
			continue
		}
		record := size - int64(len(end)-i)
		var length int64
		length, offset = int64(binary.LittleEndian.Uint32(end[i+12:])), int64(binary.LittleEndian.Uint32(end[i+16:]))
		if i >= 76 && string(end[i-20:i-16]) == "PK\x06\x07" && string(end[i-76:i-72]) == "PK\x06\x06" { // zip64
			record -= 76
			length, offset = int64(binary.LittleEndian.Uint64(end[i-36:])), int64(binary.LittleEndian.Uint64(end[i-28:]))
		}
		if length < 0 || length > record || offset < 0 || offset > record {
			return 0, 0, false
		}
		return record - length, offset, true
	}
	return 0, 0, false
}
