package revoke_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

// stage is an account with an administrator, and a leaked key of user ci.
type stage struct {
	t       *testing.T
	account *alibabatest.Account
	server  *alibabatest.Server
	admin   *alibabatest.Key
	key     *alibabatest.Key
	folder  string // of the journals
	options revoke.Options
}

// admin acts with a key of the emulator's.
type admin struct{ key *alibabatest.Key }

func (a admin) Get(context.Context) (rules.Credential, error) { return a.key.Credential(), nil }
func (a admin) Owns(id rules.Secret) bool                     { return id.Reveal() == a.key.Credential().ID.Reveal() }

func newStage(t *testing.T) *stage {
	t.Helper()
	account := alibabatest.NewAccount()
	server, err := alibabatest.NewServer(account)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	s := &stage{t: t, account: account, server: server, admin: account.AddKey("admin"), key: account.AddKey("ci"), folder: newFolder(t)}
	s.attach("user/admin", "AdministratorAccess")
	s.options = revoke.Options{
		Admin: admin{s.admin},
	}
	s.connect(connection.Options{Unpaced: true, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	return s
}

// connect has the stage's revokers reach the emulator in another way.
func (s *stage) connect(o connection.Options) {
	s.t.Helper()
	o.Endpoints = s.server.Endpoints()
	c, err := connection.New(o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.options.Connection = c
}

// later sets the service's clock.
func (s *stage) later(d time.Duration) {
	s.server.SetClock(func() time.Time { return time.Now().Add(d) })
}

// newFolder makes a folder in memory where the system has that: these tests end runs in every way but by a loss of
// power, and on a disk they would spend most of their time waiting for it.
func newFolder(t *testing.T) string {
	t.Helper()
	name, err := os.MkdirTemp("/dev/shm", "revoke-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(name) })
	return name
}

func (s *stage) attach(to string, policies ...string) {
	s.t.Helper()
	if err := s.account.Attach(to, policies...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) revoker() *revoke.Revoker {
	s.t.Helper()
	r, err := revoke.New(s.options)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *stage) history() *revocation.History {
	s.t.Helper()
	h, err := revocation.ReadHistory(s.folder)
	if err == nil { // a run that was killed before it wrote its plan has changed nothing
		h.Broken = slices.DeleteFunc(h.Broken, func(b revocation.BrokenJournal) bool { return b.Why.Code == "revoke.journal-without-plan" })
	}
	if err != nil || len(h.Broken) > 0 {
		s.t.Fatalf("journals: error %v, broken %v", err, h.Broken)
	}
	return h
}

func subjects(keys ...*alibabatest.Key) []revoke.Subject {
	var list []revoke.Subject
	for _, k := range keys {
		list = append(list, revoke.Subject{ID: k.Credential().ID})
	}
	return list
}

// plan plans for the goal; nothing is deleted sooner for want of patience.
func (s *stage) plan(goal revocation.Goal, keys ...*alibabatest.Key) *revocation.Plan {
	s.t.Helper()
	p, err := s.revoker().Plan(s.t.Context(), subjects(keys...), s.request(goal))
	if err != nil {
		s.t.Fatalf("planning to %s: %v", goal, err)
	}
	return p
}

func (s *stage) request(goal revocation.Goal) revoke.Request {
	return revoke.Request{Goal: goal, CIDRs: []string{"203.0.113.0/24"}, Now: goal == revocation.ToRemove || goal == revocation.ToDelete, History: s.history()}
}

func (s *stage) journal() *revocation.Journal {
	s.t.Helper()
	entries, err := os.ReadDir(s.folder)
	if err != nil {
		s.t.Fatal(err)
	}
	j, err := revocation.CreateJournal(filepath.Join(s.folder, "run"+string(rune('a'+len(entries)))+".jsonl"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = j.Close() })
	return j
}

func yes(context.Context, []revocation.Action) error { return nil }

func (s *stage) run(p *revocation.Plan) ([]change.Step, error) {
	j := s.journal()
	steps, err := s.revoker().Run(s.t.Context(), p, revoke.RunOptions{Approver: revoke.ApproverFunc(yes), Journal: j})
	_ = j.Close()
	return steps, err
}

// resume goes on with every run that has something left to do.
func (s *stage) resume() (all []change.Step) {
	s.t.Helper()
	for _, name := range s.history().Open {
		j, err := revocation.OpenJournal(name)
		if err != nil {
			s.t.Fatal(err)
		}
		steps, err := s.revoker().Resume(s.t.Context(), revoke.RunOptions{Approver: revoke.ApproverFunc(yes), Journal: j})
		if err != nil {
			s.t.Fatalf("resuming: %v", err)
		}
		_ = j.Close()
		all = append(all, steps...)
	}
	return all
}

// achieve plans and runs, and wants everything done.
func (s *stage) achieve(goal revocation.Goal, keys ...*alibabatest.Key) {
	s.t.Helper()
	p := s.plan(goal, keys...)
	steps, err := s.run(p)
	if err != nil || len(steps) == 0 || len(steps) != len(p.Actions) {
		s.t.Fatalf("to %s: steps %+v, error %v, notes %+v", goal, steps, err, p.Notes)
	}
	for _, step := range steps {
		if step.Outcome != revocation.Done {
			s.t.Errorf("%s: %s, %v", step.Action, step.Outcome, step.Err)
		}
	}
}

func (s *stage) wantStatus(k *alibabatest.Key, want alibabatest.Status) {
	s.t.Helper()
	if got := k.Status(); got != want {
		s.t.Errorf("the key is %s, want %s", got, want)
	}
}

// hides makes sure that a text shows no more of a key than a mask does.
func hides(t *testing.T, text string, keys ...*alibabatest.Key) {
	t.Helper()
	for _, k := range keys {
		c := k.Credential()
		for _, value := range []string{c.ID.Reveal(), c.Secret.Reveal(), c.Token.Reveal()} {
			for i := 0; i+8 <= len(value); i++ {
				if strings.Contains(text, value[i:i+8]) {
					t.Fatalf("a key shows: %s", text)
				}
			}
		}
	}
}

func (s *stage) journals() string {
	s.t.Helper()
	names, err := filepath.Glob(filepath.Join(s.folder, "*"))
	if err != nil {
		s.t.Fatal(err)
	}
	var all bytes.Buffer
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			s.t.Fatal(err)
		}
		all.Write(data)
	}
	return all.String()
}

func encode(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// wantRefused wants an error with a hint.
func wantRefused(t *testing.T, err error, part string) {
	t.Helper()
	var known *reason.Error
	if err == nil || !strings.Contains(err.Error(), part) || !errors.As(err, &known) || known.Hint.IsZero() {
		t.Errorf("error %v, want a hint and %q", err, part)
	}
}

// wantBlocked wants a plan without actions, for a reason that has a hint.
func wantBlocked(t *testing.T, p *revocation.Plan, part string) {
	t.Helper()
	if len(p.Actions) != 0 || !p.Blocked() || len(p.Notes) != 1 || !strings.Contains(p.Notes[0].Text.String(), part) || p.Notes[0].Hint.IsZero() {
		t.Errorf("plan %+v, want it blocked with a hint and %q", p, part)
	}
}

func identity(a *alibabatest.Account, kind, resource string) *verifier.Identity {
	return &verifier.Identity{Type: kind, AccountID: a.UID(), ARN: "acs:ram::" + a.UID() + ":" + resource}
}
