package orgtest

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Limits are what the server enforces. Zero values are no limits.
type Limits struct {
	Points  int           // by minute, of REST
	GraphQL int           // by minute
	AtOnce  int           // requests
	Hour    int           // requests by hour and resource
	Minute  time.Duration // how long a minute is; 0 is a minute. An hour is 60 of them
	Grace   time.Duration // after the first refusal of a kind: what was under way then is no violation; 0 is half a second
	Mute    bool          // refusals have no headers; those of GraphQL have status 200
	Silent  bool          // no answer has headers about limits, as on Enterprise Server
}

func (l Limits) minute() time.Duration {
	if l.Minute == 0 {
		return time.Minute
	}
	return l.Minute
}

// limiter enforces limits, and counts requests that were sent in spite of a refusal: those that arrive so long after one that
// the client has known of it. What was under way at the first refusal is no violation.
type limiter struct {
	mu      sync.Mutex
	l       Limits
	busy    int
	sent    map[string][]sent // by resource
	used    map[string]int
	reset   time.Time
	blocked map[string]time.Time
	first   map[string]time.Time // refusal, by kind
}

type sent struct {
	at     time.Time
	points int
}

func newLimiter(l Limits) *limiter {
	return &limiter{l: l, sent: map[string][]sent{}, used: map[string]int{}, blocked: map[string]time.Time{}, first: map[string]time.Time{}}
}

// enter admits a request, or returns the kind of limit that refuses it.
func (l *limiter) enter(resource string, points int) (kind string, violation bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if now.After(l.reset) {
		l.reset, l.used = now.Add(60*l.l.minute()), map[string]int{}
	}
	l.busy++
	kind = l.refuses(resource, points, now)
	if kind == "" {
		l.used[resource]++
		return "", false
	}
	first, known := l.first[kind]
	if !known {
		l.first[kind] = now
		return kind, false
	}
	return kind, now.Sub(first) > max(l.l.Grace, l.l.minute()/30, 500*time.Millisecond)
}

func (l *limiter) refuses(resource string, points int, now time.Time) string {
	for _, kind := range []string{"points", "at once", "primary " + resource} {
		if now.Before(l.blocked[kind]) {
			return kind
		}
	}
	kept, sum := l.sent[resource][:0], points
	for _, one := range l.sent[resource] {
		if now.Sub(one.at) < l.l.minute() {
			kept, sum = append(kept, one), sum+one.points
		}
	}
	l.sent[resource] = append(kept, sent{now, points})
	most := l.l.Points
	if resource == "graphql" {
		most = l.l.GraphQL
	}
	kind, until := "", now.Add(l.l.minute())
	switch {
	case most > 0 && sum > most:
		kind = "points"
	case l.l.AtOnce > 0 && l.busy > l.l.AtOnce:
		kind = "at once"
	case l.l.Hour > 0 && l.used[resource] >= l.l.Hour:
		kind, until = "primary "+resource, l.reset
	default:
		return ""
	}
	l.blocked[kind] = until
	return kind
}

func (l *limiter) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy--
}

// headers writes what is left.
func (l *limiter) headers(h http.Header, resource string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.l.Silent {
		return
	}
	limit := l.l.Hour
	if limit == 0 {
		limit = 5000
	}
	h.Set("X-RateLimit-Limit", fmt.Sprint(limit))
	h.Set("X-RateLimit-Remaining", fmt.Sprint(max(0, limit-l.used[resource])))
	h.Set("X-RateLimit-Used", fmt.Sprint(l.used[resource]))
	h.Set("X-RateLimit-Reset", fmt.Sprint(l.reset.Unix()+1))
	h.Set("X-RateLimit-Resource", resource)
}

// refuse writes the refusal of a limit.
func (l *limiter) refuse(w http.ResponseWriter, kind, resource string) {
	const secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
	status, message := http.StatusTooManyRequests, secondary
	switch {
	case kind == "primary "+resource:
		status, message = http.StatusForbidden, "API rate limit exceeded for installation ID 1."
	case !l.l.Mute:
		w.Header().Set("Retry-After", fmt.Sprint(int(l.l.minute().Seconds()+0.999)))
	default:
		for _, name := range []string{"Limit", "Remaining", "Used", "Reset", "Resource"} {
			w.Header().Del("X-RateLimit-" + name)
		}
	}
	if resource == "graphql" {
		write(w, http.StatusOK, object{"errors": []object{{"type": "RATE_LIMITED", "message": message}}})
		return
	}
	write(w, status, object{"message": message, "documentation_url": "https://docs.github.com/rest"})
}
