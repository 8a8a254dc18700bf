package sweep_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/sweep"
	"github.com/akguard/akguard/scanner/sweep/sweeptest"
)

// forge is GitHub as far as a sweep asks it.
type forge struct {
	repositories map[int64]github.Repository
	lost         map[int64][]github.LostHead
	owners       []byte
	mu           sync.Mutex
	asked        []string
	repos        map[int64]*planted.Repo
	listed       *github.Listing // what the list says, if that is not what is there
	url          string          // of the server of git; the paths of repositories follow
	fetches      atomic.Int32
	before       func(n int) // called before the n-th repository is fetched; may be nil
}

// newForge starts a server of git.
func newForge(t *testing.T) *forge {
	t.Helper()
	path, err := exec.CommandContext(t.Context(), "git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	backend := &cgi.Handler{Path: filepath.Join(strings.TrimSpace(string(path)), "git-http-backend"), Stderr: io.Discard, Env: []string{
		"GIT_PROJECT_ROOT=/", "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=x", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
	}}
	f := &forge{repositories: map[int64]github.Repository{}, lost: map[int64][]github.LostHead{}, repos: map[int64]*planted.Repo{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			f.fetches.Add(1)
		}
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

func (f *forge) Repositories(context.Context, github.Scope) (github.Listing, error) {
	if f.listed != nil {
		return *f.listed, nil
	}
	return f.listing(), nil
}

func (f *forge) listing() (l github.Listing) {
	for _, r := range f.repositories {
		l.Repositories = append(l.Repositories, r)
	}
	slices.SortFunc(l.Repositories, func(a, b github.Repository) int { return int(a.ID - b.ID) })
	return l
}

func (f *forge) Repository(_ context.Context, id int64) (github.Repository, error) {
	f.mu.Lock()
	f.asked = append(f.asked, fmt.Sprint("repository ", id))
	f.mu.Unlock()
	r, ok := f.repositories[id]
	if !ok {
		return r, missing()
	}
	return r, nil
}

func (f *forge) LostHeads(_ context.Context, r github.Repository, _ time.Time) ([]github.LostHead, error) {
	f.mu.Lock()
	f.asked = append(f.asked, "lost "+r.Name)
	n := len(f.asked)
	f.mu.Unlock()
	if f.before != nil {
		f.before(n)
	}
	return f.lost[r.ID], nil
}

func (f *forge) CodeOwners(_ context.Context, r github.Repository) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, "owners "+r.Name)
	return f.owners, nil
}

func (f *forge) Token(context.Context, github.Repository, string) (string, error) { return "", nil }

// missing is the error for a repository that was deleted.
func missing() error {
	return &github.Error{Status: http.StatusNotFound, Reason: reason.NewError("github.missing")}
}

// local scans in this process.
type local struct{ temp string }

func (l local) Scan(ctx context.Context, r sweep.Request, s sweep.Session, h finding.Handler) (sweep.Outcome, error) {
	return sweep.Scan(ctx, r, sweep.Options{Rules: builtin.Set(), Temp: l.temp}, s, h)
}

// add makes a repository that a forge serves.
func (f *forge) add(t *testing.T, id int64, name string) *planted.Repo {
	r := planted.New(t)
	r.Git("config", "uploadpack.allowAnySHA1InWant", "true")
	f.serve(id, name, r)
	return r
}

func (f *forge) serve(id int64, name string, r *planted.Repo) {
	f.repos[id] = r
	f.repositories[id] = github.Repository{ID: id, Owner: "acme", Name: name, Clone: f.url + r.Dir + "/.git", Web: "https://github.com/acme/" + name}
}

// fork makes a fork of a repository.
func (f *forge) fork(t *testing.T, id, of int64, r *planted.Repo) {
	name := fmt.Sprint("fork", id)
	r.Git("clone", "-q", "--no-local", r.Dir, "../"+name)
	f.serve(id, name, r.At("../"+name))
	at := f.repositories[id]
	at.Fork, at.Parent, at.Source = true, of, of
	f.repositories[id] = at
}

// sweeps runs a sweep with one worker.
func sweeps(t *testing.T, f *forge, m *sweeptest.Memory) *sweep.Sum {
	t.Helper()
	return sweepsAt(t, f, m, time.Now, false)
}

// sweepsAt runs a sweep at a time, which asks for all lost heads if so wished.
func sweepsAt(t *testing.T, f *forge, m *sweeptest.Memory, now func() time.Time, allHeads bool) *sweep.Sum {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w, err := sweep.NewWorker(ctx, sweep.WorkerOptions{Queue: m, Store: m, Forge: f, Scanner: local{t.TempDir()}, Rules: builtin.Set(), Key: "1", Pause: time.Millisecond, Now: now, Retries: func(f sweep.Failure) { t.Logf("%s: try %d: %v", f.Repository, f.Try, f.Err) }})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	sum, err := sweep.Run(ctx, sweep.RunOptions{Lister: f, Queue: m, Store: m, Rules: builtin.Set(), Key: "1", Check: 50 * time.Millisecond, AllHeads: allHeads})
	cancel()
	if worked := <-done; err != nil || worked != context.Canceled {
		t.Fatal(err, worked)
	}
	return sum
}

func counts(s *sweep.Sum) string {
	return fmt.Sprintf("%d: %d scanned, %d unchanged, %d gone, %d unread, %d missing", s.Listed, s.Scanned, s.Unchanged, s.Gone, s.Unread, s.Missing)
}

func placesOf(s *sweep.Sum) (out []string) {
	for _, f := range s.Findings {
		for _, o := range f.Occurrences {
			lost := ""
			if !o.Origin.Lost.IsZero() {
				lost = " lost by " + o.Origin.Lost.Actor
			}
			out = append(out, fmt.Sprint(o.Origin.Repository, " ", o.Path, " ", o.Origin.Owner, lost))
		}
	}
	slices.Sort(out)
	return out
}

// TestSweep sweeps twice. The first time everything is scanned, the second time what was added, and nothing is told twice.
func TestSweep(t *testing.T) {
	f := newForge(t)
	next := planted.Keys(1)
	shop, shared := f.add(t, 1, "shop"), next()
	shop.Write(".github/CODEOWNERS", "*.env @team")
	shop.Write("deploy/app.env", shared.Text())
	shop.Commit("first")
	api := f.add(t, 2, "api")
	api.Write("copied.env", shared.Text())
	api.Write("README", "nothing")
	api.Write("docs/CODEOWNERS", "*.env @team")
	api.Commit("first")
	f.add(t, 3, "empty")
	blocked := f.add(t, 4, "blocked")
	blocked.Commit("first")
	at := f.repositories[4]
	at.Unavailable = reason.New("github.blocked", "dmca")
	f.repositories[4] = at

	m := sweeptest.NewMemory(time.Minute)
	sum := sweeps(t, f, m)
	if got, want := counts(sum), "4: 3 scanned, 0 unchanged, 0 gone, 1 unread, 0 missing"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if len(sum.Findings) != 1 || !slices.Equal(placesOf(sum), []string{"acme/api copied.env @team", "acme/shop deploy/app.env @team"}) {
		t.Errorf("%d findings at %q", len(sum.Findings), placesOf(sum))
	}
	if skips := sum.Skips(); len(skips) != 1 || skips[0].Path != "acme/blocked" || sum.Complete() {
		t.Errorf("skips %v", skips)
	}

	f.asked = nil
	lost := next()
	shop.Write("lost.txt", lost.Text())
	away := shop.Commit("pushed away")
	shop.Git("reset", "-q", "--hard", "HEAD~1")
	shop.Write("more.txt", "more")
	shop.Commit("second")
	f.lost[1] = []github.LostHead{{Commit: away, Ref: "refs/heads/main", Actor: "eve", At: time.Now()}, {Commit: strings.Repeat("1", 40), Ref: "refs/heads/x"}}
	sum = sweepsAt(t, f, m, time.Now, true)
	if got, want := counts(sum), "4: 1 scanned, 2 unchanged, 0 gone, 1 unread, 0 missing"; got != want {
		t.Errorf("again: %s, want %s", got, want)
	}
	want := []string{"acme/api copied.env @team", "acme/shop deploy/app.env @team", "acme/shop lost.txt Ada <ada@example.com> lost by eve"}
	if !slices.Equal(placesOf(sum), want) || sum.Lost != 1 {
		t.Errorf("again: %q, want %q; %d lost heads are gone", placesOf(sum), want, sum.Lost)
	}
	slices.Sort(f.asked)
	if !slices.Equal(f.asked, []string{"lost api", "lost shop"}) {
		t.Errorf("the forge was asked for %q", f.asked)
	}
}

// TestForks sweeps a repository and forks of it. Each fork is read as what it adds, whatever the order of the list.
func TestForks(t *testing.T) {
	f, next := newForge(t), planted.Keys(2)
	root := f.add(t, 9, "root")
	for i := range 5 {
		root.Write(fmt.Sprint(i, ".txt"), strings.Repeat("content ", 100*i))
		root.Commit(fmt.Sprint(i))
	}
	inRoot, inFork := next(), next()
	root.Write("root.env", inRoot.Text())
	root.Commit("leak")
	for id := int64(1); id < 4; id++ {
		f.fork(t, id, 9, root)
	}
	own := f.repos[2]
	own.Write("fork.env", inFork.Text())
	own.Commit("in a fork")

	m := sweeptest.NewMemory(time.Minute)
	sum := sweeps(t, f, m)
	if got, want := counts(sum), "4: 4 scanned, 0 unchanged, 0 gone, 0 unread, 0 missing"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := placesOf(sum), []string{"acme/fork2 fork.env Ada <ada@example.com>", "acme/root root.env Ada <ada@example.com>"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	commits := map[string]int64{}
	for _, d := range sum.Repositories {
		commits[d.Repository.Name] = d.Commits
	}
	if commits["root"] != 6 || commits["fork1"] != 0 || commits["fork2"] != 1 {
		t.Errorf("commits read: %v", commits)
	}

	// Without the root in the sweep, the first of the forks has what they share.
	delete(f.repositories, 9)
	if got := placesOf(sweeps(t, f, sweeptest.NewMemory(time.Minute))); !slices.Equal(got, []string{"acme/fork1 root.env Ada <ada@example.com>", "acme/fork2 fork.env Ada <ada@example.com>"}) {
		t.Errorf("without the root: %q", got)
	}
}

// TestMoved has repositories that are renamed and deleted after they were listed, and one that cannot be read.
func TestMoved(t *testing.T) {
	f := newForge(t)
	key := planted.Keys(3)()
	f.add(t, 1, "renamed").Write("a.env", key.Text())
	f.repos[1].Commit("leak")
	f.add(t, 2, "deleted").Commit("x")
	f.add(t, 3, "damaged").Write("a", "a")
	f.repos[3].Commit("x")
	f.repos[3].Lose(f.repos[3].Git("rev-parse", "HEAD^{tree}"))
	listed := f.listing()
	for _, r := range listed.Repositories {
		if r.ID < 3 {
			r.Clone += "-before/.git"
		}
		listed.Repositories[r.ID-1] = r
	}
	delete(f.repositories, 2)
	f.listed = &listed
	sum := sweeps(t, f, sweeptest.NewMemory(time.Minute))
	if got, want := counts(sum), "3: 1 scanned, 0 unchanged, 1 gone, 1 unread, 0 missing"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if skips := sum.Skips(); len(skips) != 1 || skips[0].Path != "acme/damaged" || skips[0].Reason.Code != "sweep.given-up" {
		t.Errorf("skips %v", skips)
	}
	if len(sum.Findings) != 1 {
		t.Errorf("%d findings", len(sum.Findings))
	}
}

// TestWiki scans the wiki with the repository. One that was announced and does not exist is no error.
func TestWiki(t *testing.T) {
	f := newForge(t)
	key := planted.Keys(4)()
	f.add(t, 1, "shop").Commit("x")
	wiki := f.add(t, 2, "shop.wiki")
	wiki.Write("How-To.md", "# How to\n"+key.Text())
	wiki.Commit("page")
	f.add(t, 3, "bare").Commit("x")
	r, none := f.repositories[1], f.repositories[3]
	r.WikiClone, r.WikiWeb = f.repositories[2].Clone, "https://github.com/acme/shop/wiki"
	none.WikiClone = none.Clone + ".wiki"
	delete(f.repositories, 2)
	f.repositories[1], f.repositories[3] = r, none
	m := sweeptest.NewMemory(time.Minute)
	sum := sweeps(t, f, m)
	if got, want := counts(sum), "2: 2 scanned, 0 unchanged, 0 gone, 0 unread, 0 missing"; got != want || !sum.Complete() {
		t.Errorf("%s, want %s; %v", got, want, sum.Skips())
	}
	web := sum.Findings[0].Occurrences[0].Origin.Web
	if !strings.HasPrefix(web, "https://github.com/acme/shop/wiki/How-To/") {
		t.Errorf("the address is %s", web)
	}
	wiki.Write("More.md", "more")
	wiki.Commit("more")
	if got, want := counts(sweeps(t, f, m)), "2: 1 scanned, 1 unchanged, 0 gone, 0 unread, 0 missing"; got != want {
		t.Errorf("again: %s, want %s", got, want)
	}
}

// TestLost has a queue that loses its jobs, and a store that loses what was handled, while a sweep runs. The sum is right
// in the end.
func TestLost(t *testing.T) {
	f, next := newForge(t), planted.Keys(5)
	for id := range int64(6) {
		r := f.add(t, id+1, fmt.Sprint("r", id))
		r.Write("a.env", next().Text())
		r.Commit("leak")
	}
	m := sweeptest.NewMemory(time.Minute)
	f.before = func(n int) {
		switch n {
		case 2:
			m.LoseJobs()
		case 4:
			m.LoseBucket("watermarks")
		case 7:
			m.LoseBucket("findings")
		}
	}
	sum := sweeps(t, f, m)
	if got, want := counts(sum), "6: 6 scanned, 0 unchanged, 0 gone, 0 unread, 0 missing"; got != want || len(sum.Findings) != 6 {
		t.Errorf("%s, want %s; %d findings", got, want, len(sum.Findings))
	}
}

// TestWatch has pushes to two repositories while they are watched. Each new key is told once, and old ones are not told.
func TestWatch(t *testing.T) {
	f, next := newForge(t), planted.Keys(6)
	for id := range int64(2) {
		r := f.add(t, id+1, fmt.Sprint("r", id))
		r.Write("old.env", next().Text())
		r.Commit("old leak")
	}
	f.add(t, 3, "other").Commit("x")
	m := sweeptest.NewMemory(time.Minute)
	sweeps(t, f, m)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w, err := sweep.NewWorker(ctx, sweep.WorkerOptions{Queue: m, Store: m, Forge: f, Scanner: local{t.TempDir()}, Rules: builtin.Set(), Key: "1"})
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = w.Run(ctx) }()
	added, looks := make(chan int64), make(chan sweep.Look, 10)
	watched := make(chan error, 1)
	go func() {
		watched <- sweep.Watch(ctx, sweep.WatchOptions{
			Forge: f, Queue: m, Store: m, Rules: builtin.Set(), Added: added, Check: 20 * time.Millisecond, Scope: func(r github.Repository) bool { return r.Name != "other" },
			Seen: func(l sweep.Look) error { looks <- l; return nil },
		})
	}()
	for id := range int64(2) {
		r, key := f.repos[id+1], next()
		r.Write("new.env", key.Text())
		r.Commit("new leak")
		added <- id + 1
		added <- 3 // which is not watched
		look := <-looks
		if look.Name != fmt.Sprint("acme/r", id) || look.State != sweep.Scanned || len(look.Findings) != 1 || look.Findings[0].Occurrences[0].Path != "new.env" {
			t.Errorf("seen %s, %s, %d findings", look.Name, look.State, len(look.Findings))
		}
	}
	added <- 1
	if look := <-looks; look.State != sweep.Unchanged || len(look.Findings) != 0 {
		t.Errorf("nothing was added: %s, %d findings", look.State, len(look.Findings))
	}
	// The queue has a job of a sweep for the repository, and ignores that of the watch until the sweep is done.
	if err := m.Enqueue(ctx, sweep.Job{Sweep: "other", Repository: f.repositories[2]}); err != nil {
		t.Fatal(err)
	}
	added <- 2
	if look := <-looks; look.Name != "acme/r1" {
		t.Errorf("seen %s", look.Name)
	}
	cancel()
	if err := <-watched; !errors.Is(err, context.Canceled) {
		t.Errorf("the watch ends with %v", err)
	}
}

// TestInterrupted interrupts a worker more often than a repository is tried. That is not the repository's fault: it is scanned in the end.
func TestInterrupted(t *testing.T) {
	f := newForge(t)
	f.add(t, 1, "shop").Commit("x")
	m := sweeptest.NewMemory(time.Minute)
	for range 5 {
		ctx, cancel := context.WithCancel(t.Context())
		f.before = func(int) { cancel() }
		w, err := sweep.NewWorker(ctx, sweep.WorkerOptions{Queue: m, Store: m, Forge: f, Scanner: local{t.TempDir()}, Rules: builtin.Set(), Key: "1"})
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			_, _ = sweep.Run(ctx, sweep.RunOptions{Lister: f, Queue: m, Store: m, Rules: builtin.Set(), Key: "1"})
		}()
		if err := w.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	f.before = nil
	if got, want := counts(sweeps(t, f, m)), "1: 1 scanned, 0 unchanged, 0 gone, 0 unread, 0 missing"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestManyPlaces has a key at more places than are kept of it. The sum says so.
func TestManyPlaces(t *testing.T) {
	f, key := newForge(t), planted.Keys(9)()
	r := f.add(t, 1, "shop")
	for i := range 1200 {
		r.Write(fmt.Sprintf("dir/%04d.env", i), fmt.Sprint(i, "\n")+key.Text())
	}
	r.Commit("everywhere")
	sum := sweeps(t, f, sweeptest.NewMemory(time.Minute))
	if skips := sum.Skips(); len(sum.Findings) != 1 || len(skips) != 1 || skips[0].Reason.Code != "scan.too-many-places" || sum.Complete() {
		t.Errorf("%d findings, skips %v", len(sum.Findings), skips)
	}
}
