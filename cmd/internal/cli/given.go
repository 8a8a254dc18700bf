package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/rules"
)

// maxGiven is far above the length of a secret and a token together.
const maxGiven = 64 << 10

// parts are the parts of a credential as somebody gives them.
type parts struct{ id, secret, token string }

// given returns the credential that somebody gives us, from where they said.
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

// credential tells the kind by the parts that are there.
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

// fromEnv reads the environment. An ID that was named goes before its own.
func fromEnv(p parts) (parts, error) {
	if p.id == "" {
		p.id = os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_ID")
	}
	p.secret, p.token = os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET"), os.Getenv("ALIBABA_CLOUD_SECURITY_TOKEN")
	if p.id == "" || p.secret == "" {
		return p, &failure{errors.New("--from-env: ALIBABA_CLOUD_ACCESS_KEY_ID or ALIBABA_CLOUD_ACCESS_KEY_SECRET is not set"),
			"set both, and ALIBABA_CLOUD_SECURITY_TOKEN for a temporary credential", exitUsage}
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
		return &failure{errors.New("--secret-stdin: there is no secret on standard input"), "write the secret to its first line, or take --id-only", exitUsage}
	}
	return nil
}

// prompt asks for what is missing on the terminal, which does not show it.
func (a *app) prompt(p *parts) error {
	in, ok := a.In.(*os.File)
	if !ok || !terminal.Is(in) {
		return &failure{errors.New("there is no terminal on which to ask for the secret"), "take --secret-stdin, --from-env or --id-only", exitUsage}
	}
	read, restore, err := terminal.Hidden(in)
	if err != nil {
		return fmt.Errorf("asking for the secret: %w", err)
	}
	a.onAbandon(restore)
	defer restore()
	wanted := []struct {
		what string
		into *string
	}{{"secret", &p.secret}, {"security token", &p.token}}
	if !strings.HasPrefix(p.id, "STS.") {
		wanted = wanted[:1]
	}
	for _, w := range wanted {
		_, _ = fmt.Fprintf(a.Err, "%s of %s (not shown): ", w.what, rules.NewSecret(p.id))
		line, err := read()
		_, _ = fmt.Fprintln(a.Err)
		if *w.into = strings.TrimSpace(line); err != nil || *w.into == "" {
			return &failure{fmt.Errorf("no %s was given", w.what), "give it, or take --id-only to ask about the ID alone", exitUsage}
		}
	}
	return nil
}
