// Package openapi calls Alibaba Cloud's API. It is the only importer of the vendor's SDK, which is no longer
// maintained and not careful with secrets, so everything dangerous about it is fenced in here:
//
//   - Calls go over HTTPS with TLS 1.2 or newer; plain http is for loopback hosts. Redirects are not followed:
//     the next host would read AccessKeyId, Signature and SecurityToken in the Referer header.
//   - Every call has its own SDK client, because a shared one races, and no call is repeated, but for two things: a
//     request that is refused for its time is signed anew with the service's own clock, and a client with Patience,
//     which only reads, asks again where the service was busy.
//   - A call ends with its context or its timeout, whichever comes first, and an answer has a maximum size.
//   - An answer that is not understood is an Error, even where the SDK would panic.
//   - No error holds any part of the credential, of the signature or of the security token.
//
// It serves the calls of STS, RAM, IMS, ActionTrail and Resource Manager that checking and revoking keys take. A
// method is one call, unless it says that it reads all pages.
package openapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/akguard/akguard/rules"
	_ "github.com/akguard/akguard/verifier/internal/quiet" // before the SDK initialises
)

const (
	defaultEndpoint = "https://sts.aliyuncs.com"
	defaultTimeout  = 4 * time.Second

	// region goes into the request as a parameter. STS and the other central services answer for all regions.
	region = "cn-hangzhou"
)

// Options say where and how to call. The zero value calls the public STS endpoint.
type Options struct {
	Endpoint  string         // a URL without a path; https://sts.aliyuncs.com if empty
	Timeout   time.Duration  // for one call, answer included; 4 s if zero
	UserAgent string         // added to the SDK's own
	RootCAs   *x509.CertPool // the system's if nil
	Patience  *Patience      // none if nil
}

// Client calls Alibaba Cloud. It is safe for concurrent use.
type Client struct {
	endpoint  *url.URL
	timeout   time.Duration
	userAgent string
	next      http.RoundTripper
	patience  *Patience
	clock     clock
}

// New returns a client for the endpoint, which it does not call.
func New(o Options) (*Client, error) {
	endpoint, err := parseEndpoint(o.Endpoint)
	if err != nil {
		return nil, err
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	return &Client{
		endpoint: endpoint, timeout: o.Timeout, userAgent: o.UserAgent, next: newTransport(o.RootCAs), patience: o.Patience,
	}, nil
}

// parseEndpoint accepts a scheme and a host. It does not wrap url.Parse's error, which quotes a password in
// the URL.
func parseEndpoint(raw string) (*url.URL, error) {
	if raw == "" {
		raw = defaultEndpoint
	}
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" {
		return nil, fmt.Errorf("the endpoint is not a URL such as %s", defaultEndpoint)
	}
	switch {
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return nil, fmt.Errorf("the endpoint must be a scheme and a host only, such as %s", defaultEndpoint)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("endpoint http://%s: plain http is accepted for loopback hosts only; use https", u.Host)
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("endpoint %s://%s: use https", u.Scheme, u.Host)
	}
	return u, nil
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// newTransport returns what all calls of one Client share: connections.
func newTransport(roots *x509.CertPool) http.RoundTripper {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: checkProxy,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		IdleConnTimeout:        5 * time.Second, // a POST on a connection that the server just closed fails
		MaxIdleConnsPerHost:    8,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// do sends one request signed with cred and decodes the answer into response. The error is an *Error, or wraps
// ctx's where ctx ended the call.
func (c *Client) do(ctx context.Context, cred rules.Credential, request requests.AcsRequest, response responses.AcsResponse) error {
	if cred.ID.IsZero() || cred.Secret.IsZero() {
		return &Error{Message: "not called: the credential is incomplete"}
	}
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	t := &transport{ctx: limited, next: c.next, clock: &c.clock, secret: cred.Secret}
	err := c.send(t, cred, request, response)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("calling %s: %w", request.GetActionName(), ctx.Err())
	}
	return c.explain(err, t, cred)
}

// errPanic stands for a panic of the SDK, whose own value may quote the answer.
var errPanic = errors.New("the SDK panicked")

// send runs the SDK. errors.NewServerError panics on a numeric Code, for one.
func (c *Client) send(t *transport, cred rules.Credential, request requests.AcsRequest, response responses.AcsResponse) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanic
		}
	}()
	client, err := c.newSDKClient(t, cred)
	if err != nil {
		return err
	}
	return client.DoAction(request, response)
}

// newSDKClient returns a client for one call. It is not a service's own client, whose constructor fills a
// global map without a lock.
func (c *Client) newSDKClient(t *transport, cred rules.Credential) (*sdk.Client, error) {
	config := sdk.NewConfig().
		WithScheme(strings.ToUpper(c.endpoint.Scheme)).
		WithUserAgent(c.userAgent).
		WithAutoRetry(false).
		WithTimeout(c.timeout + time.Second) // the transport's timeout comes first, and can be told from others
	config.Transport = t
	client := &sdk.Client{Domain: c.endpoint.Host}
	if err := client.InitWithOptions(region, config, sdkCredential(cred)); err != nil {
		return nil, err
	}
	client.SetCloseTrace(true) // a tracer would be handed the URL
	// The transport sees to proxies. Were these empty, the SDK would parse the environment all the same, and
	// fail on values that are fine for everyone else: HTTPS_PROXY=127.0.0.1:3128, NO_PROXY=+.
	client.SetHttpProxy("unused")
	client.SetHttpsProxy("unused")
	client.SetNoProxy("unused")
	return client, nil
}

// sdkCredential never returns nil, for which the SDK would go and find a credential of its own.
func sdkCredential(c rules.Credential) auth.Credential {
	if c.Token.IsZero() {
		return credentials.NewAccessKeyCredential(c.ID.Reveal(), c.Secret.Reveal())
	}
	return credentials.NewStsTokenCredential(c.ID.Reveal(), c.Secret.Reveal(), c.Token.Reveal())
}
