package alibabatest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// oidcProvider is an issuer of identity tokens that an account trusts. Its tokens are signed with a secret of the
// emulator's instead of a key pair: nobody but the emulator reads them.
type oidcProvider struct {
	name, issuer string
	clients      []string
	secret       string
}

// oidcClaims is what a token says.
type oidcClaims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

// AddOIDCProvider lets the account trust tokens of the issuer, an URL, for these client IDs. Its ARN is
// acs:ram::<uid>:oidc-provider/<name>, which a role's trust policy names under "Federated".
func (a *Account) AddOIDCProvider(name, issuer string, clients ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.providers[name] = &oidcProvider{name: name, issuer: issuer, clients: clients, secret: random(alphanum, 40)}
}

// OIDCToken makes a token of the provider's, as a cluster or a pipeline gets it: for the subject, for one of the
// client IDs. It is empty if there is no such provider.
func (a *Account) OIDCToken(provider, subject, client string, expires time.Time) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	p, ok := a.providers[provider]
	if !ok {
		return ""
	}
	claims, err := json.Marshal(oidcClaims{p.issuer, subject, client, a.clock().Unix(), expires.Unix()})
	if err != nil {
		return "" // cannot happen: strings and numbers
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." +
		base64.RawURLEncoding.EncodeToString(claims)
	return text + "." + p.sign(text)
}

func (p *oidcProvider) sign(text string) string {
	mac := hmac.New(sha256.New, []byte(p.secret))
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// open checks a token and returns what it says.
func (p *oidcProvider) open(token string, now time.Time) (oidcClaims, *failure) {
	var claims oidcClaims
	cut := strings.LastIndexByte(token, '.')
	if cut < 0 || !hmac.Equal([]byte(token[cut+1:]), []byte(p.sign(token[:cut]))) {
		return claims, &failure{http.StatusBadRequest, "AuthenticationFail.OIDCToken.Invalid", "This OIDC token is invalid."}
	}
	_, body, _ := strings.Cut(token[:cut], ".")
	data, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || json.Unmarshal(data, &claims) != nil {
		return claims, &failure{http.StatusBadRequest, "AuthenticationFail.OIDCToken.Invalid", "This OIDC token is invalid."}
	}
	switch {
	case now.Unix() >= claims.Expires:
		return claims, &failure{http.StatusBadRequest, "AuthenticationFail.OIDCToken.Expired", "This OIDC token is expired."}
	case !slices.Contains(p.clients, claims.Audience):
		return claims, &failure{http.StatusBadRequest, "AuthenticationFail.OIDCToken.AudienceNotMatch",
			"The audience of this OIDC token is not one of the provider's."}
	}
	return claims, nil
}

// assumeRoleWithOIDC needs no key: the token is the proof.
func assumeRoleWithOIDC(c *call) (object, *failure) {
	arn := c.param("OIDCProviderArn")
	p, ok := c.provider(arn)
	if !ok {
		return nil, &failure{http.StatusNotFound, "EntityNotExist.OIDCProvider", "The OIDC provider does not exist."}
	}
	claims, refused := p.open(c.param("OIDCToken"), c.now)
	if refused != nil {
		return nil, refused
	}
	context := c.context()
	context["oidc:iss"], context["oidc:sub"], context["oidc:aud"] = claims.Issuer, claims.Subject, claims.Audience
	trusted := func(s statement) bool { return slices.Contains(s.Principal["Federated"], arn) }
	answer, refused := c.newSession(attempt{action: "sts:AssumeRole", context: context}, trusted)
	if refused != nil {
		return nil, refused
	}
	return append(answer, member{"OIDCTokenInfo", object{
		{"Issuer", claims.Issuer},
		{"Subject", claims.Subject},
		{"ClientIds", claims.Audience},
		{"ExpirationTime", stamp(time.Unix(claims.Expires, 0))},
		{"IssuanceTime", stamp(time.Unix(claims.Issued, 0))},
		{"VerificationInfo", "Success"},
	}}), nil
}

func (c *call) provider(arn string) (*oidcProvider, bool) {
	parts := strings.Split(arn, ":")
	if len(parts) != 5 {
		return nil, false
	}
	a, ok := c.server.account(parts[3])
	if !ok {
		return nil, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	p, ok := a.providers[strings.TrimPrefix(parts[4], "oidc-provider/")]
	return p, ok
}
