package alibabatest

import (
	"math"
	"slices"
	"time"
)

// faults decides which calls fail, and how. Server.mu guards it.
type faults struct {
	script  func(Call) (Fault, bool)
	planned []injection
	all     injection // of Inject

	rate    float64 // calls a second and key; zero: no limit
	buckets map[string]*bucket
}

// injection is a fault and the calls that it applies to.
type injection struct {
	fault           Fault
	service, action string // any, if empty
	skip            int    // calls that pass first
	calls           int    // then so many meet it; all, if negative
}

// bucket is the token bucket of a key.
type bucket struct {
	tokens float64
	at     time.Time
}

// Inject makes the next calls fail with the fault; all of them if calls is negative. It replaces the fault of an earlier
// Inject; Inject(Fault{}, 0) just ends that.
func (s *Server) Inject(f Fault, calls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.all = injection{fault: f, calls: calls}
}

// InjectAt makes only the n-th call from now fail; the next one is the first.
func (s *Server) InjectAt(n int, f Fault) { s.inject(injection{fault: f, skip: n - 1, calls: 1}) }

// InjectFor makes the next calls of the action fail; all of them if calls is negative:
// InjectFor("Ram", "UpdateAccessKey", LostAnswer(), 1). An empty action means every action of the service. Earlier
// injections stay; the oldest that matches is used first.
func (s *Server) InjectFor(service, action string, f Fault, calls int) {
	s.inject(injection{fault: f, service: service, action: action, calls: calls})
}

func (s *Server) inject(i injection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.planned = append(s.faults.planned, i)
}

// Script asks the function before each call whether it is to fail; this takes precedence over injected faults. The function
// is called for one call at a time and must not use the server. A nil function ends it.
func (s *Server) Script(choose func(Call) (Fault, bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.script = choose
}

// LimitRate throttles the calls of one key beyond so many a second, by the server's clock, with a burst of one second's
// worth. Zero ends it.
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

// due reports whether the fault applies to the call, and counts it.
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
