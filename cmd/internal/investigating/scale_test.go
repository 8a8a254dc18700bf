package investigating

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/akguard/akguard/cmd/internal/cloud"
	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/incident"
	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/spf13/cobra"
)

// stage is an emulated account with an administrator and a leaked key, and the command that investigates it, by an emulated clock.
type stage struct {
	*testing.T
	account *alibabatest.Account
	server  *alibabatest.Server
	leaked  *alibabatest.Key
	clock   *alibabatest.Clock
	base    connection.Options
	admin   string // the ID of the administrator's key
	dir     string // of state and output
	stderr  lockedBuffer
}

// lockedBuffer can be read while a command writes to it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lockedBuffer) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b.Reset()
}

func newStage(t *testing.T, others ...*alibabatest.Account) *stage {
	t.Helper()
	a := alibabatest.NewAccount()
	server, err := alibabatest.NewServer(append([]*alibabatest.Account{a}, others...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	s := &stage{T: t, account: a, server: server, leaked: a.AddKey("ci"), clock: alibabatest.NewClock(time.Now().UTC().Truncate(time.Second)), dir: t.TempDir()}
	server.SetClock(s.clock.Now)
	s.base = connection.Options{Now: s.clock.Now, Sleep: s.clock.Sleep}
	s.actAs(a.AddKey("admin"))
	s.must(a.Attach("user/admin", "AdministratorAccess"))
	for name, url := range server.Endpoints() {
		t.Setenv("AKGUARD_ENDPOINT_"+strings.ToUpper(name), url)
	}
	t.Setenv("AKGUARD_STATE_DIR", filepath.Join(s.dir, "state"))
	return s
}

func (s *stage) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// actAs gives the command a credential.
func (s *stage) actAs(key *alibabatest.Key) {
	c := key.Credential()
	s.admin = c.ID.Reveal()
	s.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", c.ID.Reveal())
	s.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", c.Secret.Reveal())
}

// run runs the command with arguments, and returns its exit code and what it wrote.
func (s *stage) run(ctx context.Context, args ...string) (int, string, error) {
	s.Helper()
	var out bytes.Buffer
	s.stderr.Reset()
	a := &app{App: &command.App{Streams: command.Streams{Out: &out, Err: &s.stderr}, Words: s.words()}}
	root := &cobra.Command{Use: "akguard", SilenceErrors: true, SilenceUsage: true}
	root.AddCommand(a.command(options{cloud: cloud.Flags{Base: s.base}}))
	root.SetArgs(append([]string{"investigate"}, args...))
	err := root.ExecuteContext(ctx)
	var failed *command.Failure
	if errors.As(err, &failed) {
		return failed.Code, out.String(), err
	}
	return a.Code, out.String(), err
}

// id returns the ID that leaked.
func (s *stage) id() string { return s.leaked.Credential().ID.Reveal() }

// report reads a report in JSON.
func (s *stage) report(name string) incident.Report {
	s.Helper()
	g, _, err := ReadReport(name)
	s.must(err)
	return *g.Accounts[0].Report
}

// checkpoints are the files that an interrupted investigation left.
func (s *stage) checkpoints() []string {
	s.Helper()
	names, err := filepath.Glob(filepath.Join(s.dir, "state", "investigate", "*"))
	s.must(err)
	return names
}

const exposure = 20 * 24 * time.Hour

// crowd gives the account 30 regions with 10,000 events, some of them of the leaked key, and returns how many calls ActionTrail must get.
func (s *stage) crowd() (pages int) {
	var regions []string
	for i := range manyRegions {
		regions = append(regions, fmt.Sprintf("cn-test-%d", i))
	}
	regions[0], regions[1] = "cn-hangzhou", "ap-southeast-1"
	s.account.Configure(alibabatest.Settings{Regions: regions})
	since := s.clock.Now().Add(-exposure)
	all, own := map[string]int{}, map[string]int{}
	var events []alibabatest.Event
	for i := range manyEvents {
		e := alibabatest.Event{Time: since.Add(exposure / manyEvents * time.Duration(i)), Name: "ModifyInstanceAttribute", Service: "Ecs", Region: regions[i%manyRegions],
			UserName: "ops", UserType: "ram-user", SourceIP: "198.51.100.1", RequestParams: map[string]string{"InstanceId": fmt.Sprint("i-", i)}}
		all[e.Region]++
		if i%23 == 0 {
			e.KeyID, e.UserName, e.SourceIP = s.id(), "ci", "203.0.113.66"
			own[e.Region]++
		}
		events = append(events, e)
	}
	s.account.PlantEvents(events...)
	pages = 7
	for region := range all {
		pages += max(1, (all[region]+49)/50) + max(1, (own[region]+49)/50) + 1
		pages++ // what else was done from the thief's address
	}
	return pages
}

// TestLargeAccount reads 10,000 events of 30 regions at two calls a second through the command. The whole takes little more than it must,
// the command says well how long it takes, and a reading that is killed in its middle is continued.
func TestLargeAccount(t *testing.T) {
	s := newStage(t)
	pages := s.crowd()
	best := time.Duration(pages) * time.Second / 2
	begin := s.clock.Now()
	var peak, baseline runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&baseline)
	sample, said := 0, time.Time{}
	var mu sync.Mutex // calls are made at the same time
	s.base.Trace = func(connection.Call) {
		mu.Lock()
		defer mu.Unlock()
		if sample++; sample%50 == 0 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.HeapAlloc = max(peak.HeapAlloc, m.HeapAlloc)
		}
		if said.IsZero() && strings.Contains(s.stderr.String(), " more\n") {
			said = s.clock.Now()
		}
	}
	since := begin.Add(-exposure).Format(time.RFC3339)
	name := filepath.Join(s.dir, "whole.json")
	_, _, err := s.run(t.Context(), s.id(), "--since", since, "--format", "json", "--output", name)
	s.must(err)
	took := s.clock.Now().Sub(begin)
	whole := s.report(name)
	t.Logf("%d events took %s, in theory %s; %d MB\n%s", len(whole.Snapshot.Events), took, best, (int64(peak.HeapAlloc)-int64(baseline.HeapAlloc))>>20, s.stderr.String())
	if len(whole.Snapshot.Events) < manyEvents || took > best*12/10 {
		t.Errorf("%d events took %s, in theory %s", len(whole.Snapshot.Events), took, best)
	}
	if peak.HeapAlloc > baseline.HeapAlloc+100<<20 {
		t.Errorf("%d MB", (peak.HeapAlloc-baseline.HeapAlloc)>>20)
	}
	still := regexp.MustCompile(`takes about (\S+) more`).FindStringSubmatch(s.stderr.String())
	if still == nil {
		t.Fatalf("it does not say how long it takes:\n%s", s.stderr.String())
	}
	estimate, err := time.ParseDuration(still[1])
	s.must(err)
	if left := took - said.Sub(begin); estimate < left*3/4 || estimate > left*5/4 {
		t.Errorf("it says %s, and took %s", estimate, left)
	}
	if left := s.checkpoints(); len(left) > 0 {
		t.Errorf("the report is written, and %q are left", left)
	}
	s.resumes(pages, since)
}

// resumes kills an investigation after half of its calls: a copy of what is on disk then is all that is left of it.
func (s *stage) resumes(pages int, since string) {
	s.Helper()
	first := s.server.Calls("Actiontrail", "LookupEvents")
	ctx, kill := context.WithCancel(s.Context())
	var onDisk []byte
	var name string
	var mu sync.Mutex
	s.base.Trace = func(connection.Call) {
		mu.Lock()
		defer mu.Unlock()
		if ctx.Err() == nil && s.server.Calls("Actiontrail", "LookupEvents")-first > pages/2 {
			name = s.checkpoints()[0]
			onDisk, _ = os.ReadFile(name)
			kill()
		}
	}
	if _, _, err := s.run(ctx, s.id(), "--since", since, "--format", "json", "--output", filepath.Join(s.dir, "part.json")); err == nil {
		s.Error("a killed investigation has no error")
	}
	want := "akguard investigate --format json --output " + filepath.Join(s.dir, "part.json") + " --since " + since + " --resume " + name
	if !strings.Contains(s.stderr.String(), want) {
		s.Errorf("it does not say how to go on with\n%s\nbut\n%s", want, s.stderr.String())
	}
	info, err := os.Stat(name)
	s.must(err)
	if info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		s.Errorf("others can read the checkpoint: %s", info.Mode())
	}
	if bytes.Contains(onDisk, []byte(s.id())) {
		s.Error("the checkpoint has the ID of the key")
	}
	s.must(os.WriteFile(name, onDisk, 0o600))
	var c checkpoint
	s.must(json.Unmarshal(onDisk, &c))
	before := s.server.Calls("Actiontrail", "LookupEvents") - first
	s.base.Trace = nil
	done := filepath.Join(s.dir, "done.json")
	_, _, err = s.run(s.Context(), "--resume", "--format", "json", "--output", done) // the ID of the key is found in the account
	s.must(err)
	whole := s.report(done)
	after := s.server.Calls("Actiontrail", "LookupEvents") - first - before
	s.Logf("%d events were on disk; %d lookups before, %d after, %d in theory", len(c.Snapshot.Events), before, after, pages)
	planted, seen := 0, map[string]bool{}
	for _, e := range whole.Snapshot.Events {
		if e.Name == "ModifyInstanceAttribute" && !seen[e.ID] {
			planted++
		}
		seen[e.ID] = true
	}
	if planted != manyEvents || len(whole.Result.Blind) > 0 {
		s.Errorf("%d events in the end; not answered: %v", planted, whole.Result.Blind)
	}
	if before+after > pages+checkpointSlack+2*manyRegions { // the last ten minutes of each search are read again
		s.Errorf("%d calls in all, in theory %d", before+after, pages)
	}
	if left := s.checkpoints(); len(left) > 0 {
		s.Errorf("%q are left", left)
	}
}

// checkpointSlack is how many lookups may have been answered, or been under way, since the last checkpoint.
const checkpointSlack = 40

func (s *stage) words() *message.Printer { return message.New(message.English) }
