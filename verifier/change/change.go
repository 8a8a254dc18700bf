package change

import (
	"context"
	"errors"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/revocation"
)

// Maker makes the changes of one kind of plan.
type Maker interface {
	// Observe reads the state of what the action is about.
	Observe(ctx context.Context, a revocation.Action) (revocation.State, error)
	// Guard refuses an action that must not happen in that state.
	Guard(ctx context.Context, a revocation.Action, s revocation.State) error
	// Call makes the one call that changes something.
	Call(ctx context.Context, a revocation.Action) error
	// Forget has the next Observe read anew what it may have kept.
	Forget(a revocation.Action)
	// Pause waits for d, or until ctx ends.
	Pause(ctx context.Context, d time.Duration) error
}

// Step is an action with its result.
type Step struct {
	Action  revocation.Action
	Outcome revocation.Outcome
	State   revocation.State // as it was last read
	Err     error            // why, unless it is done
}

// Over reports whether nothing is left to do.
func (s Step) Over() bool { return s.Outcome == revocation.Done || s.Outcome == revocation.Already }

// Hint returns what to do about the step; zero if it succeeded.
func (s Step) Hint() reason.Reason {
	if s.Err == nil {
		return reason.Reason{}
	}
	hint := HintFor(s.Err)
	if s.Action.Leaked && hint.Code == grantPermission { // nobody should grant the leaked key anything
		return reason.New("revoke.leaked-key-denied")
	}
	return hint
}

// Task is an action to carry out, and its index in the journal's plan.
type Task struct {
	revocation.Action
	Index int
}

// All carries out the actions of a plan that are not settled, and ends the journal's record. It ends early with ctx, and if the
// journal cannot be written. onStep is called after each action; it may be nil.
func All(ctx context.Context, m Maker, p *revocation.Plan, j *revocation.Journal, onStep func(Step)) ([]Step, error) {
	var steps []Step
	for i := range p.Actions {
		if j.Settled(i) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return steps, err
		}
		s, err := One(ctx, m, Task{p.Actions[i], i}, j)
		steps = append(steps, s)
		if onStep != nil {
			onStep(s)
		}
		if err != nil {
			return steps, err
		}
	}
	return steps, j.Write(revocation.Record{Event: revocation.EventEnd})
}

// backoff is how long a throttled change waits before it is tried again.
var backoff = [...]time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second}

// One carries out one action. What has changed nothing is tried again; the state is read anew before each try. The error says
// what ends the whole run: ctx, or the journal.
func One(ctx context.Context, m Maker, t Task, j *revocation.Journal) (Step, error) {
	for try := 0; ; try++ {
		s, err := attempt(ctx, m, t, j)
		if err != nil || try >= tries(s) {
			return s, err
		}
		if err := m.Pause(ctx, backoff[try]); err != nil {
			return s, err
		}
	}
}

// tries returns how often a step is worth another try. A throttled call has changed nothing. A change that closes something
// and was not seen to happen is made once more: made twice, it has the same effect. One that opens something is not, because
// somebody else may have closed it again meanwhile.
func tries(s Step) int {
	switch {
	case s.Outcome == revocation.Refused && cloud.IsThrottled(s.Err):
		return len(backoff)
	case s.Action.Kind.Repeatable() && (s.Outcome == revocation.Failed || s.Outcome == revocation.Unknown):
		return 1
	}
	return 0
}

// attempt is one try: read, journal, call, journal, read, journal.
func attempt(ctx context.Context, m Maker, t Task, j *revocation.Journal) (Step, error) {
	a, i := t.Action, t.Index
	s := Step{Action: a}
	if s.State, s.Err = m.Observe(ctx, a); s.Err != nil {
		s.Outcome = revocation.Unknown
		return s, record(ctx, i, s, j)
	}
	if a.Reached(s.State) {
		s.Outcome = revocation.Already
		if j.Begun(i) {
			s.Outcome = revocation.Done
		}
		return s, record(ctx, i, s, j)
	}
	if s.Err = m.Guard(ctx, a, s.State); s.Err != nil {
		s.Outcome = revocation.Refused
		return s, record(ctx, i, s, j)
	}
	if err := j.Write(revocation.Record{Event: revocation.EventBegin, Action: i + 1, What: a.String()}); err != nil {
		s.Outcome, s.Err = revocation.Refused, err
		return s, err
	}
	err := m.Call(ctx, a)
	if err := j.Write(answered(i, err)); err != nil {
		s.Outcome, s.Err = revocation.Unknown, err
		return s, err
	}
	s = settle(ctx, m, a, err)
	return s, record(ctx, i, s, j)
}

// record writes down what became of an action. An interrupt ends the run.
func record(ctx context.Context, i int, s Step, j *revocation.Journal) error {
	rec := revocation.Record{Event: revocation.EventSettled, Action: i + 1, What: s.Action.String(), Outcome: string(s.Outcome), State: &s.State}
	if s.Err != nil {
		rec.Detail = reason.Of(s.Err).String()
	}
	return errors.Join(j.Write(rec), ctx.Err())
}

// pollSchedule is when the state is read after a call: a change may take a moment to show.
var pollSchedule = [...]time.Duration{0, 300 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}

// settle finds out what a call did by reading the state. The call's error may be nil.
func settle(ctx context.Context, m Maker, a revocation.Action, err error) Step {
	s := Step{Action: a, Outcome: revocation.Unknown, Err: err}
	pauses := pollSchedule[:]
	switch {
	case cloud.IsRefusal(err):
		pauses = pollSchedule[:1]
	case err != nil && a.Kind.Repeatable(): // it can be made again sooner
		pauses = pollSchedule[:3]
	}
	var unread error
	for _, d := range pauses {
		m.Forget(a)
		if e := m.Pause(ctx, d); e != nil {
			unread = e
			break
		}
		if s.State, unread = m.Observe(ctx, a); unread == nil && a.Reached(s.State) {
			s.Outcome, s.Err = revocation.Done, nil
			return s
		}
	}
	return unsettled(s, unread)
}

// unsettled explains why the state is not what the action was to achieve.
func unsettled(s Step, unread error) Step {
	switch {
	case unread != nil:
		why := reason.New("revoke.effect-unread", unread)
		if s.Err != nil {
			why = reason.New("revoke.call-failed-effect-unread", s.Err, unread)
		}
		s.Err = &reason.Error{Reason: why, Hint: reason.New("revoke.resume-reads"), Err: errors.Join(s.Err, unread)}
	case s.Err == nil:
		s.Err = Fail(reason.New("revoke.no-effect", s.Action.About(), s.State.Reason()), reason.New("revoke.resume-reads"))
	case cloud.IsRefusal(s.Err):
		s.Outcome, s.Err = revocation.Refused, FailCall(reason.New("revoke.about", s.Action.Reason(), s.Err), s.Err)
	default:
		s.Outcome = revocation.Failed
		s.Err = &reason.Error{Reason: reason.New("revoke.about", s.Action.Reason(), s.Err), Hint: reason.New("revoke.resume-tries"), Err: s.Err}
	}
	return s
}

// answered is the record of a call's answer.
func answered(i int, err error) revocation.Record {
	rec := revocation.Record{Event: revocation.EventAnswer, Action: i + 1, Outcome: "ok", Code: cloud.Code(err)}
	switch {
	case err == nil:
	case cloud.IsRefusal(err):
		rec.Outcome, rec.Detail = "refused", err.Error()
	default:
		rec.Outcome, rec.Detail = "unanswered", err.Error()
	}
	return rec
}
