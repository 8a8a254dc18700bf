package main

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/akguard/akguard/cmd/internal/terminal/termtest"
	"github.com/akguard/akguard/verifier/alibabatest"
)

// stand is an account with a leaked key, and the credential with which akguard acts on it.
type stand struct {
	account *alibabatest.Account
	server  *alibabatest.Server
	key     *alibabatest.Key
	env     []string
}

func newStand(t *testing.T) stand {
	t.Helper()
	account := alibabatest.NewAccount()
	server, err := alibabatest.NewServer(account)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	s := stand{account: account, server: server, key: account.AddKey("ci")}
	admin := account.AddKey("admin").Credential()
	if err := account.Attach("user/admin", "AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	s.env = []string{"ALIBABA_CLOUD_ACCESS_KEY_ID=" + admin.ID.Reveal(), "ALIBABA_CLOUD_ACCESS_KEY_SECRET=" + admin.Secret.Reveal()}
	for _, service := range cloudServices {
		s.env = append(s.env, "AKGUARD_ENDPOINT_"+service+"="+server.URL)
	}
	return s
}

// prompts starts a command about the key on a terminal, and returns when it asks.
func (s stand) prompts(t *testing.T, command string, flags ...string) (*process, *termtest.Terminal) {
	t.Helper()
	p := newProcess(t, append([]string{command, s.key.Credential().ID.Reveal()}, flags...)...)
	p.Env = append(p.Env, s.env...)
	terminal := termtest.New(t)
	p.Stdin, p.Cmd.Stderr = terminal.File, terminal.File
	p.start(t)
	await(t, "the question", func() bool {
		screen := terminal.SoFar()
		return strings.Contains(screen, "type the last characters") || strings.Contains(screen, "请输入其 ID")
	})
	return p, terminal
}

// TestConfirm types the end of the ID, and something else.
func TestConfirm(t *testing.T) {
	t.Parallel()
	for _, wrong := range []bool{false, true} {
		s := newStand(t)
		id := s.key.Credential().ID.Reveal()
		p, terminal := s.prompts(t, "revoke", "--disable")
		answer, code, status := id[len(id)-4:], 0, alibabatest.Inactive
		if wrong {
			answer, code, status = "yes", 4, alibabatest.Active
		}
		if err := terminal.Type(answer); err != nil {
			t.Fatal(err)
		}
		p.ends(t, 10*time.Second, code)
		if got := s.key.Status(); got != status {
			t.Errorf("answered %q, the key is %s", answer, got)
		}
		if screen := terminal.Screen(); !strings.Contains(screen, "to disable LTAI5t****") || strings.Contains(screen, id) {
			t.Errorf("the screen is %q", screen)
		}
	}
}

// TestConfirmInChinese asks in the language that was chosen: what is translated still goes to the terminal.
func TestConfirmInChinese(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.key.Credential().ID.Reveal()
	p, terminal := s.prompts(t, "respond", "--lang", "zh")
	if err := terminal.Type(id[len(id)-4:]); err != nil {
		t.Fatal(err)
	}
	p.ends(t, 10*time.Second, 0)
	if got := s.key.Status(); got != alibabatest.Inactive {
		t.Errorf("the key is %s", got)
	}
	if screen := terminal.Screen(); !strings.Contains(screen, "确认要禁用 LTAI5t****") || strings.Contains(screen, "to disable") {
		t.Errorf("the screen is %q", screen)
	}
}

// TestConfirmInterrupted changes nothing.
func TestConfirmInterrupted(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	p, _ := s.prompts(t, "revoke", "--disable")
	p.signal(t, syscall.SIGINT)
	p.ends(t, soon, 130)
	if got := s.key.Status(); got != alibabatest.Active {
		t.Errorf("the key is %s", got)
	}
}

// TestRevokeInterrupted interrupts a call that hangs, and goes on.
func TestRevokeInterrupted(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.server.InjectFor("Ram", "UpdateAccessKey", alibabatest.Fault{Hang: true}, 1)
	p := newProcess(t, "revoke", s.key.Credential().ID.Reveal(), "--disable", "--yes")
	p.Env = append(p.Env, s.env...)
	p.start(t)
	await(t, "the call", func() bool { return s.server.Calls("Ram", "UpdateAccessKey") > 0 })
	p.signal(t, syscall.SIGINT)
	p.ends(t, soon, 130)
	if text := p.stderr.String(); !strings.Contains(text, "akguard revoke resume continues") {
		t.Errorf("it says %q", text)
	}
	next := newProcess(t, "revoke", "resume", "--yes")
	next.Env = append(isolation(p.temp), s.env...) // the journal is in the home folder
	next.start(t)
	next.ends(t, 10*time.Second, 0)
	if got := s.key.Status(); got != alibabatest.Inactive {
		t.Errorf("the key is %s", got)
	}
}
