package input_test

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/planted"
)

func scan(t *testing.T, opts options) *planted.Report {
	t.Helper()
	in, err := open(opts)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	return planted.Scan(t, in.Sources, nil)
}

// Every place that git has is scanned, and each occurrence says what git says of it: with everything loose, with
// everything packed, and when the reflogs have expired, so that nothing names what no ref reaches.
func TestPlantedRepository(t *testing.T) {
	g := newGarden(t)
	whole := func(t *testing.T, g garden) { g.check(t, scan(t, options{Path: g.Dir}), g.plants) }
	for _, step := range []struct {
		name string
		do   func()
		see  func(*testing.T, garden)
	}{
		{"as it is", nil, whole},
		{"one half", nil, halves},
		{"without what is unreachable", nil, noUnreachable},
		{"as a bare clone", nil, bareClone},
		{"from a linked worktree", nil, linkedWorktree},
		{"packed", func() { g.Pack() }, whole},
		{"reflogs expired", func() { g.Git("reflog", "expire", "--expire=all", "--all") }, whole},
		{"loose", g.Unpack, whole},
		{"with what is ignored", nil, ignored},
	} {
		if step.do != nil {
			step.do()
		}
		t.Run(step.name, func(t *testing.T) { step.see(t, *g) })
	}
}

// check compares a scan with the plants: each is found exactly where it is, and nothing else is found.
func (g *garden) check(t *testing.T, r *planted.Report, plants []plant) {
	t.Helper()
	logs := g.reflogs()
	for _, p := range plants {
		f := r.Of(p.key)
		if f == nil {
			t.Errorf("%s: not found", p.name)
			continue
		}
		if got, want := g.withoutMainHead(f.Occurrences), g.occurrences(p, logs); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", p.name, got, want)
		}
		if got := f.Credential.Secret.Reveal(); got != p.key.Secret {
			t.Errorf("%s: the secret is another", p.name)
		}
	}
	if len(r.Findings) != len(plants) {
		t.Errorf("%d findings for %d keys", len(r.Findings), len(plants))
	}
	if len(r.Skips) > 0 || !r.Sum.Complete {
		t.Errorf("the scan is not complete: %v", r.Skips)
	}
}

// withoutMainHead leaves out what only the main working tree's HEAD has seen, where that one is not asked about.
func (g *garden) withoutMainHead(found []finding.Occurrence) []finding.Occurrence {
	for i := range found {
		found[i].Removed = finding.Removal{} // the tests of package history hold it to git
		if kept := slices.DeleteFunc(found[i].Reflog, g.isMainHead); len(kept) > 0 {
			found[i].Reflog = kept
		} else {
			found[i].Reflog = nil
		}
	}
	return found
}

func (g *garden) isMainHead(entry string) bool {
	return strings.HasPrefix(entry, "main-worktree/HEAD@") && !slices.Contains(g.logs, "HEAD")
}

// occurrences asks git for what it knows of a plant's places.
func (g *garden) occurrences(p plant, logs map[string][]string) []finding.Occurrence {
	var out []finding.Occurrence
	for _, at := range p.places {
		line := at.above + p.key.Line
		o := finding.Occurrence{
			Place: finding.Place{Source: at.source, Path: at.path, Commit: at.commit, Refs: at.refs, Reachable: len(at.refs) > 0},
			Parts: finding.PartBoth, Line: line, Column: planted.KeyColumn, SecretLine: line + 1,
		}
		switch {
		case at.blob != "":
			o.Blob = at.blob
		case at.source == finding.SourceHistory || at.source == finding.SourceIndex:
			o.Blob = g.Feed(p.key.Text(), "hash-object", "--stdin")
		case at.tag != "":
			o.Blob = at.tag
		}
		switch {
		case at.tag != "":
			g.describeTag(&o.Place)
		case at.commit != "":
			g.describe(&o.Place, logs)
		}
		out = append(out, o)
	}
	return out
}

// describe fills in who made a commit, and what keeps it.
func (g *garden) describe(p *finding.Place, logs map[string][]string) {
	who := strings.Split(g.Git("show", "-s", "--format=%an%x00%ae%x00%at", p.Commit), "\x00")
	p.Author, p.Email, p.Date = who[0], who[1], unix(g.t, who[2])
	p.Refs = g.Lines("for-each-ref", "--format=%(refname)", "--contains", p.Commit)
	if kept := stashes(logs[p.Commit]); len(p.Refs) == 0 && len(kept) > 0 {
		p.Refs = kept
	}
	p.Reachable = len(p.Refs) > 0
	if !p.Reachable {
		p.Reflog = logs[p.Commit]
	}
}

// stashes are the entries of the reflog of refs/stash.
func stashes(entries []string) []string {
	return slices.DeleteFunc(slices.Clone(entries), func(entry string) bool { return !strings.HasPrefix(entry, "stash@") })
}

func (g *garden) describeTag(p *finding.Place) {
	who := strings.Split(g.Git("for-each-ref", "--format=%(taggername)%00%(taggeremail:trim)%00%(taggerdate:unix)", "refs/tags/v1"), "\x00")
	p.Author, p.Email, p.Date = who[0], who[1], unix(g.t, who[2])
	p.Refs, p.Reachable = []string{"refs/tags/v1"}, true
}

func unix(t *testing.T, seconds string) time.Time {
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Unix(n, 0).UTC()
}

// reflogs returns the entries of reflogs that reach each commit, as git names them.
func (g *garden) reflogs() map[string][]string {
	reached := map[string][]string{}
	for _, ref := range g.logs {
		for _, line := range g.Lines("log", "-g", "--format=%gd %H", ref, "--") {
			entry, commit, _ := strings.Cut(line, " ")
			for _, c := range g.history(commit) {
				reached[c] = append(reached[c], entry)
			}
		}
	}
	for _, entries := range reached {
		slices.Sort(entries)
	}
	return reached
}

// history returns a commit and its ancestors. Git is asked once.
func (g *garden) history(commit string) []string {
	if g.ancestry[commit] == nil {
		g.ancestry[commit] = g.Lines("rev-list", commit)
	}
	return g.ancestry[commit]
}
