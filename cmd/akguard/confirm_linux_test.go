package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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

// TestConfirm types the end of the ID, at once or after a mistake, and something else twice.
func TestConfirm(t *testing.T) {
	t.Parallel()
	for _, mistakes := range []int{0, 1, 2} {
		s := newStand(t)
		id := s.key.Credential().ID.Reveal()
		p, terminal := s.prompts(t, "revoke", "--disable")
		code, status := 0, alibabatest.Inactive
		if mistakes == 2 {
			code, status = 4, alibabatest.Active
		}
		for _, answer := range []string{"yes", "no", id[len(id)-4:]}[2-min(mistakes, 2):][:min(mistakes+1, 2)] {
			if err := terminal.Type(answer); err != nil {
				t.Fatal(err)
			}
		}
		p.ends(t, 10*time.Second, code)
		if got := s.key.Status(); got != status {
			t.Errorf("after %d mistakes, the key is %s", mistakes, got)
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

// TestRespondAsks goes from a scan to a report that is deleted: the key is confirmed, and then the deletion.
func TestRespondAsks(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	c := s.key.Credential()
	leak := filepath.Join(t.TempDir(), "app.yml")
	text := "accessKeyId: " + c.ID.Reveal() + "\naccessKeySecret: " + c.Secret.Reveal() + "\n"
	if err := os.WriteFile(leak, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	report := filepath.Join(t.TempDir(), "report.jsonl")
	scan := newProcess(t, "scan", "--format", "jsonl", "--show-secrets", "--output", report, leak)
	scan.Env = append(scan.Env, s.env...)
	scan.start(t)
	scan.ends(t, 10*time.Second, 1)
	screen := s.converse(t, s.env, []string{"respond", report}, "type the last characters", c.ID.Reveal()[len(c.ID.Reveal())-4:], "delete it? (y/N)", "y")
	if _, err := os.Stat(report); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(screen, "deleted ") {
		t.Errorf("the report is there (%v): %s", err, screen)
	}
	if got := s.key.Status(); got != alibabatest.Inactive {
		t.Errorf("the key is %s", got)
	}
}

// TestRespondOffersTheLeakedKey has no administrator's credential. The key may not disable itself, but it was asked to.
func TestRespondOffersTheLeakedKey(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	if err := s.account.Attach("user/ci", "AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	c := s.key.Credential()
	leak := filepath.Join(t.TempDir(), "app.yml")
	text := "accessKeyId: " + c.ID.Reveal() + "\naccessKeySecret: " + c.Secret.Reveal() + "\n"
	if err := os.WriteFile(leak, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.converse(t, s.env[2:], []string{"respond", leak}, "disable itself? (y/N)", "y", "type the last characters", c.ID.Reveal()[len(c.ID.Reveal())-4:])
	if got := s.key.Status(); got != alibabatest.Inactive {
		t.Errorf("the key is %s", got)
	}
}

// TestRespondInterrupted interrupts a freeze whose first change hangs, resumes it, and is told what was not begun.
func TestRespondInterrupted(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	var text strings.Builder
	for _, k := range []*alibabatest.Key{s.key, s.account.AddKey("cd")} {
		c := k.Credential()
		text.WriteString("accessKeyId: " + c.ID.Reveal() + "\naccessKeySecret: " + c.Secret.Reveal() + "\n\n\n\n\n\n\n\n\n\n\n\n\n")
	}
	leak := filepath.Join(t.TempDir(), "app.yml")
	if err := os.WriteFile(leak, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	s.server.InjectFor("Ram", "UpdateAccessKey", alibabatest.Fault{Hang: true}, -1)
	p := newProcess(t, "respond", leak, "--yes")
	p.Env = append(p.Env, s.env...)
	p.start(t)
	await(t, "the calls", func() bool { return s.server.Calls("Ram", "UpdateAccessKey") > 1 })
	p.signal(t, syscall.SIGINT)
	p.ends(t, soon, 130)
	if text := p.stderr.String(); !strings.Contains(text, "akguard revoke resume continues") {
		t.Errorf("it says %q", text)
	}
	s.server.ClearFaults()
	next := newProcess(t, "revoke", "resume", "--yes")
	next.Env = append(isolation(p.temp), s.env...) // the journal is in the home folder
	next.start(t)
	next.ends(t, 10*time.Second, 0)
	if got := s.key.Status(); got != alibabatest.Inactive || strings.Contains(next.stderr.String(), "not begun") {
		t.Errorf("the key is %s; %s", got, next.stderr.String())
	}
}

// converse runs a command on a terminal and answers each question, and wants success. It returns the screen.
func (s stand) converse(t *testing.T, env, args []string, talk ...string) string {
	t.Helper()
	p := newProcess(t, args...)
	p.Env = append(p.Env, env...)
	terminal := termtest.New(t)
	p.Stdin, p.Cmd.Stderr = terminal.File, terminal.File
	p.start(t)
	for i := 0; i < len(talk); i += 2 {
		await(t, talk[i], func() bool { return strings.Contains(terminal.SoFar(), talk[i]) })
		if err := terminal.Type(talk[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	p.ends(t, 10*time.Second, 0)
	return terminal.Screen()
}
