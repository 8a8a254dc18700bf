// Package survey reads what an investigation of an account needs: who may act in it, what runs, what is open, what it
// costs, and what ActionTrail recorded. It only reads.
//
// What it asks is a table of questions (a file for each area), each with the permission that it needs. They are asked
// concurrently, within the paces of the services, the most valuable first: what the leaked keys did, which users and keys
// there are, and whether ActionTrail still records. Each question ends in the ledger of the snapshot, answered or not, with
// the reason; none hinders another. So an empty list means "there is none" only if the ledger says that it was read.
//
// Limits: what nobody records cannot be read, such as reads of objects; the ledger names that too. Package investigate
// judges the snapshot.
package survey

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/internal/read"
)

// Admin is the credential of someone who may read the account.
type Admin interface {
	Get(ctx context.Context) (rules.Credential, error)
}

// Options say what is read. Admin, Connection and Since are required.
type Options struct {
	Admin      Admin
	Connection *connection.Connection
	Leaked     []rules.Secret // the IDs of the keys that leaked
	Since      time.Time      // the beginning of the exposure
	Regions    []string       // nil: all that the account has opened
	MaxEvents  int            // how many events are kept, and as many again of the keys and addresses that are followed; 20,000 if zero
	MaxRounds  int            // how often Follow is called; 12 if zero

	Follow     account.Follow          // which events to look up besides; may be nil
	Progress   func(Progress)          // called after each question; may be nil
	Checkpoint func(*account.Snapshot) // gets what was read so far, every so often; must not keep it. May be nil
	Resume     *account.Snapshot       // an interrupted reading of the same account, which is continued, and changed; may be nil
}

// Progress is how far a reading is.
type Progress struct {
	Done, Total int           // questions; Total grows while the answers bring new ones
	Left        time.Duration // an estimate, from the paces of the services
	Sized       bool          // Left is good: how much there is to read is known, but for what follows the thief
	Region      string        // of the last question; "" if it has none
}

const (
	defaultMaxEvents = 20_000
	defaultMaxRounds = 12

	// beforeLeak is how much older than the exposure the events of a leaked key may be: they show who used it before.
	beforeLeak = window

	// kept is how long ActionTrail keeps events for a lookup, but for an hour: what a lookup begins with must still be kept when
	// its last page is read.
	kept = 90*24*time.Hour - time.Hour

	delay = 10 * time.Minute // how late ActionTrail shows events
)

// Read reads the account of Admin. It returns what it could read even with an error, which means that nothing more can be:
// the credential does not work, or ctx has ended. A question without an answer is no error; it is in the ledger.
func Read(ctx context.Context, o Options) (*account.Snapshot, error) {
	r := newReader(o)
	if err := r.open(ctx); err != nil {
		return nil, err
	}
	r.start()
	r.run(ctx)
	r.finish()
	if err := ctx.Err(); err != nil {
		return r.s, fmt.Errorf("reading account %s: %w", r.s.Account, err)
	}
	return r.s, nil
}

// reader is one reading under way.
type reader struct {
	Options
	client *cloud.Client
	table  []*question
	queue  *queue

	mu          sync.Mutex
	s           *account.Snapshot
	ids         read.IDs                    // the IDs behind the references of s
	domain      string                      // of the principals
	events      map[string]bool             // the IDs of those in s
	lookups     map[account.Lookup]bool     // what was looked up, or is being
	forgotten   map[account.KeyRef][]search // that wait for the ID of a key
	postponed   []job                       // that wait for the ID of a key
	searches    []*search
	regional    []string                    // the regions that are asked
	told        bool                        // the service named the regions
	listed      bool                        // the users are known, as far as they can be
	credentials map[string]read.Credentials // by user, from the report
	reportMade  time.Time
	answered    map[string]bool     // what Resume has, by question
	refused     map[account.Ask]int // how often, of those that never succeeded
	rounds      int
}

func newReader(o Options) *reader {
	if o.MaxEvents <= 0 {
		o.MaxEvents = defaultMaxEvents
	}
	if o.MaxRounds <= 0 {
		o.MaxRounds = defaultMaxRounds
	}
	r := &reader{Options: o, client: o.Connection.Client().As(o.Admin), table: table(), ids: read.IDs{}, events: map[string]bool{},
		lookups: map[account.Lookup]bool{}, forgotten: map[account.KeyRef][]search{}, answered: map[string]bool{}, refused: map[account.Ask]int{}}
	r.queue = newQueue(r.client)
	return r
}

// open finds out whose account it is, and begins the snapshot or goes on with an old one.
func (r *reader) open(ctx context.Context) error {
	me, err := r.client.GetCallerIdentity(ctx)
	if err != nil {
		return reason.NewError("survey.caller", err)
	}
	if old := r.Resume; old != nil && old.Account != me.AccountID {
		return reason.NewError("survey.other-account", old.Account, me.AccountID)
	}
	r.s = &account.Snapshot{Account: me.AccountID, Taken: r.client.Now().UTC().Truncate(time.Second), Since: r.Since.UTC()}
	r.s.International = strings.HasPrefix(me.AccountID, "5") // until ActionTrail says
	if r.Resume != nil {
		r.resume()
	}
	for _, id := range r.Leaked {
		ref := account.Ref(id)
		r.ids[ref] = id
		if !slices.Contains(r.s.Leaked, ref) {
			r.s.Leaked = append(r.s.Leaked, ref)
		}
	}
	return nil
}

// start adds the questions of the whole account.
func (r *reader) start() {
	for _, q := range r.table {
		switch q.scope {
		case once:
			r.ask(q, target{})
		case perLeaked:
			for _, ref := range r.s.Leaked {
				r.askLeaked(q, ref)
			}
		case perMonth:
			first := r.s.Taken.AddDate(0, 0, 1-r.s.Taken.Day())
			r.ask(q, target{about: first.Format("2006-01")})
			r.ask(q, target{about: first.AddDate(0, 0, -1).Format("2006-01")})
		case perDay:
			r.ask(q, target{about: r.s.Taken.Format(time.DateOnly)})
			r.ask(q, target{about: r.s.Taken.AddDate(0, 0, -1).Format(time.DateOnly)})
		}
	}
}

// run answers the questions, and what follows from the answers.
func (r *reader) run(ctx context.Context) {
	workers := r.queue.serve(func(j job) { r.do(ctx, j) })
	for seen := 0; ; {
		var idle bool
		idle, seen = r.queue.wait(seen)
		if asked := r.follow(ctx); idle && !asked && !r.remember(ctx) && !r.refresh() {
			break
		}
	}
	r.queue.close()
	workers.Wait()
}

// do answers one question.
func (r *reader) do(ctx context.Context, j job) {
	defer r.report(j)
	if j.page != nil {
		j.page(ctx)
		return
	}
	if r.skips(ctx, j) {
		return
	}
	items, err := j.q.run(ctx, r, j.t)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle(j, items, err)
	if j.q.then != nil && (err == nil || items > 0 || j.q.optional && ctx.Err() == nil) { // an optional question has another way
		j.q.then(r, j.t)
	}
}

// maxRefusals is how often one question is refused, about different things, until akguard does not ask it any more.
const maxRefusals = 3

// skips settles a question without asking it, if that is known to be in vain.
func (r *reader) skips(ctx context.Context, j job) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		r.note(j, account.Entry{Outcome: account.Unasked, Why: reason.New("survey.interrupted")})
	case r.answered[key(j.q.Ask, j.t)]:
		if j.q.then != nil {
			j.q.then(r, j.t)
		}
	case r.refused[j.q.Ask] >= maxRefusals:
		r.note(j, account.Entry{Outcome: account.Denied, Why: reason.New("survey.refused-before", maxRefusals), Right: j.q.right})
	default:
		return false
	}
	return true
}

// report tells how far the reading is, and hands out what was read.
func (r *reader) report(j job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if j.q != nil && j.q.Ask == ask(cloud.IMS, "ListUsers") && len(r.s.Users) == 0 {
		r.listed = true // the account has no users, or may not list them
	}
	if r.Progress != nil {
		p := r.progress()
		p.Region = j.t.region
		r.Progress(p)
	}
	if r.Checkpoint != nil && r.queue.checkpoint() {
		c := *r.s
		c.Ledger = r.answers()
		r.Checkpoint(sealed(&c))
	}
}

// finish puts the snapshot in order.
func (r *reader) finish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.s.Ledger = r.ledger()
	slices.SortStableFunc(r.s.Events, func(a, b account.Event) int { return a.Time.Compare(b.Time) })
	slices.Sort(r.s.Regions)
	r.s.Alias = r.domain
	r.s = sealed(r.s)
}

// sealed returns a snapshot in which no text holds the ID of a key. People write them into names and descriptions, and services
// hand these back.
func sealed(s *account.Snapshot) *account.Snapshot {
	text, err := json.Marshal(s)
	if err != nil {
		return s // cannot happen: it is data
	}
	masked := rules.MaskIDs(string(text))
	if masked == string(text) {
		return s
	}
	var out account.Snapshot
	if json.Unmarshal([]byte(masked), &out) != nil {
		return s // cannot happen: a mask has no quotes
	}
	return &out
}

// principal is a user's name for IMS.
func (r *reader) principal(user string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return user + "@" + r.domain
}

// id returns the ID behind a reference.
func (r *reader) id(ref string) rules.Secret {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ids[account.KeyRef(ref)]
}

// learn remembers IDs of keys. The caller holds mu.
func (r *reader) learn(ids read.IDs) { maps.Copy(r.ids, ids) }

// in returns the client for a region.
func (r *reader) in(region string) *cloud.Client {
	if region == "" {
		return r.client
	}
	return r.client.In(region)
}

// home returns the client for the central services of the account's site.
func (r *reader) home() *cloud.Client { return r.in(r.homeRegion()) }

const (
	chinaHome = "cn-hangzhou"
	worldHome = "ap-southeast-1"
)

func (r *reader) homeRegion() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.s.International {
		return worldHome
	}
	return chinaHome
}
