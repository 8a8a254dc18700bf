package investigating

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/incident"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/investigate"
)

// faults are the ways in which each call fails in turn.
var faults = alibabatest.Faults()

// furnished is a stage with one of most things, in one region, without a thief.
func furnished(t *testing.T) *stage {
	t.Helper()
	s := newStage(t)
	s.base = connection.Options{Unpaced: true, Now: s.clock.Now, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
	a, region, old := s.account, "cn-hangzhou", s.clock.Now().AddDate(-1, 0, 0)
	a.Configure(alibabatest.Settings{Regions: []string{region}, RootMFA: true})
	a.AddGroup("ops", "ci")
	a.AddRole(alibabatest.Role{Name: "deploy", Created: old})
	s.must(a.AddPolicy("own", `{"Version":"1","Statement":[{"Effect":"Allow","Action":"ecs:*","Resource":"*"}]}`))
	a.AddInstance(account.Instance{ID: "i-1", Region: region, Created: old})
	a.AddSecurityGroup(account.SecurityGroup{ID: "sg-1", Region: region, Created: old})
	a.AddPrefixList(account.PrefixList{ID: "pl-1", Region: region, Created: old})
	a.AddImage(account.Image{ID: "m-1", Region: region, Created: old})
	a.AddDatabase(account.Database{ID: "rm-1", Region: region, Created: old})
	a.AddBucket(account.Bucket{Name: "logs", Region: region, Created: old, ACL: "private"})
	a.AddTrail(account.Trail{Name: "all", Region: region, Logging: true, Created: old, Updated: old, Bucket: "logs", EventRW: "All", Regions: "All"})
	a.AddApplication(account.Application{ID: "4700", Name: "app", Created: old})
	return s
}

// investigates runs the command, and returns its report.
func (s *stage) investigates() (int, incident.Report) {
	s.Helper()
	name := filepath.Join(s.dir, "report.json")
	code, _, err := s.run(s.Context(), s.id(), "--since", "1h", "--format", "json", "--output", name)
	if err != nil {
		s.Fatalf("%v\n%s", err, s.stderr.String())
	}
	return code, s.report(name)
}

// TestOneFaultHindersNothingElse has each call of the command fail, each in one of the ways. A build with the tag chaos tries all.
func TestOneFaultHindersNothingElse(t *testing.T) {
	s := furnished(t)
	_, clean := s.investigates()
	var operations []string
	for _, c := range s.server.Recorded() {
		operations = append(operations, c.Service+"."+c.Action)
	}
	slices.Sort(operations)
	operations = slices.Compact(operations)
	if len(operations) < 55 {
		t.Fatalf("the scene needs only %d calls: %q", len(operations), operations)
	}
	names := []string{"500", "endless", "no JSON", "refused", "reset", "throttled"}
	for i, operation := range operations {
		for j, name := range names {
			if everyFault || i%3 == 0 && i/3%len(names) == j || operation == identity && name == "reset" {
				s.tryFault(operation, name, clean)
			}
		}
	}
}

const identity = "Sts.GetCallerIdentity"

// tryFault makes every try of a call fail. The ledger names the call in the data and in the text, and what does not need it is unchanged.
func (s *stage) tryFault(operation, name string, clean incident.Report) {
	s.Helper()
	service, action, _ := strings.Cut(operation, ".")
	s.server.ClearFaults()
	s.server.InjectFor(service, action, faults[name], -1)
	defer s.server.ClearFaults()
	if operation == identity { // without it, it is not known whose account it is
		code, out, err := s.run(s.Context(), s.id(), "--since", "1h")
		if err == nil || code != command.ExitCloud || out != "" {
			s.Errorf("%s %s: exit code %d, error %v\n%s", operation, name, code, err, out)
		}
		return
	}
	code, got := s.investigates()
	optional := action == "GetGlobalEventsStorageRegion" // both regions that may have the events are read without it
	if code != command.ExitIncomplete && !optional || got.Result.Complete() && !optional {
		s.Errorf("%s %s: exit code %d", operation, name, code)
	}
	named := s.blind(got, operation, name, action)
	text, err := incident.Formats()[0].Render(got, incident.Options{Words: s.words()})
	s.must(err)
	if !optional && (named == 0 || !strings.Contains(string(text), action)) {
		s.Errorf("%s %s: the report does not name it", operation, name)
	}
	for _, c := range investigate.Checks() {
		if slices.ContainsFunc(c.Asks, func(a account.Ask) bool { return got.Snapshot.Ledger.Blind(a) != nil }) {
			continue
		}
		if before, after := statusOf(clean, c.ID), statusOf(got, c.ID); before != after {
			s.Errorf("%s %s: the check %s is %s, was %s", operation, name, c.ID, after, before)
		}
	}
}

// blind counts the entries of the ledger about an action; there must be none about others, but for those that depend on it.
func (s *stage) blind(got incident.Report, operation, name, action string) int {
	s.Helper()
	named := 0
	for _, e := range got.Snapshot.Ledger.Blind() {
		switch {
		case e.Outcome == account.TooFresh, e.Outcome == account.Unlogged, e.Why.Code == "survey.source":
		case e.Action != action:
			s.Errorf("%s %s: %s %s is %s: %s", operation, name, e.Service, e.Action, e.Outcome, e.Why)
		default:
			named++
		}
	}
	return named
}

func statusOf(r incident.Report, check string) string {
	for _, result := range r.Result.Results {
		if result.Check == check {
			return fmt.Sprint(result.Status, " ", len(result.Evidence))
		}
	}
	return "not there"
}
