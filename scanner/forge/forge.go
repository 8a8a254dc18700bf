// Package forge knows the addresses under which forges show the commits of a repository. It knows only forges whose
// addresses are certain from the name of their host: a link that leads nowhere is worse than none. The package is a leaf.
package forge

import (
	"net/url"
	"strings"
)

// hosts maps the hosts of forges to what stands between the address of a repository and the ID of a commit.
func hosts() map[string]string {
	return map[string]string{
		"github.com":        "/commit/",
		"gitlab.com":        "/-/commit/",
		"gitee.com":         "/commit/",
		"codeup.aliyun.com": "/commit/",
		"bitbucket.org":     "/commits/",
	}
}

// aliases are other names of these hosts, for ssh where a firewall lets only port 443 pass.
func aliases() map[string]string {
	return map[string]string{"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com", "altssh.bitbucket.org": "bitbucket.org"}
}

// Web returns the address of a repository for browsers, given the URL of a remote: https, ssh, or user@host:path. It has no
// credentials. It is "" if the forge is not known.
func Web(remote string) string {
	host, path, ok := split(remote)
	host = strings.ToLower(host)
	if alias, found := aliases()[host]; found {
		host = alias
	}
	path = strings.TrimSuffix(strings.Trim(path, "/"), ".git")
	if _, known := hosts()[host]; !ok || !known || !plain(path) {
		return ""
	}
	return "https://" + host + "/" + path
}

// Commit returns the address of a commit; "" if the repository's is not one that Web returns.
func Commit(web, commit string) string {
	host, path, ok := strings.Cut(strings.TrimPrefix(web, "https://"), "/")
	between, known := hosts()[host]
	if !ok || !known || !plain(path) || !strings.HasPrefix(web, "https://") || commit == "" || strings.Trim(commit, "0123456789abcdef") != "" {
		return ""
	}
	return web + between + commit
}

func split(remote string) (host, path string, ok bool) {
	if !strings.Contains(remote, "://") { // user@host:path
		host, path, ok = strings.Cut(remote, ":")
		if _, after, found := strings.Cut(host, "@"); found {
			host = after
		}
		return host, path, ok && !strings.Contains(host, "/")
	}
	u, err := url.Parse(remote)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "ssh" && u.Scheme != "git" {
		return "", "", false
	}
	return u.Hostname(), u.Path, true
}

// plain reports whether a path is that of a repository, which needs no escapes: an owner or more groups, and a name.
func plain(path string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
	elements := strings.Split(path, "/")
	for _, e := range elements {
		if e == "" || e == "." || e == ".." || strings.Trim(e, letters) != "" {
			return false
		}
	}
	return len(elements) >= 2
}
