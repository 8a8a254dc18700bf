package alibabatest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/alibabatest"
)

func TestCallsBecomeEvents(t *testing.T) {
	a, s, admin := office(t)
	s.SetSourceIP("198.51.100.7")
	key := a.AddKey("ci")
	ci := as(t, s, key)
	ci.must("Sts.GetCallerIdentity")
	ci.refused(403, "NoPermission", "Ram.ListUsers")
	b := admin.must("Actiontrail.LookupEvents", "LookupAttribute.1.Key", "EventAccessKeyId", "LookupAttribute.1.Value", key.Credential().ID.Reveal())
	if got := b.texts("Events", "eventName"); !slices.Equal(got, []string{"ListUsers", "GetCallerIdentity"}) {
		t.Fatalf("events: %v", got)
	}
	for path, want := range map[string]string{
		"Events.0.errorCode": "NoPermission", "Events.1.errorCode": "", "Events.0.serviceName": "Ram", "Events.0.eventRW": "Read",
		"Events.0.sourceIpAddress": "198.51.100.7", "Events.0.userIdentity.userName": "ci", "Events.0.userIdentity.type": "ram-user",
		"Events.0.userIdentity.accessKeyId": key.Credential().ID.Reveal(), "Events.0.recipientAccountId": a.UID(),
	} {
		if got := b.text(path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	for _, e := range a.Events() {
		if e.RequestParams["Signature"] != "" || e.RequestParams["AccessKeyId"] != "" {
			t.Errorf("an event holds the signature: %v", e.RequestParams)
		}
	}
	ci.refused(403, "NoPermission", "Actiontrail.LookupEvents")
}

func TestLookup(t *testing.T) {
	a, s, admin := office(t)
	now := time.Now().UTC().Truncate(time.Second)
	s.SetClock(func() time.Time { return now })
	day := 24 * time.Hour
	for i := range 120 {
		a.PlantEvents(alibabatest.Event{ID: fmt.Sprint(i), Time: now.Add(-time.Duration(i+1) * time.Minute), Name: "RunInstances", Service: "Ecs", UserName: "eve"})
	}
	a.PlantEvents(alibabatest.Event{ID: "old", Time: now.Add(-25 * day), Name: "CreateUser", UserName: "eve", More: map[string]any{"extra": "yes"}})
	at := func(d time.Duration) string { return now.Add(d).Format("2006-01-02T15:04:05Z") }
	find := func(pairs ...string) body { return admin.must("Actiontrail.LookupEvents", pairs...) }
	by := func(key, value string) []string {
		return []string{"LookupAttribute.1.Key", key, "LookupAttribute.1.Value", value}
	}
	window := []string{"StartTime", at(-30 * day), "EndTime", at(0)}
	for _, test := range []struct {
		name string
		got  body
		want int
	}{
		{"default page", find(by("User", "eve")...), 20},
		{"last week", find(append(by("EventName", "CreateUser"), "MaxResults", "50")...), 0},
		{"long window", find(append(by("EventName", "CreateUser"), window...)...), 1},
		{"case", find(by("User", "Eve")...), 0},
		{"two that go together", find("LookupAttribute.1.Key", "ServiceName", "LookupAttribute.1.Value", "Ecs", "LookupAttribute.2.Key", "EventName", "LookupAttribute.2.Value", "StopInstance"), 0},
		{"two of which the second is ignored", find("LookupAttribute.1.Key", "User", "LookupAttribute.1.Value", "eve", "LookupAttribute.2.Key", "EventId", "LookupAttribute.2.Value", "7"), 20},
		{"minutes", find(append(by("User", "eve"), "StartTime", at(-3*time.Minute), "EndTime", at(-2*time.Minute))...), 2},
	} {
		if got := len(test.got.list("Events")); got != test.want {
			t.Errorf("%s: %d events, want %d", test.name, got, test.want)
		}
	}
	if b := find(append(by("EventName", "CreateUser"), window...)...); b.text("Events.0.extra") != "yes" {
		t.Errorf("planted: %v", b.tree)
	}
	for direction, first := range map[string]string{"BACKWARD": "0", "FORWARD": "old"} {
		var ids []string
		token := ""
		for {
			b := find(append(append(by("User", "eve"), window...), "MaxResults", "50", "NextToken", token, "Direction", direction)...)
			ids = append(ids, b.texts("Events", "eventId")...)
			if token = b.text("NextToken"); token == "" {
				break
			}
		}
		if len(ids) != 121 || ids[0] != first {
			t.Errorf("%s: %d events, the first is %q", direction, len(ids), ids[0])
		}
	}
	for _, bad := range [][]string{
		{"MaxResults", "51"}, {"Direction", "UP"}, {"StartTime", at(-day)}, {"EndTime", at(0)},
		{"StartTime", at(-100 * day), "EndTime", at(-80 * day)}, {"StartTime", at(-31 * day), "EndTime", at(0)}, by("UserName", "eve"), {"StartTime", "x", "EndTime", at(0)},
	} {
		admin.refused(400, "InvalidParameter", "Actiontrail.LookupEvents", bad...)
	}
	admin.refused(400, "InvalidNextToken", "Actiontrail.LookupEvents", "NextToken", "none")
}

// TestEventsHaveRegions plants and makes calls in two regions, and looks each up in three.
func TestEventsHaveRegions(t *testing.T) {
	for _, international := range []bool{false, true} {
		a, _, admin := office(t)
		a.Configure(alibabatest.Settings{International: international, Regions: []string{"cn-hangzhou", "ap-southeast-1", "us-west-1"}})
		home, other := "cn-hangzhou", "ap-southeast-1"
		if international {
			home, other = other, home
		}
		admin.must("Ram.CreateUser", "UserName", "eve", "RegionId", "us-west-1") // RAM is central: the region is nothing to it
		admin.must("Ecs.CreateSecurityGroup", "RegionId", "us-west-1")
		find := func(name, region string) body {
			return admin.must("Actiontrail.LookupEvents", "LookupAttribute.1.Key", "EventName", "LookupAttribute.1.Value", name, "RegionId", region)
		}
		for _, test := range []struct {
			name, region string
			want         int
		}{{"CreateUser", home, 1}, {"CreateUser", other, 0}, {"CreateUser", "us-west-1", 0}, {"CreateSecurityGroup", "us-west-1", 1}, {"CreateSecurityGroup", home, 0}} {
			b := find(test.name, test.region)
			if got := len(b.list("Events")); got != test.want || got == 1 && b.text("Events.0.acsRegion") != test.region {
				t.Errorf("international %t: %s in %s: %v", international, test.name, test.region, b.tree)
			}
		}
		if b := find("CreateUser", home); b.text("Events.0.referencedResources.ACS::RAM::User.0") != "eve" || b.text("Events.0.responseElements.User.UserName") != "eve" {
			t.Errorf("what a call made: %v", b.tree)
		}
		admin.refused(404, "InvalidRegionId.NotFound", "Actiontrail.LookupEvents", "RegionId", "eu-west-1")
		if b := admin.must("Actiontrail.GetGlobalEventsStorageRegion"); b.text("StorageRegion") != home {
			t.Errorf("global events are in %v", b.tree)
		}
	}
}

// TestEventsHoldNoSecrets makes what has secrets, and looks for them in the events.
func TestEventsHoldNoSecrets(t *testing.T) {
	a, _, admin := office(t)
	admin.must("Ram.CreateAccessKey", "UserName", "admin")
	admin.must("Ram.CreateUser", "UserName", "eve")
	admin.must("Ram.CreateLoginProfile", "UserName", "eve", "Password", "Hunter-2-hunter")
	for _, e := range a.Events() {
		text := fmt.Sprint(e)
		for _, k := range a.Keys("admin") {
			if strings.Contains(text, k.Credential().Secret.Reveal()) {
				t.Errorf("%s holds a secret", e.Name)
			}
		}
		if strings.Contains(text, "Hunter-2") {
			t.Errorf("%s holds a password: %s", e.Name, text)
		}
	}
}

func TestUsage(t *testing.T) {
	a, s, admin := office(t)
	key := a.AddKey("ci")
	s.SetSourceIP("203.0.113.5")
	as(t, s, key).must("Sts.GetCallerIdentity")
	a.PlantEvents(alibabatest.Event{Time: time.Now().Add(-300 * 24 * time.Hour), Name: "RunInstances", Service: "Ecs", KeyID: key.Credential().ID.Reveal(),
		SourceIP: "198.51.100.9", Resources: map[string][]string{"ACS::ECS::Instance": {"i-1"}}})
	ask := func(kind string) body {
		return admin.must("Actiontrail.GetAccessKeyLastUsed"+kind, "AccessKey", key.Credential().ID.Reveal())
	}
	for kind, want := range map[string][]string{"Ips Ip": {"198.51.100.9", "203.0.113.5"}, "Products ServiceName": {"Ecs", "Sts"},
		"Events EventName": {"GetCallerIdentity", "RunInstances"}, "Resources ResourceName": {"i-1"}} {
		list, field, _ := strings.Cut(kind, " ")
		if got := ask(list).texts(list, field); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", kind, got, want)
		}
	}
	if b := ask("Info"); b.text("ServiceName") != "Sts" {
		t.Errorf("last use: %v", b.tree)
	}
	admin.refused(400, "MissingParameter", "Actiontrail.GetAccessKeyLastUsedIps")
}

func TestTrails(t *testing.T) {
	_, _, admin := office(t)
	admin.must("Actiontrail.CreateTrail", "Name", "all", "OssBucketName", "logs")
	admin.must("Actiontrail.StartLogging", "Name", "all")
	status := func() any { return admin.must("Actiontrail.GetTrailStatus", "Name", "all").at("IsLogging") }
	if status() != true {
		t.Error("it does not log")
	}
	admin.must("Actiontrail.StopLogging", "Name", "all")
	b := admin.must("Actiontrail.DescribeTrails")
	if status() != false || b.text("TrailList.0.Status") != "Disable" || b.text("TrailList.0.StopLoggingTime") == "" {
		t.Errorf("it still logs: %v", b.tree)
	}
	admin.must("Actiontrail.UpdateTrail", "Name", "all", "OssBucketName", "thief")
	if b := admin.must("Actiontrail.DescribeTrails"); b.text("TrailList.0.OssBucketName") != "thief" || b.text("TrailList.0.UpdateTime") == "" {
		t.Errorf("it was not changed: %v", b.tree)
	}
	admin.must("Actiontrail.DeleteTrail", "Name", "all")
	admin.refused(404, "TrailNotFoundException", "Actiontrail.GetTrailStatus", "Name", "all")
}

func TestResourceDirectory(t *testing.T) {
	a, _, admin := office(t)
	admin.refused(409, "ResourceDirectoryNotInUse", "ResourceManager.ListAccounts")
	var want []string
	for range 12 {
		m := alibabatest.NewAccount()
		a.AddMembers(m)
		want = append(want, m.UID())
	}
	b := admin.must("ResourceManager.ListAccounts")
	rest := admin.must("ResourceManager.ListAccounts", "PageNumber", "2")
	got := append(b.texts("Accounts.Account", "AccountId"), rest.texts("Accounts.Account", "AccountId")...)
	if !slices.Equal(got, want) || b.at("TotalCount") != 12.0 {
		t.Errorf("%v, want %v", got, want)
	}
	if b := admin.must("ResourceManager.ListAccounts", "PageNumber", "9"); len(b.list("Accounts.Account")) != 0 {
		t.Errorf("page 9: %v", b.tree)
	}
}
