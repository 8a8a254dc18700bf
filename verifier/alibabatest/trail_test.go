package alibabatest_test

import (
	"fmt"
	"slices"
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
	a.PlantEvents(alibabatest.Event{ID: "old", Time: now.Add(-30 * day), Name: "CreateUser", UserName: "eve", More: map[string]any{"extra": "yes"}})
	at := func(d time.Duration) string { return now.Add(d).Format("2006-01-02T15:04:05Z") }
	find := func(pairs ...string) body { return admin.must("Actiontrail.LookupEvents", pairs...) }
	by := func(key, value string) []string {
		return []string{"LookupAttribute.1.Key", key, "LookupAttribute.1.Value", value}
	}
	window := []string{"StartTime", at(-40 * day), "EndTime", at(0)}
	for _, test := range []struct {
		name string
		got  body
		want int
	}{
		{"default page", find(by("User", "eve")...), 20},
		{"last week", find(append(by("EventName", "CreateUser"), "MaxResults", "50")...), 0},
		{"long window", find(append(by("EventName", "CreateUser"), window...)...), 1},
		{"case", find(by("User", "Eve")...), 0},
		{"both", find("LookupAttribute.1.Key", "User", "LookupAttribute.1.Value", "eve", "LookupAttribute.2.Key", "EventId", "LookupAttribute.2.Value", "7"), 1},
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
		{"StartTime", at(-100 * day), "EndTime", at(0)}, by("UserName", "eve"), {"StartTime", "x", "EndTime", at(0)},
	} {
		admin.refused(400, "InvalidParameter", "Actiontrail.LookupEvents", bad...)
	}
	admin.refused(400, "InvalidNextToken", "Actiontrail.LookupEvents", "NextToken", "none")
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
