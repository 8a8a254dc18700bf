// Package drill makes the scene of a rehearsal: the emulated account of a small company, one of whose keys leaked, a thief who
// acts by dice, and a score. Nothing in it is real, and nothing leaves the machine.
//
// The thief has been there when the rehearsal begins: he has looked around, has made back doors, has started what costs money, and
// has cleaned up some of it. What he does depends on the seed and on the profile alone. Meanwhile the company goes on working,
// with the leaked key too, so that not all that is new is his.
//
// Limits: he does not come back while the rehearsal runs.
package drill

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/alibabatest"
)

// Profiles are the kinds of thieves: one who mines, one who steals data, one who wants to stay, and one who calls models.
func Profiles() []string { return []string{"miner", "data", "persist", "llm"} }

// Options say what is rehearsed.
type Options struct {
	Seed    uint64
	Profile string    // one of Profiles
	Now     time.Time // when the rehearsal begins
	Quiet   int       // calls of the company during the exposure; 500 if zero
}

// Times before the rehearsal begins.
const (
	leakedBefore = 50 * time.Minute // the key was pushed
	firstUse     = 45 * time.Minute // the thief has found it
	lastAct      = 12 * time.Minute // ActionTrail shows what is older than ten minutes
	delay        = 10 * time.Minute
)

// Drill is a rehearsal. It is not safe for concurrent use while it is made.
type Drill struct {
	Account *alibabatest.Account
	Server  *alibabatest.Server
	Leaked  rules.Credential
	Admin   rules.Credential
	Leak    time.Time // when the key was pushed
	Began   time.Time
	Acts    []Act

	company map[string]rules.Credential // the keys of the company's other users
	random  *rand.Rand
	clock   time.Time // while the past is made; zero: the time that is
	before  *state
}

// Act is a call of the thief's.
type Act struct {
	Event   string    `json:"event"` // its ID
	At      time.Time `json:"at"`
	Service string    `json:"service"`
	Action  string    `json:"action"`
	Write   bool      `json:"write"`
}

// Domain names of the scene: addresses of the blocks for documentation.
const (
	servers = "203.0.113.10" // where the company's programs run
	office  = "203.0.113.77"
	lair    = "198.51.100." // the thief's
)

// New makes the scene, and lets the thief act. Close ends it.
func New(o Options) (*Drill, error) {
	if !slices.Contains(Profiles(), o.Profile) {
		return nil, fmt.Errorf("there is no profile %q", o.Profile)
	}
	if o.Quiet == 0 {
		o.Quiet = 500
	}
	d := &Drill{Account: alibabatest.NewAccount(), Began: o.Now, Leak: o.Now.Add(-leakedBefore), random: rand.New(rand.NewPCG(o.Seed, 0x6472696c6c)), company: map[string]rules.Credential{}}
	server, err := alibabatest.NewServer(d.Account)
	if err != nil {
		return nil, err
	}
	d.Server = server
	server.SetClock(d.now)
	if err := d.play(o); err != nil {
		_ = server.Close()
		return nil, err
	}
	return d, nil
}

// play makes the past: the company as it was, then its work and the thief's, in the order of their times.
func (d *Drill) play(o Options) error {
	if err := d.found(); err != nil {
		return err
	}
	script := append(d.work(o.Quiet), d.theft(o.Profile)...)
	slices.SortStableFunc(script, func(a, b step) int { return a.at.Compare(b.at) })
	for _, s := range script {
		d.clock = s.at
		if err := s.do(); err != nil {
			return fmt.Errorf("at %v: %w", s.at, err)
		}
	}
	d.clock = time.Time{}
	d.before = d.look()
	return nil
}

// step is something that happens at a time.
type step struct {
	at time.Time
	do func() error
}

func (d *Drill) now() time.Time {
	if d.clock.IsZero() {
		return time.Now()
	}
	return d.clock
}

// Close ends the account.
func (d *Drill) Close() error { return d.Server.Close() }

// call makes a call with a key. Pairs are names and values of parameters.
func (d *Drill) call(key rules.Credential, from, service, action string, pairs ...string) (map[string]any, error) {
	params := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		params[pairs[i]] = pairs[i+1]
	}
	return d.Server.Perform(alibabatest.Caller{KeyID: key.ID.Reveal(), SourceIP: from, UserAgent: "AlibabaCloud (linux; amd64) Python/3.11 Core/2.13"}, service, action, params)
}
