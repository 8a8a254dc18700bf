package history_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/memory"

	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	gitrepo "github.com/akguard/akguard/scanner/internal/git/repo"
	gitstorage "github.com/akguard/akguard/scanner/internal/git/storage"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/history"
)

// TestGoGit scans one repository by akguard's own storage, by go-git's, and by a clone in memory. The findings are the
// same.
func TestGoGit(t *testing.T) {
	r, next := planted.New(t), planted.Keys(1)
	for i := range 6 {
		r.Write(fmt.Sprintf("dir%d/app.env", i%3), next().Text())
		r.Commit(fmt.Sprint("version ", i))
	}
	r.Feed(next().Text(), "tag", "-a", "--cleanup=verbatim", "-F", "-", "v1")
	r.Git("gc", "-q")
	ours := gitstorage.New(r.Dir+"/.git", odb.Limits{})
	t.Cleanup(func() { _ = ours.Close() })
	clone := memory.NewStorage()
	if _, err := git.Clone(clone, nil, &git.CloneOptions{URL: r.Dir, Tags: git.AllTags}); err != nil {
		t.Fatal(err)
	}
	want := places(planted.Scan(t, []scanner.Source{history.New(history.Options{Repo: opened(t, r)})}, nil), false)
	if len(want) != 7 {
		t.Fatalf("%d places, want 7: %q", len(want), want)
	}
	for name, s := range map[string]storage.Storer{
		"our storage": ours, "go-git's storage": filesystem.NewStorage(osfs.New(r.Dir+"/.git"), cache.NewObjectLRUDefault()),
	} {
		if got := places(planted.Scan(t, []scanner.Source{goGit(t, s)}, nil), false); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	// A clone has other names for the refs.
	withoutRefs := places(planted.Scan(t, []scanner.Source{history.New(history.Options{Repo: opened(t, r)})}, nil), true)
	if got := places(planted.Scan(t, []scanner.Source{goGit(t, clone)}, nil), true); !slices.Equal(got, withoutRefs) {
		t.Errorf("a clone in memory: %q, want %q", got, withoutRefs)
	}
}

func opened(t *testing.T, r *planted.Repo) *gitrepo.Repository {
	t.Helper()
	repo, err := gitrepo.Open(r.Dir, gitrepo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = repo.Close() })
	return repo
}

func goGit(t *testing.T, s storage.Storer) *history.Source {
	t.Helper()
	r, err := git.Open(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	source, err := history.GoGit(r)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// places lists where a report found something.
func places(r *planted.Report, withoutRefs bool) []string {
	var out []string
	for _, f := range r.Findings {
		for _, o := range f.Occurrences {
			refs := o.Refs
			if withoutRefs {
				refs = nil
			}
			out = append(out, fmt.Sprintf("%s %s:%d %s %s %v %v", o.Source, o.Path, o.Line, o.Commit, o.Author, refs, o.Reachable))
		}
	}
	slices.Sort(out)
	return out
}

// printer prints what a scan finds.
type printer struct{}

func (printer) Header(finding.Header) error { return nil }
func (printer) Finding(f finding.Finding) error {
	fmt.Println(f.Credential.ID, "in", f.Occurrences[0].Path)
	return nil
}
func (printer) Skip(finding.Skip) error       { return nil }
func (printer) Summary(finding.Summary) error { return nil }

// Scan a clone in memory.
func ExampleGoGit() {
	scan := func(url string) error {
		clone, err := git.Clone(memory.NewStorage(), nil, &git.CloneOptions{URL: url})
		if err != nil {
			return err
		}
		source, err := history.GoGit(clone)
		if err != nil {
			return err
		}
		s := scanner.New(scanner.Options{Sources: []scanner.Source{source}, Rules: builtin.Set()})
		_, err = s.Run(context.Background(), printer{})
		return err
	}
	fmt.Println(scan("/missing"))
	// Output: repository not found
}
