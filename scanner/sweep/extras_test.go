package sweep_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/sweep"
	"github.com/akguard/akguard/scanner/sweep/sweeptest"
)

// content is what a forge has besides git.
type content struct {
	texts   []github.Text
	assets  []github.Attachment
	bodies  map[string]string // of assets, by their API
	refused error             // what is said of logs
	since   []time.Time       // that texts were asked for
	opened  []string
}

func (c *content) Texts(_ context.Context, _ github.Repository, kinds github.Kinds, since time.Time, visit func(github.Text) error) error {
	if kinds&github.Issues == 0 {
		return nil
	}
	c.since = append(c.since, since)
	for _, t := range c.texts {
		if t.At.Before(since) {
			continue
		}
		if err := visit(t); err != nil {
			return err
		}
	}
	return nil
}

func (c *content) Assets(context.Context, github.Repository, time.Time) ([]github.Attachment, error) {
	return c.assets, nil
}

func (c *content) Logs(context.Context, github.Repository, time.Time) ([]github.Attachment, error) {
	return nil, c.refused
}

func (c *content) Artifacts(context.Context, github.Repository, time.Time) ([]github.Attachment, error) {
	return nil, nil
}

func (c *content) Open(_ context.Context, at github.Attachment, limit int64) (io.ReadCloser, error) {
	c.opened = append(c.opened, at.API)
	body, ok := c.bodies[at.API]
	switch {
	case !ok:
		return nil, missing()
	case int64(len(body)) > limit:
		return io.NopCloser(io.MultiReader(strings.NewReader(body[:limit]), broken{})), nil
	}
	return io.NopCloser(strings.NewReader(body)), nil
}

// broken fails as an attachment does that is longer than it may be.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, github.ErrTooLarge }

// listens sweeps with all extras.
func listens(t *testing.T, f *forge, c *content, m *sweeptest.Memory, limits sweep.Limits) *sweep.Sum {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	temp := t.TempDir()
	w, err := sweep.NewWorker(ctx, sweep.WorkerOptions{
		Queue: m, Store: m, Forge: f, Content: c, Temp: temp, Scanner: local{t.TempDir()}, Rules: builtin.Set(), Key: "1", Pause: time.Millisecond, Limits: limits,
	})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	sum, err := sweep.Run(ctx, sweep.RunOptions{
		Lister: f, Queue: m, Store: m, Rules: builtin.Set(), Key: "1", Check: 50 * time.Millisecond, Extras: sweep.Extras{Texts: true, Assets: true, Actions: true},
	})
	cancel()
	if worked := <-done; err != nil || !errors.Is(worked, context.Canceled) {
		t.Fatal(err, worked)
	}
	if left, _ := filepath.Glob(filepath.Join(temp, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	return sum
}

// TestExtras reads what is new, and names what it does not read: too large, too many, or refused.
func TestExtras(t *testing.T) {
	f, next := newForge(t), planted.Keys(8)
	f.add(t, 1, "shop").Commit("x")
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	text := func(n int, at time.Time) github.Text {
		return github.Text{URL: fmt.Sprint("https://github.com/acme/shop/issues/", n), Author: "eve", Body: next().Text(), At: at}
	}
	c := &content{
		texts:   []github.Text{text(1, at), text(2, at.Add(-72*time.Hour))},
		assets:  []github.Attachment{{Name: "v1/small", API: "small", At: at}, {Name: "v1/large", API: "large", At: at}, {Name: "v1/gone", API: "gone", At: at}},
		bodies:  map[string]string{"small": "x", "large": strings.Repeat("x", 3000)},
		refused: &github.Error{Status: http.StatusForbidden, Reason: reason.NewError("github.forbidden", "GET /logs", "403", "")},
	}
	m := sweeptest.NewMemory(time.Minute)
	limits := sweep.Limits{File: 2000, Total: 100_000, Files: 4}
	sum := listens(t, f, c, m, limits)
	if got, want := skipsOf(sum), "acme/shop: actions/logs github.forbidden, acme/shop: releases/v1/large sweep.extra-large"; got != want {
		t.Errorf("skips %s, want %s", got, want)
	}
	if len(sum.Findings) != 2 || sum.Scanned != 1 {
		t.Errorf("%d findings, %s", len(sum.Findings), counts(sum))
	}
	o := sum.Findings[0].Occurrences[0]
	if o.Origin.Web != "https://github.com/acme/shop/"+o.Path || o.Author != "eve" || o.Origin.Owner != "eve" || o.Origin.Repository != "acme/shop" {
		t.Errorf("a place is %+v", o)
	}

	// Nothing is new, the logs may be read now, and the large one stays what was not read.
	c.refused, c.opened = nil, nil
	sum = listens(t, f, c, m, limits)
	if got, want := skipsOf(sum), "acme/shop: releases/v1/large sweep.extra-large"; got != want || sum.Unchanged != 1 || len(c.opened) > 0 {
		t.Errorf("again: skips %s, want %s; %s, opened %v", got, want, counts(sum), c.opened)
	}
	if last := c.since[len(c.since)-1]; !last.Equal(at.Add(-24 * time.Hour)) {
		t.Errorf("again: asked since %v", last)
	}

	// One was changed in a repository whose refs are unchanged, and there are more than may be.
	for n := range 6 {
		c.texts = append(c.texts, text(n+3, at.Add(time.Minute)))
	}
	sum = listens(t, f, c, m, limits)
	if len(sum.Findings) != 6 || sum.Scanned != 1 || !strings.Contains(skipsOf(sum), "acme/shop: issues sweep.extras-many") {
		t.Errorf("more: %d findings, %s, %s", len(sum.Findings), counts(sum), skipsOf(sum))
	}

	// The next sweep goes on with those.
	sum = listens(t, f, c, m, limits)
	if got, want := skipsOf(sum), "acme/shop: releases/v1/large sweep.extra-large"; len(sum.Findings) != 8 || got != want {
		t.Errorf("the rest: %d findings, skips %s, want %s", len(sum.Findings), got, want)
	}
	if sum = listens(t, f, c, m, limits); sum.Unchanged != 1 {
		t.Errorf("in the end: %s", counts(sum))
	}
}

func skipsOf(s *sweep.Sum) string {
	var out []string
	for _, skip := range s.Skips() {
		out = append(out, skip.Path+" "+skip.Reason.Code)
	}
	return strings.Join(out, ", ")
}

// TestExtrasFail has a forge that fails for a while. What was read is not taken for complete.
func TestExtrasFail(t *testing.T) {
	f, key := newForge(t), planted.Keys(9)()
	f.add(t, 1, "shop").Commit("x")
	m := sweeptest.NewMemory(time.Minute)
	c := &content{refused: &github.Error{Status: http.StatusBadGateway, Reason: reason.NewError("github.failed", "GET /logs", "502", "")}}
	c.texts = []github.Text{{URL: "https://github.com/acme/shop/issues/1", Body: key.Text(), At: time.Now()}}
	if sum := listens(t, f, c, m, sweep.Limits{}); sum.Unread != 1 {
		t.Errorf("%s", counts(sum))
	}
	c.refused = nil
	if sum := listens(t, f, c, m, sweep.Limits{}); len(sum.Findings) != 1 || !sum.Complete() {
		t.Errorf("%s, %d findings", counts(sum), len(sum.Findings))
	}
}

// TestGist scans a gist as a repository: nobody is asked about it, and its host gets no token.
func TestGist(t *testing.T) {
	f, key := newForge(t), planted.Keys(10)()
	r := f.add(t, 1, "x")
	r.Write("Set up.sh", "\n"+key.Text())
	commit := r.Commit("leak")
	g := github.Gist{ID: "0aF1", Owner: "ada", Clone: f.repositories[1].Clone, Web: "https://gist.github.com/ada/0aF1", Public: true}
	repository := g.Repository([]string{"github.com"})
	if repository.ID >= 0 || !repository.Anonymous || g.Repository([]string{strings.TrimPrefix(f.url, "http://")}).Anonymous {
		t.Fatalf("the gist is %+v", repository)
	}
	gone := github.Gist{ID: "1", Owner: "ada", Clone: f.url + filepath.ToSlash(filepath.Join(os.TempDir(), "akguard-none.git"))}.Repository(nil)
	f.listed = &github.Listing{Repositories: []github.Repository{repository, gone}}
	sum := sweeps(t, f, sweeptest.NewMemory(time.Minute))
	if got, want := counts(sum), "2: 1 scanned, 0 unchanged, 1 gone, 0 unread, 0 missing"; got != want || len(f.asked) > 0 {
		t.Errorf("%s, want %s; asked %v", got, want, f.asked)
	}
	origin := sum.Findings[0].Occurrences[0].Origin
	if origin.Web != "https://gist.github.com/ada/0aF1/"+commit+"#file-set-up-sh-L3" || origin.Repository != "gist/ada/0aF1" {
		t.Errorf("the place is in %+v", origin)
	}
}
