package forge_test

import (
	"testing"

	"github.com/akguard/akguard/scanner/forge"
)

func TestWeb(t *testing.T) {
	for remote, want := range map[string]string{
		"https://github.com/acme/shop.git":            "https://github.com/acme/shop",
		"https://user:ghp_token@github.com/acme/shop": "https://github.com/acme/shop",
		"git@github.com:acme/shop.git":                "https://github.com/acme/shop",
		"ssh://git@ssh.github.com:443/acme/shop.git":  "https://github.com/acme/shop",
		"git@GitLab.com:group/sub/shop.git":           "https://gitlab.com/group/sub/shop",
		"https://gitee.com/acme/shop":                 "https://gitee.com/acme/shop",
		"git@codeup.aliyun.com:5f00/team/shop.git":    "https://codeup.aliyun.com/5f00/team/shop",
		"git@bitbucket.org:acme/shop.git/":            "https://bitbucket.org/acme/shop",
		"https://git.example.com/acme/shop":           "",
		"https://github.com.evil.example/acme/shop":   "",
		"https://github.com/acme":                     "",
		"https://github.com/acme/sh op":               "",
		"https://github.com/acme/../x":                "",
		"https://github.com/acme/shop\x1b[2K":         "",
		"https://github.com/acme/x)](http://evil)":    "",
		"../shop":                      "",
		"/srv/git/shop.git":            "",
		"C:/shop":                      "",
		"file:///github.com/acme/shop": "",
		"":                             "",
	} {
		if got := forge.Web(remote); got != want {
			t.Errorf("%q is at %q, want %q", remote, got, want)
		}
	}
}

func TestCommit(t *testing.T) {
	const id = "0123456789abcdef0123456789abcdef01234567"
	for web, want := range map[string]string{
		"https://github.com/a/b":          "https://github.com/a/b/commit/" + id,
		"https://gitlab.com/a/b/c":        "https://gitlab.com/a/b/c/-/commit/" + id,
		"https://gitee.com/a/b":           "https://gitee.com/a/b/commit/" + id,
		"https://codeup.aliyun.com/o/a/b": "https://codeup.aliyun.com/o/a/b/commit/" + id,
		"https://bitbucket.org/a/b":       "https://bitbucket.org/a/b/commits/" + id,
		"https://example.com/a/b":         "",
		"javascript:github.com/a/b":       "",
		"https://github.com/a/b?x=":       "",
		"":                                "",
	} {
		if got := forge.Commit(web, id); got != want {
			t.Errorf("the commit in %q is at %q, want %q", web, got, want)
		}
	}
	for _, commit := range []string{"", "x", "../../evil"} {
		if got := forge.Commit("https://github.com/a/b", commit); got != "" {
			t.Errorf("commit %q is at %q", commit, got)
		}
	}
}
