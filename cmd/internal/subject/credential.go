// Package subject reads what a person names to a command: an ID, a credential, or a saved report.
package subject

import (
	"bufio"

	"io"
	"os"
	"strings"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// MaxInput is far longer than a secret and a token together.
const MaxInput = 64 << 10

// Parts are the parts of a credential that a person gives. Those that were not given are empty.
type Parts struct{ ID, Secret, Token string }

// Credential infers the type from the parts.
func (p Parts) Credential() rules.Credential {
	c := rules.Credential{Type: rules.AccessKey, ID: rules.NewSecret(p.ID), Secret: rules.NewSecret(p.Secret), Token: rules.NewSecret(p.Token)}
	switch {
	case p.Token != "" || strings.HasPrefix(p.ID, "STS."):
		c.Type = rules.STS
	case p.Secret == "":
		c.Type = rules.AccessKeyID
	}
	return c
}

// FromEnv fills the parts in from the environment. An ID on the command line takes precedence.
func FromEnv(p Parts) (Parts, error) {
	if p.ID == "" {
		p.ID = os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_ID")
	}
	p.Secret, p.Token = os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET"), os.Getenv("ALIBABA_CLOUD_SECURITY_TOKEN")
	if p.ID == "" || p.Secret == "" {
		return p, command.Usage("usage.from-env")
	}
	return p, nil
}

// Read takes the secret from the first line and a token from the second.
func (p *Parts) Read(in io.Reader) error {
	lines := bufio.NewScanner(io.LimitReader(in, MaxInput))
	lines.Buffer(nil, MaxInput)
	for _, part := range []*string{&p.Secret, &p.Token} {
		if lines.Scan() {
			*part = strings.TrimSpace(lines.Text())
		}
	}
	if p.Secret == "" || lines.Err() != nil {
		return command.Usage("usage.secret-stdin-empty")
	}
	return nil
}

// Prompt asks for the missing parts on the terminal, without echo.
func (p *Parts) Prompt(a *command.App) error {
	in, ok := a.In.(*os.File)
	if !ok || !terminal.Is(in) {
		return command.Usage("usage.no-terminal")
	}
	read, restore, err := terminal.Hidden(in)
	if err != nil {
		return command.Usage("usage.no-terminal")
	}
	a.OnAbandon(restore)
	defer restore()
	wanted := []struct {
		what reason.Reason
		into *string
	}{{reason.New("verify.secret"), &p.Secret}, {reason.New("verify.token"), &p.Token}}
	if !strings.HasPrefix(p.ID, "STS.") {
		wanted = wanted[:1]
	}
	for _, w := range wanted {
		_, _ = io.WriteString(a.Err, a.Text("verify.ask", w.what, rules.NewSecret(p.ID).String()))
		line, err := read()
		_, _ = io.WriteString(a.Err, "\n")
		if *w.into = strings.TrimSpace(line); err != nil || *w.into == "" {
			return command.Usage("usage.not-given", w.what)
		}
	}
	return nil
}

// LooksLikeID accepts more than the rules that find IDs, because the user says that it is one.
func LooksLikeID(s string) bool {
	id := strings.TrimPrefix(s, "STS.")
	for _, r := range id {
		if !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			return false
		}
	}
	return len(id) >= 12 && len(id) <= 128
}
