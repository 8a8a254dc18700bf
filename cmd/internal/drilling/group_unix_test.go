//go:build unix

package drilling

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/verifier/drill"
)

func newRehearsal(t *testing.T, dir string) *rehearsing {
	t.Helper()
	d, err := drill.New(drill.Options{Seed: 1, Profile: drill.Profiles()[0], Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	a := &command.App{Streams: command.Streams{Out: t.Output(), Err: t.Output()}, Words: message.New(message.English)}
	return &rehearsing{app: &app{a}, Drill: d, dir: dir}
}

// TestChildIsInterruptedOnce has a command in a process group of its own, to which a terminal sends no Ctrl-C. It gets that of this
// process alone.
func TestChildIsInterruptedOnce(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	cmd := newRehearsal(t, t.TempDir()).child(ctx, "/bin/sh", []string{"-c", "trap 'exit 7' INT; while :; do sleep 0.01; done"})
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	group, err := syscall.Getpgid(cmd.Process.Pid)
	if err != nil || group != cmd.Process.Pid {
		t.Errorf("its group is %d, error %v", group, err)
	}
	time.Sleep(100 * time.Millisecond) // until the shell has set its trap; before, it ends by the signal, which is an interrupt too
	interrupt()
	_ = cmd.Wait() // it was interrupted
	status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if status.ExitStatus() != 7 && status.Signal() != syscall.SIGINT {
		t.Errorf("it ended with %s", cmd.ProcessState)
	}
}

// TestUnwrittenRehearsal says what could not be written, where, and what to do.
func TestUnwrittenRehearsal(t *testing.T) {
	dir := t.TempDir() + "/gone"
	r := newRehearsal(t, dir)
	for name, err := range map[string]error{"the score": r.score(), "the environment": r.person(t.Context())} {
		f, ok := err.(*command.Failure)
		if !ok || f.Code != command.ExitUsage {
			t.Errorf("%s: %v", name, err)
		}
	}
}
