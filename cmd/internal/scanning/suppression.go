package scanning

import (
	"errors"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/config"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/input"
	"github.com/akguard/akguard/scanner/suppress"
	"github.com/akguard/akguard/verifier/osfile"
	"github.com/spf13/pflag"
)

// Suppression are the flags that say which findings do not count.
type Suppression struct {
	Baselines []string
	none      bool
	foreign   bool
	show      bool
	AllowLive bool
	Only      bool // the baselines alone
	// at is the revision whose ignore file counts; "" is what is on disk. Comments do not count then: they are part of the
	// change that is judged.
	At string
}

// AddTo adds the flags to a command.
func (o *Suppression) AddTo(f *pflag.FlagSet) {
	f.StringArrayVar(&o.Baselines, "baseline", nil, "")
	f.BoolVar(&o.none, "no-ignore", false, "")
	f.BoolVar(&o.foreign, "foreign-comments", false, "")
	f.BoolVar(&o.show, "show-suppressed", false, "")
	f.BoolVar(&o.AllowLive, "allow-live", false, "")
}

// Check refuses flags that do not go together.
func (o Suppression) Check() error {
	if o.none && len(o.Baselines) > 0 {
		return command.Usage("usage.exclusive", "--baseline", "--no-ignore")
	}
	return nil
}

// suppressor suppresses by the files that the user named, and by those that come with what is scanned. The latter are read
// when the first finding is judged: a repository on a server has them only then.
type suppressor struct {
	Opts suppress.Options
	own  func() (*suppress.File, error)
	has  func(name string) bool // in the top folder of what is scanned

	once sync.Once
	set  *suppress.Set
	err  error // own could not be read
}

// newSuppressor returns nil if every finding counts.
func (o Suppression) newSuppressor(in *input.Input, allow []suppress.Allow) (*suppressor, error) {
	if o.none {
		return nil, nil
	}
	s := &suppressor{Opts: suppress.Options{Now: time.Now()}}
	if !o.Only {
		s.Opts.Allow = allow
	}
	if !o.Only && o.At == "" {
		s.Opts.Comments = &suppress.Comments{Foreign: o.foreign}
	}
	for _, path := range o.Baselines {
		file, err := readIgnoreFile(path)
		if err != nil {
			return nil, command.Usage("usage.baseline", path, osfile.WithoutPath(err))
		}
		s.Opts.Files = append(s.Opts.Files, file)
	}
	s.has = func(name string) bool { _, err := in.Own(name, suppress.MaxFileSize); return err == nil }
	s.own = func() (*suppress.File, error) {
		if o.Only {
			return nil, fs.ErrNotExist
		}
		data, err := o.read(in, suppress.FileName)
		if err != nil {
			return nil, err
		}
		return suppress.Parse(suppress.FileName, data), nil
	}
	return s, nil
}

// read reads a file that comes with what is scanned.
func (o Suppression) read(in *input.Input, name string) ([]byte, error) {
	if o.At != "" {
		return in.OwnAt(o.At, name, suppress.MaxFileSize)
	}
	return in.Own(name, suppress.MaxFileSize)
}

// readIgnoreFile reads an ignore file that a user named.
func readIgnoreFile(path string) (*suppress.File, error) {
	data, err := config.ReadFile(path, suppress.MaxFileSize)
	if err != nil {
		return nil, err
	}
	return suppress.Parse(filepath.ToSlash(path), data), nil
}

// Suppress implements scanner.Suppressor.
func (s *suppressor) Suppress(c scanner.Candidate) (finding.Suppression, bool) {
	return s.load().Suppress(c)
}

func (s *suppressor) load() *suppress.Set {
	s.once.Do(func() {
		file, err := s.own()
		switch {
		case err == nil:
			s.Opts.Files = append(s.Opts.Files, file)
		case !errors.Is(err, fs.ErrNotExist):
			s.err = err
		}
		s.set = suppress.New(s.Opts)
	})
	return s.set
}

// gitleaksIgnore names commits, rules of gitleaks and lines, none of which identifies a credential.
const gitleaksIgnore = ".gitleaksignore"

// SaySuppressions reports which lines of the ignore files have no effect. Whole says that everything was scanned, so that an
// entry without a finding is one too many.
func (a *Runner) SaySuppressions(s *suppressor, whole bool) {
	if s == nil {
		return
	}
	s.load()
	if s.has(gitleaksIgnore) {
		a.Say("suppress.foreign-file", gitleaksIgnore)
	}
	if s.err != nil {
		a.Say("suppress.unreadable", suppress.FileName, osfile.WithoutPath(s.err))
	}
	for _, f := range s.Opts.Files {
		for _, p := range f.Problems {
			a.Say("suppress.bad-line", f.Name, p.Line, reason.New(p.Code))
		}
		if n := len(f.Expired(s.Opts.Now)); n > 0 {
			a.Say("suppress.expired", n, f.Name)
		}
		if n := len(f.Unused()); n > 0 && whole {
			a.Say("suppress.unused", n, f.Name)
		}
	}
}
