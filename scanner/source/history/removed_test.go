package history_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// TestRemovals compares which commits removed what is gone with what git says of random histories.
func TestRemovals(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			repo := planted.History(t, seed, 36, seed%2 == 1)
			removals, ended := planted.NewOracle(repo).Removals(), 0
			l := locate(t, repo, isBlob)
			for _, places := range l.places {
				for _, p := range places {
					want := removals[planted.Spot{Path: p.Path, Blob: p.Blob}]
					if got := p.Removed.Commit; len(want) == 0 != (got == "") || got != "" && (!slices.Contains(want, got) || p.Removed.Date.IsZero()) {
						t.Errorf("%s at %s was removed by %+v, want one of %v", p.Blob, p.Path, p.Removed, want)
					}
					if !p.Removed.IsZero() {
						ended++
					}
				}
			}
			if ended == 0 {
				t.Error("nothing was removed")
			}
		})
	}
}

// TestRemovedFinding follows a credential that is edited, moved and removed. It is gone only where no branch has it.
func TestRemovedFinding(t *testing.T) {
	repo, k := planted.New(t), planted.Keys(3)()
	gone := func() finding.Removal {
		t.Helper()
		f := scan(t, repo).Of(k)
		if f == nil {
			t.Fatal("the credential is not found")
		}
		return f.Removed()
	}
	repo.Write("app.yml", k.Text())
	repo.Commit("leak")
	repo.Write("app.yml", "# edited\n"+k.Text())
	repo.Commit("edit")
	repo.Git("mv", "app.yml", "moved.yml")
	repo.Commit("move")
	if r := gone(); !r.IsZero() {
		t.Errorf("it is there, and was removed by %+v", r)
	}
	repo.Git("branch", "old")
	repo.Git("tag", "v1")
	repo.Git("rm", "-q", "moved.yml")
	last := repo.Commit("remove")
	repo.Write("other.txt", "x")
	repo.Commit("later")
	if r := gone(); !r.IsZero() {
		t.Errorf("another branch has it, and it was removed by %+v", r)
	}
	repo.Git("branch", "-D", "old")
	if r := gone(); r.Commit != last || r.Date.IsZero() {
		t.Errorf("it was removed by %+v, want %s", r, last)
	}
	repo.Git("commit", "-q", "--allow-empty", "-m", k.Text())
	if r := gone(); !r.IsZero() {
		t.Errorf("a message has it, and it was removed by %+v", r)
	}
}
