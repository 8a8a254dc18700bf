package investigating

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/survey"
)

// organization is a stage whose account manages three others: one with a thief, one without, and one that has no role to be entered by.
type organization struct {
	*stage
	robbed, quiet, shut, foreign *alibabatest.Account
}

func newOrganization(t *testing.T) *organization {
	t.Helper()
	o := &organization{robbed: alibabatest.NewAccount(), quiet: alibabatest.NewAccount(), shut: alibabatest.NewAccount(), foreign: alibabatest.NewAccount()}
	o.stage = newStage(t, o.robbed, o.quiet, o.shut, o.foreign)
	o.account.AddMembers(o.account, o.robbed, o.quiet, o.shut)
	for _, a := range []*alibabatest.Account{o.account, o.robbed, o.quiet, o.shut} {
		a.Configure(alibabatest.Settings{Regions: []string{"cn-hangzhou"}, RootMFA: true})
	}
	for _, a := range []*alibabatest.Account{o.robbed, o.quiet} {
		o.open(a, survey.MemberRole)
	}
	o.leaked = o.robbed.AddKey("ci")
	o.must(o.robbed.Attach("user/ci", "AdministratorAccess"))
	caller := alibabatest.Caller{KeyID: o.id(), SourceIP: "198.51.100.66", UserAgent: "python-requests/2.31"}
	for _, params := range []map[string]string{{"UserName": "support"}} {
		_, err := o.server.Perform(caller, "Ram", "CreateUser", params)
		o.must(err)
	}
	return o
}

// open lets the management account enter an account by a role.
func (o *organization) open(a *alibabatest.Account, role string) {
	o.Helper()
	a.AddRole(alibabatest.Role{Name: role, MaxSession: time.Hour,
		Trust: `{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"RAM":["` + o.account.ARN("root") + `"]}}],"Version":"1"}`})
	o.must(a.Attach("role/"+role, "AdministratorAccess"))
}

// TestAllAccounts has one report of all accounts, in which a thief in one makes no other less clean.
func TestAllAccounts(t *testing.T) {
	o := newOrganization(t)
	name := filepath.Join(o.dir, "all.json")
	code, _, err := o.run(t.Context(), o.id(), "--since", "1h", "--all-accounts", "--format", "json", "--output", name)
	o.must(err)
	if code != command.ExitFindings {
		t.Errorf("exit code %d", code)
	}
	g, several, err := ReadReport(name)
	o.must(err)
	if !several || len(g.Accounts) != 4 {
		t.Fatalf("%d accounts", len(g.Accounts))
	}
	for _, p := range g.Accounts {
		switch p.Account {
		case o.shut.UID():
			if p.Entered() || p.Why.Code != "survey.not-entered" {
				t.Errorf("an account without the role: %+v", p)
			}
		case o.robbed.UID():
			if !p.Entered() || p.Report.Result.Alarms() == 0 || !strings.Contains(p.Report.Snapshot.Users[0].Name+p.Report.Snapshot.Users[1].Name, "support") {
				t.Errorf("the robbed account: %+v", p.Report)
			}
		default:
			if !p.Entered() || p.Report.Result.Alarms() > 0 || p.Report.Snapshot.Account != p.Account {
				t.Errorf("account %s has %d alarms", p.Account, p.Report.Result.Alarms())
			}
		}
	}
	for _, format := range []string{"text", "html", "markdown"} {
		code, out, err := o.run(t.Context(), "--from", name, "--format", format)
		o.must(err)
		if code != command.ExitFindings {
			t.Errorf("%s: exit code %d", format, code)
		}
		for _, want := range []string{"a thief left traces in one of 4 accounts", o.robbed.UID(), o.quiet.UID(), o.shut.UID(), "not read: the role", "support"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: there is no %q", format, want)
			}
		}
		_, out, err = o.run(t.Context(), "--from", name, "--format", format, "--share")
		o.must(err)
		for _, a := range []*alibabatest.Account{o.account, o.robbed, o.quiet, o.shut} {
			if strings.Contains(out, a.UID()) {
				t.Errorf("%s: the shared report names account %s", format, a.UID())
			}
		}
	}
	o.comparesAll(name)
}

// comparesAll closes what the thief left, and compares each account with the investigation before.
func (o *organization) comparesAll(first string) {
	o.Helper()
	caller := alibabatest.Caller{KeyID: o.id(), SourceIP: "203.0.113.7"}
	_, err := o.server.Perform(caller, "Ram", "DeleteUser", map[string]string{"UserName": "support"})
	o.must(err)
	code, out, err := o.run(o.Context(), o.id(), "--all-accounts", "--against", first)
	o.must(err)
	if !strings.Contains(out, "is gone") && !strings.Contains(out, "closed") || code == command.ExitOK { // one account was not entered
		o.Errorf("exit code %d\n%s", code, out)
	}
	a := &app{App: &command.App{Streams: command.Streams{Out: os.Stdout, Err: &o.stderr}, Words: o.words()}}
	o.must(a.evidence(evidenceOptions{report: first, output: filepath.Join(o.dir, "evidence.zip")}))
}

// TestAccountOfTheDirectory enters one account by its role, and refuses the credential for an account that does not belong to it.
func TestAccountOfTheDirectory(t *testing.T) {
	o := newOrganization(t)
	code, out, err := o.run(t.Context(), o.id(), "--since", "1h", "--account", o.robbed.UID())
	o.must(err)
	if code != command.ExitFindings || !strings.Contains(out, "support") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if code, out, err := o.run(t.Context(), "--since", "1h", "--account", o.account.UID()); err != nil || strings.Contains(out, "support") {
		t.Errorf("its own account: exit code %d, error %v\n%s", code, err, out)
	}
	if n := o.server.Calls("ResourceManager", "ListAccounts"); n != 1 {
		t.Errorf("the directory was listed %d times", n)
	}
	for id, want := range map[string]string{o.foreign.UID(): "credentials.wrong-account", o.shut.UID(): "usage.not-entered"} {
		code, _, err := o.run(t.Context(), "--since", "1h", "--account", id)
		if code != command.ExitUsage || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("account %s: exit code %d, error %v", id, code, err)
		}
	}
	o.open(o.shut, "auditor")
	if code, out, err := o.run(t.Context(), "--since", "1h", "--account", o.shut.UID(), "--role", "auditor"); err != nil || out == "" {
		t.Errorf("another role: exit code %d, error %v", code, err)
	}
	o.server.InjectFor("ResourceManager", "ListAccounts", alibabatest.Fault{Code: "NoPermission", Status: 403}, -1)
	if code, out, err := o.run(t.Context(), o.id(), "--since", "1h", "--account", o.robbed.UID()); err != nil || !strings.Contains(out, "support") {
		t.Errorf("a directory that may not be listed: exit code %d, error %v", code, err)
	}
	if code, _, err := o.run(t.Context(), "--since", "1h", "--all-accounts"); code != command.ExitCloud || err == nil {
		t.Errorf("a directory that may not be listed: exit code %d, error %v", code, err)
	}
}

// TestAllAccountsResumed interrupts the reading of the second account, and asks the first nothing again.
func TestAllAccountsResumed(t *testing.T) {
	o := newOrganization(t)
	ctx, stop := context.WithCancel(t.Context())
	o.base.Trace = func(connection.Call) {
		if written, _ := filepath.Glob(filepath.Join(o.dir, "state", "investigate", "investigate-*.json")); len(written) > 1 {
			stop() // the first account is read; drafts of its checkpoint do not count
		}
	}
	name := filepath.Join(o.dir, "all.json")
	if _, _, err := o.run(ctx, o.id(), "--since", "1h", "--all-accounts", "--format", "json", "--output", name); err == nil || ctx.Err() == nil {
		t.Fatalf("it was not interrupted: %v", err)
	}
	before := len(o.server.Recorded())
	o.base.Trace = nil
	_, _, err := o.run(t.Context(), "--all-accounts", "--resume", "--format", "json", "--output", name)
	o.must(err)
	for _, c := range o.server.Recorded()[before:] {
		if c.KeyID == o.admin && c.Action != "GetCallerIdentity" && c.Action != "ListAccounts" && c.Action != "AssumeRole" {
			t.Errorf("%s is asked again of the first account", c.Action)
		}
	}
	g, _, err := ReadReport(name)
	o.must(err)
	if len(g.Accounts) != 4 || len(o.checkpoints()) > 0 {
		t.Errorf("%d accounts, %q", len(g.Accounts), o.checkpoints())
	}
}

// TestPolicyOfTheDirectory has what it takes to enter other accounts.
func TestPolicyOfTheDirectory(t *testing.T) {
	s := newStage(t)
	for _, args := range [][]string{{"--print-policy", "--all-accounts", "--role", "Auditor"}, {"--print-policy"}} {
		_, out, err := s.run(t.Context(), args...)
		s.must(err)
		for _, right := range []string{"sts:AssumeRole", "resourcemanager:ListAccounts", "role/Auditor", "role/auditor"} {
			if strings.Contains(out, right) != (len(args) > 1) {
				t.Errorf("%q: %s\n%s", args, right, out)
			}
		}
	}
}
