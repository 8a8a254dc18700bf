package main

import (
	"bytes"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/alibabatest"
)

// watches starts to watch the key, and returns when it has looked once.
func (s stand) watches(t *testing.T, flags ...string) *process {
	t.Helper()
	p := newProcess(t, append([]string{"revoke", "watch", s.key.Credential().ID.Reveal()}, flags...)...)
	p.Env, p.Stdout = append(p.Env, s.env...), new(bytes.Buffer)
	p.start(t)
	await(t, "the first look", func() bool { return s.server.Calls("Actiontrail", "LookupEvents") > 0 })
	return p
}

// TestWatchShowsNews has the thief try the key while somebody watches it.
func TestWatchShowsNews(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	p := s.watches(t, "--for", "3s", "--interval", "1s")
	id := s.key.Credential().ID.Reveal()
	s.account.PlantEvents(alibabatest.Event{Time: time.Now(), Service: "Ecs", Name: "RunInstances", KeyID: id, SourceIP: "198.51.100.9", ErrorCode: "Forbidden"})
	p.ends(t, 10*time.Second, 0)
	if out := fmt.Sprint(p.Stdout); strings.Count(out, "Ecs from 198.51.100.9") != 1 || !strings.Contains(out, "1 of them refused") {
		t.Errorf("it shows %q", out)
	}
}

func TestWatchInterrupted(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	p := s.watches(t, "--for", "1h")
	p.signal(t, syscall.SIGINT)
	p.ends(t, soon, 130)
}
