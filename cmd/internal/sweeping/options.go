package sweeping

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/config"
	"github.com/akguard/akguard/cmd/internal/scanning"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/sweep"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/cache"
	"github.com/spf13/pflag"
)

// workFlags are those of every process that works on a sweep.
type workFlags struct {
	forge    forgeFlags
	nats     string
	natsCA   string
	workers  int
	config   scanning.Config
	asking   scanning.Verification
	noVerify bool
	secrets  bool
	memory   int64
	disk     int64
	depth    int
	time     time.Duration
	quiet    bool
	notify   bool
}

func (o *workFlags) addTo(f *pflag.FlagSet) {
	o.forge.addTo(f)
	o.config.AddPathTo(f)
	o.asking.Flags(f)
	f.BoolVar(&o.noVerify, "no-verify", false, "")
	f.BoolVar(&o.secrets, "show-secrets", false, "")
	f.StringVar(&o.nats, "nats", "", "")
	f.StringVar(&o.natsCA, "nats-ca", "", "")
	f.IntVar(&o.workers, "workers", defaultWorkers(), "")
	o.memory, o.disk = defaultMemory, defaultDisk
	f.Var(&command.Memory{Bytes: &o.memory}, "max-memory", "")
	f.Var(&command.Memory{Bytes: &o.disk}, "max-disk", "")
	f.IntVar(&o.depth, "max-archive-depth", scanning.DefaultArchiveDepth, "")
	f.DurationVar(&o.time, "max-time", time.Hour, "")
	f.BoolVar(&o.notify, "notify", false, "")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "")
}

// defaultWorkers is how many repositories are scanned at once: a scan waits for the network half of the time.
func defaultWorkers() int { return min(2*runtime.GOMAXPROCS(0), 8) }

const (
	maxWorkers    = 64
	defaultMemory = 300 << 20 // of the process that scans a repository
	defaultDisk   = 8 << 30
	maxRefs       = 24 << 20 // bytes of a list of refs: some 300,000
	maxPlaces     = 20_000
)

func (o workFlags) check() error {
	if o.workers < 1 || o.workers > maxWorkers {
		return command.Usage("usage.sweep-workers", o.workers, maxWorkers)
	}
	if o.time < time.Second {
		return command.Usage("usage.sweep-time", o.time)
	}
	return o.asking.Check()
}

// limits returns those of a repository. Two fifths of a process's memory are for objects; the rest is for what was found, and
// for the program.
func (o workFlags) limits() sweep.Limits {
	return sweep.Limits{Memory: o.memory / 5 * 2, Pack: o.disk, Refs: maxRefs, Places: maxPlaces, ArchiveDepth: o.depth, Total: o.disk}
}

// ruleSet returns the rules of a sweep. The configuration of a repository does not count: an untrusted one should not choose
// the rules.
func (o workFlags) ruleSet() (*rules.Set, error) {
	c, err := o.load()
	if err != nil {
		return nil, err
	}
	set, err := c.Rules()
	if err != nil {
		return nil, command.Usage("usage.config", err)
	}
	return set, nil
}

func (o workFlags) load() (config.Config, error) {
	from := o.config
	from.Own = func() ([]byte, error) { return nil, fs.ErrNotExist }
	return from.Load("")
}

// ruleKey returns the key of the program with its rules: what was read with another key is read again.
func (o workFlags) ruleKey() (string, error) {
	c, err := o.load()
	if err != nil {
		return "", err
	}
	program, err := scanning.ProgramKey()
	if err != nil {
		return "", command.Failed(command.ExitUsage, "sweep.program", err)
	}
	sum := sha256.Sum256(append(program[:], c.Sum[:]...))
	return hex.EncodeToString(sum[:]), nil
}

// sweepVerifier returns the verifier of a process; nil if there is none. One cache serves all workers of it, so that a credential
// that is in a hundred repositories is asked about once.
func (a *app) sweepVerifier(ctx context.Context, o workFlags) (verifier.Verifier, *cache.Cache, error) {
	if o.noVerify {
		return nil, nil, nil
	}
	return a.Verifier(ctx, o.asking, o.quiet)
}

// stateDir is where sweeps are remembered: a folder that is not a cache, because nobody should clear it in passing.
func stateDir() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "akguard"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	if runtime.GOOS == "windows" {
		if dir := os.Getenv("LOCALAPPDATA"); dir != "" {
			return filepath.Join(dir, "akguard", "state"), nil
		}
	}
	return filepath.Join(home, ".local", "state", "akguard"), nil
}
