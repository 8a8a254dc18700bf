package investigate

import (
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// scene is what the checks look at.
type scene struct {
	*account.Snapshot
	known  Known
	tree   Tree
	states states
	thief  map[string][]string // the events in which the thief made or changed a thing, by its name
	others map[string][]string // the events in which somebody else did
	named  map[string]bool     // the names of what somebody else made or changed
	told   map[string]bool     // the events that a check has named
}

func newScene(a *account.Snapshot, known Known) *scene {
	s := &scene{Snapshot: a, known: known, tree: trace(a, known), states: newStates(a), thief: map[string][]string{}, others: map[string][]string{}, named: map[string]bool{}, told: map[string]bool{}}
	acts := map[string]bool{}
	for _, act := range s.tree.Acts {
		acts[act.Event] = true
		for _, m := range act.Made {
			s.thief[m.key()] = append(s.thief[m.key()], act.Event)
		}
	}
	for _, e := range a.Events {
		if acts[e.ID] || e.Error != "" || e.Time.Before(a.Since) {
			continue
		}
		for _, m := range made(e) {
			s.others[m.key()] = append(s.others[m.key()], e.ID)
			s.named[m.Name] = true
		}
	}
	return s
}

// tell remembers which events a result names.
func (s *scene) tell(r Result) {
	for _, e := range r.Evidence {
		for _, id := range e.Events {
			s.told[id] = s.told[id] || !r.Sums
		}
	}
}

// key returns the name under which the events of a thing are found.
func (s Subject) key() string {
	if s.Kind == kindGrant {
		return s.Kind + "/" + s.Name + "/" + s.Of
	}
	return s.Kind + "/" + s.Name + "/" + s.Region
}

// maker says who made or changed a thing since the exposure, and which events show it.
func (s *scene) maker(subject Subject) (Maker, []string) {
	if events := s.thief[subject.key()]; len(events) > 0 {
		return Thief, events
	}
	if events := s.others[subject.key()]; len(events) > 0 {
		return Somebody, events
	}
	return Nobody, nil
}

// fresh reports whether ActionTrail does not show yet what happened at a time. Some services write times to the minute.
func (s *scene) fresh(at time.Time) bool {
	return slices.ContainsFunc(s.Ledger, func(e account.Entry) bool {
		return e.Outcome == account.TooFresh && at.Add(time.Minute).After(e.From)
	})
}

// timeless is maker for a state that the service shows without a time, such as that of a public bucket. It is suspicious if the thief changed
// the thing, or if nobody did and events are missing: if all were seen, the state is older than the exposure.
func (s *scene) timeless(subject Subject) (maker Maker, events []string, suspicious bool) {
	maker, events = s.maker(subject)
	suspicious = maker == Thief || maker == Nobody && len(s.blind(ask("actiontrail", "LookupEvents"))) > 0
	return maker, events, suspicious && !s.known.Subject(subject)
}

// since reports whether a time is in the exposure.
func (s *scene) since(at time.Time) bool { return !at.IsZero() && !at.Before(s.Since) }

// suspect returns evidence about a thing of the account that was made or changed at a time, if it was so in the exposure and neither
// the events nor the user explain it.
func (s *scene) suspect(subject Subject, at time.Time, what reason.Reason) []Evidence {
	if !s.since(at) || s.known.Subject(subject) {
		return nil
	}
	maker, events := s.maker(subject)
	if maker == Somebody {
		return nil
	}
	if maker == Nobody && s.fresh(at) {
		maker = Fresh
	}
	state := Exists // it is in a list
	switch {
	case slices.Contains([]string{kindKey, kindUser, kindInstance}, subject.Kind):
		state = s.states.of(subject)
	case s.harmless(subject):
		state = Harmless
	}
	return []Evidence{{What: what, Subject: subject, At: at, Events: events, Maker: maker, State: state}}
}

// vanished returns evidence about what the thief made of some kinds and the lists do not show any more.
func (s *scene) vanished(what func(Subject) reason.Reason, kinds ...string) []Evidence {
	var out []Evidence
	seen := map[string]bool{}
	for _, act := range s.tree.Acts {
		for _, m := range act.Made {
			if !slices.Contains(kinds, m.Kind) || seen[m.key()] {
				continue
			}
			seen[m.key()] = true
			state := s.states.of(m)
			if state == Exists || state == Off || state == Harmless {
				continue
			}
			out = append(out, Evidence{What: what(m), Subject: m, At: act.Call.Time, Events: s.thief[m.key()], Maker: Thief, State: state})
		}
	}
	return out
}

// acts returns evidence for each of the thief's calls of some actions that succeeded.
func (s *scene) acts(what func(account.Event) reason.Reason, actions ...string) []Evidence {
	var out []Evidence
	for _, act := range s.tree.Acts {
		if act.Succeeded() && slices.Contains(actions, act.Call.Name) {
			out = append(out, s.evidence(act, what(act.Call)))
		}
	}
	return out
}

func (s *scene) evidence(act Act, what reason.Reason) Evidence {
	e := Evidence{What: what, At: act.Call.Time, Events: []string{act.Event}, Maker: Thief, State: act.State}
	if len(act.Made) > 0 {
		e.Subject = act.Made[0]
	} else {
		e.Subject = Subject{Kind: kindResource, Name: act.Call.Service, Region: act.Call.Region}
	}
	return e
}

// blind returns what a check needs and was not seen.
func (s *scene) blind(asks []account.Ask) []account.Entry {
	var out []account.Entry
	for _, a := range asks {
		if !s.Ledger.Asked(a) {
			out = append(out, account.Entry{Ask: a, Outcome: account.Unasked})
		}
	}
	if len(asks) == 0 {
		return nil
	}
	for _, e := range s.Ledger.Blind(asks...) {
		if s.matters(e) {
			out = append(out, e)
		}
	}
	return out
}

// matters reports whether a blind spot may hide something. The last minutes do not, once everything of the thief's was cut off
// before them; and calls that nobody records matter where the thief used that service.
func (s *scene) matters(e account.Entry) bool {
	switch e.Outcome {
	case account.TooFresh:
		return !s.cutOff(e.From)
	case account.Unlogged:
		return s.used(e.Service)
	}
	return true
}

// cutOff reports whether no identity of the thief's worked after a time.
func (s *scene) cutOff(at time.Time) bool {
	for _, n := range s.tree.Nodes {
		if n.State == Gone || n.Subject.Kind == kindKey && s.disabledBefore(n.Subject.Name, at) {
			continue
		}
		return false
	}
	return len(s.tree.Nodes) > 0
}

func (s *scene) disabledBefore(ref string, at time.Time) bool {
	for _, u := range s.Users {
		for _, k := range u.Keys {
			if string(k.Ref) == ref {
				return !k.Active && !k.Updated.IsZero() && k.Updated.Before(at)
			}
		}
	}
	return false
}

// used reports whether the thief called a service, or a leaked key was used for it since the exposure.
func (s *scene) used(service string) bool {
	for _, act := range s.tree.Acts {
		if strings.EqualFold(act.Call.Service, service) {
			return true
		}
	}
	for _, u := range s.Users { // the last use of a key shows where the events have nothing
		for _, k := range u.Keys {
			if slices.Contains(s.Leaked, k.Ref) && s.since(k.LastUsed) && strings.EqualFold(k.Service, service) {
				return true
			}
		}
	}
	return slices.ContainsFunc(s.Usage, func(u account.Usage) bool {
		return s.since(u.Last) && strings.Contains(strings.ToLower(u.Value), strings.ToLower(service))
	})
}

// ask returns questions to one service.
func ask(service string, actions ...string) []account.Ask {
	var out []account.Ask
	for _, action := range actions {
		out = append(out, account.Ask{Service: service, Action: action})
	}
	return out
}

// events returns the question of every check that reads events.
func events() []account.Ask { return ask("actiontrail", "LookupEvents") }
