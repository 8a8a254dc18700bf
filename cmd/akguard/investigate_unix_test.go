//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/alibabatest"
)

// investigation is an emulated account with some users, and the environment in which akguard investigates it.
type investigation struct {
	server *alibabatest.Server
	id     string
	env    []string
}

func newInvestigation(t *testing.T) *investigation {
	t.Helper()
	account := alibabatest.NewAccount()
	account.Configure(alibabatest.Settings{Regions: []string{"cn-hangzhou"}})
	server, err := alibabatest.NewServer(account)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	for i := range 8 {
		account.AddUser(alibabatest.User{Name: fmt.Sprint("user-", i)})
	}
	admin := account.AddKey("admin").Credential()
	if err := account.Attach("user/admin", "AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	i := &investigation{server: server, id: account.AddKey("ci").Credential().ID.Reveal()}
	i.env = []string{"ALIBABA_CLOUD_ACCESS_KEY_ID=" + admin.ID.Reveal(), "ALIBABA_CLOUD_ACCESS_KEY_SECRET=" + admin.Secret.Reveal(), "AKGUARD_STATE_DIR=" + t.TempDir()}
	for name, url := range server.Endpoints() {
		i.env = append(i.env, "AKGUARD_ENDPOINT_"+strings.ToUpper(name)+"="+url)
	}
	return i
}

// process prepares an investigation.
func (i *investigation) process(t *testing.T, args ...string) *process {
	t.Helper()
	p := newProcess(t, append([]string{"investigate", "--since", "1h", "--regions", "cn-hangzhou", "--format", "json"}, args...)...)
	p.Env = append(p.Env, i.env...)
	return p
}

// checkpoints are what is on disk of interrupted investigations.
func (i *investigation) checkpoints(t *testing.T) []string {
	t.Helper()
	for _, v := range i.env {
		if dir, ok := strings.CutPrefix(v, "AKGUARD_STATE_DIR="); ok {
			names, err := filepath.Glob(filepath.Join(dir, "investigate", "*.json"))
			if err != nil {
				t.Fatal(err)
			}
			return names
		}
	}
	return nil
}

// answered returns the questions that a checkpoint has the answers to: the action, and of whom.
func answered(t *testing.T, name string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		Snapshot struct {
			Ledger []struct{ Action, Region, About, Outcome string }
		}
	}
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	for _, e := range c.Snapshot.Ledger {
		again := e.Action == "ListAccessKeys" || e.Action == "ListAccessKeysInRecycleBin" || e.Action == "LookupEvents" // for the IDs, and for what is new
		if e.Outcome == "seen" && e.Region == "" && !again && !strings.Contains(e.About, "#") {
			asked[e.Action+" "+e.About] = true
		}
	}
	return asked
}

// TestKilledInvestigation goes on where one was when it was killed.
func TestKilledInvestigation(t *testing.T) {
	t.Parallel()
	i := newInvestigation(t)
	p := i.process(t, i.id)
	p.start(t)
	await(t, "a checkpoint", func() bool { return len(i.checkpoints(t)) > 0 })
	p.signal(t, syscall.SIGKILL)
	_ = p.Wait() // it was killed
	before := len(i.server.Recorded())
	known := answered(t, i.checkpoints(t)[0])
	if len(known) < 5 {
		t.Fatalf("the checkpoint has %d answers", len(known))
	}
	again := i.process(t, "--resume", "--output", "report.json")
	if err := again.Run(); again.ProcessState.ExitCode() > 3 {
		t.Fatalf("%v\n%s", err, &again.stderr)
	}
	text, err := os.ReadFile(filepath.Join(again.dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"user-0", "user-7"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the report lacks %s", want)
		}
	}
	if left := i.checkpoints(t); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
	for _, c := range i.server.Recorded()[before:] {
		user, _, _ := strings.Cut(c.Params["UserPrincipalName"]+c.Params["UserName"], "@")
		if known[c.Action+" "+user] {
			t.Errorf("%s %s is asked again", c.Action, user)
		}
	}
}

// TestInterruptedInvestigation says how to go on, and that command does.
func TestInterruptedInvestigation(t *testing.T) {
	t.Parallel()
	i := newInvestigation(t)
	p := i.process(t, i.id)
	p.start(t)
	await(t, "a checkpoint", func() bool { return len(i.checkpoints(t)) > 0 })
	p.signal(t, syscall.SIGINT)
	p.ends(t, soon, 130)
	found := regexp.MustCompile(`go on with: akguard (.+)`).FindStringSubmatch(p.stderr.String())
	if found == nil {
		t.Fatalf("it does not say how to go on:\n%s", &p.stderr)
	}
	if strings.Contains(p.stderr.String(), i.id) {
		t.Error("it names the key")
	}
	again := newProcess(t, strings.Fields(found[1])...)
	again.Env = append(again.Env, i.env...)
	out, err := again.Output()
	if again.ProcessState.ExitCode() > 3 || !strings.Contains(string(out), "user-7") {
		t.Errorf("%v\n%s", err, &again.stderr)
	}
	if left := i.checkpoints(t); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
	none := i.process(t, "--resume")
	none.start(t)
	none.ends(t, time.Minute, 2)
	if !strings.Contains(none.stderr.String(), "there is no interrupted investigation") {
		t.Errorf("it says\n%s", &none.stderr)
	}
}

// TestInterruptedDrill presses Ctrl-C while a rehearsal investigates, which the terminal sends to the whole process group. The command
// that investigates ends as after one Ctrl-C: it saves what it has, and leaves no half-written file.
func TestInterruptedDrill(t *testing.T) {
	t.Parallel()
	p := newProcess(t, "drill", "--auto", "--output", "out", "--seed", "3")
	p.Stderr = nil
	p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	log, err := os.Create(filepath.Join(p.dir, "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	p.Cmd.Stderr = log
	said := func(what string) bool {
		text, err := os.ReadFile(log.Name())
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(string(text), what)
	}
	p.start(t)
	checkpoints := filepath.Join(p.dir, "out", "state", "investigate", "*.json")
	await(t, "the investigation to have a checkpoint", func() bool {
		names, _ := filepath.Glob(checkpoints)
		return len(names) > 0
	})
	if err := syscall.Kill(-p.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	p.ends(t, soon, 130)
	await(t, "the command to save what it has", func() bool { return said("go on with: akguard investigate") })
	var drafts []string
	for _, dir := range []string{".", "out", "out/shop", "out/state/investigate"} {
		names, _ := filepath.Glob(filepath.Join(p.dir, dir, ".*akguard-*"))
		more, _ := filepath.Glob(filepath.Join(p.dir, dir, ".investigate-*"))
		drafts = append(drafts, append(names, more...)...)
	}
	if len(drafts) > 0 {
		t.Errorf("%q are left", drafts)
	}
}
