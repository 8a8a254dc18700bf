package revoke_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

// inProcess calls the server without a network, which synctest's clock does not go with. An answer takes 50 ms.
type inProcess struct{ *alibabatest.Server }

func (p inProcess) RoundTrip(r *http.Request) (response *http.Response, err error) {
	time.Sleep(50 * time.Millisecond)
	defer func() {
		if recover() != nil { // the server resets the connection
			err = io.ErrUnexpectedEOF
		}
	}()
	q := r.Clone(r.Context())
	if q.Body == nil {
		q.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, q)
	return w.Result(), nil
}

// freeze freezes keys, and wants no error.
func (s *stage) freeze(o revoke.FreezeOptions, subjects ...revoke.Subject) []revoke.Frozen {
	s.t.Helper()
	if o.Approver == nil {
		o.Approver = revoke.ApproverFunc(yes)
	}
	o.Journal = s.journal()
	frozen, err := s.revoker().Freeze(s.t.Context(), subjects, revoke.Request{Goal: revocation.ToDisable, NoUse: true}, o)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = o.Journal.Close()
	return frozen
}

// identified are subjects whose owners a check has named.
func (s *stage) identified(keys []*alibabatest.Key, user func(int) string) []revoke.Subject {
	list := subjects(keys...)
	for i := range list {
		list[i].Known = identity(s.account, verifier.TypeUser, "user/"+user(i))
	}
	return list
}

// TestFreezeInTime freezes 300 keys of 150 users where the service takes ten calls a second. Nothing waits for all of them
// to be read, and no more is read than is needed.
func TestFreezeInTime(t *testing.T) {
	const n = 300
	user := func(i int) string { return fmt.Sprint("user", i/2) }
	for _, known := range []bool{false, true} {
		t.Run(fmt.Sprintf("owners known %v", known), func(t *testing.T) {
			s := newStage(t)
			s.server.SetSourceIP("203.0.113.7")
			var keys []*alibabatest.Key
			for i := range n {
				keys = append(keys, s.account.AddKey(user(i)))
			}
			list, least := subjects(keys...), n/2+n+n // a list of each user, a change and a look at each key
			if known {
				list = s.identified(keys, user)
			} else {
				least += n // whose each is
			}
			synctest.Test(t, func(t *testing.T) {
				s.t = t
				s.server.LimitRate(10)
				s.connect(connection.Options{Transport: inProcess{s.server}})
				start := time.Now()
				var first time.Duration
				frozen := s.freeze(revoke.FreezeOptions{OnKey: func(f revoke.Frozen) {
					if first == 0 {
						first = time.Since(start)
					}
				}}, list...)
				took, theory := time.Since(start), time.Duration(least)*time.Second/10
				t.Logf("first after %s, all after %s; theory %s", first, took, theory)
				if first > 2*time.Second || took > theory*12/10 {
					t.Errorf("the first after %s, all after %s; in theory %s", first, took, theory)
				}
				s.wantFrozenOnce(frozen, keys)
			})
		})
	}
}

// wantFrozenOnce wants each key disabled by one call.
func (s *stage) wantFrozenOnce(frozen []revoke.Frozen, keys []*alibabatest.Key) {
	s.t.Helper()
	if len(frozen) != len(keys) {
		s.t.Errorf("%d keys frozen, want %d", len(frozen), len(keys))
	}
	for _, f := range frozen {
		if !f.Off() {
			s.t.Fatalf("%+v", f)
		}
	}
	s.wantDisabledOnce(keys)
}

// wantDisabledOnce wants one call for each key.
func (s *stage) wantDisabledOnce(keys []*alibabatest.Key) {
	s.t.Helper()
	for _, k := range keys {
		times := 0
		for _, c := range s.server.Recorded() {
			if c.Status == http.StatusOK && c.Action == "UpdateAccessKey" && c.Params["UserAccessKeyId"] == k.Credential().ID.Reveal() {
				times++
			}
		}
		s.wantStatus(k, alibabatest.Inactive)
		if times != 1 {
			s.t.Errorf("a key was disabled %d times", times)
		}
	}
}

// TestNoKeyStopsAnother freezes the keys with which that is possible, beside those with which it is not.
func TestNoKeyStopsAnother(t *testing.T) {
	s := newStage(t)
	second := s.account.AddKey("cd")
	off := s.account.AddKey("old")
	off.SetStatus(alibabatest.Inactive)
	temporary := revoke.Subject{ID: rules.NewSecret("STS.NUexample12345678901234567"), Known: identity(s.account, verifier.TypeRole, "role/app/s")}
	s.server.InjectFor("Ram", "ListPoliciesForRole", denied(), -1)
	list := append(subjects(s.key, alibabatest.NewAccount().AddKey("x"), s.admin, off), temporary)
	frozen := s.freeze(revoke.FreezeOptions{}, append(list, subjects(second)...)...)
	for i, want := range []bool{true, false, false, true, false, true} {
		if frozen[i].Off() != want {
			t.Errorf("key %d: %+v", i, frozen[i])
		}
	}
	s.wantStatus(s.key, alibabatest.Inactive)
	s.wantStatus(second, alibabatest.Inactive)
	s.wantStatus(s.admin, alibabatest.Active)
	if len(s.history().Open) > 1 {
		t.Errorf("open: %v", s.history().Open)
	}
}

// TestDenialIsForOneKey asks about each key, and goes on after a no.
func TestDenialIsForOneKey(t *testing.T) {
	s := newStage(t)
	second := s.account.AddKey("cd")
	asked := 0
	frozen := s.freeze(revoke.FreezeOptions{Approver: revoke.ApproverFunc(func(_ context.Context, actions []revocation.Action) error {
		asked++
		if actions[0].Target.Owner.User == "ci" {
			return revoke.ErrDenied
		}
		return nil
	})}, subjects(s.key, second)...)
	if asked != 2 || frozen[0].Off() || !frozen[0].Denied || !frozen[1].Off() {
		t.Errorf("asked %d times: %+v", asked, frozen)
	}
	s.wantStatus(s.key, alibabatest.Active)
	s.wantStatus(second, alibabatest.Inactive)
}

// TestSearchOnce freezes keys as somebody who may not ask for their owners: the users are searched once for all of them.
func TestSearchOnce(t *testing.T) {
	s := newStage(t)
	keys := []*alibabatest.Key{s.key}
	for i := range 20 {
		keys = append(keys, s.account.AddKey(fmt.Sprint("user", i)))
	}
	s.server.InjectFor("Ims", "GetUser", denied(), -1)
	frozen := s.freeze(revoke.FreezeOptions{}, subjects(keys...)...)
	s.wantFrozenOnce(frozen, keys)
	if lists := s.server.Calls("Ram", "ListUsers"); lists != 1 {
		t.Errorf("the users were listed %d times", lists)
	}
}

// TestEmptyPagesOfUsers searches users whose list has empty pages with a marker of the next one, and one that never ends.
func TestEmptyPagesOfUsers(t *testing.T) {
	for pages, off := range map[int]bool{3: true, 1 << 30: false} {
		s := newStage(t)
		empty := 0
		s.server.Script(func(c alibabatest.Call) (alibabatest.Fault, bool) {
			switch {
			case c.Action == "GetUser":
				return denied(), true
			case c.Action == "ListUsers" && empty < pages:
				empty++
				return alibabatest.Fault{Raw: fmt.Sprintf(`{"RequestId":"R","IsTruncated":true,"Marker":"m%d","Users":{"User":[]}}`, empty)}, true
			case c.Action == "ListUsers":
				return alibabatest.Fault{Raw: `{"RequestId":"R","IsTruncated":false,"Users":{"User":[{"UserName":"ci","UserId":"1"}]}}`}, true
			}
			return alibabatest.Fault{}, false
		})
		if f := s.freeze(revoke.FreezeOptions{}, subjects(s.key)...); f[0].Off() != off {
			t.Errorf("after %d pages: %+v", empty, f)
		}
	}
}

// TestFreezeEndsWithContext stops in the middle; what was begun is in the journal.
func TestFreezeEndsWithContext(t *testing.T) {
	s := newStage(t)
	var keys []*alibabatest.Key
	for i := range 40 {
		keys = append(keys, s.account.AddKey(fmt.Sprint("user", i)))
	}
	ctx, cancel := context.WithCancel(t.Context())
	j := s.journal()
	done := 0
	frozen, err := s.revoker().Freeze(ctx, subjects(keys...), revoke.Request{Goal: revocation.ToDisable}, revoke.FreezeOptions{
		Approver: revoke.ApproverFunc(yes), Journal: j, OnKey: func(revoke.Frozen) {
			if done++; done == 3 {
				cancel()
			}
		}})
	_ = j.Close()
	if !errors.Is(err, context.Canceled) || len(frozen) == 0 || len(frozen) == len(keys) {
		t.Fatalf("%d keys, error %v", len(frozen), err)
	}
	s.resume()
	for _, f := range frozen {
		i := slices.IndexFunc(keys, func(k *alibabatest.Key) bool { return k.Credential().ID.Reveal() == f.Subject.ID.Reveal() })
		if len(f.Steps) > 0 {
			s.wantStatus(keys[i], alibabatest.Inactive)
		}
	}
	hides(t, s.journals(), keys...)
}

// TestEveryCallOfAFreezeFails lets each call in turn fail in each way. Every other key is frozen all the same, every result is
// true, and a second try freezes the rest.
func TestEveryCallOfAFreezeFails(t *testing.T) {
	for _, goal := range []revocation.Goal{revocation.ToDisable, revocation.ToQuarantine} {
		for name, fault := range faults {
			if goal == revocation.ToQuarantine && name != "lost answer" && name != "not JSON" { // the others go the same ways
				continue
			}
			t.Run(name+" "+string(goal), func(t *testing.T) {
				t.Parallel()
				for n := 1; freezeFailingAt(t, n, fault, goal); n++ {
				}
			})
		}
	}
}

// freezeFailingAt lets the n-th call fail, and reports whether there was one.
func freezeFailingAt(t *testing.T, n int, fault alibabatest.Fault, goal revocation.Goal) bool {
	t.Helper()
	s := newStage(t)
	keys := []*alibabatest.Key{s.key, s.account.AddKey("cd"), s.account.AddKey("cd")}
	again := func() ([]revoke.Frozen, error) {
		j := s.journal()
		defer j.Close()
		return s.revoker().Freeze(t.Context(), subjects(keys...), s.request(goal), revoke.FreezeOptions{Approver: revoke.ApproverFunc(yes), Journal: j})
	}
	s.server.InjectAt(n, fault)
	frozen, err := again()
	reached := len(s.server.Recorded()) >= n
	s.server.ClearFaults()
	if err != nil && (n > 1 || len(frozen) > 0) { // the first call asks who acts
		t.Fatalf("call %d: %v", n, err)
	}
	off := 0
	for i, f := range frozen {
		if f.Off() {
			off++
			s.wantFrozen(keys[i], goal)
		} else if len(f.Plan.Notes) == 0 && (len(f.Steps) == 0 || f.Steps[0].Err == nil) {
			t.Errorf("call %d: no reason: %+v", n, f)
		}
	}
	if err == nil && off < len(keys)-1 {
		t.Errorf("call %d: only %d keys are frozen: %+v", n, off, frozen)
	}
	s.resume()
	frozen, err = again()
	for i, f := range frozen {
		if !f.Off() {
			t.Errorf("call %d: %+v", n, f)
		}
		s.wantFrozen(keys[i], goal)
	}
	if err != nil || len(frozen) != len(keys) {
		t.Errorf("call %d: %d keys, error %v", n, len(frozen), err)
	}
	hides(t, s.journals(), append(keys, s.admin)...)
	return reached
}

// wantFrozen wants a key disabled, or restricted.
func (s *stage) wantFrozen(k *alibabatest.Key, goal revocation.Goal) {
	s.t.Helper()
	if goal == revocation.ToDisable {
		s.wantStatus(k, alibabatest.Inactive)
	} else if !strings.Contains(k.NetworkPolicy(), "203.0.113.0/24") {
		s.t.Errorf("network policy %q", k.NetworkPolicy())
	}
}
