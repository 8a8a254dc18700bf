package cleanup_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/cleanup"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

// faults are the ways in which one call fails.
var faults = map[string]alibabatest.Fault{
	"throttled":     alibabatest.Throttled(),
	"unavailable":   alibabatest.Unavailable(),
	"reset":         {Reset: true},
	"lost answer":   alibabatest.LostAnswer(),
	"failed answer": alibabatest.FailedAnswer(),
	"no permission": {Code: "NoPermission", Message: "You are not authorized to do this action.", Status: 403},
	"not JSON":      alibabatest.NotJSON(),
	"numeric code":  alibabatest.NumericCode(),
	"empty":         {Raw: `{"RequestId":"R"}`},
	"empty page":    {Raw: `{"RequestId":"R","IsTruncated":true,"Marker":"m","NextToken":"m","AccessKeys":{"AccessKey":[]},"Policies":{"Policy":[]},"Groups":{"Group":[]},"Permissions":{"Permission":[]},"Instances":{"Instance":[]}}`},
}

// world is an account after a theft, with the plan to clean it up. It can be put back.
type world struct {
	*stage
	plan  *revocation.Plan
	rules []account.Rule
}

func newWorld(t *testing.T) *world {
	t.Helper()
	s := newStage(t)
	s.theft()
	w := &world{stage: s, plan: s.stagePlan()}
	w.rules = slices.Clone(s.account.SecurityGroup("sg-web").Rules)
	return w
}

func (s *stage) stagePlan() *revocation.Plan { return s.plan(cleanup.Request{}) }

// back makes everything as the thief left it, in an empty folder of journals.
func (w *world) back() {
	w.t.Helper()
	w.server.ClearFaults()
	for _, user := range []string{"support", "anna"} {
		w.account.Keys(user)[len(w.account.Keys(user))-1].SetStatus(alibabatest.Active)
	}
	caller := alibabatest.Caller{KeyID: w.admin.Credential().ID.Reveal(), SourceIP: "203.0.113.1"}
	for _, a := range w.plan.Actions {
		params := map[string]string{"RegionId": region}
		set := func(pairs ...string) {
			for i := 0; i+1 < len(pairs); i += 2 {
				params[pairs[i]] = pairs[i+1]
			}
		}
		service, action := "Ram", ""
		switch t := a.Thing; a.Kind {
		case revocation.DeleteLogin:
			action = "CreateLoginProfile"
			set("UserName", t.Name, "Password", "x")
		case revocation.Leave:
			action = "AddUserToGroup"
			set("UserName", t.Name, "GroupName", t.Of)
		case revocation.Detach:
			kind := strings.ToUpper(t.Holder[:1]) + t.Holder[1:]
			action = "AttachPolicyTo" + kind
			set(kind+"Name", t.Of, "PolicyName", t.Name, "PolicyType", map[bool]string{true: "System", false: "Custom"}[t.System])
		case revocation.SetVersion:
			action = "SetDefaultPolicyVersion"
			set("PolicyName", t.Name, "VersionId", a.From.Thing)
		case revocation.SetTrust:
			action = "UpdateRole"
			set("RoleName", t.Name, "NewAssumeRolePolicyDocument", a.From.Thing)
		case revocation.StartLogging:
			service, action = "Actiontrail", "StopLogging"
			set("Name", t.Name)
		case revocation.Stop:
			service, action = "Ecs", "StartInstance"
			set("InstanceId", t.Name)
		}
		if action != "" {
			_, _ = w.server.Perform(caller, service, action, params) // it may be as it is to be
		}
	}
	w.account.Mu.Lock()
	w.account.SecurityGroup("sg-web").Rules = slices.Clone(w.rules)
	w.account.Mu.Unlock()
	for i, a := range w.plan.Actions {
		if w.reached(a) {
			w.t.Fatalf("action %d, %s, is not as the thief left it", i+1, a)
		}
	}
	w.must(os.RemoveAll(w.folder))
	w.must(os.Mkdir(w.folder, 0o700))
}

// reached reports whether the account is as an action is to make it, as the account knows it.
func (w *world) reached(a revocation.Action) bool {
	w.t.Helper()
	t := a.Thing
	if a.Kind == revocation.Detach {
		return !slices.Contains(w.account.Attached(t.Holder+"/"+t.Of), t.Name)
	}
	w.account.Mu.Lock()
	defer w.account.Mu.Unlock()
	switch a.Kind {
	case revocation.Disable:
		keys := w.account.KeysOf(a.Target.Owner.User, alibabatest.Active)
		return !slices.ContainsFunc(keys, func(k *alibabatest.Key) bool {
			return revocation.IsFingerprint(k.Credential().ID, a.Target.Fingerprint)
		})
	case revocation.DeleteLogin:
		return !w.account.Users[t.Name].Console
	case revocation.Leave:
		return !slices.Contains(w.account.Groups[t.Of].Users, t.Name)
	case revocation.SetVersion:
		return fmt.Sprint("v", w.account.Policies[t.Name].Version) == a.To.Thing
	case revocation.SetTrust:
		return revocation.SameJSON(w.account.Roles[t.Name].Trust, a.To.Thing)
	case revocation.StartLogging:
		return w.account.Trails[0].Logging
	case revocation.CloseRule:
		return !slices.ContainsFunc(w.account.SecurityGroup(t.Name).Rules, func(r account.Rule) bool { return r.ID == t.Rule.ID })
	}
	i := slices.IndexFunc(w.account.Instances, func(i account.Instance) bool { return i.ID == t.Name })
	return w.account.Instances[i].Status == "Stopped"
}

// wantTold wants each step to say truly how its thing is.
func (w *world) wantTold(steps []change.Step) {
	w.t.Helper()
	for _, s := range steps {
		is := w.reached(s.Action)
		if s.Over() && !is {
			w.t.Errorf("%s: the outcome is %s, and it is not so", s.Action, s.Outcome)
		}
		if (s.Outcome == revocation.Refused || s.Outcome == revocation.Failed) && is {
			w.t.Errorf("%s: the outcome is %s, and it is done", s.Action, s.Outcome)
		}
		if !s.Over() && (s.Err == nil || s.Hint().IsZero()) {
			w.t.Errorf("%s: %s without a reason or a hint: %v", s.Action, s.Outcome, s.Err)
		}
	}
}

// wantWhole wants everything done, once each, and nothing left to do.
func (w *world) wantWhole(since int) {
	w.t.Helper()
	for _, a := range w.plan.Actions {
		if !w.reached(a) {
			w.t.Errorf("%s: it is not done", a)
		}
	}
	if open := w.history().Unclean; len(open) > 0 {
		w.t.Errorf("%d journals are open", len(open))
	}
	made := 0
	for _, c := range w.server.Recorded()[since:] {
		if c.Code == "" && c.Status == 200 && changes(c.Action) {
			made++
		}
	}
	if made > len(w.plan.Actions) {
		w.t.Errorf("%d calls changed something, and %d acts were planned", made, len(w.plan.Actions))
	}
	for _, text := range []string{w.admin.Credential().ID.Reveal(), w.admin.Credential().Secret.Reveal(), w.account.Keys("support")[0].Credential().ID.Reveal()} {
		if strings.Contains(w.journals(), text) {
			w.t.Error("a journal holds a key")
		}
	}
}

func changes(action string) bool {
	return !slices.ContainsFunc([]string{"Get", "List", "Describe", "Lookup"}, func(p string) bool { return strings.HasPrefix(action, p) })
}

// TestEveryCallFails lets each call of a run in turn fail in each way. Each step says how its thing is, no failure hinders another act,
// and resuming ends with everything done, once.
func TestEveryCallFails(t *testing.T) {
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			step := stride
			if name == "lost answer" { // the one that tempts to do something twice, or to forget it
				step = 1
			}
			for n := 1; w.failAt(n, fault) && !t.Failed(); n += step {
			}
		})
	}
}

// failAt reports whether the run made so many calls.
func (w *world) failAt(n int, fault alibabatest.Fault) bool {
	w.t.Helper()
	w.back()
	before := len(w.server.Recorded())
	w.server.InjectAt(n, fault)
	j := w.journal()
	steps, err := w.cleaner().Run(w.t.Context(), w.plan, cleanup.RunOptions{Approver: revoke.ApproverFunc(yes), Journal: j})
	_ = j.Close()
	calls := len(w.server.Recorded()) - before
	w.server.ClearFaults()
	if err != nil { // nobody knows who acts, so nothing has begun
		if len(steps) > 0 || n > 3 {
			w.t.Fatalf("call %d: it stopped in the middle: %+v, %v", n, steps, err)
		}
		return true
	}
	w.wantTold(steps)
	unfinished := 0
	for _, s := range steps {
		if !s.Over() {
			unfinished++
		}
	}
	if unfinished > 1 || len(steps) != len(w.plan.Actions) {
		w.t.Errorf("call %d: of %d steps, %d are not over", n, len(steps), unfinished)
	}
	w.resume()
	w.wantWhole(before)
	return calls >= n
}

// TestInterrupted ends a run at each of its calls in turn.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := 1; w.interruptAt(n) && !t.Failed(); n += max(1, stride/2) {
	}
}

func (w *world) interruptAt(n int) bool {
	w.t.Helper()
	w.back()
	before := len(w.server.Recorded())
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	var calls atomic.Int32
	w.server.Script(func(alibabatest.Call) (alibabatest.Fault, bool) {
		if calls.Add(1) == int32(n) {
			cancel()
		}
		return alibabatest.Fault{}, false
	})
	j := w.journal()
	_, err := w.cleaner().Run(ctx, w.plan, cleanup.RunOptions{Approver: revoke.ApproverFunc(yes), Journal: j})
	_ = j.Close()
	w.server.Script(nil)
	if reached := int(calls.Load()) >= n; reached != errors.Is(err, context.Canceled) {
		w.t.Fatalf("call %d: error %v", n, err)
	}
	for slices.ContainsFunc(w.server.Recorded()[before:], func(c alibabatest.Call) bool { return c.Status == 0 }) {
		time.Sleep(time.Millisecond) // the call that was given up is being carried out
	}
	if len(w.history().Unclean) == 0 && !slices.ContainsFunc(w.plan.Actions, w.reached) {
		return true // it had not begun
	}
	w.resume()
	w.wantWhole(before)
	return int(calls.Load()) >= n
}

// TestPlanningFails lets each call of planning fail. Nothing is changed by it, and what could not be read is a note with a hint.
func TestPlanningFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, snapshot := w.investigate(cleanup.Request{}.Known)
	for _, name := range []string{"no permission", "unavailable", "reset", "empty"} {
		for n := 1; ; n += stride {
			var calls atomic.Int32
			w.server.Script(func(c alibabatest.Call) (alibabatest.Fault, bool) {
				if changes(c.Action) {
					t.Errorf("planning calls %s", c.Action)
				}
				k := int(calls.Add(1))
				return faults[name], k >= n && k < n+8 // longer than reading is tried again
			})
			p, err := w.cleaner().Plan(t.Context(), r, snapshot, cleanup.Request{})
			if int(calls.Load()) < n {
				break
			}
			switch {
			case err != nil && n > 3:
				t.Fatalf("%s at call %d: %v", name, n, err)
			case err != nil:
			case len(p.Actions) < len(w.plan.Actions) && !p.Blocked():
				t.Errorf("%s at call %d: %d actions, notes %v", name, n, len(p.Actions), p.Notes)
			}
			if err == nil {
				for _, note := range p.Notes {
					if note.Blocked && note.Hint.IsZero() {
						t.Errorf("%s at call %d: no hint for %v", name, n, note)
					}
				}
			}
		}
	}
}
