package survey_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/alibabatest"
)

// faults are the ways in which each call fails in turn.
var faults = map[string]alibabatest.Fault{
	"refused":   {Code: "NoPermission", Status: 403, Message: "You are not authorized to do this action."},
	"throttled": alibabatest.Throttled(),
	"500":       alibabatest.Unavailable(),
	"no JSON":   alibabatest.NotJSON(),
	"empty":     {Raw: `{"RequestId":"1"}`},
	"endless":   {Raw: `{"RequestId":"1","NextToken":"x","Marker":"x","IsTruncated":true,"TotalCount":100000000,"TotalRecordCount":100000000}`},
	"reset":     {Reset: true},
}

// small furnishes an account with two regions, so that reading it takes few calls.
func small(t testing.TB) *stage {
	s := newStage(t)
	s.furnish()
	s.account.Configure(alibabatest.Settings{Regions: []string{"cn-hangzhou", "us-west-1"}})
	s.account.AddGroup("ops", "ci")
	s.account.AddRole(alibabatest.Role{Name: "deploy"})
	if err := s.account.AddPolicy("own", `{"Version":"1","Statement":[{"Effect":"Allow","Action":"ecs:*","Resource":"*"}]}`); err != nil {
		t.Fatal(err)
	}
	return s
}

// operations are what a reading calls, as "Ecs.DescribeInstances", sorted.
func (s *stage) operations() []string {
	var all []string
	for _, c := range s.server.Recorded() {
		all = append(all, c.Service+"."+c.Action)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestOneFaultHindersNothingElse has each call fail, each in one of the ways. A build with the tag chaos tries all ways.
func TestOneFaultHindersNothingElse(t *testing.T) {
	s := small(t)
	clean := s.read()
	if u := unanswered(clean.Ledger); len(u) > 0 {
		t.Fatalf("not answered: %q", u)
	}
	names := slices.Sorted(keysOf(faults))
	operations := s.operations()
	if len(operations) < 50 {
		t.Fatalf("the scene needs only %d calls: %q", len(operations), operations)
	}
	for i, operation := range operations {
		if operation == "Sts.GetCallerIdentity" || i%faultsApart != 0 {
			continue // without it, it is not known whose account it is
		}
		for j, name := range names {
			if everyFault || i%len(names) == j {
				s.tryFault(operation, name, clean)
			}
		}
	}
}

func keysOf[K comparable, V any](m map[K]V) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// tryFault has a call fail for good, and wants everything else as before.
func (s *stage) tryFault(operation, name string, clean *account.Snapshot) {
	service, action, _ := strings.Cut(operation, ".")
	s.server.ClearFaults()
	s.server.InjectFor(service, action, faults[name], -1)
	got := s.read()
	s.server.ClearFaults()
	named := false
	for _, e := range got.Ledger.Blind() {
		switch {
		case e.Outcome == account.TooFresh, e.Outcome == account.Unlogged, e.Why.Code == "survey.source":
		case e.Action != action:
			s.t.Errorf("%s %s: %s %s is %s: %s", operation, name, e.Service, e.Action, e.Outcome, e.Why)
		case (e.Outcome == account.Denied) != (name == "refused") || (e.Outcome == account.Denied) != (e.Right != ""):
			s.t.Errorf("%s %s: the ledger says %s, right %q", operation, name, e.Outcome, e.Right)
		default:
			named = true
		}
	}
	if !named && action != "GetGlobalEventsStorageRegion" {
		s.t.Errorf("%s %s: the ledger does not name it", operation, name)
	}
	for section, feeders := range sections {
		if !slices.ContainsFunc(feeders.from, func(f string) bool { return f == operation }) && encoded(s.t, feeders.of(got)) != encoded(s.t, feeders.of(clean)) {
			s.t.Errorf("%s %s: the %s changed:\n%s\n%s", operation, name, section, encoded(s.t, feeders.of(got)), encoded(s.t, feeders.of(clean)))
		}
	}
}

// sections are parts of a snapshot, and the calls that they come from.
var sections = map[string]struct {
	of   func(*account.Snapshot) any
	from []string
}{
	"instances":       {func(s *account.Snapshot) any { return sorted(s.Instances) }, []string{"Ecs.DescribeInstances"}},
	"security groups": {func(s *account.Snapshot) any { return sorted(s.SecurityGroups) }, []string{"Ecs.DescribeSecurityGroups", "Ecs.DescribeSecurityGroupAttribute"}},
	"images":          {func(s *account.Snapshot) any { return sorted(s.Images) }, []string{"Ecs.DescribeImages", "Ecs.DescribeImageSharePermission"}},
	"fleets":          {func(s *account.Snapshot) any { return sorted(s.Fleets) }, []string{"Ecs.DescribeAutoProvisioningGroups", "Ess.DescribeScalingGroups"}},
	"databases": {func(s *account.Snapshot) any { return sorted(s.Databases) },
		[]string{"Rds.DescribeDBInstances", "Rds.DescribeDBInstanceIPArrayList", "Rds.DescribeAccounts"}},
	"buckets": {func(s *account.Snapshot) any { return sorted(s.Buckets) },
		[]string{"Oss.GetService", "Oss.GetBucketAcl", "Oss.GetBucketPolicy", "Oss.GetBucketLogging"}},
	"bills":    {func(s *account.Snapshot) any { return sorted(s.Bills) }, []string{"BssOpenApi.QueryBillOverview"}},
	"roles":    {func(s *account.Snapshot) any { return sorted(s.Roles) }, []string{"Ram.ListRoles", "Ram.GetRole", "Ram.ListPoliciesForRole"}},
	"policies": {func(s *account.Snapshot) any { return sorted(s.Policies) }, []string{"Ram.ListPolicies", "Ram.ListPolicyVersions", "Ram.GetPolicyVersion"}},
	"users": {func(s *account.Snapshot) any { return withoutUse(s.Users) }, []string{"Ims.ListUsers", "Ims.ListAccessKeys", "Ims.GetLoginProfile",
		"Ims.GetUserMFAInfo", "Ims.ListServiceCredentials", "Ram.ListPoliciesForUser", "Ram.ListGroupsForUser"}},
}

func sorted[T any](list []T) []T {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b T) int {
		x, _ := json.Marshal(a)
		y, _ := json.Marshal(b)
		return strings.Compare(string(x), string(y))
	})
	return list
}

// withoutUse leaves out when keys were used: the administrator uses one.
func withoutUse(users []account.User) []account.User {
	users = slices.Clone(users)
	for i := range users {
		users[i].Keys = slices.Clone(users[i].Keys)
		for j := range users[i].Keys {
			users[i].Keys[j].LastUsed, users[i].Keys[j].Service = time.Time{}, ""
		}
	}
	return sorted(users)
}

func encoded(t testing.TB, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestFaultsThatPass has each call fail once with what is worth a repetition: everything is read.
func TestFaultsThatPass(t *testing.T) {
	s := small(t)
	clean := s.read()
	for _, fault := range []alibabatest.Fault{alibabatest.Throttled(), alibabatest.Unavailable()} {
		for _, operation := range s.operations() {
			service, action, _ := strings.Cut(operation, ".")
			s.server.InjectFor(service, action, fault, 1)
		}
		got := s.read()
		if u := unanswered(got.Ledger); len(u) > 0 {
			t.Errorf("%s: not answered: %q", fault.Code, u)
		}
		if encoded(t, sorted(got.Instances)) != encoded(t, sorted(clean.Instances)) {
			t.Errorf("%s: the instances changed", fault.Code)
		}
	}
}
