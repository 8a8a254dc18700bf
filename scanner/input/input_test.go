package input_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/input"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// What cannot be scanned as it was named is refused, with the way out.
func TestRefusals(t *testing.T) {
	repo, plain := planted.New(t), t.TempDir()
	repo.Write("a", "a")
	repo.Commit("base")
	bare := planted.New(t, "--bare")
	damaged, tables, broken := repo.Copy(), repo.Copy(), repo.At(t.TempDir())
	broken.Write(".git/config", "")
	damaged.Write(".git/index", "damaged")
	tables.Git("config", "core.repositoryFormatVersion", "1")
	tables.Git("config", "extensions.refStorage", "tables")
	for name, opts := range map[string]options{
		"nothing":                {Path: repo.Dir, NoHistory: true, NoWorktree: true},
		"no such path":           {Path: filepath.Join(plain, "missing")},
		"staged folder":          {Path: plain, Staged: true},
		"range of a folder":      {Path: plain, Range: "HEAD..HEAD"},
		"folder without history": {Path: plain, NoHistory: true},
		"folder, ignored":        {Path: plain, IncludeIgnored: true},
		"bare, no history":       {Path: bare.Dir, NoHistory: true},
		"damaged index":          {Path: damaged.Dir},
		"other refs":             {Path: tables.Dir},
		"four dots":              {Path: repo.Dir, Range: "HEAD....HEAD"},
		"no base":                {Path: repo.Dir, Range: "..HEAD"},
		"staged, bare":           {Path: bare.Dir, Staged: true},
		"broken":                 {Path: broken.Dir},
		"no left end":            {Path: repo.Dir, Range: "...HEAD"},
		"unknown base":           {Path: repo.Dir, Range: "nowhere..HEAD"},
		"unknown head":           {Path: repo.Dir, Range: "HEAD..nowhere"},
		"missing commit":         {Path: repo.Dir, Range: strings.Repeat("1", 40) + "..HEAD"},
		"two ranges":             {Path: repo.Dir, Range: "HEAD..HEAD..HEAD"},
		"no parent":              {Path: repo.Dir, Range: "HEAD^2..HEAD"},
		"head before the root":   {Path: repo.Dir, Range: "HEAD..HEAD~1"},
		"blob":                   {Path: repo.Dir, Range: repo.Git("rev-parse", "HEAD:a") + "..HEAD"},
		"unborn":                 {Path: planted.New(t).Dir, Range: "HEAD..HEAD"},
		"outside":                {Path: repo.Dir, Range: "../../../HEAD..HEAD"},
	} {
		_, err := open(opts)
		var failed *reason.Error
		if !errors.As(err, &failed) || failed.Hint.IsZero() {
			t.Errorf("%s: %v, want an error with a hint", name, err)
			continue
		}
		if text := err.Error(); strings.Contains(text, "\n") || strings.HasSuffix(text, ".") {
			t.Errorf("%s: %q is not one plain sentence", name, text)
		}
	}
}

// A range is read as git reads it: an end that is left out is HEAD.
func TestRange(t *testing.T) {
	repo, next := planted.New(t), planted.Keys(30)
	keys := []planted.Key{next(), next(), next()}
	for i, k := range keys {
		repo.Write(fmt.Sprintf("%d.env", i), k.Text())
		repo.Commit(fmt.Sprint(i))
	}
	repo.Git("tag", "-a", "-m", "first", "v1", "HEAD~2")
	repo.Git("rm", "-q", "1.env")
	repo.Commit("remove")
	short := repo.Git("rev-parse", "--short", "HEAD~2")
	for spec, want := range map[string][]bool{
		"v1..HEAD": {false, true, true}, "v1..": {false, true, true}, "refs/tags/v1..main": {false, true, true},
		"HEAD~2..HEAD": {false, false, true}, short + "..@": {false, false, true}, "HEAD..v1": {false, false, false},
		"HEAD^..HEAD": {false, false, false},
	} {
		r := scan(t, options{Path: repo.Dir, Range: spec})
		for i, k := range keys {
			if got := r.Of(k) != nil; got != want[i] {
				t.Errorf("%s: key %d found is %v", spec, i, got)
			}
		}
	}
}

func TestStaged(t *testing.T) {
	repo, next := planted.New(t), planted.Keys(31)
	staged, onDisk := next(), next()
	repo.Commit("base")
	repo.Write("dir/a.env", staged.Text())
	repo.Git("add", "-A")
	repo.Write("dir/a.env", onDisk.Text())
	r := scan(t, options{Path: repo.Dir, Staged: true})
	if r.Of(onDisk) != nil || r.Of(staged) == nil || r.Of(staged).Occurrences[0].Source != finding.SourceIndex {
		t.Errorf("found %d keys, want what is staged", len(r.Findings))
	}
}

// Plain folders, files and standard input are scanned as they are; a folder inside a repository with a note.
func TestPlain(t *testing.T) {
	repo, k := planted.New(t), planted.Keys(32)()
	repo.Write("dir/a.env", k.Text())
	repo.Write("dir/.gitignore", "*.env\n")
	file := filepath.Join(repo.Dir, "dir", "a.env")
	for name, c := range map[string]struct {
		opts         options
		source, path string
		note         bool
	}{
		"folder": {options{Path: filepath.Join(repo.Dir, "dir")}, finding.SourceFile, "a.env", true},
		"file":   {options{Path: file}, finding.SourceFile, filepath.ToSlash(file), false},
		"stdin":  {options{Path: "-", Stdin: strings.NewReader(k.Text())}, finding.SourceStdin, "", false},
	} {
		in, err := open(c.opts)
		if err != nil {
			t.Fatal(err)
		}
		f := planted.Scan(t, in.Sources, nil).Of(k)
		if f == nil || f.Occurrences[0].Source != c.source || f.Occurrences[0].Path != c.path || in.Note.IsZero() == c.note {
			t.Errorf("%s: found %v, note %v", name, f != nil, in.Note)
		}
		if err := errors.Join(in.Close(), in.Close()); err != nil {
			t.Errorf("%s: closing twice: %v", name, err)
		}
	}
}

// Without a path, the repository around the current folder is meant, or the folder itself.
func TestHere(t *testing.T) {
	repo, next := planted.New(t), planted.Keys(33)
	committed, inFolder := next(), next()
	repo.Write("a.env", committed.Text())
	repo.Commit("base")
	repo.Write("dir/b.env", inFolder.Text())
	t.Chdir(filepath.Join(repo.Dir, "dir"))
	for _, opts := range []options{{}, {Range: "HEAD..HEAD"}, {Staged: true}} {
		r := scan(t, opts)
		if all := opts == (options{}); (r.Of(committed) != nil) != all || (r.Of(inFolder) != nil) != all {
			t.Errorf("%+v: found %d keys", opts, len(r.Findings))
		}
	}
	plain := t.TempDir()
	t.Chdir(plain)
	if err := os.WriteFile("c.env", []byte(committed.Text()), 0o644); err != nil {
		t.Fatal(err)
	}
	if f := scan(t, options{}).Of(committed); f == nil || f.Occurrences[0].Path != "c.env" {
		t.Error("the folder is not scanned")
	}
}

// An interrupted scan ends at once, whatever is scanned, and not because something else failed.
func TestInterrupted(t *testing.T) {
	repo := planted.New(t)
	for i := range 20 {
		repo.Write(fmt.Sprint(i), fmt.Sprint(i))
	}
	repo.Commit("base")
	repo.Write("new", "new")
	repo.Commit("more")
	repo.Write("staged", "staged")
	repo.Git("add", "-A")
	for _, opts := range []options{
		{NoWorktree: true}, {NoHistory: true}, {Staged: true}, {Range: "HEAD~1..HEAD"}, {Path: filepath.Join(repo.Dir, "new")},
	} {
		opts.Path = cmp.Or(opts.Path, repo.Dir)
		interrupt(t, opts, false)
		interrupt(t, opts, true)
	}
}

// interrupt scans, and ends the context before that, or with the first piece of content.
func interrupt(t *testing.T, opts options, before bool) {
	t.Helper()
	in, err := open(opts)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if before {
		cancel()
	}
	var r planted.Report
	s := scanner.New(scanner.Options{Sources: in.Sources, Rules: builtin.Set(), Progress: func(int) { cancel() }})
	if _, err := s.Run(ctx, &r); !errors.Is(err, context.Canceled) || !r.Ended || !r.Sum.Interrupted {
		t.Errorf("%+v, before %v: the error is %v", opts, before, err)
	}
}

func TestIndexFromEnv(t *testing.T) {
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	abs := filepath.Join(here, "x", "index")
	for value, want := range map[string]string{"": "", abs: abs, filepath.Join(".git", "index"): filepath.Join(here, ".git", "index")} {
		t.Setenv("GIT_INDEX_FILE", value)
		if got := input.IndexFromEnv(); got != want {
			t.Errorf("GIT_INDEX_FILE=%s: %s, want %s", value, got, want)
		}
	}
}

// A key in 300 versions of a file is one finding with 300 places, first exposure first, loose and packed.
func TestVersions(t *testing.T) {
	repo, k := planted.New(t, "--bare"), planted.Keys(34)()
	var script strings.Builder
	for i := range 300 {
		text := strings.Repeat("a line of text\n", i%50) + k.Text() + fmt.Sprintf("version %d\n", i)
		fmt.Fprintf(&script, "commit refs/heads/main\ncommitter C <c@example.com> %d +0000\ndata 1\nm\n", 1_700_000_000+i)
		fmt.Fprintf(&script, "M 644 inline conf/a.env\ndata %d\n%s\n", len(text), text)
	}
	repo.Git("config", "fastimport.unpackLimit", "10000")
	repo.Feed(script.String(), "fast-import", "--quiet")
	commits := repo.Lines("rev-list", "--reverse", "main")
	for _, pack := range []bool{false, true} {
		if pack {
			repo.Pack("-f", "--depth=100")
		}
		r := scan(t, options{Path: repo.Dir})
		if len(r.Findings) != 1 || len(r.Findings[0].Occurrences) != 300 {
			t.Fatalf("packed %v: %d findings", pack, len(r.Findings))
		}
		if r.Sum.Blobs != 300 || r.Sum.Commits != 300 {
			t.Errorf("packed %v: the summary is %+v", pack, r.Sum)
		}
		for i, o := range r.Findings[0].Occurrences {
			if o.Commit != commits[i] || o.Path != "conf/a.env" || o.Line != i%50+k.Line || !slices.Equal(o.Refs, []string{"refs/heads/main"}) {
				t.Fatalf("packed %v: place %d is %s:%d in commit %s of %v", pack, i, o.Path, o.Line, o.Commit, o.Refs)
			}
		}
	}
}

// Packed, a version is stored as what differs from another, and only that is looked at. A key may come to be where a
// line end is taken out, or what stood beside it: it is found in each version that has one, and in no other.
func TestScreening(t *testing.T) {
	for seed := range uint64(2) {
		repo := trapped(t, seed)
		want := places(scan(t, options{Path: repo.Dir}))
		repo.Pack("-f", "--depth=50", "--window=50")
		got := places(scan(t, options{Path: repo.Dir}))
		if !reflect.DeepEqual(got, want) || len(want) < traps*9/10 { // some are near each other, or look made up
			t.Errorf("seed %d: %d keys are found packed, %d loose, of %d", seed, len(got), len(want), traps)
		}
	}
}

// places lists what was found, by ID or by secret.
func places(r *planted.Report) map[string][]finding.Occurrence {
	out := map[string][]finding.Occurrence{}
	for _, f := range r.Findings {
		name := cmp.Or(f.Credential.ID.Reveal(), f.Credential.Secret.Reveal())
		out[name] = append(out[name], f.Occurrences...)
	}
	return out
}

// traps is how many keys lie in a text, each one change away from being one.
const traps = 40

// trapped makes a repository of a file with a version for each trap, in which that one is sprung, and one version in
// which none is.
func trapped(t *testing.T, seed uint64) *planted.Repo {
	t.Helper()
	repo, rng, next := planted.New(t, "--bare"), rand.New(rand.NewPCG(seed, 6)), planted.Keys(40+seed)
	lines := make([]string, 2000)
	for i := range lines {
		lines[i] = fmt.Sprintf("line %d\n", rng.IntN(1_000_000))
	}
	sprung := map[int]string{}
	for _, at := range rng.Perm(len(lines))[:traps] {
		lines[at], sprung[at] = trap(rng.IntN(5), 1+rng.IntN(14), next())
	}
	var script strings.Builder
	for at, line := range sprung {
		old := lines[at]
		lines[at] = line
		version(&script, strings.Join(lines, ""))
		lines[at] = old
	}
	version(&script, strings.Join(lines, ""))
	repo.Git("config", "fastimport.unpackLimit", "10000")
	repo.Feed(script.String(), "fast-import", "--quiet")
	return repo
}

func version(script *strings.Builder, text string) {
	fmt.Fprintf(script, "commit refs/heads/main\ncommitter C <c@example.com> 1700000000 +0000\ndata 1\nm\n")
	fmt.Fprintf(script, "M 644 inline a.txt\ndata %d\n%s\n", len(text), text)
}

// trap returns a line without a key, and what makes it one with a key.
func trap(kind, at int, k planted.Key) (set, sprung string) {
	switch kind {
	case 0:
		return k.ID[:at] + "\n" + k.ID[at:] + "\n", k.ID + "\n"
	case 1:
		return k.ID + "*\n", k.ID + "\n"
	case 2: // a short ID: one of 24 characters counts whatever it touches
		id := k.ID[:4] + k.ID[12:24]
		return "x" + id + "\n", id + "\n"
	case 3:
		return "accessKeySecret " + strings.Repeat("=", 100) + k.Secret + "\n", "accessKeySecret =" + k.Secret + "\n"
	}
	return "accessKeySecret =\n\n" + k.Secret + "\n", "accessKeySecret =\n" + k.Secret + "\n"
}

// The goroutines of every source end when a scan is cancelled, whatever it was doing: a process may run thousands of scans.
func TestGoroutinesEnd(t *testing.T) {
	repo, next := planted.New(t), planted.Keys(77)
	for i := range 30 {
		repo.Write(fmt.Sprintf("%d.env", i), next().Text())
		repo.Commit(fmt.Sprint(i))
	}
	repo.Write("staged.env", next().Text())
	repo.Git("add", "-A")
	modes := []options{
		{Path: repo.Dir}, {Path: repo.Dir, NoWorktree: true}, {Path: repo.Dir, NoHistory: true}, {Path: repo.Dir, Staged: true},
		{Path: repo.Dir, Range: "HEAD~9..HEAD"}, {Path: filepath.Join(repo.Dir, "1.env")},
	}
	cancelled := func(opts options, after int) {
		in, err := open(opts)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var pieces atomic.Int32
		progress := func(int) {
			if int(pieces.Add(1)) == after {
				cancel()
			}
		}
		_, _ = scanner.New(scanner.Options{Sources: in.Sources, Rules: builtin.Set(), Progress: progress}).Run(ctx, new(planted.Report))
	}
	cancelled(modes[0], 1) // what starts once is there now
	before := runtime.NumGoroutine()
	for i := range 300 {
		cancelled(modes[i%len(modes)], 1+i%20)
	}
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}
