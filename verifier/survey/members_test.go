package survey_test

import (
	"context"
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/survey"
)

const accessRole = "ResourceDirectoryAccountAccessRole"

// TestMembers reads an account that its role lets in, and not one that has no role.
func TestMembers(t *testing.T) {
	head, open, shut := alibabatest.NewAccount(), alibabatest.NewAccount(), alibabatest.NewAccount()
	head.AddMembers(head, open, shut)
	key := head.AddKey("admin")
	open.AddRole(alibabatest.Role{Name: accessRole, MaxSession: time.Hour,
		Trust: `{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"RAM":["` + head.ARN("root") + `"]}}],"Version":"1"}`})
	for account, to := range map[*alibabatest.Account]string{head: "user/admin", open: "role/" + accessRole} {
		if err := account.Attach(to, "AdministratorAccess"); err != nil {
			t.Fatal(err)
		}
	}
	open.AddUser(alibabatest.User{Name: "somebody"})
	server, err := alibabatest.NewServer(head, open, shut)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	now := time.Now()
	clock := func() time.Time { return now }
	server.SetClock(clock)
	reached, err := connection.New(connection.Options{Endpoints: server.Endpoints(), Unpaced: true, Now: clock, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	if err != nil {
		t.Fatal(err)
	}
	d := survey.Directory{Admin: admin{key}, Connection: reached}
	members, err := survey.Members(t.Context(), d)
	if err != nil || len(members) != 3 || members[0].ID != head.UID() || members[0].Name == "" {
		t.Fatalf("%+v, error %v", members, err)
	}
	if members[1].ID != open.UID() || members[1].Admin == nil || members[2].ID != shut.UID() || members[2].Admin != nil || members[2].Why.Code != "survey.not-entered" {
		t.Fatalf("%+v", members)
	}
	now = now.Add(50 * time.Minute) // the session has ten minutes left, and then none
	for range 2 {
		snapshot, err := survey.Read(t.Context(), survey.Options{Admin: members[1].Admin, Connection: reached, Since: now.Add(-time.Hour)})
		if err != nil || snapshot.Account != open.UID() || len(snapshot.Users) != 1 || len(unanswered(snapshot.Ledger)) > 0 {
			t.Fatalf("%+v, error %v", snapshot, err)
		}
		now = now.Add(9 * time.Minute)
	}
	if n := server.Calls("Sts", "AssumeRole"); n != 3 {
		t.Errorf("the roles were assumed %d times", n)
	}
	d.Only = []string{open.UID()}
	if only, err := survey.Members(t.Context(), d); err != nil || len(only) != 1 || only[0].ID != open.UID() {
		t.Errorf("%+v, error %v", only, err)
	}
}

func TestMembersWithoutAnOrganization(t *testing.T) {
	s := newStage(t)
	d := survey.Directory{Admin: s.options.Admin, Connection: s.options.Connection}
	members, err := survey.Members(t.Context(), d)
	if err != nil || len(members) != 1 || members[0].ID != s.account.UID() || members[0].Admin == nil {
		t.Errorf("%+v, error %v", members, err)
	}
	s.server.InjectFor("ResourceManager", "ListAccounts", alibabatest.Fault{Code: "NoPermission", Status: 403}, -1)
	if members, err := survey.Members(t.Context(), d); err == nil {
		t.Errorf("an organization that may not be listed is %+v", members)
	}
}
