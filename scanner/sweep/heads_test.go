package sweep_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/sweep/sweeptest"
)

// TestHeads has a commit that lost its ref between two sweeps, in several ways. Where something hints at that, the forge is asked at
// once, and else a week later. It is not asked about repositories that were only pushed to.
func TestHeads(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		name  string
		lose  func(r *planted.Repo) // with HEAD at the commit that is lost
		push  bool                  // the forge knows of a push
		after time.Duration
		all   bool
		found bool
	}{
		{name: "pushed over the branch that was scanned", found: true, lose: func(r *planted.Repo) {
			r.Git("reset", "-q", "--hard", "HEAD~2")
			r.Write("b.txt", "b")
			r.Commit("another")
		}},
		{name: "amended", found: true, lose: func(r *planted.Repo) {
			r.Write("leak.env", "")
			r.Git("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "-q", "-a", "--amend", "-m", "without the key", "--date", "2001-01-01T00:00:00Z")
		}},
		{name: "branch deleted", found: true, push: true, lose: func(r *planted.Repo) { r.Git("reset", "-q", "--hard", "HEAD~1") }},
		{name: "branch deleted, forge silent", lose: func(r *planted.Repo) { r.Git("reset", "-q", "--hard", "HEAD~1") }},
		{name: "no trace", push: true, lose: traceless},
		{name: "no trace, all asked", push: true, lose: traceless, all: true, found: true},
		{name: "no trace, a week later", push: true, lose: traceless, after: 8 * day, found: true},
		{name: "a week without a push", lose: func(r *planted.Repo) { r.Git("reset", "-q", "--hard", "HEAD~1") }, after: 8 * day},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, next := newForge(t), planted.Keys(11)
			r, m := f.add(t, 1, "shop"), sweeptest.NewMemory(time.Minute)
			at := f.repositories[1]
			at.Pushed = time.Now().Add(-day)
			f.repositories[1] = at
			r.Write("a.txt", "a")
			r.Commit("before")
			r.Write("a.txt", "b")
			r.Commit("first")
			sweeps(t, f, m)
			f.asked = nil
			r.Write("leak.env", next().Text())
			away := r.Commit("leak")
			c.lose(r)
			f.lost[1] = []github.LostHead{{Commit: away, Ref: "refs/heads/main", Actor: "eve", At: time.Now()}}
			if c.push {
				at.Pushed = time.Now()
				f.repositories[1] = at
			}
			sum := sweepsAt(t, f, m, func() time.Time { return time.Now().Add(c.after) }, c.all)
			want := map[bool][]string{true: {"acme/shop leak.env Ada <ada@example.com> lost by eve"}}[c.found]
			if got := placesOf(sum); !slices.Equal(got, want) {
				t.Errorf("found %q, want %q; asked for %q", got, want, f.asked)
			}
			if asked := slices.Contains(f.asked, "lost shop"); asked != c.found {
				t.Errorf("asked for %q", f.asked)
			}
		})
	}
}

// traceless pushes over a commit with one that was made on the same parent.
func traceless(r *planted.Repo) {
	r.Git("reset", "-q", "--hard", "HEAD~1")
	r.Write("c.txt", "c")
	r.Commit("another")
}

// TestOwners follows CODEOWNERS over sweeps that receive only what was added. The forge is asked only for what git did not send.
func TestOwners(t *testing.T) {
	f, next := newForge(t), planted.Keys(12)
	r, m := f.add(t, 1, "shop"), sweeptest.NewMemory(time.Minute)
	f.owners = []byte("* @forge")
	n := 0
	leak := func(want string, asked ...string) {
		t.Helper()
		n++
		name := fmt.Sprintf("leak%d.env", n)
		r.Write(name, next().Text())
		r.Commit("leak")
		f.asked = nil
		for _, place := range placesOf(sweeps(t, f, m)) {
			if strings.HasPrefix(place, "acme/shop "+name+" ") && place != "acme/shop "+name+" "+want {
				t.Errorf("%s, want the owner %s", place, want)
			}
		}
		f.asked = slices.DeleteFunc(f.asked, func(s string) bool { return strings.HasPrefix(s, "lost") })
		if !slices.Equal(f.asked, asked) {
			t.Errorf("%s: asked for %q, want %q", name, f.asked, asked)
		}
	}
	leak("Ada <ada@example.com>")
	r.Write("docs/CODEOWNERS", "* @docs")
	leak("@docs")
	leak("@docs") // the folder is not sent again
	r.Write("CODEOWNERS", "* @root")
	leak("@root")
	r.Write(".github/CODEOWNERS", "* @github")
	leak("@github")
	r.Git("rm", "-q", "-r", ".github", "CODEOWNERS")
	leak("@forge", "owners shop") // the one in docs counts again, and is not sent again
	r.Git("rm", "-q", "-r", "docs")
	leak("Ada <ada@example.com>")
	r.Link("README", "CODEOWNERS") // which GitHub does not follow
	leak("Ada <ada@example.com>")
}
