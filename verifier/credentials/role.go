package credentials

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// defaultSession names a role's session in the owner's ActionTrail.
const defaultSession = "akguard"

// maxToken is far above the length of any OIDC token.
const maxToken = 64 << 10

// roleOf assumes the role of a profile with the profile's key.
func (f finder) roleOf(p profile, source reason.Reason) (*Credential, error) {
	key, err := fixed(p, source)
	if err != nil {
		return nil, err
	}
	return f.assumed(p, source, key)
}

// assumed assumes the role of a profile with a credential.
func (f finder) assumed(p profile, source reason.Reason, from *Credential) (*Credential, error) {
	if p.RoleARN == "" {
		return nil, missing("ram_role_arn")
	}
	source = withRole(source, p.RoleARN)
	return &Credential{Source: source, base: from, fetch: func(ctx context.Context) (cloud.Session, error) {
		client, err := f.sts(source)
		if err != nil {
			return cloud.Session{}, err
		}
		if _, err := from.Get(ctx); err != nil { // it has its own reason
			return cloud.Session{}, err
		}
		s, err := client.As(from).AssumeRole(ctx, p.assume())
		return s, refused(ctx, err, source)
	}}, nil
}

// web assumes a role with the OIDC token in a file. The file is read each time, because the token is renewed too.
func (f finder) web(a cloud.Assume, file string, source reason.Reason) *Credential {
	return &Credential{Source: source, fetch: func(ctx context.Context) (cloud.Session, error) {
		token, err := readSmall(file, maxToken)
		if err != nil {
			return cloud.Session{}, failed(reason.New("credentials.reading-token", source, reason.Of(err)), reason.New("credentials.token-file"))
		}
		client, err := f.sts(source)
		if err != nil {
			return cloud.Session{}, err
		}
		a.Token = rules.NewSecret(string(bytes.TrimSpace(token)))
		s, err := client.AssumeRoleWithOIDC(ctx, a)
		return s, refused(ctx, err, source)
	}}
}

func (f finder) sts(source reason.Reason) (*cloud.Client, error) {
	if f.Connection == nil {
		return nil, failed(reason.New("credentials.no-connection", source), reason.New("credentials.mend-role"))
	}
	client := f.Connection.Client()
	_, err := client.Endpoint(cloud.STS)
	return client, err
}

// refused says why a role could not be assumed.
func refused(ctx context.Context, err error, source reason.Reason) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("assuming a role: %w", ctx.Err())
	}
	return failed(reason.New("credentials.assuming", source, reason.Of(err)), reason.New("credentials.mend-role"))
}

// withRole adds the name of the role to the source of a credential. An ARN that may hold a key's ID is not shown.
func withRole(source reason.Reason, arn string) reason.Reason {
	_, name, ok := strings.Cut(arn, ":role/")
	if !ok || rules.MaskIDs(name) != name {
		name = "?"
	}
	return reason.New("credentials.role", source, name)
}
