//go:build unix

package cleanup_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/cleanup"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

// childRun tells this program to run a plan, instead of testing. Its value is a job.
const childRun = "AKGUARD_TEST_JOB"

// job is what a child does. Its key is a made-up one of the emulator.
type job struct {
	Endpoints     map[string]string
	Plan, Journal string
	ID, Secret    string
}

func TestMain(m *testing.M) {
	text, ok := os.LookupEnv(childRun)
	if !ok {
		os.Exit(m.Run())
	}
	var j job
	err := json.Unmarshal([]byte(text), &j)
	if err == nil {
		err = j.do(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (j job) Get(context.Context) (rules.Credential, error) {
	return rules.Credential{Type: rules.AccessKey, ID: rules.NewSecret(j.ID), Secret: rules.NewSecret(j.Secret)}, nil
}

func (j job) Owns(id rules.Secret) bool { return id.Reveal() == j.ID }

func (j job) do(ctx context.Context) error {
	conn, err := connection.New(connection.Options{Endpoints: j.Endpoints, Unpaced: true})
	if err != nil {
		return err
	}
	c, err := cleanup.New(cleanup.Options{Connection: conn, Admin: j})
	if err != nil {
		return err
	}
	file, err := os.Open(j.Plan)
	if err != nil {
		return err
	}
	p, err := revocation.ReadPlan(file)
	if err != nil {
		return err
	}
	journal, err := revocation.CreateJournal(j.Journal)
	if err == nil {
		_, err = c.Run(ctx, p, cleanup.RunOptions{Approver: revoke.ApproverFunc(yes), Journal: journal})
	}
	return err
}

// TestKilled kills a run at its calls, before the call happens and after it. The journal then claims nothing that is not so, resuming does
// the rest, and in the end each act has happened once and is recorded as done.
func TestKilled(t *testing.T) {
	w := newWorld(t) // while other tests wait: a child holds the locks of their journals until it is a program of its own
	plan := filepath.Join(t.TempDir(), "plan.json")
	file, err := os.Create(plan)
	w.must(err)
	w.must(w.plan.Write(file))
	w.must(file.Close())
	c := w.admin.Credential()
	j := job{Endpoints: w.server.Endpoints(), Plan: plan, ID: c.ID.Reveal(), Secret: c.Secret.Reveal()}
	w.back()
	before := len(w.server.Recorded())
	w.child(j, 0, false)
	calls := w.server.Recorded()[before:]
	if n := len(calls); n < 3*len(w.plan.Actions) {
		t.Fatalf("a run makes %d calls", n)
	}
	for n, call := range calls {
		switch {
		case changes(call.Action):
			w.killAt(j, n+1, false)
			w.killAt(j, n+1, true)
		case n%3 == 0:
			w.killAt(j, n+1, n%2 == 0)
		}
		if t.Failed() {
			t.Fatalf("killed at call %d, %s", n+1, call.Action)
		}
	}
}

// killAt kills a run at its n-th call, which happens or not.
func (w *world) killAt(j job, n int, happens bool) {
	w.t.Helper()
	w.back()
	before := len(w.server.Recorded())
	w.child(j, n, happens)
	deeds := w.history().Deeds()
	for _, d := range deeds {
		if !w.reached(d.Action) {
			w.t.Errorf("the journal claims %s", d.Action)
		}
	}
	if len(w.history().Unclean) == 0 && len(deeds) == 0 {
		for _, a := range w.plan.Actions {
			if w.reached(a) {
				w.t.Errorf("the journal forgets %s", a)
			}
		}
		return // it had not begun
	}
	w.resume()
	w.wantWhole(before)
	if n := len(w.history().Deeds()); n != len(w.plan.Actions) {
		w.t.Errorf("%d acts are recorded as done, and %d were planned", n, len(w.plan.Actions))
	}
}

// child runs the plan in another process, and kills that at its n-th call; never if n is 0.
func (w *world) child(j job, n int, happens bool) {
	w.t.Helper()
	j.Journal = filepath.Join(w.folder, "run.jsonl")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childRun+"="+encode(w.t, j), "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = os.Stderr
	var calls atomic.Int32
	started, ended, answered := make(chan struct{}), make(chan struct{}), make(chan struct{})
	w.server.Script(func(alibabatest.Call) (alibabatest.Fault, bool) {
		if int(calls.Add(1)) != n {
			return alibabatest.Fault{}, false
		}
		defer close(answered)
		<-started
		_ = cmd.Process.Kill()
		<-ended
		return alibabatest.Fault{Reset: true}, !happens
	})
	defer w.server.Script(nil)
	before := len(w.server.Recorded())
	w.must(cmd.Start())
	close(started)
	err := cmd.Wait()
	close(ended)
	if n == 0 {
		w.must(err)
		return
	}
	<-answered
	for happens && w.server.Recorded()[before+n-1].Status == 0 { // the call is being carried out
		time.Sleep(time.Millisecond)
	}
}
