package transport_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/akguard/akguard/scanner/github/transport"
)

// server enforces GitHub's limits, and counts the requests that a well-behaved client would not have made.
type server struct {
	mu                 sync.Mutex
	rng                *rand.Rand
	points, atOnce     int
	hour               int // of the primary limit
	graphql            int
	mute               bool // refusals have no headers, and say so in the body only
	busy, most         int
	sent               map[bool][]time.Time // points of REST and GraphQL
	used               map[string]int
	reset              time.Time
	blocked            map[string]time.Time // by kind
	told               map[string]time.Time // when the client learned of it
	first              map[string]int
	violations, served int
	foreign            int // requests that others with the same token make meanwhile, for each of ours
	spontaneous        int // the request after which the server has had enough
}

func newServer(seed uint64) *server {
	return &server{
		rng: rand.New(rand.NewPCG(seed, 1)), points: 900, graphql: 2000, atOnce: 100, hour: 5000, sent: map[bool][]time.Time{},
		used: map[string]int{}, blocked: map[string]time.Time{}, told: map[string]time.Time{}, first: map[string]int{},
	}
}

// answer answers a request, after the time that it takes.
func (s *server) answer(c transport.Cost) (int, http.Header, string) {
	time.Sleep(s.random(400 * time.Millisecond)) // on the way
	s.mu.Lock()
	now := time.Now()
	if s.reset.Before(now) {
		s.reset, s.used = now.Add(time.Hour).Truncate(time.Second), map[string]int{}
	}
	s.busy++
	s.most = max(s.most, s.busy)
	kind := s.refuses(c, now)
	if kind == "" {
		s.served++
		s.used[c.Resource]++
		s.used[c.Resource] += s.foreign
	}
	status, h, body := s.write(kind, c)
	s.mu.Unlock()
	time.Sleep(s.random(600 * time.Millisecond))
	s.mu.Lock()
	s.busy--
	s.mu.Unlock()
	time.Sleep(s.random(200 * time.Millisecond))
	s.mu.Lock()
	defer s.mu.Unlock()
	if kind != "" && s.told[kind].IsZero() {
		s.told[kind] = time.Now()
	}
	return status, h, body
}

func (s *server) random(most time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Duration(s.rng.Int64N(int64(most)))
}

// refuses returns the kind of limit that a request breaks.
func (s *server) refuses(c transport.Cost, now time.Time) string {
	primary := "primary " + c.Resource
	for _, kind := range []string{"points", "at once", "CPU", primary} {
		if now.Before(s.blocked[kind]) {
			s.count(kind, now)
			return kind
		}
	}
	s.sent[c.GraphQL] = slices.DeleteFunc(s.sent[c.GraphQL], func(at time.Time) bool { return now.Sub(at) >= time.Minute })
	for range c.Points {
		s.sent[c.GraphQL] = append(s.sent[c.GraphQL], now)
	}
	kind, until := "", now.Add(time.Minute)
	switch {
	case len(s.sent[c.GraphQL]) > map[bool]int{false: s.points, true: s.graphql}[c.GraphQL]:
		kind = "points"
	case s.busy > s.atOnce:
		kind = "at once"
	case s.used[c.Resource] >= s.hour:
		kind, until = primary, s.reset
	case s.spontaneous > 0 && s.served == s.spontaneous:
		kind, s.spontaneous = "CPU", 0
	default:
		return ""
	}
	s.blocked[kind] = until
	s.first[kind]++
	s.count(kind, now)
	return kind
}

// count counts a refusal, unless the client could not know better: the first of its kind, and what was under way then.
func (s *server) count(kind string, now time.Time) {
	told := s.told[kind]
	if !told.IsZero() && now.Sub(told) > 1500*time.Millisecond {
		s.violations++
	}
}

func (s *server) write(kind string, c transport.Cost) (int, http.Header, string) {
	h := http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}
	left := max(0, s.hour-s.used[c.Resource])
	h.Set("X-RateLimit-Resource", c.Resource)
	h.Set("X-RateLimit-Limit", fmt.Sprint(s.hour))
	h.Set("X-RateLimit-Remaining", fmt.Sprint(left))
	h.Set("X-RateLimit-Reset", fmt.Sprint(s.reset.Unix()))
	switch {
	case kind == "":
		return 200, h, `{}`
	case strings.HasPrefix(kind, "primary") && c.GraphQL:
		return 200, h, `{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}`
	case strings.HasPrefix(kind, "primary"):
		return 403, h, `{"message":"API rate limit exceeded for user ID 1."}`
	case s.mute && c.GraphQL:
		return 200, http.Header{}, `{"errors":[{"message":"You have exceeded a secondary rate limit."}]}`
	case s.mute:
		return []int{403, 429}[s.rng.IntN(2)], http.Header{}, `{"message":"You have exceeded a secondary rate limit."}`
	}
	h.Set("Retry-After", "60")
	return 429, h, `{"message":"You have exceeded a secondary rate limit."}`
}

// slowStore is a store that takes a while, and keeps JSON, as one on other machines does.
type slowStore struct {
	mu      sync.Mutex
	text    []byte
	updates int
}

func (s *slowStore) Update(_ context.Context, f func(transport.State) transport.State) (transport.State, error) {
	time.Sleep(3 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.updates++
	var state transport.State
	if s.text != nil {
		if err := json.Unmarshal(s.text, &state); err != nil {
			return state, err
		}
	}
	text, err := json.Marshal(f(state))
	s.text = text
	if err == nil {
		err = json.Unmarshal(text, &state)
	}
	return state, err
}

// run lets processes with several goroutines make requests, each until it was served, and returns how long it took.
func run(t *testing.T, s *server, store transport.Store, processes, goroutines, each int) time.Duration {
	start := time.Now()
	var group sync.WaitGroup
	for p := range processes {
		b := transport.NewBudget(transport.BudgetOptions{Store: store})
		for g := range goroutines {
			group.Go(func() {
				rng := rand.New(rand.NewPCG(uint64(p), uint64(g)))
				for range each {
					c := transport.Cost{Resource: "core", Points: 1}
					if rng.IntN(6) == 0 {
						c = transport.Cost{Resource: "graphql", Points: 1, GraphQL: true}
					}
					request(t, s, b, c)
				}
			})
		}
	}
	group.Wait()
	return time.Since(start)
}

func request(t *testing.T, s *server, b *transport.Budget, c transport.Cost) {
	for {
		if err := b.Take(t.Context(), c, transport.NewPatience(100*time.Hour)); err != nil {
			t.Error(err)
			return
		}
		status, h, body := s.answer(c)
		a := transport.ReadAnswer(status, h, []byte(body), c, time.Now())
		b.Done(t.Context(), a)
		if a.Good {
			return
		}
	}
}

// Whatever the number of processes, a server that counts finds no request that a client should not have made.
func TestViolations(t *testing.T) {
	for name, test := range map[string]struct {
		processes, goroutines, each int
		change                      func(*server)
		first                       int // refusals that the client could not foresee
		most                        time.Duration
	}{
		"one process":           {1, 150, 15, func(*server) {}, 0, 4 * time.Minute},
		"for hours":             {1, 150, 15, func(s *server) { s.hour = 1000 }, 0, 130 * time.Minute},
		"8 processes":           {8, 20, 14, func(s *server) { s.hour = 1000 }, 0, 130 * time.Minute},
		"100 processes":         {100, 2, 8, func(*server) {}, 0, 5 * time.Minute},
		"lower limits":          {8, 20, 10, func(s *server) { s.points = 500 }, 1, 15 * time.Minute},
		"lower, without a word": {8, 20, 10, func(s *server) { s.points, s.mute = 500, true }, 1, 15 * time.Minute},
		"few at once":           {8, 20, 10, func(s *server) { s.atOnce, s.mute = 50, true }, 1, 15 * time.Minute},
		"CPU time":              {8, 20, 10, func(s *server) { s.spontaneous, s.mute = 300, true }, 1, 15 * time.Minute},
		"others use the token":  {8, 20, 10, func(s *server) { s.foreign, s.hour = 1, 1000 }, 1, 250 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(uint64(test.processes))
				test.change(s)
				store := new(slowStore)
				took := run(t, s, store, test.processes, test.goroutines, test.each)
				refused := 0
				for _, n := range s.first {
					refused += n
				}
				if s.violations != 0 || refused > test.first || took > test.most {
					t.Errorf("%d violations, first refusals: %v, took %v", s.violations, s.first, took)
				}
				store.mu.Lock() // leases may be renewed
				defer store.mu.Unlock()
				t.Logf("%d served in %v, at most %d at once, %d updates", s.served, took, s.most, store.updates)
			})
		})
	}
}
