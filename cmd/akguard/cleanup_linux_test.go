package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/cmd/internal/terminal/termtest"
	"github.com/akguard/akguard/verifier/alibabatest"
)

// TestCleanUpAsks shows a plan on a terminal, and has the account's number typed: wrong twice, which changes nothing, then wrong once.
func TestCleanUpAsks(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	if err := s.account.Attach("user/ci", "AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	caller := alibabatest.Caller{KeyID: s.key.Credential().ID.Reveal(), SourceIP: "198.51.100.66"}
	for _, call := range []map[string]string{
		{"Action": "CreateUser", "UserName": "support"},
		{"Action": "AttachPolicyToUser", "UserName": "support", "PolicyName": "AdministratorAccess", "PolicyType": "System"},
	} {
		action := call["Action"]
		delete(call, "Action")
		if _, err := s.server.Perform(caller, "Ram", action, call); err != nil {
			t.Fatal(err)
		}
	}
	report := filepath.Join(t.TempDir(), "first.json")
	p := newProcess(t, "investigate", s.key.Credential().ID.Reveal(), "--since", "1h", "--regions", "cn-hangzhou", "--format", "json", "--output", report)
	p.Env = append(p.Env, s.env...)
	p.start(t)
	p.ends(t, time.Minute, 1)

	number := s.account.UID()
	p = newProcess(t, "cleanup", report)
	p.Env = append(p.Env, s.env...)
	terminal := termtest.New(t)
	p.Stdin, p.Cmd.Stderr = terminal.File, terminal.File
	p.start(t)
	for _, question := range []string{"type its last digits", "try once more"} {
		await(t, question, func() bool { return strings.Contains(terminal.SoFar(), question) })
		if err := terminal.Type("yes"); err != nil {
			t.Fatal(err)
		}
	}
	p.ends(t, time.Minute, 4)
	if !slices.Contains(s.account.Attached("user/support"), "AdministratorAccess") {
		t.Error("it was changed without approval")
	}
	screen := s.converse(t, s.env, []string{"cleanup", report}, "type its last digits", "no", "try once more", number[len(number)-4:])
	if len(s.account.Attached("user/support")) > 0 || !strings.Contains(screen, "to make this change in account "+number) {
		t.Errorf("%v is attached: %s", s.account.Attached("user/support"), screen)
	}
}
