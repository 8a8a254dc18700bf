package services

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// assumeRoleWithOIDC needs no key: the token is the proof.
func assumeRoleWithOIDC(c *Invocation) (wire.Object, *wire.Failure) {
	arn := c.param("OIDCProviderArn")
	p, ok := c.provider(arn)
	if !ok {
		return nil, wire.Refusal(http.StatusNotFound, "EntityNotExist.OIDCProvider", "The OIDC provider does not exist.")
	}
	claims, refused := p.Open(c.param("OIDCToken"), c.Now)
	if refused != nil {
		return nil, refused
	}
	context := c.context()
	context["oidc:iss"], context["oidc:sub"], context["oidc:aud"] = claims.Issuer, claims.Subject, claims.Audience
	trusted := func(s state.Statement) bool { return slices.Contains(s.Principal["Federated"], arn) }
	answer, refused := c.newSession(state.Attempt{Action: "sts:AssumeRole", Context: context}, trusted)
	if refused != nil {
		return nil, refused
	}
	return append(answer, wire.Member{"OIDCTokenInfo", wire.Object{
		{"Issuer", claims.Issuer},
		{"Subject", claims.Subject},
		{"ClientIds", claims.Audience},
		{"ExpirationTime", state.Stamp(time.Unix(claims.Expires, 0))},
		{"IssuanceTime", state.Stamp(time.Unix(claims.Issued, 0))},
		{"VerificationInfo", "Success"},
	}}), nil
}

func (c *Invocation) provider(arn string) (*state.OIDCProvider, bool) {
	parts := strings.Split(arn, ":")
	if len(parts) != 5 {
		return nil, false
	}
	a, ok := c.Find(parts[3])
	if !ok {
		return nil, false
	}
	a.Mu.Lock()
	defer a.Mu.Unlock()
	p, ok := a.Providers[strings.TrimPrefix(parts[4], "oidc-provider/")]
	return p, ok
}
