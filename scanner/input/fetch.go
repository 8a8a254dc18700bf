package input

import (
	"context"
	"strings"

	"github.com/akguard/akguard/scanner/internal/git/fetch"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/source/remote"
)

// FetchOptions say what Fetch fetches. URL and Dir are required.
type FetchOptions struct {
	URL, Dir       string
	User, Password string                 // for https; a token is a password
	Refs           func(name string) bool // which of the server's refs; nil: all
	Commits        []string               // IDs of commits, besides the refs
	Depth          int                    // how many commits of each to fetch; 0: all
	MaxMemory      int64
}

// Fetch fetches refs and commits into a bare repository of its own, in a folder of the caller's. The branches of the server
// are remote-tracking refs there, as in a clone. Nothing is checked out, and nothing is run. Another Fetch with a larger
// depth brings what is missing then.
func Fetch(ctx context.Context, o FetchOptions) error {
	if !remote.Complete(o.URL) {
		return failed("input.url", remote.Redact(o.URL))
	}
	limits := odb.Limits{}
	if o.MaxMemory > 0 {
		limits = odb.LimitsFor(o.MaxMemory)
	}
	opts := fetch.Options{
		URL: o.URL, Dir: o.Dir, User: o.User, Password: o.Password, Refs: o.Refs, Depth: o.Depth,
		Objects: odb.ReceiveOptions{Limits: limits}, As: tracking,
	}
	opts.Choose = func(context.Context, map[string]object.ID) (fetch.Choice, error) {
		c := fetch.Choice{Commits: map[object.ID]string{}}
		for _, hex := range o.Commits {
			if id, ok := object.SHA1.ParseID(hex); ok {
				c.Commits[id] = ""
			}
		}
		return c, nil
	}
	_, err := fetch.Fetch(ctx, opts)
	return err
}

// tracking is the name of the remote-tracking ref of a branch. Other refs have their own names.
func tracking(name string) string {
	if branch, ok := strings.CutPrefix(name, "refs/heads/"); ok {
		return "refs/remotes/origin/" + branch
	}
	return name
}
