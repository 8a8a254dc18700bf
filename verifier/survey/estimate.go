package survey

import (
	"time"

	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/internal/read"
)

// Size is how large an account is, as far as it is known or guessed before it is read.
type Size struct {
	Regions     int // all public ones if zero
	Users, Keys int
	Leaked      int           // keys
	Events      int           // that wrote something, or were made with a leaked key
	Exposure    time.Duration // since the beginning
}

// Estimate returns how many calls it takes to read an account of that size, and how long they take at the paces of the services.
// What is asked about each group, role, policy, security group and bucket comes on top: a call or two for each.
func Estimate(c *connection.Connection, s Size) (calls int, d time.Duration) {
	if s.Regions == 0 {
		s.Regions = len(cloud.Regions())
	}
	perService := map[string]int{cloud.STS: 1, cloud.ActionTrail: s.lookups()}
	for _, q := range table() {
		perService[q.Service] += s.times(q.scope)
	}
	for service, n := range perService {
		calls += n
		if most, per := c.Client().Pace(service); most > 0 {
			d = max(d, time.Duration(n)*per/time.Duration(most))
		}
	}
	return calls, d
}

// times is how often a question of a scope is asked.
func (s Size) times(of scope) int {
	switch of {
	case once:
		return 1
	case perLeaked:
		return s.Leaked
	case perRegion:
		return s.Regions
	case perUser:
		return s.Users
	case perKey:
		return s.Keys
	case perMonth, perDay:
		return 2
	}
	return 0
}

// lookups is how many pages of events are read. The last page of each region is half full on average.
func (s Size) lookups() int {
	windows := func(d time.Duration) int { return 1 + int(min(d, kept)/window) }
	pages := s.Regions * (s.Leaked*(windows(s.Exposure)+1) + windows(s.Exposure))
	return pages + max(0, s.Events-pages*read.EventPage/2)/read.EventPage
}
