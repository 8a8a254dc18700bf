package revoke_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

// planText is a plan about a key that nobody has.
func planText() string {
	account, fingerprint := "1"+strings.Repeat("0", 15), strings.Repeat("a", 32)
	return `{"version":1,"goal":"disable","made":"2026-03-02T08:00:00Z","account":"` + account + `","by":"","actions":[{"kind":"disable",` +
		`"target":{"id":"LT****","fingerprint":"` + fingerprint + `","owner":{"account":"` + account + `","user":"ci"}},` +
		`"from":{"key":"active"},"to":{"key":"inactive"},"undo":""}]}`
}

// cleanUpText is a plan of a clean-up.
func cleanUpText() string {
	account := "1" + strings.Repeat("0", 15)
	head := `{"version":1,"goal":"clean-up","made":"2026-03-02T08:00:00Z","account":"` + account + `","by":"","actions":[`
	var acts []string
	for _, act := range []string{
		`"kind":"delete-login","from":{"thing":"present"},"to":{"thing":"absent"},"thing":{"name":"ci"}`,
		`"kind":"detach","from":{"thing":"present"},"to":{"thing":"absent"},"thing":{"name":"AdministratorAccess","of":"ci","holder":"user","system":true}`,
		`"kind":"set-version","from":{"thing":"v2"},"to":{"thing":"v1"},"thing":{"name":"deploy"}`,
		`"kind":"set-trust","from":{"thing":"{\"Version\":\"1\"}"},"to":{"thing":"{\"Version\":\"2\"}"},"thing":{"name":"web"}`,
		`"kind":"close-rule","from":{"thing":"present"},"to":{"thing":"absent"},"thing":{"name":"sg-1","region":"cn-hangzhou","rule":{"direction":"ingress","policy":"Accept","protocol":"TCP","ports":"22/22"}}`,
		`"kind":"stop","from":{"thing":"running"},"to":{"thing":"stopped"},"thing":{"name":"i-1","region":"cn-hangzhou"}`,
	} {
		acts = append(acts, `{"target":{"id":"","fingerprint":"","owner":{"account":"`+account+`"}},"undo":null,`+act+`}`)
	}
	return head + strings.Join(acts, ",") + "]}"
}

// TestCleanUpText holds the seed of the fuzzers to what is read.
func TestCleanUpText(t *testing.T) {
	if p, err := revocation.ReadPlan(strings.NewReader(cleanUpText())); err != nil || len(p.Actions) != 6 {
		t.Errorf("plan %+v, error %v", p, err)
	}
}

// FuzzReadPlan wants a plan that is read to be written and read as the same.
func FuzzReadPlan(f *testing.F) {
	f.Add(planText())
	f.Add(strings.Replace(planText(), "active", "gone", 1))
	f.Add("{}")
	f.Add(cleanUpText())
	f.Add(strings.Replace(cleanUpText(), `"thing":{"name":"i-1"`, `"thing":{"name":""`, 1))
	f.Fuzz(func(t *testing.T, text string) {
		p, err := revocation.ReadPlan(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, a := range p.Actions { // whatever it holds can be shown
			_ = a.String() + a.Reason().String() + a.From.Reason().String() + a.About()
		}
		var again bytes.Buffer
		if err := p.Write(&again); err != nil {
			t.Fatal(err)
		}
		if _, err := revocation.ReadPlan(&again); err != nil {
			t.Errorf("what was written is not read: %v", err)
		}
	})
}

// FuzzJournal wants no journal to end the program, and each that is opened to be opened again.
func FuzzJournal(f *testing.F) {
	plan := `{"time":"2026-03-02T08:00:00Z","event":"plan","plan":` + planText() + "}\n"
	f.Add(plan)
	f.Add(plan + `{"event":"approved"}` + "\n" + `{"event":"begin","action":1}` + "\n" + `{"ev`)
	f.Add(plan + `{"event":"settled","action":9,"outcome":"done"}` + "\n")
	f.Add(`{"ev` + "\n" + `{"event":"resume"}` + "\n")
	f.Add("\n\n")
	cleaning := `{"time":"2026-03-02T08:00:00Z","event":"plan","plan":` + cleanUpText() + "}\n"
	f.Add(cleaning + `{"event":"approved"}` + "\n" + `{"event":"begin","action":3}` + "\n" + `{"event":"settled","action":1,"outcome":"done","state":{"thing":"absent"}}` + "\n")
	f.Add(cleaning + `{"event":"approved"}` + "\n" + `{"event":"settled","action":6,"outcome":"refu`)
	f.Fuzz(func(t *testing.T, text string) {
		folder := t.TempDir()
		name := filepath.Join(folder, "run.jsonl")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		h, err := revocation.ReadHistory(folder)
		if err != nil {
			t.Fatal(err)
		}
		j, err := revocation.OpenJournal(name)
		if usable := err == nil && j.Plan() != nil; usable != (len(h.Broken) == 0) {
			t.Errorf("opening it: %v, and broken are %v", err, h.Broken)
		}
		if err != nil {
			return
		}
		defer j.Close()
		deeds, err := revocation.ReadDeeds(name)
		for _, d := range deeds {
			_ = d.Reason()
		}
		if left := j.Left(); j.Plan() != nil && left != nil && len(left.Actions)+len(deeds) > len(j.Plan().Actions) {
			t.Errorf("%d are done and %d are left of %d, error %v", len(deeds), len(left.Actions), len(j.Plan().Actions), err)
		}
	})
}

func TestJournalInUse(t *testing.T) {
	s := newStage(t)
	s.server.InjectFor("Ram", "UpdateAccessKey", denied(), 1)
	if _, err := s.run(s.plan(revocation.ToDisable, s.key)); err != nil {
		t.Fatal(err)
	}
	name := s.history().Open[0]
	j, err := revocation.OpenJournal(name)
	if err != nil {
		t.Fatal(err)
	}
	_, err = revocation.OpenJournal(name)
	wantRefused(t, err, "revoke.journal-in-use")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(name); runtime.GOOS != "windows" && (err != nil || info.Mode().Perm()&0o077 != 0) {
		t.Errorf("the journal's mode is %v, error %v", info.Mode(), err)
	}
}

// TestJournalOfOthers has a journal that others may write to. It is neither believed nor gone on with.
func TestJournalOfOthers(t *testing.T) {
	if runtime.GOOS == "windows" { // where the folder says who may
		return
	}
	s := newStage(t)
	s.server.InjectFor("Ram", "UpdateAccessKey", denied(), 1)
	if _, err := s.run(s.plan(revocation.ToDisable, s.key)); err != nil {
		t.Fatal(err)
	}
	name := s.history().Open[0]
	if err := os.Chmod(name, 0o666); err != nil {
		t.Fatal(err)
	}
	h, err := revocation.ReadHistory(s.folder)
	if err != nil || len(h.Open) != 0 || len(h.Broken) != 1 {
		t.Errorf("history %+v, error %v", h, err)
	}
	_, err = revocation.OpenJournal(name)
	wantRefused(t, err, "revoke.journal-writable")
}

// TestJournalIsNotWrittenElsewhere has a link where the journal shall be.
func TestJournalIsNotWrittenElsewhere(t *testing.T) {
	if runtime.GOOS == "windows" { // where not every user may make links
		return
	}
	folder := t.TempDir()
	target, link := filepath.Join(folder, "target"), filepath.Join(folder, "run.jsonl")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if j, err := revocation.CreateJournal(link); err == nil {
		_ = j.Close()
		t.Error("the journal is made behind a link")
	}
	if _, err := os.Stat(target); err == nil {
		t.Error("the link's target is there")
	}
}

// TestTwoRunsAtOnce has two runs of the same batch. Each key is changed, and each run says so or refuses.
func TestTwoRunsAtOnce(t *testing.T) {
	s := newStage(t)
	keys := []*alibabatest.Key{s.key, s.account.AddKey("cd"), s.account.AddKey("ce")}
	p := s.plan(revocation.ToRemove, keys...)
	ended := make(chan error, 2)
	for _, j := range []*revocation.Journal{s.journal(), s.journal()} {
		r := s.revoker()
		go func() {
			steps, err := r.Run(t.Context(), p, revoke.RunOptions{Approver: revoke.ApproverFunc(yes), Journal: j})
			for _, step := range steps {
				if step.Outcome != revocation.Done && step.Outcome != revocation.Already && step.Err == nil {
					t.Errorf("%s: %s without a reason", step.Action, step.Outcome)
				}
			}
			ended <- err
		}()
	}
	if a, b := <-ended, <-ended; a != nil && b != nil {
		t.Errorf("errors %v and %v", a, b)
	}
	for _, k := range keys {
		s.wantStatus(k, alibabatest.Recycled)
	}
}

func TestTornJournal(t *testing.T) {
	s := newStage(t)
	s.server.InjectFor("Ram", "UpdateAccessKey", denied(), 1)
	if _, err := s.run(s.plan(revocation.ToDisable, s.key)); err != nil {
		t.Fatal(err)
	}
	name := s.history().Open[0]
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Replace(whole, []byte(`"approved"`), []byte(`"approv`), 1)
	if err := os.WriteFile(name, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	if h, err := revocation.ReadHistory(s.folder); err != nil || len(h.Broken) != 1 || len(h.Open) != 0 {
		t.Errorf("damaged, it is read as %+v, error %v", h, err)
	}
	for cut := len(whole) - 1; cut > bytes.IndexByte(whole, '\n'); cut -= 37 {
		if err := os.WriteFile(name, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if open := s.history().Open; len(open) == 0 && bytes.Contains(whole[:cut], []byte(`"approved"}`)) {
			t.Errorf("cut at %d, nothing is left to do", cut)
		}
		s.key.SetStatus(alibabatest.Active)
		s.resume()
		if len(s.history().Open) != 0 {
			t.Errorf("cut at %d, something is left to do", cut)
		}
	}
}
