package github

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
)

// Check returns an error for the first pattern that is not valid.
func (f Filter) Check() error {
	for _, glob := range slices.Concat(f.Globs, f.Exclude) {
		if _, err := path.Match(glob, ""); err != nil {
			return reason.NewError("github.glob", glob)
		}
	}
	return nil
}

// leavesOut returns why a repository is left out; zero if it is not.
func (f Filter) leavesOut(r Repository) reason.Reason {
	switch {
	case f.Archived != nil && *f.Archived != r.Archived:
		return reason.New("github.filtered-archived", strconv.FormatBool(r.Archived))
	case f.Forks != nil && *f.Forks != r.Fork:
		return reason.New("github.filtered-fork", strconv.FormatBool(r.Fork))
	case len(f.Visibility) > 0 && !slices.Contains(f.Visibility, r.Visibility):
		return reason.New("github.filtered-visibility", r.Visibility)
	case len(f.Languages) > 0 && !slices.ContainsFunc(f.Languages, func(l string) bool { return strings.EqualFold(l, r.Language) }):
		return reason.New("github.filtered-language", r.Language)
	case len(f.Topics) > 0 && !slices.ContainsFunc(f.Topics, func(t string) bool { return slices.Contains(r.Topics, strings.ToLower(t)) }):
		return reason.New("github.filtered-topic")
	case len(f.Globs) > 0 && !matches(f.Globs, r):
		return reason.New("github.filtered-glob")
	case matches(f.Exclude, r):
		return reason.New("github.filtered-exclude")
	case !f.PushedSince.IsZero() && r.Pushed.Before(f.PushedSince):
		return reason.New("github.filtered-pushed", r.Pushed.Format(time.DateOnly))
	}
	return reason.Reason{}
}

// matches reports whether one of the patterns matches a repository, whatever the case of its name, as for GitHub.
func matches(globs []string, r Repository) bool {
	return slices.ContainsFunc(globs, func(glob string) bool {
		name := r.Name
		if strings.Contains(glob, "/") {
			name = r.FullName()
		}
		ok, _ := path.Match(strings.ToLower(glob), strings.ToLower(name))
		return ok
	})
}
