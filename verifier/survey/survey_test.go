package survey_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/investigate"
	"github.com/akguard/akguard/verifier/survey"
)

// stage is an account with an administrator, and a leaked key of user ci.
type stage struct {
	t       testing.TB
	account *alibabatest.Account
	server  *alibabatest.Server
	admin   *alibabatest.Key
	leaked  *alibabatest.Key
	options survey.Options
}

// admin reads with a key of the emulator's.
type admin struct{ key *alibabatest.Key }

func (a admin) Get(context.Context) (rules.Credential, error) { return a.key.Credential(), nil }

func newStage(t testing.TB) *stage {
	t.Helper()
	a := alibabatest.NewAccount()
	server, err := alibabatest.NewServer(a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	s := &stage{t: t, account: a, server: server, admin: a.AddKey("admin"), leaked: a.AddKey("ci")}
	if err := a.Attach("user/admin", "AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	s.options = survey.Options{Admin: admin{s.admin}, Since: time.Now().Add(-24 * time.Hour), Leaked: []rules.Secret{s.leaked.Credential().ID}}
	s.connect(connection.Options{Unpaced: true, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	return s
}

func (s *stage) connect(o connection.Options) {
	s.t.Helper()
	o.Endpoints = s.server.Endpoints()
	reached, err := connection.New(o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.options.Connection = reached
}

// read reads the account.
func (s *stage) read() *account.Snapshot {
	s.t.Helper()
	snapshot, err := survey.Read(context.Background(), s.options)
	if err != nil {
		s.t.Fatal(err)
	}
	return snapshot
}

// unanswered are the questions that a ledger has as such, but for those that nobody can answer.
func unanswered(l account.Ledger) []string {
	var out []string
	for _, e := range l.Blind() {
		if e.Outcome != account.TooFresh && e.Outcome != account.Unlogged {
			out = append(out, strings.TrimSpace(e.Service+" "+e.Action+" "+e.Region+" "+string(e.Outcome)+" "+e.Why.String()))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestReadAnswersEverything(t *testing.T) {
	s := newStage(t)
	snapshot := s.read()
	if u := unanswered(snapshot.Ledger); len(u) > 0 {
		t.Errorf("not answered:\n%s", strings.Join(u, "\n"))
	}
	if snapshot.Account != s.account.UID() || len(snapshot.Users) != 2 || len(snapshot.Users[0].Keys) != 1 {
		t.Errorf("account %s, users %+v", snapshot.Account, snapshot.Users)
	}
}

// TestAsksWhatTheChecksNeed holds the table to the checks, which are blind to what is not asked.
func TestAsksWhatTheChecksNeed(t *testing.T) {
	snapshot := newStage(t).read()
	for _, check := range investigate.Checks() {
		for _, a := range check.Asks {
			if !snapshot.Ledger.Asked(a) {
				t.Errorf("check %s needs %s %s, which is not asked", check.ID, a.Service, a.Action)
			}
		}
	}
}

// as calls the API with a key.
func (s *stage) as(key rules.Credential) func(service, action string, pairs ...string) error {
	client := s.options.Connection.Client().AsKey(key)
	return func(service, action string, pairs ...string) error {
		params := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			params[pairs[i]] = pairs[i+1]
		}
		return client.In(params["RegionId"]).Change(context.Background(), cloud.Query{Service: service, Action: action, Params: params})
	}
}

// must fails the test if a call failed.
func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestFollowsADeletedKey has the thief make a user with a key, act with that key, and delete both.
func TestFollowsADeletedKey(t *testing.T) {
	s := newStage(t)
	s.must(s.account.Attach("user/ci", "AdministratorAccess"))
	s.server.SetSourceIP("203.0.113.9")
	thief := s.as(s.leaked.Credential())
	s.must(thief("ram", "CreateUser", "UserName", "backup"))
	s.must(thief("ram", "AttachPolicyToUser", "UserName", "backup", "PolicyType", "System", "PolicyName", "AdministratorAccess"))
	s.must(thief("ram", "CreateAccessKey", "UserName", "backup"))
	second := s.account.Keys("backup")[0]
	s.server.SetSourceIP("203.0.113.77")
	s.must(s.as(second.Credential())("ims", "CreateSAMLProvider", "SAMLProviderName", "door"))
	s.server.SetSourceIP("203.0.113.9")
	id := second.Credential().ID.Reveal()
	s.must(thief("ram", "UpdateAccessKey", "UserName", "backup", "UserAccessKeyId", id, "Status", "Inactive"))
	s.must(thief("ram", "DeleteAccessKey", "UserName", "backup", "UserAccessKeyId", id))
	s.must(thief("ram", "DetachPolicyFromUser", "UserName", "backup", "PolicyType", "System", "PolicyName", "AdministratorAccess"))
	s.must(thief("ram", "DeleteUser", "UserName", "backup"))
	s.server.SetSourceIP("")

	s.options.Follow = investigate.Follow(investigate.Known{})
	snapshot := s.read()
	report := investigate.Judge(snapshot, investigate.Options{})
	var acts []string
	for _, act := range report.Tree.Acts {
		acts = append(acts, act.Call.Name)
	}
	want := []string{"CreateUser", "AttachPolicyToUser", "CreateAccessKey", "CreateSAMLProvider", "UpdateAccessKey", "DeleteAccessKey", "DetachPolicyFromUser", "DeleteUser"}
	slices.Sort(acts) // some have the same time, to the second
	slices.Sort(want)
	if !slices.Equal(acts, want) {
		t.Errorf("acts: %v, want %v", acts, want)
	}
	ref := account.Ref(second.Credential().ID)
	if !slices.ContainsFunc(snapshot.Recycled, func(r account.Recycled) bool { return r.User == "backup" }) {
		t.Errorf("the recycle bin: %+v", snapshot.Recycled)
	}
	if !slices.ContainsFunc(snapshot.Ledger, func(e account.Entry) bool {
		return e.About == account.ByKey+" "+string(ref) && e.Outcome == account.Seen
	}) {
		t.Error("the second key was not looked up")
	}
	encoded, err := json.Marshal(snapshot)
	s.must(err)
	for _, secret := range []string{id, s.leaked.Credential().ID.Reveal(), second.Credential().Secret.Reveal(), s.admin.Credential().ID.Reveal()} {
		if strings.Contains(string(encoded), secret) {
			t.Errorf("the snapshot holds %s", secret)
		}
	}
}

// TestResumeFollowsADeletedKey goes on with a reading that was interrupted before a deleted key was looked up. A snapshot does not
// have its ID: the event that made it does.
func TestResumeFollowsADeletedKey(t *testing.T) {
	s := newStage(t)
	s.must(s.account.Attach("user/ci", "AdministratorAccess"))
	thief := s.as(s.leaked.Credential())
	s.must(thief("ram", "CreateUser", "UserName", "backup"))
	s.must(s.account.Attach("user/backup", "AdministratorAccess"))
	s.must(thief("ram", "CreateAccessKey", "UserName", "backup"))
	second := s.account.Keys("backup")[0]
	s.must(s.as(second.Credential())("ims", "CreateSAMLProvider", "SAMLProviderName", "door"))
	second.SetStatus(alibabatest.Deleted)

	first := s.read() // without Follow
	ref := account.Ref(second.Credential().ID)
	about := account.Lookup{By: account.ByKey, Key: ref}.About()
	looked := func(a *account.Snapshot) bool {
		return slices.ContainsFunc(a.Ledger, func(e account.Entry) bool { return e.About == about && e.Outcome == account.Seen })
	}
	if looked(first) {
		t.Fatal("the second key was looked up in the first place")
	}
	s.options.Resume = &account.Snapshot{}
	s.must(json.Unmarshal([]byte(encoded(t, first)), s.options.Resume))
	s.options.Follow = func(*account.Snapshot) []account.Lookup { return []account.Lookup{{By: account.ByKey, Key: ref}} }
	whole := s.read()
	if u := unanswered(whole.Ledger); len(u) > 0 || !looked(whole) {
		t.Errorf("not answered: %q", u)
	}
	s.options.Follow = func(*account.Snapshot) []account.Lookup {
		return []account.Lookup{{By: account.ByKey, Key: "LTAI****#0"}}
	}
	if u := unanswered(s.read().Ledger); len(u) == 0 || !strings.Contains(u[0], "survey.key-forgotten") {
		t.Errorf("a key that nobody knows: %q", u)
	}
}

// TestIDsInNames has people write the ID of a key where it does not belong.
func TestIDsInNames(t *testing.T) {
	s := small(t)
	id := s.leaked.Credential().ID.Reveal()
	s.account.AddUser(alibabatest.User{Name: "x", DisplayName: "key " + id})
	s.account.AddInstance(account.Instance{ID: "i-x", Region: "us-west-1", Name: id})
	s.account.AddRule("sg-us-west-1", account.Rule{Direction: "ingress", Policy: "Accept", Protocol: "TCP", Ports: "1/1", Description: "for " + id})
	var saved string
	s.options.Checkpoint = func(a *account.Snapshot) { saved += encoded(t, a) }
	snapshot := s.read()
	if strings.Contains(encoded(t, snapshot)+saved, id) || saved == "" {
		t.Error("the snapshot holds the ID of a key")
	}
	if len(snapshot.Instances) != 7 || len(unanswered(snapshot.Ledger)) > 0 {
		t.Errorf("%d instances, not answered: %q", len(snapshot.Instances), unanswered(snapshot.Ledger))
	}
}
