package input

import (
	"github.com/akguard/akguard/scanner/forge"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/source/remote"
)

// IsURL reports whether a name is the URL of a repository, or user@host:path, and not a path.
func IsURL(name string) bool { return remote.IsURL(name) }

// Redact returns a URL without its user information, for a report.
func Redact(url string) string { return remote.Redact(url) }

// Remote is the repository on a server: all that its refs reach. It is fetched by the scan, into a folder that Close
// removes. User and password are for https; a token is a password.
func Remote(url, user, password string, o Options) (*Input, error) {
	if !remote.Complete(url) {
		return nil, failed("input.url", remote.Redact(url))
	}
	limits := odb.Limits{}
	if o.MaxMemory > 0 {
		limits = odb.LimitsFor(o.MaxMemory)
	}
	source := remote.New(remote.Options{URL: url, User: user, Password: password, Limits: limits})
	in := o.of(source)
	in.remote, in.web = source, forge.Web(url)
	return in, nil
}
