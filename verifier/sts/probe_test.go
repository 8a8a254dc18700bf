package sts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/sts"
)

// TestProbe asks about IDs alone: what they are is said, and never that they work.
func TestProbe(t *testing.T) {
	tests := []struct {
		name   string
		set    func(*scene)
		status verifier.Status
		reason string
	}{
		{"there", func(*scene) {}, verifier.Exists, "sts.exists"},
		{"16 characters", func(s *scene) { s.use(s.account.AddShortKey("old")) }, verifier.Exists, "sts.exists"},
		{"root", func(s *scene) { s.use(s.account.AddRootKey()) }, verifier.Exists, "sts.exists"},
		{"deleted", func(s *scene) { s.key.SetStatus(alibabatest.Deleted) }, verifier.NotFound, "sts.not-found"},
		{"disabled", func(s *scene) { s.key.SetStatus(alibabatest.Inactive) }, verifier.Inactive, "sts.id-inactive"},
		{"older services", refuse(400, "IncompleteSignature"), verifier.Exists, "sts.exists"},
		{"no permission", refuse(403, "NoPermission"), verifier.Exists, "sts.exists"},
		{"leaked", func(s *scene) {
			s.server.Inject(alibabatest.Fault{Status: 403, Code: "Forbidden", Message: "There is a risk of leakage of this AccessKey."}, 1)
		}, verifier.Exists, "sts.exists"},
		{"throttled", refuse(400, "Throttling"), verifier.Unknown, "sts.throttled"},
		{"server fault", refuse(500, "InternalError"), verifier.Unknown, "sts.server-fault(500)"},
		{"signatures are not looked at", func(s *scene) {
			s.server.Inject(alibabatest.Fault{Raw: `{"RequestId":"R","AccountId":"1","Arn":"acs:ram::1:root","IdentityType":"Account"}`}, 1)
		}, verifier.Unknown, "sts.not-sts"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newScene(t)
			test.set(s)
			id := rules.Credential{Type: rules.AccessKeyID, ID: s.credential.ID}
			v := newChecker(t, sts.Options{Connection: connect(t, s.endpoint)}).Verify(t.Context(), id)
			if v.Status != test.status || !strings.Contains(v.Reason.String(), test.reason) || v.Identity != nil || v.Advice.IsZero() {
				t.Errorf("got %+v; want %s, reason with %q", v, test.status, test.reason)
			}
			if n := s.server.Calls("Sts", "GetCallerIdentity"); n != 1 {
				t.Errorf("%d calls, want 1", n)
			}
		})
	}
}

func TestNoProbe(t *testing.T) {
	s := newScene(t)
	id := rules.Credential{Type: rules.AccessKeyID, ID: s.credential.ID}
	v := newChecker(t, sts.Options{Connection: connect(t, s.endpoint), NoProbe: true}).Verify(t.Context(), id)
	if v.Status != verifier.Unchecked || !strings.Contains(v.Reason.String(), "sts.not-probed") || s.server.Calls("Sts", "GetCallerIdentity") != 0 {
		t.Errorf("got %+v", v)
	}
}

func TestThrottledTwiceThenFine(t *testing.T) {
	s := newScene(t)
	s.server.Inject(alibabatest.Throttled(), 2)
	v := verifier.Retry(newChecker(t, sts.Options{Connection: connect(t, s.endpoint)}), 3, time.Millisecond).Verify(t.Context(), s.credential)
	if n := s.server.Calls("Sts", "GetCallerIdentity"); v.Status != verifier.Live || n != 3 {
		t.Errorf("got %+v after %d calls", v, n)
	}
}

// A server that hangs is not waited for longer than all checks may take.
func TestBudgetHolds(t *testing.T) {
	s := newScene(t)
	s.server.Inject(alibabatest.Fault{Hang: true}, -1)
	b := verifier.Budget(newChecker(t, sts.Options{Connection: connect(t, s.endpoint)}), 100*time.Millisecond)
	start := time.Now()
	v := b.Verify(t.Context(), s.credential)
	if took := time.Since(start); v.Status != verifier.Unknown || !strings.Contains(v.Reason.String(), "verifier.time-used-up") || took > 2*time.Second {
		t.Errorf("got %+v after %s", v, took)
	}
}

// What to do with a live key depends on whose it is.
func TestAdvice(t *testing.T) {
	s := newScene(t)
	checker := newChecker(t, sts.Options{Connection: connect(t, s.endpoint)})
	for want, key := range map[string]*alibabatest.Key{
		"sts.stop-key":  s.key,
		"sts.stop-root": s.account.AddRootKey(),
		"sts.stop-role": s.account.AddSession("deploy", "run-1", time.Now().Add(time.Hour)),
	} {
		if v := checker.Verify(t.Context(), key.Credential()); !strings.HasPrefix(v.Advice.String(), want) {
			t.Errorf("advice %q, want %q", v.Advice, want)
		}
	}
}
