package pair_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules/rulestest"
)

// truth is a generated file and the pairs in it.
type truth struct {
	text  string
	pairs map[string]string // secrets by their IDs
}

// named are ways to write a pair in which the names say what it is for.
var named = []func(prefix, id, secret string) (first, second string){
	func(p, id, s string) (string, string) {
		p = strings.ToUpper(p)
		return p + "_ACCESS_KEY_ID=" + id, p + "_ACCESS_KEY_SECRET=" + s
	},
	func(p, id, s string) (string, string) { return p + ".accessKeyId=" + id, p + ".accessKeySecret=" + s },
	func(p, id, s string) (string, string) { return p + ".access-key: " + id, p + ".secret-key: " + s },
	func(p, id, s string) (string, string) {
		return fmt.Sprintf("  %q: %q,", p+"AccessKeyId", id), fmt.Sprintf("  %q: %q,", p+"AccessKeySecret", s)
	},
	func(p, id, s string) (string, string) {
		return fmt.Sprintf("%s_ak = '%s'", p, id), fmt.Sprintf("%s_sk = '%s'", p, s)
	},
	func(p, id, s string) (string, string) {
		return fmt.Sprintf("private static final String %s_ACCESS_ID = \"%s\";", strings.ToUpper(p), id),
			fmt.Sprintf("private static final String %s_ACCESS_KEY = \"%s\";", strings.ToUpper(p), s)
	},
	func(p, id, s string) (string, string) {
		return fmt.Sprintf("- name: %s_ID\n  value: %q", strings.ToUpper(p), id), fmt.Sprintf("- name: %s_SECRET\n  value: %q", strings.ToUpper(p), s)
	},
	func(p, id, s string) (string, string) {
		return fmt.Sprintf("variable \"%s_access_key\" {\n  default = %q\n}", p, id), fmt.Sprintf("variable \"%s_secret_key\" {\n  default = %q\n}", p, s)
	},
	func(p, id, s string) (string, string) {
		return fmt.Sprintf("ACCESS_ID_%d=%s", len(p)*7+int(p[0]), id), fmt.Sprintf("ACCESS_KEY_%d=%s", len(p)*7+int(p[0]), s)
	},
	func(p, id, s string) (string, string) {
		return fmt.Sprintf("export AccessKeyId_%s=%s", p, id), fmt.Sprintf("export AccessKeySecret_%s=%s", p, s)
	},
}

// bare are ways in which only the place of a pair says so, or nothing.
var bare = []func(prefix, id, secret string) (first, second string){
	func(p, id, s string) (string, string) {
		return p + ":\n  accessKeyId: " + id, "  accessKeySecret: " + s
	},
	func(p, id, s string) (string, string) { return "[" + p + "]\nak = " + id, "sk = " + s },
	func(p, id, s string) (string, string) {
		return fmt.Sprintf("%s = AcsClient(%q,", p, id), fmt.Sprintf("    %q)", s)
	},
	func(p, id, s string) (string, string) {
		return fmt.Sprintf("{%q: %q, %q: %q,", "name", p, "ak", id), fmt.Sprintf(" %q: %q},", "sk", s)
	},
	func(p, id, s string) (string, string) { return "AccessKey ID：" + id, "AccessKey Secret：" + s },
}

// prefixes are what pairs are for.
var prefixes = []string{"oss", "sms", "prod", "backup", "green", "video", "mail", "dev", "log", "push"}

// others are names of values that are no secrets of Alibaba Cloud, of the same shape.
var others = []string{
	"minio.secret-key: %s", "spring.redis.password=%s", "jwt.secret=%s", "MINIO_SECRET_KEY=%s", "COS_SECRET_KEY=%s", "  \"dbPassword\": \"%s\",",
	"app_secret = '%s'", "sentry.token: %s", "requestId=%s", "QINIU_SK=%s", "# etag %s", "cookie.salt=%s",
}

type generator struct {
	*rand.Rand
	keys *rulestest.Keys
}

func (g generator) form() func(prefix, id, secret string) (string, string) {
	if i := g.IntN(len(named) + len(bare)); i < len(bare) {
		return bare[i]
	}
	return named[g.IntN(len(named))]
}

// file makes a file of pairs, each a first and a second line, with another value between, inside or around them.
func (g generator) file() truth {
	n := 2 + g.IntN(4)
	form := g.form()
	names := g.Perm(len(prefixes))
	t := truth{pairs: map[string]string{}}
	lines := make([]string, 0, 2*n+1)
	gap := []string{"", "\n", "region = cn-hangzhou\n"}[g.IntN(3)]
	place, at := g.IntN(3), g.IntN(n)
	other := fmt.Sprintf(others[g.IntN(len(others))], g.keys.Secret())
	for i := range n {
		id, secret := g.keys.ID24(), g.keys.Secret()
		t.pairs[id] = secret
		first, second := form(prefixes[names[i]], id, secret)
		if place == 0 && at == i { // around
			lines = append(lines, other)
		}
		lines = append(lines, first)
		if place == 1 && at == i { // inside
			lines = append(lines, other)
		}
		lines = append(lines, second)
		if place == 2 && at == i { // between, or at the end
			lines = append(lines, other)
		}
		lines = append(lines, gap)
	}
	t.text = strings.Join(lines, "\n") + "\n"
	return t
}

// shuffled makes a file in which only the prefixes of the names tell what belongs together.
func (g generator) shuffled() truth {
	n := 2 + g.IntN(4)
	form := named[g.IntN(len(named))]
	names := g.Perm(len(prefixes))
	t := truth{pairs: map[string]string{}}
	var lines []string
	for i := range n {
		id, secret := g.keys.ID24(), g.keys.Secret()
		t.pairs[id] = secret
		first, second := form(prefixes[names[i]], id, secret)
		lines = append(lines, first, second)
	}
	g.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	t.text = strings.Join(lines, "\n") + "\n"
	return t
}

// right reports whether every pair of a file is found as it is, and whether the true secret is at least a candidate.
func (t truth) right() (right, candidate bool) {
	found, near := map[string]string{}, map[string]bool{}
	for _, j := range join(t.text) {
		id := j.Credential.ID.Reveal()
		found[id] = j.Credential.Secret.Reveal()
		near[id] = found[id] == t.pairs[id]
		for _, c := range j.Candidates {
			near[id] = near[id] || t.text[c.Start:c.End] == t.pairs[id]
		}
	}
	right, candidate = true, true
	for id, secret := range t.pairs {
		right, candidate = right && found[id] == secret, candidate && near[id]
	}
	return right, candidate
}

// TestGenerated pairs generated files. The bars are those of the project: it is not enough to pair most of them.
func TestGenerated(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(16, 1)), rulestest.NewKeys(16)}
	for name, c := range map[string]struct {
		make  func() truth
		files int
		bar   float64
	}{
		"another value near": {g.file, 1800, 0.98},
		"shuffled":           {g.shuffled, 600, 0.97},
	} {
		right, candidates := 0, 0
		var wrong string
		for range c.files {
			file := c.make()
			ok, near := file.right()
			if ok {
				right++
			} else {
				wrong = file.text
			}
			if near {
				candidates++
			}
		}
		share := float64(right) / float64(c.files)
		t.Logf("%s: %.1f %% right, with candidates %.1f %%", name, 100*share, 100*float64(candidates)/float64(c.files))
		if share < c.bar {
			t.Errorf("%s: %d of %d files are paired right; the last wrong one is\n%s", name, right, c.files, wrong)
		}
	}
}
