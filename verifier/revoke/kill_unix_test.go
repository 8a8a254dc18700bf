//go:build unix

package revoke_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

// childRun tells this program to run or resume a plan, instead of testing. Its value is a job.
const childRun = "AKGUARD_TEST_JOB"

// job is what a child does. Its key is a made-up one of the emulator.
type job struct {
	URL, Folder, Plan string
	ID, Secret        string
	Freeze            []string // the IDs of keys, in place of a plan
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

// do goes on with the run that has something left to do, or begins one.
func (j job) do(ctx context.Context) error {
	c, err := connection.New(connection.Options{Endpoints: map[string]string{"sts": j.URL, "ram": j.URL, "ims": j.URL}, Unpaced: true})
	if err != nil {
		return err
	}
	r, err := revoke.New(revoke.Options{Connection: c, Admin: j, MaxKeys: 20})
	if err != nil {
		return err
	}
	h, err := revocation.ReadHistory(j.Folder)
	if err == nil { // a run that was killed before it wrote its plan has changed nothing
		h.Broken = slices.DeleteFunc(h.Broken, func(b revocation.BrokenJournal) bool { return b.Why.Code == "revoke.journal-without-plan" })
	}
	if err != nil || len(h.Broken) > 0 {
		return fmt.Errorf("journals: error %v, broken %v", err, h.Broken)
	}
	o := revoke.RunOptions{Approver: revoke.ApproverFunc(yes)}
	if len(h.Open) > 0 {
		if o.Journal, err = revocation.OpenJournal(h.Open[0]); err == nil {
			_, err = r.Resume(ctx, o)
		}
		return err
	}
	name := filepath.Join(j.Folder, fmt.Sprint(time.Now().UnixNano())+".jsonl")
	if j.Freeze != nil {
		return j.freeze(ctx, r, name)
	}
	file, err := os.Open(j.Plan)
	if err != nil {
		return err
	}
	p, err := revocation.ReadPlan(file)
	if err != nil {
		return err
	}
	if o.Journal, err = revocation.CreateJournal(name); err == nil {
		_, err = r.Run(ctx, p, o)
	}
	return err
}

func (j job) freeze(ctx context.Context, r *revoke.Revoker, name string) error {
	var list []revoke.Subject
	for _, id := range j.Freeze {
		list = append(list, revoke.Subject{ID: rules.NewSecret(id)})
	}
	journal, err := revocation.CreateJournal(name)
	if err != nil {
		return err
	}
	frozen, err := r.Freeze(ctx, list, revoke.Request{Goal: revocation.ToDisable}, revoke.FreezeOptions{Approver: revoke.ApproverFunc(yes), Journal: journal})
	for _, f := range frozen {
		if !f.Off() {
			err = errors.Join(err, fmt.Errorf("not frozen: %+v", f))
		}
	}
	return err
}

// TestKilled kills a run at random moments, goes on with it, and wants everything done once in the end.
func TestKilled(t *testing.T) {
	const kills = 50 // while other tests wait: a child holds the locks of their journals until it is a program of its own
	done := 0
	for batch := 0; done < kills; batch++ {
		seed := uint64(time.Now().UnixNano())
		killed := killBatch(t, rand.New(rand.NewPCG(seed, 0)), kills-done)
		if t.Failed() {
			t.Fatalf("batch %d, seed %d, after %d kills", batch, seed, killed)
		}
		done += killed
	}
}

const batchKeys = 20

// killBatch disables and deletes 20 keys, killed up to most times, and returns how often it was.
func killBatch(t *testing.T, random *rand.Rand, most int) (killed int) {
	t.Helper()
	s := newStage(t)
	s.options.MaxKeys = batchKeys
	keys := []*alibabatest.Key{s.key}
	for i := range batchKeys - 1 {
		keys = append(keys, s.account.AddKey(fmt.Sprintf("user%d", i)))
	}
	plan := filepath.Join(t.TempDir(), "plan.json")
	file, err := os.Create(plan)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.plan(revocation.ToRemove, keys...).Write(file); err != nil {
		t.Fatal(err)
	}
	c := s.admin.Credential()
	text := encode(t, job{s.server.URL, s.folder, plan, c.ID.Reveal(), c.Secret.Reveal(), nil})
	for {
		after := time.Duration(random.Int64N(int64(100 * time.Millisecond)))
		if killed == most {
			after = time.Minute
		}
		if !runChild(t, s.server, text, after) {
			break
		}
		if killed++; s.finished(keys) {
			break // killed after its last word
		}
	}
	s.wantOnce(keys)
	return killed
}

// finished reports whether no run has anything left to do, and nothing is.
func (s *stage) finished(keys []*alibabatest.Key) bool {
	s.t.Helper()
	for _, k := range keys {
		if k.Status() != alibabatest.Recycled {
			return false
		}
	}
	return len(s.history().Open) == 0
}

// runChild starts the child and kills it some time after its first call. It reports whether it was killed.
func runChild(t *testing.T, server *alibabatest.Server, text string, after time.Duration) bool {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childRun+"="+text, "GORACE=atexit_sleep_ms=0")
	child.Stderr = os.Stderr
	called := make(chan struct{})
	var first sync.Once
	server.Script(func(alibabatest.Call) (alibabatest.Fault, bool) {
		first.Do(func() { close(called) })
		return alibabatest.Fault{}, false
	})
	defer server.Script(nil)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { // ends with the first call, which every run makes
		<-called
		time.Sleep(after)
		_ = child.Process.Kill()
	}()
	err := child.Wait()
	if err != nil && child.ProcessState.Exited() {
		t.Fatalf("the run failed: %v", err)
	}
	return err != nil
}

// TestFreezeKilled kills a freeze of many keys at random moments, resumes it and begins it again, and wants every key disabled
// once in the end.
func TestFreezeKilled(t *testing.T) {
	const kills = 50
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	for killed, batch := 0, 0; killed < kills; batch++ {
		s := newStage(t)
		var keys []*alibabatest.Key
		c := s.admin.Credential()
		j := job{URL: s.server.URL, Folder: s.folder, ID: c.ID.Reveal(), Secret: c.Secret.Reveal()}
		for i := range batchKeys {
			keys = append(keys, s.account.AddKey(fmt.Sprint("user", i/2)))
			j.Freeze = append(j.Freeze, keys[i].Credential().ID.Reveal())
		}
		text := encode(t, j)
		for off := false; !off || len(s.history().Open) > 0; {
			after := time.Duration(random.Int64N(int64(40 * time.Millisecond)))
			if killed >= kills {
				after = time.Minute
			}
			if runChild(t, s.server, text, after) {
				killed++
			}
			off = !slices.ContainsFunc(keys, func(k *alibabatest.Key) bool { return k.Status() != alibabatest.Inactive })
		}
		for _, f := range s.freeze(revoke.FreezeOptions{}, subjects(keys...)...) {
			if !f.Off() {
				t.Errorf("%+v", f)
			}
		}
		s.wantDisabledOnce(keys)
		if t.Failed() {
			t.Fatalf("batch %d, seed %d, after %d kills", batch, seed, killed)
		}
	}
}

// wantOnce wants each key disabled once and deleted once.
func (s *stage) wantOnce(keys []*alibabatest.Key) {
	s.t.Helper()
	times := make(map[string]int)
	for _, c := range s.server.Recorded() {
		if c.Code == "" {
			times[c.Action+c.Params["UserAccessKeyId"]]++
		}
	}
	for _, k := range keys {
		s.wantStatus(k, alibabatest.Recycled)
		id := k.Credential().ID.Reveal()
		if off, del := times["UpdateAccessKey"+id], times["DeleteAccessKey"+id]; off != 1 || del != 1 {
			s.t.Errorf("a key was disabled %d times and deleted %d times", off, del)
		}
	}
	hides(s.t, s.journals(), append(keys, s.admin)...)
}
