package credentials

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// uri fetches a temporary credential from a URL, with a GET.
func (f finder) uri(raw string, source reason.Reason) (*Credential, error) {
	if _, ok := safeURL(raw); !ok {
		return nil, failed(reason.New("credentials.unusable", source, reason.New("credentials.uri-not-safe")), reason.New("credentials.uri-hint"))
	}
	return f.exchanged(source, reason.New("credentials.uri-hint"), func(ctx context.Context) (*http.Request, error) {
		return http.NewRequestWithContext(ctx, http.MethodGet, raw, nil)
	}), nil
}

// safeURL refuses plain http, unless it stays on this machine: the answer is a credential.
func safeURL(raw string) (*url.URL, bool) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return nil, false
	}
	return u, true
}

// signIns are where the aliyun command exchanges an OAuth token, by the site that a profile names.
var signIns = map[string]string{"CN": "https://oauth.aliyun.com", "INTL": "https://oauth.alibabacloud.com"}

// signedIn returns the credential of a profile for which somebody has signed in with the aliyun command: the one that the
// command keeps, while it lasts, and then another one for the token of that sign-in. akguard does not renew that token: the
// command could not use its own any more.
func (f finder) signedIn(p profile, source reason.Reason) (*Credential, error) {
	base, path, token, ends := p.SignIn, "/cloud-credentials", p.AccessToken, p.AccessTokenEnds
	if p.Mode == "OAuth" {
		base, path, token, ends = cmp.Or(f.OAuth, signIns[p.Site]), "/v1/exchange", p.OAuthToken, p.OAuthTokenEnds
	}
	again := reason.New("credentials.sign-in", p.Name)
	fresh := &Credential{}
	if token != "" && f.Now().Before(time.Unix(ends, 0)) {
		u, ok := safeURL(base)
		if !ok {
			return nil, missing("cloud_sso_sign_in_url, oauth_site_type")
		}
		body, _ := json.Marshal(map[string]string{"AccountId": p.Account, "AccessConfigurationId": p.AccessConfig}) // never fails
		fresh = f.exchanged(source, again, func(ctx context.Context) (*http.Request, error) {
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.Scheme+"://"+u.Host+path, bytes.NewReader(body))
			if err == nil {
				request.Header.Set("Authorization", "Bearer "+token)
				request.Header.Set("Content-Type", "application/json")
			}
			return request, err
		})
	}
	kept, bad := newCredential(p.ID, p.Secret, p.Token)
	if bad.IsZero() && kept.Type == rules.STS {
		fresh.current = cloud.Session{Credential: kept, Expires: time.Unix(p.TokenEnds, 0)}
	}
	if fresh.fetch == nil {
		if !fresh.current.Expires.After(f.Now()) {
			return nil, failed(reason.New("credentials.unusable", source, reason.New("credentials.signed-out")), again)
		}
		fresh.fetch = func(context.Context) (cloud.Session, error) {
			return cloud.Session{}, failed(reason.New("credentials.unusable", source, reason.New("credentials.signed-out")), again)
		}
	}
	fresh.Source = source
	return fresh, nil
}

// exchangeTimeout is for one request.
const exchangeTimeout = 10 * time.Second

// exchanged is a credential that a request brings.
func (f finder) exchanged(source, hint reason.Reason, request func(context.Context) (*http.Request, error)) *Credential {
	return &Credential{Source: source, fetch: func(ctx context.Context) (cloud.Session, error) {
		s, err := f.exchange(ctx, request)
		if err != nil && ctx.Err() == nil {
			err = failed(reason.New("credentials.unusable", source, reason.Of(err)), hint)
		}
		return s, err
	}}
}

// exchange sends the request. It follows no redirect, which would take the token along, and no error quotes the answer.
func (f finder) exchange(ctx context.Context, make func(context.Context) (*http.Request, error)) (cloud.Session, error) {
	ctx, cancel := context.WithTimeout(ctx, exchangeTimeout)
	defer cancel()
	request, err := make(ctx)
	if err != nil {
		return cloud.Session{}, &profileError{reason.New("credentials.uri-not-safe")}
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return cloud.Session{}, &profileError{reason.New("credentials.exchange-silent", request.URL.Host)}
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return cloud.Session{}, &profileError{reason.New("credentials.exchange-status", request.URL.Host, response.StatusCode)}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxMetadata+1))
	if err != nil || len(body) > maxMetadata {
		return cloud.Session{}, &profileError{reason.New("credentials.exchange-answer", request.URL.Host)}
	}
	s, ok := readExchange(body)
	if !ok {
		return cloud.Session{}, &profileError{reason.New("credentials.exchange-answer", request.URL.Host)}
	}
	return f.ending(s), nil
}

// readExchange reads the answers of all three: their names differ in case, which JSON ignores here, and in where they are.
func readExchange(body []byte) (cloud.Session, bool) {
	type answer struct {
		Code, AccessKeyID, AccessKeySecret, SecurityToken string
		Expiration                                        time.Time
	}
	var got struct {
		answer
		CloudCredential *answer
	}
	if json.Unmarshal(body, &got) != nil || got.Code != "" && got.Code != "Success" {
		return cloud.Session{}, false
	}
	a := got.answer
	if got.CloudCredential != nil {
		a = *got.CloudCredential
	}
	c, bad := newCredential(a.AccessKeyID, a.AccessKeySecret, a.SecurityToken)
	return cloud.Session{Credential: c, Expires: a.Expiration}, bad.IsZero() && c.Type == rules.STS
}
