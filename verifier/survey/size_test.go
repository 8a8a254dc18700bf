package survey_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/survey"
)

const exposure = 20 * 24 * time.Hour

// large gives the account many regions, with events of others in all of them and of the leaked key in some.
func large(t testing.TB) (*stage, *alibabatest.Clock) {
	s := newStage(t)
	c := alibabatest.NewClock(time.Now().UTC().Truncate(time.Second))
	s.server.SetClock(c.Now)
	s.connect(connection.Options{Now: c.Now, Sleep: c.Sleep})
	s.options.Since = c.Now().Add(-exposure)
	var regions []string
	for i := range manyRegions {
		regions = append(regions, fmt.Sprintf("cn-test-%d", i))
	}
	regions[0], regions[1] = "cn-hangzhou", "ap-southeast-1"
	s.account.Configure(alibabatest.Settings{Regions: regions})
	var events []alibabatest.Event
	for i := range manyEvents {
		e := alibabatest.Event{Time: s.options.Since.Add(exposure / manyEvents * time.Duration(i)), Name: "ModifyInstanceAttribute", Service: "Ecs",
			Region: regions[i%manyRegions], UserName: "ops", UserType: "ram-user", SourceIP: "198.51.100.1", RequestParams: map[string]string{"InstanceId": fmt.Sprint("i-", i)}}
		if i%23 == 0 {
			e.KeyID = s.leaked.Credential().ID.Reveal()
		}
		events = append(events, e)
	}
	s.account.PlantEvents(events...)
	return s, c
}

// theory is how many calls ActionTrail must get: a page for each 50 of the planted events that wrote something, and of the leaked
// key's, one for the time before the leak, and what is asked of trails and of the key's use.
func (s *stage) theory() (pages, leaked int) {
	pages = 7
	all, own := map[string]int{}, map[string]int{}
	for _, e := range s.account.Events() {
		if e.Name == "ModifyInstanceAttribute" {
			all[e.Region]++
			if e.KeyID == s.leaked.Credential().ID.Reveal() {
				own[e.Region]++
				leaked++
			}
		}
	}
	for region := range all {
		pages += max(1, (all[region]+49)/50) + max(1, (own[region]+49)/50) + 1
	}
	return pages, leaked
}

// TestLargeAccount reads 10,000 events of 30 regions at two calls a second, by an emulated clock; fewer under the race detector.
func TestLargeAccount(t *testing.T) {
	s, c := large(t)
	pages, leaked := s.theory()
	best := time.Duration(pages) * time.Second / 2
	begin := c.Now()
	var baseline runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&baseline)
	var estimated time.Duration
	var at time.Time
	var peak uint64
	calls := 0
	s.options.Progress = func(p survey.Progress) {
		if calls++; calls%100 == 0 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
		}
		if at.IsZero() && c.Now().Sub(begin) > best/2 {
			estimated, at = p.Left, c.Now()
		}
	}
	snapshot := s.read()
	took := c.Now().Sub(begin)
	t.Logf("%d events, %d entries: took %s, in theory %s; peak %d MB", len(snapshot.Events), len(snapshot.Ledger), took, best, (peak-baseline.HeapAlloc)>>20)
	if len(snapshot.Events) < manyEvents {
		t.Errorf("%d events", len(snapshot.Events))
	}
	if u := unanswered(snapshot.Ledger); len(u) > 0 {
		t.Errorf("not answered: %q", u)
	}
	if peak > baseline.HeapAlloc && peak-baseline.HeapAlloc > 100<<20 {
		t.Errorf("%d MB", (peak-baseline.HeapAlloc)>>20)
	}
	if !timed {
		return
	}
	if took > best*12/10 {
		t.Errorf("took %s, in theory %s", took, best)
	}
	within(t, "while reading", estimated, c.Now().Sub(at))
	_, before := survey.Estimate(s.options.Connection, survey.Size{Regions: manyRegions, Users: 2, Keys: 2, Leaked: 1, Events: manyEvents + leaked, Exposure: exposure})
	within(t, "before reading", before, took)
}

// within allows an estimate to be a quarter off.
func within(t *testing.T, what string, estimated, took time.Duration) {
	t.Helper()
	if estimated < took*3/4 || estimated > took*5/4 {
		t.Errorf("estimated %s: %s, took %s", what, estimated, took)
	}
}

// TestResume interrupts a reading, and goes on with what it had.
func TestResume(t *testing.T) {
	s, c := large(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var saved []byte
	s.options.Checkpoint = func(a *account.Snapshot) { saved, _ = json.Marshal(a) }
	pages, _ := s.theory()
	best := time.Duration(pages) * time.Second / 2
	begin := c.Now()
	s.options.Progress = func(survey.Progress) {
		if c.Now().Sub(begin) > best*6/10 {
			cancel()
		}
	}
	partial, err := survey.Read(ctx, s.options)
	if !errors.Is(err, context.Canceled) || partial == nil {
		t.Fatalf("error %v", err)
	}
	if n := len(partial.Events); n < manyEvents/4 || n > manyEvents*9/10 {
		t.Errorf("%d events before the interrupt", n)
	}
	if len(unanswered(partial.Ledger)) == 0 {
		t.Error("the ledger of an interrupted reading is full")
	}
	if len(saved) == 0 {
		t.Fatal("nothing was handed out")
	}
	first := s.server.Calls("Actiontrail", "LookupEvents")
	s.options.Progress, s.options.Checkpoint = nil, nil
	s.options.Resume = &account.Snapshot{}
	text, err := json.Marshal(partial)
	s.must(err)
	s.must(json.Unmarshal(text, s.options.Resume))
	whole := s.read()
	second := s.server.Calls("Actiontrail", "LookupEvents") - first
	t.Logf("%d calls before the interrupt, %d after, %d in theory", first, second, pages)
	if u := unanswered(whole.Ledger); len(u) > 0 {
		t.Errorf("not answered: %q", u)
	}
	ids := map[string]bool{}
	planted := 0
	for _, e := range whole.Events {
		if ids[e.ID] {
			t.Fatalf("event %s is there twice", e.ID)
		}
		ids[e.ID] = true
		if e.Name == "ModifyInstanceAttribute" {
			planted++
		}
	}
	if planted != manyEvents {
		t.Errorf("%d events in the end", planted)
	}
	if first+second > pages*11/10+2*manyRegions { // the last minutes of each search are read again
		t.Errorf("%d calls in all, in theory %d", first+second, pages)
	}
}

// TestResumeOfAWholeReading asks for nothing again but for keys, whose IDs a snapshot does not have, and the last minutes.
func TestResumeOfAWholeReading(t *testing.T) {
	s := small(t)
	first := s.read()
	text := encoded(t, first)
	before := len(s.server.Recorded())
	s.options.Resume = &account.Snapshot{}
	s.must(json.Unmarshal([]byte(text), s.options.Resume))
	second := s.read()
	for _, c := range s.server.Recorded()[before:] {
		if !slices.Contains([]string{"GetCallerIdentity", "ListAccessKeys", "ListAccessKeysInRecycleBin", "LookupEvents"}, c.Action) {
			t.Errorf("%s %s is called again", c.Service, c.Action)
		}
	}
	if u := unanswered(second.Ledger); len(u) > 0 {
		t.Errorf("not answered: %q", u)
	}
	for name, section := range sections {
		if encoded(t, section.of(first)) != encoded(t, section.of(second)) {
			t.Errorf("the %s changed", name)
		}
	}
}

func TestOtherAccountIsNotResumed(t *testing.T) {
	s := newStage(t)
	s.options.Resume = &account.Snapshot{Account: "1234567890123456"}
	if _, err := survey.Read(context.Background(), s.options); err == nil {
		t.Error("another account's reading is continued")
	}
}
