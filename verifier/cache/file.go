package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"
	"unicode"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/osfile"
)

const (
	format  = 2
	maxFile = 16 << 20
	maxText = 1000 // bytes of a field: far more than any verdict says
)

// content is the file.
type content struct {
	Format   int              `json:"format"`
	Key      []byte           `json:"key"`
	Verdicts map[string]saved `json:"verdicts"` // by hash
}

// saved is a verdict in the file.
type saved struct {
	Status    verifier.Status    `json:"status"`
	Code      string             `json:"code,omitempty"`
	Reason    reason.Reason      `json:"reason"`
	Advice    reason.Reason      `json:"advice"`
	CheckedAt time.Time          `json:"checkedAt"`
	Identity  *verifier.Identity `json:"identity,omitempty"`
}

// load reads the file, all or nothing. No file is no error.
func (c *Cache) load() error {
	text, err := read(c.opts.File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var read content
	if err == nil {
		read, err = decode(text)
	}
	if err != nil {
		return reason.NewError("verdict-cache.reading", err)
	}
	c.key = read.Key
	for hash, s := range read.Verdicts {
		c.known[hash] = verifier.Verdict{
			Status: s.Status, Code: s.Code, Reason: s.Reason, Advice: s.Advice, CheckedAt: s.CheckedAt, Identity: s.Identity,
		}
	}
	return nil
}

// read reads a regular file of limited size that only its owner can access. It does not follow links.
func read(name string) ([]byte, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return nil, osfile.WithoutPath(err)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, osfile.WithoutPath(err)
	}
	defer file.Close()
	opened, err := file.Stat()
	switch {
	case err != nil:
		return nil, osfile.WithoutPath(err)
	case !info.Mode().IsRegular() || !os.SameFile(info, opened):
		return nil, reason.NewError("verdict-cache.not-a-file")
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0: // Windows has other permissions, and a profile folder
		return nil, reason.NewError("verdict-cache.not-private")
	case info.Size() > maxFile:
		return nil, reason.NewError("verdict-cache.too-large")
	}
	return io.ReadAll(io.LimitReader(file, maxFile))
}

// decode accepts only what Save has written.
func decode(text []byte) (content, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var c content
	if err := d.Decode(&c); err != nil || d.More() {
		return content{}, reason.NewError("verdict-cache.damaged")
	}
	if c.Format != format || len(c.Key) != sha256.Size {
		return content{}, reason.NewError("verdict-cache.other-version")
	}
	for hash, s := range c.Verdicts {
		if raw, err := hex.DecodeString(hash); err != nil || len(raw) != sha256.Size || !s.valid() {
			return content{}, reason.NewError("verdict-cache.damaged")
		}
	}
	return c, nil
}

// valid reports whether a verdict could have been saved, and is printable.
func (s saved) valid() bool {
	if s.Identity != nil && s.Status != verifier.Live {
		return false
	}
	texts := []string{s.Code, s.Reason.String(), s.Advice.String()}
	if i := s.Identity; i != nil {
		texts = append(texts, i.Type, i.AccountID, i.ARN, i.UserID)
	}
	for _, text := range texts {
		if len(text) > maxText || bytes.ContainsFunc([]byte(text), func(r rune) bool { return !unicode.IsPrint(r) }) {
			return false
		}
	}
	return lifetime(s.Status) > 0
}

// Save writes the verdicts that have not expired to the file, atomically; without a file it does nothing. If two runs end at
// the same time, the verdicts of the last one stay.
func (c *Cache) Save() error {
	if c.opts.File == "" {
		return nil
	}
	text, err := json.Marshal(c.content())
	if err == nil {
		if err = os.MkdirAll(filepath.Dir(c.opts.File), 0o700); err == nil {
			err = osfile.Replace(c.opts.File, text)
		}
	}
	if err != nil {
		return reason.NewError("verdict-cache.saving", err)
	}
	return nil
}

func (c *Cache) content() content {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := content{Format: format, Key: c.key, Verdicts: map[string]saved{}}
	for hash, v := range c.known {
		s := saved{Status: v.Status, Code: v.Code, Reason: v.Reason, Advice: v.Advice, CheckedAt: v.CheckedAt, Identity: v.Identity}
		if c.good(v) && s.valid() {
			out.Verdicts[hash] = s
		}
	}
	return out
}
