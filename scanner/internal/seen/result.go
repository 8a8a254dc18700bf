package seen

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/verifier/osfile"
)

// State identifies what a repository held: a hash of its refs and of the checksums and stamps of its packs.
type State [sha256.Size]byte

const (
	resultMagic = "akguard result 1\n"
	maxResult   = 64 << 20
)

// LoadResult returns the result that was saved for a state of the repository under the same key; nil if there is none. The
// file is encrypted under the state, which is not in it: someone who cannot read the repository can read no path or name in
// it, and a file with a changed byte is worthless.
func (r *Record) LoadResult(s State) []byte {
	data, err := r.read(r.resultPath(), maxResult)
	if err != nil {
		return nil
	}
	return r.openResult(s, data)
}

func (r *Record) openResult(s State, data []byte) []byte {
	aead := r.aead(s)
	sealed, ok := strings.CutPrefix(string(data), resultMagic)
	if !ok || len(sealed) < aead.NonceSize() {
		return nil
	}
	nonce := []byte(sealed[:aead.NonceSize()])
	plain, err := aead.Open(nil, nonce, []byte(sealed[len(nonce):]), []byte(resultMagic))
	if err != nil {
		return nil
	}
	return plain
}

// SaveResult replaces the result atomically. One that is too large is not kept.
func (r *Record) SaveResult(s State, content []byte) error {
	if len(content) > maxResult/2 {
		return nil
	}
	if err := osfile.Replace(r.resultPath(), r.sealResult(s, content)); err != nil {
		return reason.NewError("cache.unwritable", err)
	}
	return nil
}

func (r *Record) sealResult(s State, content []byte) []byte {
	aead := r.aead(s)
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	out := append([]byte(resultMagic), nonce...)
	return aead.Seal(out, nonce, content, []byte(resultMagic))
}

func (r *Record) resultPath() string { return strings.TrimSuffix(r.path, ".seen") + ".result" }

// aead returns the cipher for a state.
func (r *Record) aead(s State) cipher.AEAD {
	h := sha256.New()
	_, _ = h.Write([]byte(resultMagic)) // never fails
	_, _ = h.Write(append(append([]byte{byte(r.format)}, r.key[:]...), s[:]...))
	block, err := aes.NewCipher(h.Sum(nil))
	if err != nil {
		panic(err) // the key has the right size
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // the block has the right size
	}
	return aead
}

// errForeign is the error for a file that another user could have written.
var errForeign = errors.New("foreign file")

// read reads a file that only its owner can have written.
func (r *Record) read(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case osfile.IsForeign(info) || osfile.OthersMayWrite(info):
		return nil, errForeign
	case info.Size() > limit:
		return nil, fs.ErrInvalid
	}
	return fileio.ReadFile(path)
}
