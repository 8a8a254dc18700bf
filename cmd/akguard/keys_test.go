package main

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/pair"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/scanner/github/githubtest"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/rogpeppe/go-internal/testscript"
)

// vault makes the keys of one script and remembers them, so that a template names the same key twice and that no
// output shows it. A name is a kind of value and a label: {id24:a}, {secret:a}; the label may be left out.
type vault struct {
	keys    *rulestest.Keys
	values  map[string]string    // by name
	account *alibabatest.Account // has some of them; may be nil
	server  *alibabatest.Server  // of the account
	gitHub  *githubtest.Server   // emulated; may be nil
}

const vaultKey = "vault"

// seedVariable fixes the seed of all keys. Without it, each run has other keys.
const seedVariable = "AKGUARD_TEST_SEED"

// baseSeed is the seed of the run.
var baseSeed = sync.OnceValue(func() uint64 {
	seed, err := strconv.ParseUint(os.Getenv(seedVariable), 10, 64)
	if err != nil {
		return uint64(time.Now().UnixNano())
	}
	return seed
})

// keysFor makes the keys of one test. They depend on its name and on the seed of the run alone, and not on the order in
// which tests run.
func keysFor(name string) *rulestest.Keys {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return rulestest.NewKeys(baseSeed() ^ h.Sum64())
}

// newVault makes the keys of a script, which is named by its working folder.
func newVault(t testscript.T, dir string) *vault {
	t.Log("to repeat this run: "+seedVariable+"=", baseSeed())
	return &vault{keys: keysFor(filepath.Base(dir)), values: map[string]string{}}
}

func vaultOf(ts *testscript.TestScript) *vault { return ts.Value(vaultKey).(*vault) }

var placeholder = regexp.MustCompile(`\{(id24|id16|secret|sts-id|sts-secret|token|hex32)(:[a-z0-9]+)?\}`)

// expand fills in a template.
func (v *vault) expand(template string) string {
	return placeholder.ReplaceAllStringFunc(template, v.value)
}

func (v *vault) value(name string) string {
	if v.values[name] == "" {
		kind, _, _ := strings.Cut(strings.Trim(name, "{}"), ":")
		v.values[name] = v.random(kind)
	}
	return v.values[name]
}

// random makes a value of a kind. The rules accept all of them.
func (v *vault) random(kind string) string { return v.keys.Expand("{" + kind + "}") }

// countsAlone reports whether the rules accept the parts of a key each by itself, as scripts write them.
func countsAlone(c rules.Credential) bool {
	if c.Type == rules.STS {
		return rulestest.Reports(rules.STS, c.ID.Reveal())
	}
	return rulestest.Reports(rules.AccessKeyID, c.ID.Reveal()) && rulestest.Reports(rules.AccessKeySecret, "accessKeySecret="+c.Secret.Reveal())
}

// tries is how many keys of an account in a row may look made up to the rules. One in a hundred does.
const tries = 10

// store gives the values of an account's key the label.
func (v *vault) store(label string, c rules.Credential) {
	kinds := [...]string{"id24", "secret", "token"}
	if c.Type == rules.STS {
		kinds = [...]string{"sts-id", "sts-secret", "token"}
	}
	for i, value := range []rules.Secret{c.ID, c.Secret, c.Token} {
		v.values["{"+kinds[i]+":"+label+"}"] = value.Reveal()
	}
}

// leak is how many characters in a row give a value away. A mask leaves six at the most.
const leak = 8

// shownIn returns the name of a value that content shows in part, or "".
func (v *vault) shownIn(content string) string {
	for name, value := range v.values {
		for i := 0; i+leak <= len(value); i++ {
			if strings.Contains(content, value[i:i+leak]) {
				return name
			}
		}
	}
	return ""
}

// owners makes each state that a key may be in.
var owners = map[string]func(a *alibabatest.Account) *alibabatest.Key{
	"live": func(a *alibabatest.Account) *alibabatest.Key { return a.AddKey("deploy") },
	"root": (*alibabatest.Account).AddRootKey,
	"admin": func(a *alibabatest.Account) *alibabatest.Key {
		k := a.AddKey("admin")
		_ = a.Attach("user/admin", "AdministratorAccess") // both are there
		return k
	},
	"off": func(a *alibabatest.Account) *alibabatest.Key {
		return withStatus(a.AddKey("deploy"), alibabatest.Inactive)
	},
	"gone": func(a *alibabatest.Account) *alibabatest.Key {
		return withStatus(a.AddKey("deploy"), alibabatest.Deleted)
	},
	"session": func(a *alibabatest.Account) *alibabatest.Key {
		return a.AddSession("ci", "build", time.Now().Add(time.Hour))
	},
	"expired": func(a *alibabatest.Account) *alibabatest.Key {
		return a.AddSession("ci", "build", time.Now().Add(-time.Hour))
	},
}

func withStatus(k *alibabatest.Key, s alibabatest.Status) *alibabatest.Key {
	k.SetStatus(s)
	return k
}

// newKey adds a key to the account. The rules find each of its parts.
func newKey(a *alibabatest.Account, state string) (rules.Credential, error) {
	add, ok := owners[state]
	if !ok {
		return rules.Credential{}, fmt.Errorf("no state %q", state)
	}
	for range tries {
		c := add(a).Credential()
		text := fmt.Appendf(nil, "id: %s\nsecret: %s\ntoken: %s\n", c.ID.Reveal(), c.Secret.Reveal(), c.Token.Reveal())
		matches, _ := builtin.Set().Find(text)
		found := pair.Join(text, matches, pair.Options{})
		if len(found) == 1 && found[0].Credential.Type == c.Type && countsAlone(c) {
			return c, nil
		}
	}
	return rules.Credential{}, fmt.Errorf("the rules find none of %d keys in state %q", tries, state)
}
