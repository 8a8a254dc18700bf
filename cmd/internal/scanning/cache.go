package scanning

import (
	"crypto/sha256"
	"os"
	"path/filepath"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/scanner/input"
)

// useCache has the scan record which objects it has read, for the next scan. One that explains needs objects that another may
// leave out.
func (o *Options) useCache() error {
	if !o.Cache {
		return nil
	}
	var err error
	if o.Input.Repository.Cache, err = cacheDir(); err == nil {
		o.Input.Repository.Rules, err = ProgramKey()
	}
	if o.Explain {
		o.Input.Repository.Rules = sha256.Sum256(append(o.Input.Repository.Rules[:], "explain"...))
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
