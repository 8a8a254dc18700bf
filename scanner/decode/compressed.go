package decode

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

// unpacker is a format of compressed data.
type unpacker struct {
	encoding encodings
	open     func(*readers, io.Reader) (io.Reader, error)
}

// readers are reused from value to value, because making one costs much more than decoding a small value.
type readers struct {
	gzip *gzip.Reader
	zlib io.ReadCloser
	zstd *zstd.Decoder
}

// compression returns what unpacks content, or nil if it does not begin like compressed data.
func compression(content []byte) *unpacker {
	switch {
	case len(content) < 4:
		return nil
	case bytes.HasPrefix(content, []byte("\x1f\x8b\x08")):
		return &unpacker{inGzip, (*readers).openGzip}
	case bytes.HasPrefix(content, []byte("\x28\xb5\x2f\xfd")):
		return &unpacker{inZstd, (*readers).openZstd}
	case isZlib(content):
		return &unpacker{inZlib, (*readers).openZlib}
	}
	return nil
}

// isZlib reports whether content begins as zlib writes it, with a window of 32 KiB and without a dictionary. The only text
// that begins likewise is an x before a control character or before a Chinese character in GBK.
func isZlib(content []byte) bool {
	return content[0] == 0x78 && (content[1] == 0x01 || content[1] == 0x5e || content[1] == 0x9c || content[1] == 0xda)
}

// maxWindow is how much zstd may keep in memory: as much as its highest level uses.
const maxWindow = 128 << 20

func (rs *readers) openZstd(r io.Reader) (io.Reader, error) {
	var err error
	if rs.zstd == nil {
		rs.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, err
		}
	}
	return rs.zstd, rs.zstd.Reset(r)
}

func (rs *readers) openGzip(r io.Reader) (io.Reader, error) {
	if rs.gzip == nil {
		rs.gzip = new(gzip.Reader)
	}
	return rs.gzip, rs.gzip.Reset(r)
}

func (rs *readers) openZlib(r io.Reader) (io.Reader, error) {
	if rs.zlib != nil {
		return rs.zlib, rs.zlib.(zlib.Resetter).Reset(r, nil)
	}
	var err error
	rs.zlib, err = zlib.NewReader(r)
	return rs.zlib, err
}

// close ends the goroutines of zstd. The other readers hold only memory.
func (rs *readers) close() {
	if rs.zstd != nil {
		rs.zstd.Close()
	}
}

// unpack returns the decompressed data, up to where it is damaged.
func (d *decoder) unpack(content []byte, u *unpacker) text {
	r, err := u.open(&d.readers, bytes.NewReader(content))
	if err != nil {
		return text{}
	}
	var out bytes.Buffer
	_, err = io.Copy(&out, io.LimitReader(r, int64(d.left)+1))
	if out.Len() > d.left || errors.Is(err, zstd.ErrWindowSizeExceeded) {
		d.large = ErrTooLarge
		out.Truncate(min(out.Len(), d.left))
	}
	t := text{bytes: out.Bytes(), encodings: u.encoding}
	t.mapping.add(1, piece{inUnit: int32(len(content)), outUnit: int32(out.Len()), encoding: u.encoding})
	return t
}
