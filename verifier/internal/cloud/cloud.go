// Package cloud is akguard's one client of Alibaba Cloud's API. It is the only importer of the vendor's SDK, which is
// no longer maintained and careless with secrets, so everything dangerous about the SDK is fenced in here:
//
//   - Calls use HTTPS with TLS 1.2 or newer; plain http is accepted for loopback hosts only. Redirects are not
//     followed: the next host would read AccessKeyId, Signature and SecurityToken in the Referer header.
//   - Every call gets its own SDK client, because a shared one has data races.
//   - A call ends with its context or its timeout, whichever comes first, and an answer has a maximum size.
//   - An answer that is not understood is an Error, even where the SDK would panic.
//   - No error holds any part of the credential, the signature or the security token.
//
// What all calls have in common is here too, once: the endpoint of each service in each region (endpoints.go), the
// pace of each service (pace.go), the service's clock (clock.go), retries and paging. A method is one call, unless its
// comment says that it reads all pages. Methods that only read are repeated when the service is busy or fails; methods
// that change something are not, because a change that failed may have happened.
//
// To add a service, add a line to the table in endpoints.go and a file with its methods.
package cloud

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	_ "github.com/akguard/akguard/verifier/internal/quiet" // before the SDK initialises
	"github.com/akguard/akguard/verifier/internal/wait"
)

const (
	defaultTimeout = 4 * time.Second
	defaultRetries = 3
)

// Options say how Alibaba Cloud is reached. The zero value calls the public endpoints.
type Options struct {
	Region    string            // whose endpoints are called; "" for the public ones
	Endpoints map[string]string // URLs by the service's name, which replace those of the table
	RootCAs   *x509.CertPool    // trusted certificate authorities; the system's if nil
	UserAgent string            // added to the SDK's own
	Timeout   time.Duration     // for one call, answer included; 4 s if zero
	Unpaced   bool              // no limit to the calls in a second; for tests
	Transport http.RoundTripper // in place of the network; for tests

	// Trace is called after each call; nil for none. It may be called from several goroutines.
	Trace func(Call)

	Now   func() time.Time                                 // this machine's clock; time.Now if nil
	Sleep func(ctx context.Context, d time.Duration) error // waits, or ends with ctx; for tests. With Now, it paces calls too
}

// Call is one call that was made, for a trace. It holds no value of a credential.
type Call struct {
	Service, Action string
	Code            string // the service's error code; "" if there was none
	Failed          bool
	Took            time.Duration
	Quiet           bool // a check of a leaked key, which whoever asked for it reports
}

// Credential is what calls are signed with. Get may renew it.
type Credential interface {
	Get(ctx context.Context) (rules.Credential, error)
}

// Client calls Alibaba Cloud. It is safe for concurrent use. Clients that derive from one another share connections,
// the pace of each service, and the service's clock.
type Client struct {
	*shared
	region     string     // whose endpoints are called; "" for the public ones
	told       bool       // the service itself named the region
	credential Credential // nil for a client that cannot sign
	timeout    time.Duration
	retries    int // of a call that only reads
	quiet      bool
}

// shared is what derived clients have in common.
type shared struct {
	endpoints map[string]*url.URL // those that Options replace
	userAgent string
	next      http.RoundTripper
	paces     map[string]*pace
	joint     *pace // of the central services together, once one of them refused a call as too many
	crowding  sync.Once
	crowded   atomic.Bool // joint is in force
	clock     clock
	sleep     func(ctx context.Context, d time.Duration) error
	trace     func(Call)
}

// New returns a client without a credential. It makes no call. The error is a *reason.Error.
func New(o Options) (*Client, error) {
	s := &shared{
		endpoints: map[string]*url.URL{}, userAgent: o.UserAgent, next: newTransport(o.RootCAs),
		paces: map[string]*pace{}, sleep: o.Sleep, trace: o.Trace,
	}
	if o.Transport != nil {
		s.next = o.Transport
	}
	s.clock.local = o.Now
	if s.clock.local == nil {
		s.clock.local = time.Now
	}
	if s.sleep == nil {
		s.sleep = wait.For
	}
	if err := s.useEndpoints(o); err != nil {
		return nil, err
	}
	for name, service := range services {
		if !o.Unpaced {
			s.paces[name] = newPace(service.pace)
			if o.Now != nil && o.Sleep != nil { // both belong to one emulated clock
				s.paces[name].now = o.Now
			}
		}
	}
	if !o.Unpaced {
		s.joint = newPace(services[RAM].pace)
		if o.Now != nil && o.Sleep != nil {
			s.joint.now = o.Now
		}
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	return &Client{shared: s, region: o.Region, timeout: o.Timeout, retries: defaultRetries}, nil
}

// useEndpoints sets the region and the endpoints, if they are valid.
func (s *shared) useEndpoints(o Options) error {
	if o.Region != "" && !knownRegion(o.Region) {
		return unknownRegion(o.Region, "")
	}
	for name, raw := range o.Endpoints {
		if raw == "" {
			continue
		}
		if _, ok := services[name]; !ok {
			return &reason.Error{Reason: reason.New("cloud.no-such-service", name, strings.Join(Services(), ", "))}
		}
		u, err := parseEndpoint(raw)
		if err != nil {
			return err
		}
		s.endpoints[name] = u
	}
	return nil
}

// As returns a client that signs with another credential.
func (c *Client) As(credential Credential) *Client {
	other := *c
	other.credential = credential
	return &other
}

// fixed is a credential that never changes.
type fixed rules.Credential

func (f fixed) Get(context.Context) (rules.Credential, error) { return rules.Credential(f), nil }

// AsKey returns a client that signs with this key.
func (c *Client) AsKey(key rules.Credential) *Client { return c.As(fixed(key)) }

// In returns a client of another region, which the service has named. Endpoints that replace those of the table still
// apply; where the table lacks the region, which may be newer than it, the host has the usual form.
func (c *Client) In(region string) *Client {
	other := *c
	other.region, other.told = region, true
	return &other
}

// Once returns a client that never repeats a call, and whose calls are quiet in a trace.
func (c *Client) Once() *Client {
	other := *c
	other.retries, other.quiet = 0, true
	return &other
}

// WithTimeout returns a client with another timeout for each call.
func (c *Client) WithTimeout(d time.Duration) *Client {
	other := *c
	other.timeout = d
	return &other
}

// Now is the time by the service's clock or, before the first answer, by this machine's.
func (c *Client) Now() time.Time { return c.clock.now() }

// Skew is by how much the service's clock is ahead of this machine's; zero before the first answer.
func (c *Client) Skew() time.Duration { return c.clock.offset() }

// Pause waits for d, or until ctx ends.
func (c *Client) Pause(ctx context.Context, d time.Duration) error { return c.sleep(ctx, d) }

// newTransport returns the transport that all calls share, and with it their connections.
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

// do sends one request to an endpoint and decodes the answer into response. The error is an *Error, or wraps ctx's if
// ctx ended the call.
func (c *Client) do(ctx context.Context, endpoint *url.URL, cred rules.Credential, request requests.AcsRequest, response responses.AcsResponse) error {
	if cred.ID.IsZero() || cred.Secret.IsZero() {
		return failure(reason.New("cloud.incomplete-credential"))
	}
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	t := &transport{ctx: limited, next: c.next, clock: &c.clock, secret: cred.Secret}
	err := c.send(endpoint, t, cred, request, response)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("calling %s: %w", request.GetActionName(), ctx.Err())
	}
	return c.explain(err, t, cred)
}

// errPanic replaces a panic of the SDK, whose own value may quote the answer.
var errPanic = errors.New("the SDK panicked")

// send runs the SDK. errors.NewServerError panics on a numeric Code, for one.
func (c *Client) send(endpoint *url.URL, t *transport, cred rules.Credential, request requests.AcsRequest, response responses.AcsResponse) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanic
		}
	}()
	client, err := c.newSDKClient(endpoint, t, cred)
	if err != nil {
		return err
	}
	return client.DoAction(request, response)
}

// newSDKClient returns a client for one call. It is not a service's own client, whose constructor fills a global map
// without a lock.
func (c *Client) newSDKClient(endpoint *url.URL, t *transport, cred rules.Credential) (*sdk.Client, error) {
	config := sdk.NewConfig().
		WithScheme(strings.ToUpper(endpoint.Scheme)).
		WithUserAgent(c.userAgent).
		WithAutoRetry(false).
		WithTimeout(c.timeout + time.Second) // ours ends first, and can be recognised
	config.Transport = t
	client := &sdk.Client{Domain: endpoint.Host}
	if err := client.InitWithOptions(c.regionID(), config, sdkCredential(cred)); err != nil {
		return nil, err
	}
	client.SetCloseTrace(true) // a tracer would be handed the URL
	// The transport handles proxies. Were these empty, the SDK would parse the environment all the same, and fail on
	// values that are fine for everyone else: HTTPS_PROXY=127.0.0.1:3128, NO_PROXY=+.
	client.SetHttpProxy("unused")
	client.SetHttpsProxy("unused")
	client.SetNoProxy("unused")
	return client, nil
}

// sdkCredential never returns nil, for which the SDK would look for a credential of its own.
func sdkCredential(c rules.Credential) auth.Credential {
	if c.Token.IsZero() {
		return credentials.NewAccessKeyCredential(c.ID.Reveal(), c.Secret.Reveal())
	}
	return credentials.NewStsTokenCredential(c.ID.Reveal(), c.Secret.Reveal(), c.Token.Reveal())
}
