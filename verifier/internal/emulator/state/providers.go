package state

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// OIDCProvider is an issuer of identity tokens that an account trusts. Its tokens are signed with a secret of the
// emulator instead of a key pair, because only the emulator reads them.
type OIDCProvider struct {
	name, issuer string
	clients      []string
	secret       string
	Created      time.Time
}

// Name returns the provider's name.
func (p *OIDCProvider) Name() string { return p.name }

// Issuer returns the URL of the issuer.
func (p *OIDCProvider) Issuer() string { return p.issuer }

// oidcClaims is what a token says.
type oidcClaims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

// AddOIDCProvider lets the account trust tokens of the issuer, a URL, for these client IDs. Its ARN is
// acs:ram::<uid>:oidc-provider/<name>, which a role's trust policy names under "Federated".
func (a *Account) AddOIDCProvider(name, issuer string, clients ...string) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.PutOIDCProvider(name, issuer, clients...)
}

// PutOIDCProvider adds a provider. The caller holds Mu.
func (a *Account) PutOIDCProvider(name, issuer string, clients ...string) {
	a.Providers[name] = &OIDCProvider{name: name, issuer: issuer, clients: clients, secret: RandomText(Alphanum, 40), Created: a.Now()}
}

// OIDCToken makes a token of the provider's, as a cluster or a pipeline gets it: for the subject, for one of the
// client IDs. It is empty if there is no such provider.
func (a *Account) OIDCToken(provider, subject, client string, expires time.Time) string {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	p, ok := a.Providers[provider]
	if !ok {
		return ""
	}
	claims, err := json.Marshal(oidcClaims{p.issuer, subject, client, a.Now().Unix(), expires.Unix()})
	if err != nil {
		return "" // cannot happen: strings and numbers
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." +
		base64.RawURLEncoding.EncodeToString(claims)
	return text + "." + p.sign(text)
}

func (p *OIDCProvider) sign(text string) string {
	mac := hmac.New(sha256.New, []byte(p.secret))
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// Open checks a token and returns what it says.
func (p *OIDCProvider) Open(token string, now time.Time) (oidcClaims, *wire.Failure) {
	var claims oidcClaims
	cut := strings.LastIndexByte(token, '.')
	if cut < 0 || !hmac.Equal([]byte(token[cut+1:]), []byte(p.sign(token[:cut]))) {
		return claims, wire.Refusal(http.StatusBadRequest, "AuthenticationFail.OIDCToken.Invalid", "This OIDC token is invalid.")
	}
	_, body, _ := strings.Cut(token[:cut], ".")
	data, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || json.Unmarshal(data, &claims) != nil {
		return claims, wire.Refusal(http.StatusBadRequest, "AuthenticationFail.OIDCToken.Invalid", "This OIDC token is invalid.")
	}
	switch {
	case now.Unix() >= claims.Expires:
		return claims, wire.Refusal(http.StatusBadRequest, "AuthenticationFail.OIDCToken.Expired", "This OIDC token is expired.")
	case !slices.Contains(p.clients, claims.Audience):
		return claims, wire.Refusal(http.StatusBadRequest, "AuthenticationFail.OIDCToken.AudienceNotMatch",
			"The audience of this OIDC token is not one of the provider's.")
	}
	return claims, nil
}
