package investigating

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/akguard/akguard/verifier/connection"
)

// interrupted runs an investigation until it has a checkpoint in a folder.
func (s *stage) interrupted(folder string) {
	s.Helper()
	ctx, stop := context.WithCancel(s.Context())
	defer stop()
	s.base.Trace = func(connection.Call) {
		if names, _ := filepath.Glob(filepath.Join(folder, checkpointPrefix+"*")); len(names) > 0 {
			stop()
		}
	}
	defer func() { s.base.Trace = nil }()
	if _, _, err := s.run(ctx, s.id(), "--since", "1h", "--output", filepath.Join(s.dir, "out", "report.txt")); err == nil || ctx.Err() == nil {
		s.Fatalf("it was not interrupted: %v\n%s", err, s.stderr.String())
	}
}

// TestCheckpointBesideTheOutput has no state folder: what was read is beside the report, and found there again.
func TestCheckpointBesideTheOutput(t *testing.T) {
	s := furnished(t)
	out := filepath.Join(s.dir, "out")
	s.must(os.Mkdir(out, 0o755))
	s.must(os.WriteFile(filepath.Join(s.dir, "file"), nil, 0o600))
	t.Setenv("AKGUARD_STATE_DIR", filepath.Join(s.dir, "file"))
	s.interrupted(out)
	if !strings.Contains(s.stderr.String(), "--resume "+filepath.Join(out, checkpointPrefix)) {
		t.Errorf("it says\n%s", s.stderr.String())
	}
	_, _, err := s.run(t.Context(), "--resume", "--output", filepath.Join(out, "report.txt"))
	s.must(err)
	if names, _ := filepath.Glob(filepath.Join(out, "*")); len(names) != 1 {
		t.Errorf("%q are left", names)
	}
}

// TestNoCheckpoint has nowhere to write to: it says so once, and investigates all the same.
func TestNoCheckpoint(t *testing.T) {
	s := furnished(t)
	s.must(os.WriteFile(filepath.Join(s.dir, "file"), nil, 0o600))
	t.Setenv("AKGUARD_STATE_DIR", filepath.Join(s.dir, "file"))
	_, out, err := s.run(t.Context(), s.id(), "--since", "1h")
	s.must(err)
	if out == "" || strings.Count(s.stderr.String(), "cannot be saved") != 1 {
		t.Errorf("it says\n%s", s.stderr.String())
	}
}

// TestResumeOthers refuses what is no interrupted investigation, or one of another account, and says when there is one.
func TestResumeOthers(t *testing.T) {
	s := furnished(t)
	other := filepath.Join(s.dir, "other.json")
	s.must(os.WriteFile(other, []byte(`{"checkpoint":1,"snapshot":{"account":"1234567890123456"}}`), 0o600))
	bad := filepath.Join(s.dir, "bad.json")
	s.must(os.WriteFile(bad, []byte(`{"checkpoint":1`), 0o600))
	for _, test := range []struct{ want, file string }{{"survey.other-account", other}, {"usage.not-an-investigation", bad}, {"usage.read-report", "missing.json"}, {"usage.nothing-to-resume", ""}} {
		args := []string{s.id(), "--resume"}
		if test.file != "" {
			args = append(args, test.file)
		}
		if code, out, err := s.run(t.Context(), args...); code != 2 || out != "" || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: exit code %d, error %v", args[1:], code, err)
		}
	}
	s.must(os.MkdirAll(filepath.Join(s.dir, "out"), 0o755))
	s.interrupted(filepath.Join(s.dir, "state", "investigate"))
	_, _, err := s.run(t.Context(), s.id(), "--since", "1h")
	s.must(err)
	if !strings.Contains(s.stderr.String(), "--resume would go on with it") {
		t.Errorf("it says\n%s", s.stderr.String())
	}
}
