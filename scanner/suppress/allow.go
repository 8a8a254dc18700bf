package suppress

import (
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/ignore"
)

// AllowOptions is one allowlist of a configuration.
type AllowOptions struct {
	By     string   // the file, as a report names it
	Paths  []string // patterns of .gitignore; none: every path
	Rules  []string // IDs of rules; none: every rule
	Reason string
	Until  time.Time // the last day, in UTC; zero: for good
}

// Allow is an allowlist of paths and rules.
type Allow struct {
	opts  AllowOptions
	paths ignore.Rules
}

// NewAllow checks and compiles an allowlist. It must have a reason, and name a path or a rule.
func NewAllow(o AllowOptions) (Allow, error) {
	switch {
	case o.Reason == "":
		return Allow{}, reason.NewError("suppress.allow-reason")
	case len(o.Paths) == 0 && len(o.Rules) == 0:
		return Allow{}, reason.NewError("suppress.allow-everything")
	}
	a := Allow{opts: o}
	a.paths = ignore.Rules{}.WithText(strings.Join(o.Paths, "\n"), nil)
	return a, nil
}

func (a Allow) allow(rule string, o scanner.CandidateOccurrence, today time.Time) (finding.Suppression, bool) {
	switch {
	case expired(a.opts.Until, today), len(a.opts.Rules) > 0 && !slices.Contains(a.opts.Rules, rule):
		return finding.Suppression{}, false
	case len(a.opts.Paths) > 0 && !a.paths.MatchFile(o.Path):
		return finding.Suppression{}, false
	}
	return finding.Suppression{By: a.opts.By, Reason: a.opts.Reason, Until: a.opts.Until}, true
}
