package planted

import (
	"maps"
	"slices"
	"strings"
)

// Oracle finds out with git alone where blobs were introduced, from the parents of every commit and the files of every
// tree, reachable or not.
type Oracle struct {
	Commits []string // parents first

	repo    *Repo
	parents map[string][]string
	above   map[string]map[string]bool
	refs    map[string][]string // refs that reach a commit, sorted; nil until needed
}

// Spot is a blob at a path.
type Spot struct{ Path, Blob string }

// NewOracle asks git about a repository.
func NewOracle(repo *Repo) *Oracle {
	repo.t.Helper()
	o := &Oracle{repo: repo, parents: map[string][]string{}, above: map[string]map[string]bool{}}
	commits := strings.Join(repo.Objects("commit"), "\n") + "\n"
	for line := range strings.Lines(repo.Feed(commits, "rev-list", "--topo-order", "--reverse", "--parents", "--stdin")) {
		ids := strings.Fields(line)
		o.Commits = append(o.Commits, ids[0])
		o.parents[ids[0]], o.above[ids[0]] = ids[1:], map[string]bool{}
		for _, p := range ids[1:] {
			o.above[ids[0]][p] = true
			maps.Copy(o.above[ids[0]], o.above[p])
		}
	}
	return o
}

// refsOf returns the refs that reach a commit.
func (o *Oracle) refsOf(commit string) []string {
	if o.refs == nil {
		o.refs = map[string][]string{}
		for _, ref := range o.repo.Lines("for-each-ref", "--format=%(refname)") {
			for _, c := range o.repo.Lines("rev-list", ref) {
				o.refs[c] = append(o.refs[c], ref)
			}
		}
	}
	return o.refs[commit]
}

// Range returns the commits that head reaches and base does not, parents first.
func (o *Oracle) Range(base, head string) []string {
	return slices.DeleteFunc(slices.Clone(o.Commits), func(c string) bool {
		return c != head && !o.above[head][c] || c == base || o.above[base][c]
	})
}

// files lists what each commit has.
func (o *Oracle) files() map[string]map[Spot]bool {
	files := map[string]map[Spot]bool{}
	for _, c := range o.Commits {
		files[c] = listed(o.repo.Git("ls-tree", "-r", "-z", c))
	}
	return files
}

// Removals returns the last commits that removed each blob from a path where no tip of a branch has it: those that removed what
// all their parents have, and after which no other commit did.
func (o *Oracle) Removals() map[Spot][]string {
	files, alive, reached, out := o.files(), map[Spot]bool{}, map[string]bool{}, map[Spot][]string{}
	for _, ref := range o.repo.Lines("for-each-ref", "--format=%(refname)") {
		if strings.HasPrefix(ref, "refs/tags/") {
			continue
		}
		for i, c := range o.repo.Lines("rev-list", ref) {
			reached[c] = true
			for f := range files[c] {
				alive[f] = alive[f] || i == 0 // the tip comes first
			}
		}
	}
	for _, c := range o.Commits {
		if parents := o.parents[c]; reached[c] && len(parents) > 0 {
			for f := range files[parents[0]] {
				if !alive[f] && !files[c][f] && !slices.ContainsFunc(parents, func(p string) bool { return !files[p][f] }) {
					out[f] = append(out[f], c)
				}
			}
		}
	}
	for f, commits := range out {
		out[f] = slices.DeleteFunc(slices.Clone(commits), func(c string) bool {
			return slices.ContainsFunc(commits, func(other string) bool { return o.above[other][c] })
		})
	}
	return out
}

// Introductions returns the commits that introduced each blob at each path.
func (o *Oracle) Introductions() map[Spot][]string {
	files := o.files()
	out := map[Spot][]string{}
	for _, c := range o.Commits {
		for f := range files[c] {
			if !slices.ContainsFunc(o.parents[c], func(p string) bool { return files[p][f] }) {
				out[f] = append(out[f], c)
			}
		}
	}
	return out
}

// listed reads what git ls-tree prints: mode, type, name, and behind a tab the path.
func listed(tree string) map[Spot]bool {
	files := map[Spot]bool{}
	for entry := range strings.SplitSeq(strings.TrimSuffix(tree, "\x00"), "\x00") {
		head, path, _ := strings.Cut(entry, "\t")
		if fields := strings.Fields(head); len(fields) == 3 && fields[1] == "blob" {
			files[Spot{path, fields[2]}] = true
		}
	}
	return files
}

// Firsts returns the commits that have no ancestor among the others. If a ref reaches some of the commits, only those are
// considered.
func (o *Oracle) Firsts(commits []string) []string {
	if reached := slices.DeleteFunc(slices.Clone(commits), func(c string) bool { return len(o.refsOf(c)) == 0 }); len(reached) > 0 {
		commits = reached
	}
	return slices.DeleteFunc(slices.Clone(commits), func(c string) bool {
		return slices.ContainsFunc(commits, func(other string) bool { return o.above[c][other] })
	})
}

// Refs returns the refs that reach one of the commits.
func (o *Oracle) Refs(commits []string) []string {
	all := map[string]bool{}
	for _, c := range commits {
		for _, ref := range o.refsOf(c) {
			all[ref] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// Objects returns the IDs of all objects of a type, sorted.
func (r *Repo) Objects(kind string) []string {
	r.t.Helper()
	var out []string
	for _, line := range r.Lines("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)") {
		if id, ok := strings.CutSuffix(line, " "+kind); ok {
			out = append(out, id)
		}
	}
	return out
}
