package revoke_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/revocation"
)

// TestEarlierRelease undoes, resumes and approves what an earlier release wrote down, which has the first version of
// fingerprints.
func TestEarlierRelease(t *testing.T) {
	earlier := func(s *stage, text []byte) []byte {
		id := s.key.Credential().ID
		old := rules.Credential{Type: rules.AccessKeyID, ID: id}.FingerprintV1()
		if !bytes.Contains(text, []byte(revocation.Fingerprint(id))) {
			t.Fatalf("no fingerprint in %s", text)
		}
		return bytes.ReplaceAll(text, []byte(revocation.Fingerprint(id)), []byte(old))
	}
	rewrite := func(s *stage) {
		t.Helper()
		names, err := filepath.Glob(filepath.Join(s.folder, "*.jsonl"))
		if err != nil || len(names) != 1 {
			t.Fatalf("journals %v, error %v", names, err)
		}
		text, err := os.ReadFile(names[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(names[0], earlier(s, text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("undo", func(t *testing.T) {
		s := newStage(t)
		s.achieve(revocation.ToQuarantine, s.key)
		rewrite(s)
		s.achieve(revocation.ToUndo, s.key)
		if got := s.key.NetworkPolicy(); strings.Contains(got, "203.0.113.0/24") {
			t.Errorf("the network policy is still %s", got)
		}
	})
	t.Run("resume", func(t *testing.T) {
		s := newStage(t)
		s.server.InjectFor("Ram", "UpdateAccessKey", denied(), 1)
		if _, err := s.run(s.plan(revocation.ToDisable, s.key)); err != nil {
			t.Fatal(err)
		}
		rewrite(s)
		s.resume()
		s.wantStatus(s.key, alibabatest.Inactive)
	})
	t.Run("plan", func(t *testing.T) {
		s := newStage(t)
		p := s.plan(revocation.ToDisable, s.key)
		p.Actions[0].Target.Fingerprint = rules.Credential{Type: rules.AccessKeyID, ID: s.key.Credential().ID}.FingerprintV1()
		if steps, err := s.run(p); err != nil || len(steps) != 1 || steps[0].Outcome != revocation.Done {
			t.Errorf("steps %+v, error %v", steps, err)
		}
		s.wantStatus(s.key, alibabatest.Inactive)
	})
}
