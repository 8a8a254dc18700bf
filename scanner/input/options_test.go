package input_test

import (
	"io"

	"github.com/akguard/akguard/scanner/input"
)

// options name what a test scans, as a command line does.
type options struct {
	Path       string
	Stdin      io.Reader // scanned for the path "-"
	Staged     bool
	Range      string
	NoHistory  bool
	NoWorktree bool

	NoUnreachable  bool
	IncludeIgnored bool
}

func open(o options) (*input.Input, error) {
	switch {
	case o.Path == "-":
		return input.Stdin(o.Stdin, input.Options{})
	case o.Staged:
		return input.Staged(o.Path, "", input.Options{})
	case o.Range != "":
		return input.Range(o.Path, o.Range, input.Options{})
	}
	return input.Path(o.Path, input.RepositoryOptions{
		NoHistory: o.NoHistory, NoWorktree: o.NoWorktree, NoUnreachable: o.NoUnreachable, IncludeIgnored: o.IncludeIgnored,
	})
}
