package custom

import (
	"sync/atomic"
	"time"
)

// pace limits the time that the rules of a configuration take together. A rule file of a few kilobytes can hold
// expressions that take microseconds for each byte, and a scanned repository brings its own rules. Time is compared with
// the bytes that were searched, so that much content may take long and a busy machine is no reason to stop.
type pace struct {
	now   func() time.Time
	rules int64
	spent atomic.Int64 // nanoseconds, of all rules
	bytes atomic.Int64 // that the busiest rule was given
}

const (
	freeTime    = int64(20 * time.Second)     // that the rules may take in any case
	timeForByte = int64(1 * time.Microsecond) // more for each byte; the 222 rules of gitleaks take a tenth of it
)

func newPace(rules int) *pace { return &pace{now: time.Now, rules: int64(rules)} }

// usage is what one rule took.
type usage struct{ spent, bytes atomic.Int64 }

// offer counts content that a rule is given, whether it searches it or not.
func (p *pace) offer(u *usage, n int) {
	for given := u.bytes.Add(int64(n)); ; {
		most := p.bytes.Load()
		if given <= most || p.bytes.CompareAndSwap(most, given) {
			return
		}
	}
}

// measure counts the time that a search takes.
func (p *pace) measure(u *usage, search func()) {
	start := p.now()
	search()
	took := int64(p.now().Sub(start))
	u.spent.Add(took)
	p.spent.Add(took)
}

// timeOfAutomaton is how many nanoseconds an automaton takes for a byte, about. Measuring it would take longer.
const timeOfAutomaton = 5

// charge counts bytes that an automaton has read.
func (p *pace) charge(u *usage, n int) {
	u.spent.Add(int64(n) * timeOfAutomaton)
	p.spent.Add(int64(n) * timeOfAutomaton)
}

// exhausted reports whether a rule must not search any more: the rules have taken too long together, and this one more
// than its share.
func (p *pace) exhausted(u *usage) bool {
	spent := p.spent.Load()
	return spent > freeTime+timeForByte*p.bytes.Load() && u.spent.Load()*p.rules >= spent
}
