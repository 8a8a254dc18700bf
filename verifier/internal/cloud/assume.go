package cloud

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// Assume says which role to assume.
type Assume struct {
	RoleARN  string
	Session  string        // its name, in the owner's ActionTrail
	External string        // the external ID that the role's trust policy may ask for
	Duration time.Duration // an hour if zero

	Provider string       // the ARN of the OIDC provider; AssumeRoleWithOIDC only
	Token    rules.Secret // the OIDC token; AssumeRoleWithOIDC only
}

// Session is a temporary credential.
type Session struct {
	Credential rules.Credential
	Expires    time.Time
}

func (a Assume) params() map[string]string {
	duration := a.Duration
	if duration <= 0 {
		duration = time.Hour
	}
	return map[string]string{
		"RoleArn": a.RoleARN, "RoleSessionName": a.Session, "ExternalId": a.External,
		"DurationSeconds": strconv.Itoa(int(duration.Seconds())),
	}
}

type sessionInfo struct {
	AccessKeyID     string `json:"AccessKeyId"`
	AccessKeySecret string
	SecurityToken   string
	Expiration      string
}

// session refuses a credential that lacks a part.
func (s sessionInfo) session(status int) (Session, error) {
	ends := when(s.Expiration)
	if s.AccessKeyID == "" || s.AccessKeySecret == "" || s.SecurityToken == "" || ends.IsZero() {
		return Session{}, notUnderstood(status)
	}
	return Session{rules.Credential{
		Type: rules.STS, ID: rules.NewSecret(s.AccessKeyID),
		Secret: rules.NewSecret(s.AccessKeySecret), Token: rules.NewSecret(s.SecurityToken),
	}, ends}, nil
}

// AssumeRole assumes a role.
func (c *Client) AssumeRole(ctx context.Context, a Assume) (Session, error) {
	var got struct {
		answer
		Credentials sessionInfo
	}
	if err := c.read(ctx, call{STS, "AssumeRole", a.params(), nil}, &got); err != nil {
		return Session{}, err
	}
	return got.Credentials.session(got.GetHttpStatus())
}

// AssumeRoleWithOIDC assumes a role with an OIDC token in place of a signature. The SDK signs every call, so this one
// does without the SDK; the token travels in the body, where no proxy logs it.
func (c *Client) AssumeRoleWithOIDC(ctx context.Context, a Assume) (Session, error) {
	if a.Token.IsZero() {
		return Session{}, failure(reason.New("cloud.no-oidc-token"))
	}
	form := url.Values{
		"Action": {"AssumeRoleWithOIDC"}, "Version": {"2015-04-01"}, "Format": {"JSON"},
		"Timestamp":       {time.Now().UTC().Format("2006-01-02T15:04:05Z")},
		"OIDCProviderArn": {a.Provider}, "OIDCToken": {a.Token.Reveal()},
	}
	for name, value := range a.params() {
		if value != "" && name != "ExternalId" {
			form.Set(name, value)
		}
	}
	var status int
	var body []byte
	err := c.paced(ctx, STS, func() (err error) {
		status, body, err = c.post(ctx, form)
		return err
	})
	if err != nil {
		return Session{}, err
	}
	return readSession(status, body, a.Token)
}

// post sends a form to STS unsigned, and returns the whole answer.
func (c *Client) post(ctx context.Context, form url.Values) (status int, body []byte, err error) {
	endpoint, err := c.Endpoint(STS)
	if err != nil {
		return 0, nil, err
	}
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(limited, http.MethodPost, endpoint.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return 0, nil, failure(reason.New("cloud.connection-failed"))
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("User-Agent", c.userAgent)
	t := &transport{ctx: limited, next: c.next}
	response, err := t.RoundTrip(request)
	switch {
	case err != nil && ctx.Err() != nil:
		return 0, nil, fmt.Errorf("calling %s: %w", form.Get("Action"), ctx.Err())
	case err != nil:
		return 0, nil, &Error{Cause: cause(err, c.timeout), HTTPStatus: t.status, Unreachable: t.status == 0}
	}
	body, err = io.ReadAll(response.Body) // in memory already, and of limited length
	return response.StatusCode, body, err
}

func readSession(status int, body []byte, token rules.Secret) (Session, error) {
	var got struct {
		RequestID     string `json:"RequestId"`
		Code, Message string
		Credentials   sessionInfo
	}
	if err := json.Unmarshal(body, &got); err != nil {
		return Session{}, notUnderstood(status)
	}
	hidden := hider(rules.Credential{Token: token}, nil)
	switch code := hidden.Replace(got.Code); {
	case status == http.StatusOK:
		return got.Credentials.session(status)
	case !isWord(code):
		return Session{}, notUnderstood(status)
	default:
		return Session{}, &Error{Code: code, Message: rules.MaskIDs(clean(got.Message, hidden)), HTTPStatus: status}
	}
}
