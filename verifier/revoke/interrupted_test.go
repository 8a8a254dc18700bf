package revoke_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

// TestInterrupted ends a run at each of its calls in turn, before the call is answered or after it.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	for n := 1; interruptAt(t, n); n++ {
	}
}

// interruptAt reports whether the run made so many calls.
func interruptAt(t *testing.T, n int) bool {
	t.Helper()
	s := newStage(t)
	second := s.account.AddKey("cd")
	p := s.plan(revocation.ToRemove, s.key, second)
	s.watchDeletions(s.key, second)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var calls atomic.Int32
	s.server.Script(func(alibabatest.Call) (alibabatest.Fault, bool) {
		if calls.Add(1) == int32(n) {
			cancel()
		}
		return alibabatest.Fault{}, false
	})
	j := s.journal()
	_, err := s.revoker().Run(ctx, p, revoke.RunOptions{Approver: revoke.ApproverFunc(yes), Journal: j})
	_ = j.Close()
	s.server.Script(nil)
	made := int(calls.Load())
	switch {
	case made < n && err != nil:
		t.Fatalf("call %d: %v", n, err)
	case made >= n && !errors.Is(err, context.Canceled):
		t.Fatalf("call %d: error %v, want that of an interrupt", n, err)
	}
	if len(s.history().Open) == 0 { // nothing had begun, or the answer to the last call came first
		if s.key.Status() == alibabatest.Active {
			s.wantStatus(second, alibabatest.Active)
			return made >= n
		}
	}
	s.resume()
	s.wantStatus(s.key, alibabatest.Recycled)
	s.wantStatus(second, alibabatest.Recycled)
	return made >= n
}

// TestPlanningFails lets each call of planning fail, for each goal. Nothing is changed by it, and no plan
// says less than it should: what is not known is a note or a risk.
func TestPlanningFails(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"unavailable", "reset", "no permission"} {
		for _, phase := range phases[1:5] {
			for n := 1; planFailsAt(t, n, name, faults[name], phase.goal, phase.before); n++ {
			}
		}
	}
}

func planFailsAt(t *testing.T, n int, name string, fault alibabatest.Fault, goal revocation.Goal, before alibabatest.Status) bool {
	t.Helper()
	s := newStage(t)
	s.key.SetStatus(before)
	var calls atomic.Int32
	s.server.Script(func(c alibabatest.Call) (alibabatest.Fault, bool) {
		if !strings.HasPrefix(c.Action, "Get") && !strings.HasPrefix(c.Action, "List") {
			t.Errorf("planning calls %s", c.Action)
		}
		return fault, calls.Add(1) >= int32(n) // from then on, so that a second try does not help
	})
	p, err := s.revoker().Plan(t.Context(), subjects(s.key), s.request(goal))
	if reached := int(calls.Load()) >= n; !reached {
		return false
	}
	s.wantStatus(s.key, before)
	switch {
	case err != nil:
		wantRefused(t, err, "")
	case p.Blocked():
		if p.Notes[0].Hint.IsZero() || len(p.Actions) > 0 {
			t.Errorf("%s at call %d, to %s: %+v", name, n, goal, p)
		}
	case !strings.Contains(encode(t, p.Actions), "unread"):
		t.Errorf("%s at call %d, to %s: the plan does not tell: %+v", name, n, goal, p)
	}
	return true
}

func TestJournalIsNeeded(t *testing.T) {
	s := newStage(t)
	if _, err := s.revoker().Run(t.Context(), s.plan(revocation.ToDisable, s.key), revoke.RunOptions{Approver: revoke.ApproverFunc(yes)}); err == nil {
		t.Error("it runs without a journal")
	}
	s.wantStatus(s.key, alibabatest.Active)
}

// TestJournalCannotBeWritten has the disk full, so to say, before the first call.
func TestJournalCannotBeWritten(t *testing.T) {
	s := newStage(t)
	j := s.journal()
	_ = j.Close()
	_, err := s.revoker().Run(t.Context(), s.plan(revocation.ToDisable, s.key), revoke.RunOptions{Approver: revoke.ApproverFunc(yes), Journal: j})
	wantRefused(t, err, "revoke.journal-writing")
	s.wantStatus(s.key, alibabatest.Active)
}
