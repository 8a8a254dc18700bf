package survey_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// crowded is a stage with many users, all but some older than the exposure, and one region. The credential report is an hour old.
func crowded(t *testing.T, users int) (*stage, *alibabatest.Clock) {
	t.Helper()
	s := newStage(t)
	c := alibabatest.NewClock(time.Now().UTC().Truncate(time.Second))
	s.server.SetClock(c.Now)
	s.connect(connection.Options{Now: c.Now, Sleep: c.Sleep})
	s.options.Since = c.Now().Add(-24 * time.Hour)
	s.account.Configure(alibabatest.Settings{Regions: []string{"cn-hangzhou"}})
	for i := range users {
		name := fmt.Sprintf("user-%04d", i)
		s.account.AddUser(alibabatest.User{Name: name, Created: c.Now().AddDate(-1, 0, 0), Console: i%5 == 0, MFA: i%10 == 0, LastLogin: c.Now().AddDate(0, 0, -7)})
		if i%4 == 0 {
			k := s.account.AddKey(name)
			k.SetCreated(c.Now().AddDate(-1, 0, 1))
			k.SetLastUsed(c.Now().AddDate(0, 0, -3), "Ecs")
		}
	}
	s.generate()
	s.must(c.Sleep(t.Context(), time.Hour))
	return s, c
}

// generate has IMS make the credential report.
func (s *stage) generate() {
	s.t.Helper()
	client := s.options.Connection.Client().AsKey(s.admin.Credential())
	s.must(client.Change(s.t.Context(), cloud.Query{Service: "ims", Action: "GenerateCredentialReport"}))
}

// asked counts the questions about users.
func (s *stage) asked() int {
	n := 0
	for _, action := range []string{"ListAccessKeys", "GetLoginProfile", "GetUserMFAInfo", "GetAccessKeyLastUsed"} {
		n += s.server.Calls("Ims", action)
	}
	return n
}

// TestManyUsers reads 1,000 users, and the credential report spares most questions about them. What is read is the same.
func TestManyUsers(t *testing.T) {
	s, c := crowded(t, manyUsers)
	begin := c.Now()
	fast := s.read()
	took, asked := c.Now().Sub(begin), s.asked()
	for _, action := range []string{"GenerateCredentialReport", "GetCredentialReport"} {
		s.server.InjectFor("Ims", action, alibabatest.Fault{Code: "NoPermission", Status: 403}, -1)
	}
	begin = c.Now()
	slow := s.read()
	without, one := c.Now().Sub(begin), s.asked()-asked
	t.Logf("%d questions about users in %s; without the report %d in %s", asked, took, one, without)
	if asked > one/3 || took > without*6/10 {
		t.Errorf("%d questions in %s; without the report %d in %s", asked, took, one, without)
	}
	for _, list := range []*account.Snapshot{fast, slow} {
		if u := unanswered(list.Ledger); len(u) > 0 {
			t.Errorf("not answered: %q", u)
		}
		slices.SortFunc(list.Users, func(a, b account.User) int { return strings.Compare(a.Name, b.Name) })
		for i := range list.Users {
			for j := range list.Users[i].Keys {
				list.Users[i].Keys[j].Service = "" // the report does not have it
				if list.Users[i].Name == "admin" {
					list.Users[i].Keys[j].LastUsed = time.Time{} // now
				}
			}
		}
	}
	if a, b := encoded(t, fast.Users), encoded(t, slow.Users); a != b {
		t.Errorf("with the report\n%s\nwithout\n%s", a[:min(len(a), 2000)], b[:min(len(b), 2000)])
	}
}

// TestStaleReport has a thief change old users after the report was made: each is asked about, whatever the report says.
func TestStaleReport(t *testing.T) {
	for name, blind := range map[string]bool{"events": false, "no events": true} {
		t.Run(name, func(t *testing.T) {
			s, c := crowded(t, 120)
			s.must(s.account.Attach("user/ci", "AdministratorAccess"))
			thief := s.as(s.leaked.Credential())
			s.must(thief("ram", "CreateAccessKey", "UserName", "user-0001"))
			s.must(thief("ram", "CreateLoginProfile", "UserName", "user-0002", "Password", "Aa1!Aa1!Aa1!"))
			s.must(thief("ram", "CreateUser", "UserName", "support"))
			s.must(c.Sleep(t.Context(), 30*time.Minute)) // ActionTrail shows it
			if blind {
				s.server.InjectFor("Actiontrail", "LookupEvents", alibabatest.Fault{Code: "NoPermission", Status: 403}, -1)
			}
			before := s.asked()
			got := s.read()
			if n := s.asked() - before; !blind && n > 120 {
				t.Errorf("%d questions about users", n)
			}
			of := func(name string) account.User {
				i := slices.IndexFunc(got.Users, func(u account.User) bool { return u.Name == name })
				if i < 0 {
					t.Fatalf("there is no %s", name)
				}
				return got.Users[i]
			}
			if len(of("user-0001").Keys) != 1 || of("user-0002").Login == nil || of("support").ID == "" {
				t.Errorf("the report hides what the thief made: %+v, %+v", of("user-0001"), of("user-0002"))
			}
		})
	}
}

// TestBadReport has answers that are not what the documentation says: nobody is taken for harmless because of one.
func TestBadReport(t *testing.T) {
	report := func(made, table string) alibabatest.Fault {
		return alibabatest.Fault{Raw: fmt.Sprintf(`{"RequestId":"1","GeneratedTime":%q,"Content":%q}`, made, base64.StdEncoding.EncodeToString([]byte(table)))}
	}
	const columns = "user,password_exist,mfa_active,access_key_1_exist,access_key_1_last_used,access_key_2_exist,access_key_2_last_used\n"
	now := time.Now().UTC().Format(time.RFC3339)
	for name, fault := range map[string]alibabatest.Fault{
		"refused":       {Code: "NoPermission", Status: 403},
		"no JSON":       alibabatest.NotJSON(),
		"no time":       report("", columns+"user-0001,FALSE,FALSE,FALSE,N/A,FALSE,N/A\n"),
		"no columns":    report(now, "user-0001,FALSE,FALSE,FALSE,N/A,FALSE,N/A\n"),
		"other columns": report(now, "user,password\nuser-0001,FALSE\n"),
		"other values":  report(now, columns+"user-0001,no,no,no,N/A,no,N/A\nuser-0002,FALSE,TRUE,FALSE,N/A,soon,N/A\n"),
		"short rows":    report(now, columns+"user-0001,FALSE,FALSE\n\"user-0002,FALSE"),
		"old":           report("2026-01-01T00:00:00Z", columns+"user-0001,FALSE,FALSE,FALSE,N/A,FALSE,N/A\n"),
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := crowded(t, 110)
			s.server.InjectFor("Ims", "GetCredentialReport", fault, -1)
			got := s.read()
			if u := unanswered(got.Ledger); len(u) > 0 {
				t.Errorf("not answered: %q", u)
			}
			if n := s.server.Calls("Ims", "GetUserMFAInfo"); n < 110 {
				t.Errorf("%d of 112 users were asked about", n)
			}
		})
	}
}

// TestReportResumed does not ask again what the report answered.
func TestReportResumed(t *testing.T) {
	s, _ := crowded(t, 110)
	first := s.read()
	s.options.Resume = first
	before := s.asked()
	second := s.read()
	if n := s.asked() - before; n > 40 { // the users with keys
		t.Errorf("%d questions are asked again", n)
	}
	if len(second.Users) != 112 {
		t.Errorf("%d users", len(second.Users))
	}
}
