package scanning

import (
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/scanner/input"
)

// useCache has the scan record which objects it has read, for the next scan.
func (o *Options) useCache() error {
	if !o.Cache {
		return nil
	}
	var err error
	if o.Input.Repository.Cache, err = cacheDir(); err == nil {
		o.Input.Repository.Rules, err = ProgramKey()
	}
	if err != nil {
		return command.Usage("usage.cache", err)
	}
	return nil
}

func cacheDir() (string, error) {
	if dir := os.Getenv("AKGUARD_CACHE_DIR"); dir != "" {
		return dir, nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "akguard"), nil
}

// ProgramKey returns the hash of the running program. It covers the rules: a list of them would not distinguish two
// programs that match the same rule differently.
func ProgramKey() (key [sha256.Size]byte, err error) {
	path, err := os.Executable()
	if err != nil {
		return key, err
	}
	file, err := os.Open(path)
	if err != nil {
		return key, err
	}
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return key, errors.Join(err, file.Close())
	}
	return [sha256.Size]byte(h.Sum(nil)), file.Close()
}

// SayReused reports how much of the result comes from an earlier scan.
func (a *Runner) SayReused(o Options, t *input.Input) {
	if err := t.Unsaved(); err != nil {
		a.Say("scan.cache-unsaved", err)
	}
	switch n := t.Reused(); {
	case !o.Cache || o.Quiet:
	case n == 0:
		a.Say("scan.cache-empty")
	default:
		a.Say("scan.cache-reused", n)
	}
}
