package alibabatest_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/alibabatest"
)

// versions are those of the services' APIs.
var versions = map[string]string{
	"Sts": "2015-04-01", "Ram": "2015-05-01", "Ims": "2019-08-15", "Actiontrail": "2020-07-06", "ResourceManager": "2020-03-31",
	"Ecs": "2014-05-26", "Ess": "2014-08-28", "Eci": "2018-08-08", "Rds": "2014-08-15", "BssOpenApi": "2017-12-14", "Sas": "2018-12-03",
	"ResourceCenter": "2022-12-01",
}

// client calls a server without its code, with somebody's credential.
type client struct {
	t      testing.TB
	server *alibabatest.Server
	key    rules.Credential
}

// params are a call's own, with the names and values after each other.
func params(pairs ...string) map[string]string {
	p := make(map[string]string)
	for i := 0; i < len(pairs); i += 2 {
		p[pairs[i]] = pairs[i+1]
	}
	return p
}

// body is an answer, to be read by path: "Users.User.0.UserName".
type body struct {
	status int
	tree   any
}

// do makes the call "Ram.ListUsers".
func (c client) do(operation string, pairs ...string) body {
	c.t.Helper()
	service, action, _ := strings.Cut(operation, ".")
	req := newCall("POST", c.key, none)
	req.params["Action"], req.params["Version"] = action, versions[service]
	maps.Copy(req.params, params(pairs...))
	w := req.sign(c.key.Secret.Reveal()).send(c.server)
	b := body{status: w.Code}
	if err := json.Unmarshal(w.Body.Bytes(), &b.tree); err != nil {
		c.t.Fatalf("%s: the answer is not JSON: %v: %q", operation, err, w.Body)
	}
	return b
}

// must makes a call that has to succeed.
func (c client) must(operation string, pairs ...string) body {
	c.t.Helper()
	b := c.do(operation, pairs...)
	if b.status != 200 || b.text("RequestId") == "" {
		c.t.Fatalf("%s %q: HTTP %d, %v", operation, pairs, b.status, b.tree)
	}
	return b
}

// refused makes a call that has to fail.
func (c client) refused(status int, code, operation string, pairs ...string) {
	c.t.Helper()
	if b := c.do(operation, pairs...); b.status != status || b.text("Code") != code {
		c.t.Errorf("%s %q: HTTP %d, %v; want %d %s", operation, pairs, b.status, b.tree, status, code)
	}
}

// at returns nil where there is nothing.
func (b body) at(path string) any {
	v := b.tree
	for name := range strings.SplitSeq(path, ".") {
		switch node := v.(type) {
		case map[string]any:
			v = node[name]
		case []any:
			i := int(name[0] - '0')
			if i >= len(node) {
				return nil
			}
			v = node[i]
		default:
			return nil
		}
	}
	return v
}

func (b body) text(path string) string {
	s, _ := b.at(path).(string)
	return s
}

func (b body) list(path string) []any {
	l, _ := b.at(path).([]any)
	return l
}

// texts returns one field of every item of a list.
func (b body) texts(path, field string) []string {
	found := []string{}
	for _, item := range b.list(path) {
		found = append(found, body{tree: item}.text(field))
	}
	return found
}

func as(t testing.TB, s *alibabatest.Server, k *alibabatest.Key) client {
	return client{t, s, k.Credential()}
}

// attach fails the test if the policies cannot be attached.
func attach(t testing.TB, a *alibabatest.Account, to string, policies ...string) {
	t.Helper()
	if err := a.Attach(to, policies...); err != nil {
		t.Fatal(err)
	}
}

// office is an account with an administrator beside its root, and a server for it.
func office(t testing.TB) (*alibabatest.Account, *alibabatest.Server, client) {
	t.Helper()
	a := alibabatest.NewAccount()
	s := newServer(t, a)
	admin := a.AddKey("admin")
	attach(t, a, "user/admin", "AdministratorAccess")
	return a, s, as(t, s, admin)
}
