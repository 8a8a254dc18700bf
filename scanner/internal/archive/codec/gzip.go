package codec

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"github.com/akguard/akguard/scanner/internal/inflate"
)

// GzipFile is a gzip file of one member (RFC 1952).
type GzipFile struct {
	Size   int64  // of the content, as the file says
	Sum    uint32 // CRC32 of the content, as the file says
	Packed []byte // with the trailer, which lets the decoder read ahead
}

// The flags of a gzip header.
const (
	gzipSum, gzipExtra, gzipName, gzipComment = 1 << 1, 1 << 2, 1 << 3, 1 << 4
	gzipReserved                              = 0xe0
)

// The sizes of the parts of a gzip file that are always there.
const gzipHead, gzipTail = 10, 8

// ParseGzip parses the header and the trailer of a gzip file. It is not ok if the file is damaged there, or has a sum of its
// header, which hardly any file has.
func ParseGzip(file []byte) (f GzipFile, ok bool) {
	if len(file) < gzipHead+gzipTail || file[0] != 0x1f || file[1] != 0x8b || file[2] != 8 {
		return GzipFile{}, false
	}
	flags, tail := file[3], file[len(file)-gzipTail:]
	rest := file[gzipHead:]
	if flags&(gzipReserved|gzipSum) != 0 {
		return GzipFile{}, false
	}
	if flags&gzipExtra != 0 {
		size := int(binary.LittleEndian.Uint16(rest))
		if rest = rest[2:]; len(rest) < size {
			return GzipFile{}, false
		}
		rest = rest[size:]
	}
	for _, text := range []byte{gzipName, gzipComment} {
		if flags&text == 0 {
			continue
		}
		if _, rest, ok = bytes.Cut(rest, []byte{0}); !ok {
			return GzipFile{}, false
		}
	}
	if len(rest) < gzipTail {
		return GzipFile{}, false
	}
	return GzipFile{
		Size: int64(binary.LittleEndian.Uint32(tail[4:])), Packed: rest, Sum: binary.LittleEndian.Uint32(tail),
	}, true
}

// Content decompresses the file into dst[:0]. It is not ok if there is more than one member, or if the content is not what the
// file says.
func (f GzipFile) Content(d *inflate.Decoder, dst []byte) (content []byte, ok bool) {
	content, n, err := d.Deflate(dst, f.Packed, int(f.Size))
	return content, err == nil && n == len(f.Packed)-gzipTail && crc32.ChecksumIEEE(content) == f.Sum
}
