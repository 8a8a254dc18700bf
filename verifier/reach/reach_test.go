package reach_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/reach"
	"github.com/akguard/akguard/verifier/sts"
)

type administrator struct{ rules.Credential }

func (a administrator) Get(context.Context) (rules.Credential, error) { return a.Credential, nil }

// scene is an account with an administrator and a user that may read and, through a group, write.
type scene struct {
	account *alibabatest.Account
	admin   *alibabatest.Key
	server  *alibabatest.Server
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{account: alibabatest.NewAccount()}
	s.admin = s.account.AddKey("admin")
	s.account.AddKey("ci")
	s.account.AddGroup("ops", "ci")
	s.account.AddRole(alibabatest.Role{Name: "deploy"})
	for to, policy := range map[string]string{"user/admin": "AdministratorAccess", "user/ci": "AliyunOSSReadOnlyAccess", "group/ops": "AliyunECSFullAccess", "role/deploy": "AliyunRAMFullAccess"} {
		if err := s.account.Attach(to, policy); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if s.server, err = alibabatest.NewServer(s.account); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.server.Close() })
	return s
}

func (s *scene) connect(t *testing.T, unpaced bool) *connection.Connection {
	t.Helper()
	c, err := connection.New(connection.Options{Endpoints: s.server.Endpoints(), Unpaced: unpaced})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (s *scene) over(t *testing.T, admin reach.Admin) verifier.Verifier {
	t.Helper()
	unpaced := s.connect(t, true)
	checker, err := sts.New(sts.Options{Connection: unpaced})
	if err != nil {
		t.Fatal(err)
	}
	return s.overNext(t, checker, reach.Options{Admin: admin, Connection: unpaced})
}

func (s *scene) overNext(t *testing.T, next verifier.Verifier, o reach.Options) verifier.Verifier {
	t.Helper()
	if o.Connection == nil {
		o.Connection = s.connect(t, false)
	}
	v, err := reach.Over(next, o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func want(t *testing.T, what string, v verifier.Verdict, can, limits string) {
	t.Helper()
	r := v.Reach
	if r == nil || (len(r.Can) > 0) != (can != "") || !strings.Contains(joined(r.Can), can) || !strings.Contains(r.Limits.String(), limits) {
		t.Errorf("%s: %+v, want %q, %q", what, r, can, limits)
	}
}

func TestReach(t *testing.T) {
	s := newScene(t)
	v := s.over(t, administrator{s.admin.Credential()})
	user := v.Verify(t.Context(), s.account.AddKey("ci").Credential())
	want(t, "a user's own policy", user, "reach.read-objects", "reach.limits")
	want(t, "its group's", user, "reach.start-servers", "reach.limits")
	role := s.account.AddSession("deploy", "run", time.Now().Add(time.Hour))
	want(t, "a role's", v.Verify(t.Context(), role.Credential()), "reach.permissions", "reach.limits")
	want(t, "root's", v.Verify(t.Context(), s.account.AddRootKey().Credential()), "reach.root", "reach.no-limits")
	want(t, "nothing", v.Verify(t.Context(), s.account.AddKey("idle").Credential()), "reach.nothing", "reach.limits")
	off := s.account.AddKey("ci")
	off.SetStatus(alibabatest.Inactive)
	if got := v.Verify(t.Context(), off.Credential()); got.Reach != nil {
		t.Errorf("a dead key can %+v", got.Reach)
	}
}

// The leaked key itself asks only where there is no administrator; most may not.
func TestLeakedKeyAsks(t *testing.T) {
	s := newScene(t)
	v := s.over(t, nil)
	want(t, "an administrator's", v.Verify(t.Context(), s.admin.Credential()), "reach.administrator", "")
	want(t, "a user's", v.Verify(t.Context(), s.account.AddKey("ci").Credential()), "", "reach.unknown(reach.unreadable(cloud.refused(NoPermission, ")
}

func TestAnotherAccount(t *testing.T) {
	s := newScene(t)
	other := alibabatest.NewAccount()
	server, err := alibabatest.NewServer(s.account, other)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	s.server = server
	v := s.over(t, administrator{s.admin.Credential()})
	want(t, "another account's", v.Verify(t.Context(), other.AddKey("ci").Credential()), "", "reach.another-account("+other.UID())
}

// What cannot be read is said, what is busy or breaks off is asked again, and what stays out of reach is not asked again about the next key.
func TestFailures(t *testing.T) {
	s := newScene(t)
	v := s.over(t, administrator{s.admin.Credential()})
	key := s.account.AddKey("ci").Credential()
	s.server.InjectFor("Ram", "GetPolicy", alibabatest.Fault{Code: "NoPermission", Status: 403}, 1)
	want(t, "one unread", v.Verify(t.Context(), key), "reach.start-servers", "reach.unread-policies(1, 2, ")
	s.server.InjectFor("Ram", "GetPolicy", alibabatest.Throttled(), 1)
	s.server.InjectFor("Ram", "ListGroupsForUser", alibabatest.Unavailable(), 1)
	want(t, "busy", v.Verify(t.Context(), key), "reach.read-objects", "reach.limits")
	want(t, "busy", v.Verify(t.Context(), key), "reach.start-servers", "reach.limits")
	s.server.InjectFor("Ram", "GetPolicy", alibabatest.Fault{Reset: true}, -1)
	before := s.server.Calls("Ram", "GetPolicy")
	want(t, "reset", v.Verify(t.Context(), key), "", "reach.unknown(reach.unreadable(")
	want(t, "reset before", v.Verify(t.Context(), key), "", "verifier.not-asked-again")
	if n := s.server.Calls("Ram", "GetPolicy") - before; n != 4 {
		t.Errorf("%d calls, want 4", n)
	}
}

// live is a Verifier to which every key is a user's that works.
type live string

func (account live) Verify(context.Context, rules.Credential) verifier.Verdict {
	return verifier.Verdict{Status: verifier.Live, Identity: &verifier.Identity{
		Type: verifier.TypeUser, AccountID: string(account), ARN: "acs:ram::" + string(account) + ":user/ci",
	}}
}

// All keys together take no longer than they may, and none takes longer than its caller waits.
func TestTime(t *testing.T) {
	s := newScene(t)
	s.server.InjectFor("Ram", "", alibabatest.Fault{Hang: true}, -1)
	v := s.overNext(t, live(s.account.UID()), reach.Options{Admin: administrator{s.admin.Credential()}, Timeout: 300 * time.Millisecond})
	start := time.Now()
	for range 5 {
		want(t, "late", v.Verify(t.Context(), rules.Credential{}), "", "reach.time-used-up(300ms)")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	want(t, "stopped", v.Verify(ctx, rules.Credential{}), "", "reach.stopped")
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
}

// RAM takes ten calls a second.
func TestPace(t *testing.T) {
	s := newScene(t)
	v := s.overNext(t, live(s.account.UID()), reach.Options{Admin: administrator{s.admin.Credential()}})
	for range 3 { // five calls each: policies, groups, the group's, and two documents
		want(t, "a user's", v.Verify(t.Context(), rules.Credential{}), "reach.start-servers", "")
	}
	calls := s.server.Recorded()
	if want := 1 + 3*5; len(calls) != want {
		t.Errorf("%d calls, want %d", len(calls), want)
	}
	calls = calls[1:] // the first is STS's
	for i := 10; i < len(calls); i++ {
		if d := calls[i].Time.Sub(calls[i-10].Time); d < time.Second {
			t.Errorf("eleven calls within %s", d)
		}
	}
}

func joined(list []reason.Reason) string {
	var out []string
	for _, r := range list {
		out = append(out, r.String())
	}
	return strings.Join(out, "; ")
}
