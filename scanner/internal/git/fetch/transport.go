package fetch

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/file"
	"github.com/go-git/go-git/v5/plumbing/transport/git"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
	"github.com/go-git/go-git/v5/plumbing/transport/ssh"

	"github.com/akguard/akguard/rules/reason"
)

// protocols are the ones that Fetch speaks.
var protocols = []string{"https", "http", "ssh", "git", "file"}

// IsURL reports whether a name is a URL of a repository, or user@host:path, and not a path. The user is required: a
// colon alone is in many names of files.
func IsURL(name string) bool {
	scheme, _, isURL := strings.Cut(name, "://")
	if isURL {
		return slices.Contains(protocols, scheme)
	}
	ep, err := transport.NewEndpoint(name)
	return err == nil && ep.Protocol == "ssh" && ep.User != "" && strings.Contains(name, "@")
}

// Complete reports whether a URL names a server and a repository on it.
func Complete(url string) bool {
	ep, err := transport.NewEndpoint(url)
	return err == nil && (ep.Host != "" || ep.Protocol == "file") && strings.Trim(ep.Path, "/") != ""
}

// open begins a session with the server.
func open(ctx context.Context, o Options) (transport.UploadPackSession, error) {
	ep, err := transport.NewEndpoint(o.URL)
	if err != nil {
		return nil, reason.NewError("git.fetch-url")
	}
	switch ep.Protocol {
	case "https", "http":
		return openHTTP(ctx, ep, o)
	case "ssh":
		return ssh.DefaultClient.NewUploadPackSession(ep, nil)
	case "git":
		return git.DefaultClient.NewUploadPackSession(ep, nil)
	case "file":
		return file.DefaultClient.NewUploadPackSession(ep, nil)
	}
	return nil, reason.NewError("git.fetch-protocol", ep.Protocol)
}

// openHTTP begins a session over https. Plain http is for servers that need no credential: it would be sent in the clear.
func openHTTP(ctx context.Context, ep *transport.Endpoint, o Options) (transport.UploadPackSession, error) {
	user, password := o.User, o.Password
	if user == "" && password == "" {
		user, password = ep.User, ep.Password
	}
	ep.User, ep.Password = "", "" // so that no error quotes them
	if password == "" && o.Renew != nil {
		var err error
		if password, err = o.Renew(ctx, ""); err != nil {
			return nil, err
		}
	}
	if user+password != "" && ep.Protocol == "http" && !isLoopback(ep.Host) {
		return nil, reason.NewError("git.fetch-plain-http")
	}
	to, err := url.Parse(ep.String())
	if err != nil {
		return nil, reason.NewError("git.fetch-url")
	}
	sender := &sender{scheme: to.Scheme, host: to.Host, user: cmp.Or(user, anyUser), password: password, renew: o.Renew, maxRefs: o.MaxRefs}
	return githttp.NewClient(&http.Client{Transport: sender}).NewUploadPackSession(ep, nil)
}

// anyUser is the user that hosts ask for beside a token.
const anyUser = "x-access-token"

func isLoopback(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || host == "::1" || host == "[::1]"
}
