package incident_test

import (
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/cmd/internal/incident"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// TestFrozen says when the leaked key was cut off, by what akguard did or by what events show, and not after it was enabled again.
func TestFrozen(t *testing.T) {
	const frozen = "It was frozen at 2026-11-20 10:30:00 UTC."
	at := func(minutes int) time.Time { return leakTime.Add(time.Duration(minutes) * time.Minute) }
	key := theft("support").Leaked[0]
	deed := func(minutes int, kind string) incident.Deed {
		return incident.Deed{At: at(minutes), Kind: kind, Key: key.String(), User: "deployer",
			What: reason.New("revoke.action", reason.New("revoke."+kind), key.String(), reason.New("revoke.user", "deployer"))}
	}
	event := func(minutes int, status, failure string) account.Event {
		return account.Event{ID: "f" + status + failure, Time: at(minutes), Service: "Ram", Name: "UpdateAccessKey", Write: true, Error: failure,
			Params: map[string]string{"Status": status}, Keys: []account.KeyRef{key}, Actor: account.Actor{Kind: account.RAMUser, Name: "boss"}}
	}
	for name, test := range map[string]struct {
		deeds  []incident.Deed
		events []account.Event
		want   bool
	}{
		"by akguard":          {deeds: []incident.Deed{deed(30, "disable"), deed(40, "delete")}, want: true},
		"enabled again":       {deeds: []incident.Deed{deed(30, "disable"), deed(40, "enable")}},
		"quarantined":         {deeds: []incident.Deed{deed(30, "quarantine")}},
		"in the console":      {events: []account.Event{event(30, "Inactive", "")}, want: true},
		"refused":             {events: []account.Event{event(30, "Inactive", "NoPermission")}},
		"enabled in the same": {events: []account.Event{event(30, "Inactive", ""), event(35, "Active", "")}},
		"nobody":              {},
	} {
		a := theft("support")
		a.Events = append(a.Events, test.events...)
		r := report(a)
		r.Done = test.deeds
		for _, format := range []string{"text", "html", "markdown"} {
			text := strings.ReplaceAll(render(t, format, r, incident.Options{}), `\`, "")
			if strings.Contains(text, frozen) != test.want {
				t.Errorf("%s, %s: it says that the key was frozen: %v", name, format, !test.want)
			}
			if frozenByUs := len(test.deeds) > 0 && test.deeds[0].Kind == "disable"; strings.Contains(text, "freeze: disable "+key.String()) != frozenByUs {
				t.Errorf("%s, %s: the freeze is in it: %v", name, format, !frozenByUs)
			}
		}
	}
}

// TestTimelineIsInOrder has what was done between what the thief did.
func TestTimelineIsInOrder(t *testing.T) {
	r := report(theft("support"))
	key := r.Snapshot.Leaked[0].String()
	r.Done = []incident.Deed{{At: leakTime.Add(90 * time.Second), Kind: "disable", Key: key, What: reason.New("revoke.action", reason.New("revoke.disable"), key, reason.New("revoke.root"))}}
	text := render(t, "markdown", r, incident.Options{})
	timeline := text[strings.Index(text, "## Timeline"):]
	first, freeze, second := strings.Index(timeline, "CreateUser"), strings.Index(timeline, "freeze"), strings.Index(timeline, "CreateAccessKey")
	if first < 0 || first > freeze || freeze > second {
		t.Errorf("it has the first act at %d, the freeze at %d, the second act at %d:\n%s", first, freeze, second, timeline)
	}
}

// TestCallsLeaveNothing does not say of a call, or of what it merely changed, that the thief made it and that it is still there.
func TestCallsLeaveNothing(t *testing.T) {
	a := theft("support")
	a.Trails.Trails = []account.Trail{{Name: "audit", Logging: true}}
	a.Events = append(a.Events, account.Event{ID: "s1", Time: leakTime.Add(4 * time.Minute), Service: "Actiontrail", Name: "StopLogging", Write: true, Region: "cn-hangzhou",
		SourceIP: "198.51.100.66", Actor: a.Events[0].Actor, Params: map[string]string{"Name": "audit"}})
	text := render(t, "text", report(a), incident.Options{})
	lines := 0
	for line := range strings.Lines(text) {
		call := strings.Contains(line, "StopLogging") || strings.Contains(line, "(1×)")
		if call {
			lines++
		}
		if call && strings.Contains(line, "exists") && !strings.Contains(line, "was stopped") {
			t.Errorf("it says %s", line)
		}
	}
	if lines < 3 || !strings.Contains(text, "user support  2026-11-20 10:01:00 UTC exists now") {
		t.Errorf("%d lines about calls:\n%s", lines, text)
	}
}
