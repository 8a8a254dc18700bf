package cli

import (
	"bufio"

	"io"
	"os"
	"strings"

	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// maxGiven is far above the length of a secret and a token together.
const maxGiven = 64 << 10

// parts are the parts of a credential that a person gives.
type parts struct{ id, secret, token string }

// given reads a credential from where the flags say.
func (a *app) given(o verifyOptions) (rules.Credential, error) {
	p := parts{id: o.subject}
	var err error
	switch {
	case o.idOnly:
	case o.fromEnv:
		p, err = fromEnv(p)
	case o.secretStdin:
		err = p.read(a.In)
	default:
		err = a.prompt(&p)
	}
	if err != nil {
		return rules.Credential{}, err
	}
	return p.credential(), nil
}

// credential infers the type from the parts.
func (p parts) credential() rules.Credential {
	c := rules.Credential{Type: rules.AccessKey, ID: rules.NewSecret(p.id), Secret: rules.NewSecret(p.secret), Token: rules.NewSecret(p.token)}
	switch {
	case p.token != "" || strings.HasPrefix(p.id, "STS."):
		c.Type = rules.STS
	case p.secret == "":
		c.Type = rules.AccessKeyID
	}
	return c
}

// fromEnv reads the environment. An ID on the command line takes precedence.
func fromEnv(p parts) (parts, error) {
	if p.id == "" {
		p.id = os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_ID")
	}
	p.secret, p.token = os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET"), os.Getenv("ALIBABA_CLOUD_SECURITY_TOKEN")
	if p.id == "" || p.secret == "" {
		return p, usage("usage.from-env")
	}
	return p, nil
}

// read takes the secret from the first line and a token from the second.
func (p *parts) read(in io.Reader) error {
	lines := bufio.NewScanner(io.LimitReader(in, maxGiven))
	lines.Buffer(nil, maxGiven)
	for _, part := range []*string{&p.secret, &p.token} {
		if lines.Scan() {
			*part = strings.TrimSpace(lines.Text())
		}
	}
	if p.secret == "" || lines.Err() != nil {
		return usage("usage.secret-stdin-empty")
	}
	return nil
}

// prompt asks for the missing parts on the terminal, without echo.
func (a *app) prompt(p *parts) error {
	in, ok := a.In.(*os.File)
	if !ok || !terminal.Is(in) {
		return usage("usage.no-terminal")
	}
	read, restore, err := terminal.Hidden(in)
	if err != nil {
		return usage("usage.no-terminal")
	}
	a.onAbandon(restore)
	defer restore()
	wanted := []struct {
		what reason.Reason
		into *string
	}{{reason.New("verify.secret"), &p.secret}, {reason.New("verify.token"), &p.token}}
	if !strings.HasPrefix(p.id, "STS.") {
		wanted = wanted[:1]
	}
	for _, w := range wanted {
		_, _ = io.WriteString(a.Err, a.text("verify.ask", w.what, rules.NewSecret(p.id).String()))
		line, err := read()
		_, _ = io.WriteString(a.Err, "\n")
		if *w.into = strings.TrimSpace(line); err != nil || *w.into == "" {
			return usage("usage.not-given", w.what)
		}
	}
	return nil
}
