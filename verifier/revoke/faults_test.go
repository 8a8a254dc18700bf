package revoke_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/revocation"
)

// faults are the ways in which one call fails.
var faults = map[string]alibabatest.Fault{
	"throttled":     alibabatest.Throttled(),
	"unavailable":   alibabatest.Unavailable(),
	"reset":         {Reset: true},
	"lost answer":   alibabatest.LostAnswer(),
	"failed answer": alibabatest.FailedAnswer(),
	"no permission": denied(),
	"not JSON":      alibabatest.NotJSON(),
	"numeric code":  alibabatest.NumericCode(),
	"empty":         {Raw: `{"RequestId":"R"}`},
	"empty page":    {Raw: `{"RequestId":"R","IsTruncated":true,"Marker":"m","NextToken":"m","AccessKeys":{"AccessKey":[]},"Users":{"User":[]}}`},
}

// TestEveryCallFails lets each call of a run in turn fail in each way. Afterwards every key is
// as before or as after, the journal says which, and resuming ends with everything done.
func TestEveryCallFails(t *testing.T) {
	for name, fault := range faults {
		for _, phase := range []struct {
			goal          revocation.Goal
			before, after alibabatest.Status
			faults        string // all if empty
		}{
			{revocation.ToRemove, alibabatest.Active, alibabatest.Recycled, ""}, // disables, and deletes
			{revocation.ToQuarantine, alibabatest.Active, alibabatest.Active, "reset, lost answer"},
			{revocation.ToUndo, alibabatest.Inactive, alibabatest.Active, "throttled, lost answer, no permission"},
			{revocation.ToUndo, alibabatest.Recycled, alibabatest.Inactive, "throttled, lost answer, no permission"},
		} {
			if phase.faults != "" && !strings.Contains(phase.faults, name) {
				continue
			}
			t.Run(fmt.Sprintf("%s %s %s", name, phase.goal, phase.before), func(t *testing.T) {
				t.Parallel()
				for n := 1; failAt(t, n, fault, phase.goal, phase.before, phase.after); n++ {
				}
			})
		}
	}
}

// failAt lets the n-th call of a run fail, and reports whether there was one.
func failAt(t *testing.T, n int, fault alibabatest.Fault, goal revocation.Goal, before, after alibabatest.Status) bool {
	t.Helper()
	s := newStage(t)
	s.key.SetStatus(before)
	second := s.account.AddKey("cd")
	second.SetStatus(before)
	p := s.plan(goal, s.key, second)
	s.watchDeletions(s.key, second)
	calls := len(s.server.Recorded())
	s.server.InjectAt(n, fault)
	steps, err := s.run(p)
	reached := len(s.server.Recorded())-calls >= n
	s.server.ClearFaults()
	s.watchDeletions(s.key, second)
	if err != nil {
		if len(steps) != 0 {
			t.Fatalf("call %d: it stopped in the middle: %+v, %v", n, steps, err)
		}
		s.wantStatus(s.key, before) // a read before the first call failed
		steps, err = s.run(p)
	}
	if err != nil {
		t.Fatalf("call %d: %v", n, err)
	}
	s.wantTold(steps)
	s.resume()
	for _, k := range []*alibabatest.Key{s.key, second} {
		s.wantStatus(k, after)
		if goal == revocation.ToQuarantine && !strings.Contains(k.NetworkPolicy(), "203.0.113.0/24") {
			t.Errorf("call %d: network policy %q", n, k.NetworkPolicy())
		}
	}
	if h := s.history(); len(h.Open) != 0 {
		t.Errorf("call %d: something is left to do", n)
	}
	hides(t, s.journals(), s.key, second, s.admin)
	return reached
}

// watchDeletions ends the test if a key is deleted that is active. The service would let it happen.
func (s *stage) watchDeletions(keys ...*alibabatest.Key) {
	s.account.Configure(alibabatest.Settings{DeleteActiveKeys: true})
	s.server.Script(func(c alibabatest.Call) (alibabatest.Fault, bool) {
		for _, k := range keys {
			if c.Action == "DeleteAccessKey" && c.Params["UserAccessKeyId"] == k.Credential().ID.Reveal() && k.Status() == alibabatest.Active {
				s.t.Errorf("an active key is deleted")
			}
		}
		return alibabatest.Fault{}, false
	})
}

// wantTold wants each step to say truly how its key is.
func (s *stage) wantTold(steps []change.Step) {
	s.t.Helper()
	for _, step := range steps {
		var status alibabatest.Status
		for _, k := range s.account.Keys(step.Action.Target.Owner.User) {
			if revocation.Fingerprint(k.Credential().ID) == step.Action.Target.Fingerprint {
				status = k.Status()
			}
		}
		is := strings.ToLower(status.String())
		if (step.Outcome == revocation.Done || step.Outcome == revocation.Already) && step.Action.Kind != revocation.Disable && is != step.Action.To.Key {
			s.t.Errorf("%s: the outcome is %s, but the key is %s", step.Action, step.Outcome, is)
		}
		if step.State.Key == revocation.Deleted && is == revocation.Recycled { // where the bin may not be read
			is = revocation.Deleted
		}
		if (step.Outcome == revocation.Refused || step.Outcome == revocation.Failed) && is != step.State.Key {
			s.t.Errorf("%s: the outcome is %s with the key %s, but the key is %s", step.Action, step.Outcome, step.State, is)
		}
		if step.Outcome != revocation.Done && step.Outcome != revocation.Already && (step.Err == nil || step.Hint().IsZero()) {
			s.t.Errorf("%s: %s without a reason or a hint: %v", step.Action, step.Outcome, step.Err)
		}
	}
}
