package cli

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/scanner/target"
)

// useCache lets the target remember what it has seen, for the next scan.
func (o *scanOptions) useCache() error {
	if !o.cache {
		return nil
	}
	var err error
	if o.target.Cache, err = cacheDir(); err == nil {
		o.target.Rules, err = programKey()
	}
	if err != nil {
		return &failure{fmt.Errorf("--cache: %w", err), "set AKGUARD_CACHE_DIR to a folder of your own, or leave out --cache", exitUsage}
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

// programKey is the hash of the running program. The rules are a part of it: no list of them would tell apart two
// programs that match the same rule differently.
func programKey() (key [sha256.Size]byte, err error) {
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

// sayReused says what the verdict rests on beside what was read now.
func (a *app) sayReused(o scanOptions, t *target.Target) {
	if err := t.Unsaved(); err != nil {
		terminal.Say(a.Err, "cache: the next scan will read everything again: %v", err)
	}
	switch n := t.Reused(); {
	case !o.cache || o.quiet:
	case n == 0:
		terminal.Say(a.Err, "cache: no earlier scan of this repository by this akguard")
	default:
		terminal.Say(a.Err, "cache: %s of the history had been read by an earlier scan, without a finding", count(n, "object"))
	}
}
