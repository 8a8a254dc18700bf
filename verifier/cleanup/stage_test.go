package cleanup_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/cleanup"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/investigate"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
	"github.com/akguard/akguard/verifier/survey"
)

const (
	region   = "cn-hangzhou"
	stranger = "5012345678901234"
	everyone = `{"Version":"1","Statement":[{"Effect":"Allow","Action":["*"],"Resource":["*"]}]}`
)

func trusts(principal string) string {
	return `{"Version":"1","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"RAM":["` + principal + `"]}}]}`
}

// stage is an account with an administrator, whose key of deployer leaked.
type stage struct {
	t          *testing.T
	account    *alibabatest.Account
	server     *alibabatest.Server
	leaked     *alibabatest.Key
	admin      *alibabatest.Key
	connection *connection.Connection
	folder     string
	since      time.Time

	report   investigate.Report // of the last plan
	snapshot *account.Snapshot
}

// admin acts with a key of the emulator's.
type admin struct{ key *alibabatest.Key }

func (a admin) Get(context.Context) (rules.Credential, error) { return a.key.Credential(), nil }
func (a admin) Owns(id rules.Secret) bool                     { return id.Reveal() == a.key.Credential().ID.Reveal() }

func newStage(t *testing.T) *stage {
	t.Helper()
	a := alibabatest.NewAccount()
	server, err := alibabatest.NewServer(a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	s := &stage{t: t, account: a, server: server, folder: newFolder(t), since: time.Now().UTC().Add(-time.Minute).Truncate(time.Second)}
	old := s.since.AddDate(0, -3, 0)
	clock := old
	server.SetClock(func() time.Time { return clock })
	a.Configure(alibabatest.Settings{Regions: []string{region}})
	for _, name := range []string{"deployer", "ci", "anna", "incident"} {
		a.AddUser(alibabatest.User{Name: name, Created: old})
	}
	s.leaked, s.admin = a.AddKey("deployer"), a.AddKey("incident")
	a.AddKey("anna")
	a.AddGroup("developers", "ci")
	a.AddRole(alibabatest.Role{Name: "web", Created: old, Trust: trusts("acs:ram::" + a.UID() + ":user/ci")})
	s.must(a.AddPolicy("deploy", `{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:PutObject"],"Resource":["*"]}]}`))
	s.must(a.Attach("user/deployer", "AdministratorAccess"))
	s.must(a.Attach("user/incident", "AdministratorAccess"))
	s.must(a.Attach("user/ci", "deploy"))
	a.AddTrail(account.Trail{Name: "audit", Region: region, Logging: true, Created: old, Updated: old, Bucket: "logs", EventRW: "All", Regions: "All"})
	a.AddSecurityGroup(account.SecurityGroup{ID: "sg-web", Region: region, Name: "web", VPC: "vpc-1", Created: old, Rules: []account.Rule{
		{ID: "sgr-https", Direction: "ingress", Policy: "Accept", Protocol: "TCP", Ports: "443/443", Priority: "1", Source: "0.0.0.0/0", Created: old},
	}})
	a.AddInstance(account.Instance{ID: "i-web", Region: region, Name: "web", Type: "ecs.g7.large", Status: "Running", Created: old, Groups: []string{"sg-web"}})
	s.steal("Ecs", "DescribeInstances") // the thief's address, which is not that of the past
	server.SetClock(time.Now)
	s.connection, err = connection.New(connection.Options{Endpoints: server.Endpoints(), Unpaced: true, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	s.must(err)
	return s
}

// newFolder makes a folder in memory where the system has that: the tests do not lose power.
func newFolder(t *testing.T) string {
	t.Helper()
	name, err := os.MkdirTemp("/dev/shm", "cleanup-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(name) })
	return name
}

func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// by makes a call with a key.
func (s *stage) by(key *alibabatest.Key, address, service, action string, pairs ...string) {
	s.t.Helper()
	params := map[string]string{"RegionId": region}
	for i := 0; i+1 < len(pairs); i += 2 {
		params[pairs[i]] = pairs[i+1]
	}
	caller := alibabatest.Caller{KeyID: key.Credential().ID.Reveal(), SourceIP: address, UserAgent: "python"}
	if _, err := s.server.Perform(caller, service, action, params); err != nil {
		s.t.Fatal(err)
	}
}

// steal makes a call as the thief.
func (s *stage) steal(service, action string, pairs ...string) {
	s.t.Helper()
	s.by(s.leaked, "198.51.100.66", service, action, pairs...)
}

// theft is everything that a clean-up can do something about.
func (s *stage) theft() {
	s.t.Helper()
	for _, call := range [][]string{
		{"Ram", "CreateUser", "UserName", "support"},
		{"Ram", "CreateAccessKey", "UserName", "support"},
		{"Ram", "CreateLoginProfile", "UserName", "support", "Password", "x"},
		{"Ram", "AddUserToGroup", "UserName", "support", "GroupName", "developers"},
		{"Ram", "AttachPolicyToUser", "UserName", "support", "PolicyName", "AdministratorAccess", "PolicyType", "System"},
		{"Ram", "CreateAccessKey", "UserName", "anna"},
		{"Ram", "CreateLoginProfile", "UserName", "ci", "Password", "x"},
		{"Ram", "AttachPolicyToGroup", "GroupName", "developers", "PolicyName", "AdministratorAccess", "PolicyType", "System"},
		{"Ram", "AttachPolicyToRole", "RoleName", "web", "PolicyName", "deploy", "PolicyType", "Custom"},
		{"Ram", "CreatePolicyVersion", "PolicyName", "deploy", "PolicyDocument", everyone, "SetAsDefault", "true"},
		{"Ram", "UpdateRole", "RoleName", "web", "NewAssumeRolePolicyDocument", trusts("acs:ram::" + stranger + ":root")},
		{"Actiontrail", "StopLogging", "Name", "audit"},
		{"Ecs", "AuthorizeSecurityGroup", "SecurityGroupId", "sg-web", "IpProtocol", "tcp", "PortRange", "22/22", "SourceCidrIp", "0.0.0.0/0", "Policy", "accept", "Priority", "1"},
		{"Ecs", "RunInstances", "InstanceType", "ecs.gn7i-c8g1.2xlarge", "InstanceName", "worker"},
	} {
		s.steal(call[0], call[1], call[2:]...)
	}
	s.leaked.SetStatus(alibabatest.Inactive) // akguard respond
}

// investigate reads the account and judges it.
func (s *stage) investigate(known investigate.Known) (investigate.Report, *account.Snapshot) {
	s.t.Helper()
	snapshot, err := survey.Read(s.t.Context(), survey.Options{Admin: admin{s.admin}, Connection: s.connection, Leaked: []rules.Secret{s.leaked.Credential().ID},
		Since: s.since, Follow: investigate.Follow(known)})
	s.must(err)
	return investigate.Judge(snapshot, investigate.Options{Known: known}), snapshot
}

func (s *stage) cleaner() *cleanup.Cleaner {
	s.t.Helper()
	c, err := cleanup.New(cleanup.Options{Connection: s.connection, Admin: admin{s.admin}})
	s.must(err)
	return c
}

func (s *stage) plan(q cleanup.Request) *revocation.Plan {
	s.t.Helper()
	r, snapshot := s.investigate(q.Known)
	s.report, s.snapshot = r, snapshot
	return s.planAgain(q)
}

// planAgain plans with the report of before.
func (s *stage) planAgain(q cleanup.Request) *revocation.Plan {
	s.t.Helper()
	p, err := s.cleaner().Plan(s.t.Context(), s.report, s.snapshot, q)
	s.must(err)
	if err := p.Check(); err != nil {
		s.t.Fatalf("the plan is refused: %v", err)
	}
	return p
}

func yes(context.Context, []revocation.Action) error { return nil }

func (s *stage) journal() *revocation.Journal {
	s.t.Helper()
	entries, err := os.ReadDir(s.folder)
	s.must(err)
	j, err := revocation.CreateJournal(filepath.Join(s.folder, fmt.Sprintf("run%04d.jsonl", len(entries))))
	s.must(err)
	s.t.Cleanup(func() { _ = j.Close() })
	return j
}

func (s *stage) run(p *revocation.Plan) []change.Step {
	s.t.Helper()
	j := s.journal()
	steps, err := s.cleaner().Run(s.t.Context(), p, cleanup.RunOptions{Approver: revoke.ApproverFunc(yes), Journal: j})
	if err != nil {
		s.t.Fatalf("running: %v", err)
	}
	_ = j.Close()
	return steps
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

// resume goes on with every run that has something left to do.
func (s *stage) resume() (all []change.Step) {
	s.t.Helper()
	for _, name := range s.history().Unclean {
		j, err := revocation.OpenJournal(name)
		s.must(err)
		steps, err := s.cleaner().Resume(s.t.Context(), cleanup.RunOptions{Approver: revoke.ApproverFunc(yes), Journal: j})
		if err != nil {
			s.t.Fatalf("resuming: %v", err)
		}
		_ = j.Close()
		all = append(all, steps...)
	}
	return all
}

// wantDone wants every step to be over.
func (s *stage) wantDone(steps []change.Step, n int) {
	s.t.Helper()
	if len(steps) != n {
		s.t.Errorf("%d steps, want %d", len(steps), n)
	}
	for _, step := range steps {
		if step.Outcome != revocation.Done {
			s.t.Errorf("%s: %s, %v", step.Action, step.Outcome, step.Err)
		}
	}
}

// texts are the actions of a plan in short.
func texts(actions []revocation.Action) []string {
	var out []string
	for _, a := range actions {
		text := a.String()
		if a.Thing == nil {
			text = string(a.Kind) + " a key of " + a.Target.Owner.User
		}
		if a.Kind == revocation.Stop || a.Kind == revocation.CloseRule {
			text, _, _ = strings.Cut(text, " i-")
		}
		out = append(out, text)
	}
	return out
}

type ruleOf = account.Rule

// journals returns the text of all journals.
func (s *stage) journals() string {
	s.t.Helper()
	names, err := filepath.Glob(filepath.Join(s.folder, "*"))
	s.must(err)
	var all strings.Builder
	for _, name := range names {
		data, err := os.ReadFile(name)
		s.must(err)
		all.Write(data)
	}
	return all.String()
}
