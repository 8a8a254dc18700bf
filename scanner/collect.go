package scanner

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/match"
)

// occurrence is a match at a place.
type occurrence struct {
	finding.Place
	match.Match
	role role
}

// counts reports whether the rule applies at the place.
func (o *occurrence) counts() bool {
	return o.Where == nil || o.Where.Counts(cmp.Or(o.Member, o.Path), o.Commit)
}

// collector is the Sink of a scan: the first stage, which finds the matches of all content.
type collector struct {
	finder    *match.Finder
	maxPlaces int
	progress  func(int)
	margin    int
	windows   sync.Pool // *[]byte, all of one size

	background chan struct{} // full while as many windows are searched beside the reading of streams as may be

	blobs, bytes, commits atomic.Int64

	explains bool

	mu       sync.Mutex
	rejected map[rejectedKey]Rejection
	matches  *places
	skips    map[finding.Skip]bool
}

func newCollector(opts Options) (*collector, error) {
	finder, err := match.New(match.Options{
		Rules: opts.Rules, Decoder: decoder{}, MaxCandidates: opts.keptCandidates(), Lines: opts.Suppressor != nil,
	})
	if err != nil {
		return nil, err
	}
	c := &collector{
		finder: finder, maxPlaces: opts.MaxPlaces, progress: opts.Progress,
		matches:    newPlaces(opts.MaxPlaces),
		background: make(chan struct{}, runtime.GOMAXPROCS(0)-1),
		skips:      map[finding.Skip]bool{}, explains: opts.Explain != nil, rejected: map[rejectedKey]Rejection{},
	}
	c.setWindows(windowSize, margin)
	return c, nil
}

func (c *collector) setWindows(size, margin int) {
	c.margin = margin
	c.windows.New = func() any { b := make([]byte, size); return &b }
}

// Blob implements Sink.
func (c *collector) Blob(ctx context.Context, b Blob) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	account := AccountOf(ctx)
	if b.Source != finding.SourceMessage { // messages count with their commits
		c.blobs.Add(1)
		account.addBlob()
	}
	if b.Stream != nil {
		return c.stream(ctx, b, account)
	}
	c.count(len(b.Content))
	account.addBytes(int64(len(b.Content)))
	c.find(b.Place, match.NewText(b.Content, b.HeaderLines), match.Section{To: len(b.Content)}, account)
	return nil
}

func (c *collector) count(n int) {
	c.bytes.Add(int64(n))
	if c.progress != nil {
		c.progress(n)
	}
}

// find keeps the matches of a content that begin in the section.
func (c *collector) find(place finding.Place, t match.Text, section match.Section, account *Account) {
	found := c.finder.Find(t, section)
	for _, unread := range found.Unread {
		path := placeName(place)
		if unread.Code == "scan.rule-too-slow" { // from here on, and so of no content in particular
			path = "."
			account.giveUp()
		}
		c.Skip(finding.Skip{Path: path, Reason: unread})
		account.Note()
	}
	if c.explains {
		rejected := c.finder.Explain(t, section, found)
		c.reject(place, rejected)
		if len(rejected) > 0 {
			account.Note()
		}
	}
	if len(found.Matches) > 0 {
		account.Note()
		c.keep(place, found.Matches)
	}
}

// placeName is how a Skip names a place.
func placeName(p finding.Place) string { return cmp.Or(p.Path, p.Blob, p.Commit, p.Source) }

func (c *collector) keep(place finding.Place, found []match.Match) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range found {
		if o := (occurrence{Place: place, Match: m}); place.Path == "" || o.counts() { // without a path, locate decides
			c.matches.add(o)
		}
	}
}

// Screen implements Screener.
func (c *collector) Screen(piece []byte) bool { return c.finder.Screen(piece) }

// Hints implements Screener.
func (c *collector) Hints(also ...string) match.Hints {
	hints, err := c.finder.Hints(also...)
	if err != nil {
		panic(err) // the texts are constants of the program
	}
	return hints
}

// Reach implements Screener.
func (c *collector) Reach() int { return c.finder.Reach() }

// Dropped implements Screener.
func (c *collector) Dropped(size int64) {
	c.blobs.Add(1)
	c.count(int(size))
}

// Remembered implements Screener.
func (c *collector) Remembered(t Tally) {
	c.blobs.Add(t.Blobs)
	c.commits.Add(t.Commits)
	c.countLong(t.Bytes)
}

// Skip implements Sink.
func (c *collector) Skip(s finding.Skip) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.skips[s] = true
}

// Commit implements Sink.
func (c *collector) Commit() { c.commits.Add(1) }

// take returns the matches since the last call.
func (c *collector) take() *places {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := c.matches
	c.matches = newPlaces(c.maxPlaces)
	return taken
}

// skipped returns what was not read, sorted.
func (c *collector) skipped() []finding.Skip {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]finding.Skip, 0, len(c.skips))
	for s := range c.skips {
		out = append(out, s)
	}
	slices.SortFunc(out, finding.CompareSkips)
	return out
}
