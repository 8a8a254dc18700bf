package alibabatest

import (
	"math"
	"slices"
	"time"
)

// faults decides which calls meet which. Server.mu guards it.
type faults struct {
	script  func(Call) (Fault, bool)
	planned []injection
	all     injection // of Inject

	rate    float64 // calls a second and key; zero: no limit
	buckets map[string]*bucket
}

// injection is a fault with the calls that it is for.
type injection struct {
	fault           Fault
	service, action string // any, if empty
	skip            int    // calls that pass first
	calls           int    // then so many meet it; all, if negative
}

// bucket holds what a key may still spend.
type bucket struct {
	tokens float64
	at     time.Time
}

// Inject lets the next calls meet the fault, all of them if calls is negative. It replaces a fault injected by it
// before; Inject(Fault{}, 0) only ends that one.
func (s *Server) Inject(f Fault, calls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.all = injection{fault: f, calls: calls}
}

// InjectAt lets the n-th call from now meet the fault, the next being the first, and no other.
func (s *Server) InjectAt(n int, f Fault) { s.inject(injection{fault: f, skip: n - 1, calls: 1}) }

// InjectFor lets the next calls of the action meet the fault, all of them if calls is negative:
// InjectFor("Ram", "UpdateAccessKey", LostAnswer(), 1). An empty action is every action of the service. What was
// injected before stays; the oldest that fits is met first.
func (s *Server) InjectFor(service, action string, f Fault, calls int) {
	s.inject(injection{fault: f, service: service, action: action, calls: calls})
}

func (s *Server) inject(i injection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.planned = append(s.faults.planned, i)
}

// Script asks the function for each call whether it shall meet a fault, before all that is injected. It is called
// for one call at a time and must not use the server. A nil function ends it.
func (s *Server) Script(choose func(Call) (Fault, bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.script = choose
}

// LimitRate refuses with Throttling.User what one key asks beyond so many calls a second, by the server's clock.
// Zero ends that. A second's worth may come at once.
func (s *Server) LimitRate(perSecond float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.rate, s.faults.buckets = perSecond, make(map[string]*bucket)
}

// ClearFaults ends every fault, script and limit.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = faults{}
}

func (f *faults) choose(c Call) (Fault, bool) {
	fault, ok := f.find(c)
	if fault.Cut || fault.Truncated {
		fault.AfterAction = true // they need the true answer
	}
	return fault, ok
}

func (f *faults) find(c Call) (Fault, bool) {
	if f.script != nil {
		if fault, ok := f.script(c); ok {
			return fault, true
		}
	}
	var met *injection
	for i := range f.planned { // each counts the call, even if another is met
		if p := &f.planned[i]; p.due(c, met == nil) && met == nil {
			met = p
		}
	}
	if met == nil && f.all.due(c, true) {
		met = &f.all
	}
	if met != nil {
		fault := met.fault
		f.planned = slices.DeleteFunc(f.planned, func(p injection) bool { return p.calls == 0 })
		return fault, true
	}
	if !f.spend(c) {
		return Throttled(), true
	}
	return Fault{}, false
}

// due reports whether the call is one that the fault is for, and takes it off if it is to be spent on it.
func (i *injection) due(c Call, free bool) bool {
	switch {
	case i.calls == 0, i.service != "" && i.service != c.Service, i.action != "" && i.action != c.Action:
		return false
	case i.skip > 0:
		i.skip--
		return false
	case !free:
		return false
	case i.calls > 0:
		i.calls--
	}
	return true
}

func (f *faults) spend(c Call) bool {
	if f.rate <= 0 {
		return true
	}
	most := math.Max(1, f.rate)
	b, ok := f.buckets[c.KeyID]
	if !ok {
		b = &bucket{tokens: most, at: c.Time}
		f.buckets[c.KeyID] = b
	}
	b.tokens = math.Min(most, b.tokens+f.rate*math.Max(0, c.Time.Sub(b.at).Seconds()))
	b.at = c.Time
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
