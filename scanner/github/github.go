// Package github talks to the API of github.com or of GitHub Enterprise Server: the few calls that comment on a pull request
// and write a check run. It is the only importer of go-github, whose types end here.
//
// A token is sent to the host of the API alone, also when that redirects, and is in no error. Calls that may be repeated are
// repeated after a failure of the server; every call is after a rate limit, as long as the server asks for no more patience
// than Options.MaxWait. A call that creates something is not repeated after a failure of the server, because it may have
// taken effect: the caller looks before it tries again.
package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/github/transport"
	"github.com/akguard/akguard/scanner/printable"
)

// Options say whom to talk to. Token and Repository are required.
type Options struct {
	API        string // as GITHUB_API_URL; "" is github.com's
	Token      string
	Repository string       // owner/name
	HTTP       *http.Client // nil: one with a timeout for each request
	// MaxWait is how long all calls together wait for rate limits and failures to pass; default 2 minutes.
	MaxWait time.Duration
	Sleep   func(context.Context, time.Duration) error // nil: for that long, or until the context ends
}

// publicAPI is the address of github.com's API.
const publicAPI = "https://api.github.com"

// The default of Options.MaxWait, and longer than any limit lasts.
const (
	defaultMaxWait = 2 * time.Minute
	forever        = 365 * 24 * time.Hour
)

// Client calls the API for one repository. It is safe for concurrent use.
type Client struct {
	*api
	owner, name string
}

// New returns a client.
func New(o Options) (*Client, error) {
	base, err := address(o.API)
	if err != nil {
		return nil, err
	}
	owner, name, ok := strings.Cut(o.Repository, "/")
	if !ok || !isName(owner) || !isName(name) {
		return nil, reason.NewError("github.repository", o.Repository)
	}
	wait := o.MaxWait
	if wait == 0 {
		wait = defaultMaxWait
	}
	t := newTransport(base, Static(o.Token))
	t.Budget = transport.NewBudget(transport.BudgetOptions{Sleep: o.Sleep})
	all := transport.NewPatience(wait)
	t.Patience = func() *transport.Patience { return all }
	return &Client{api: newAPI(base, o.HTTP, t), owner: owner, name: name}, nil
}

// api calls the API: what the clients of a repository and of an account share.
type api struct {
	rest    *github.Client
	graphql string // the address of the GraphQL API
	secrets *transport.Redactor
}

// newTransport returns a transport that has a budget of its own, and endless patience.
func newTransport(base *url.URL, tokens Tokens) *transport.Transport {
	return &transport.Transport{
		Next: http.DefaultTransport, Base: base, GraphQL: graphqlOf(base), Tokens: tokens, Secrets: new(transport.Redactor),
		Budget: transport.NewBudget(transport.BudgetOptions{}), Patience: func() *transport.Patience { return transport.NewPatience(forever) },
	}
}

func newAPI(base *url.URL, given *http.Client, t *transport.Transport) *api {
	var client http.Client
	if given != nil {
		client = *given
		if given.Transport != nil {
			t.Next = given.Transport
		}
	}
	client.Timeout = 0 // waits for rate limits would count towards it; each request has a timeout
	client.Transport = t
	rest := github.NewClient(&client)
	rest.BaseURL = base
	rest.UserAgent = "akguard"
	return &api{rest: rest, graphql: t.GraphQL, secrets: t.Secrets}
}

// address checks the address of the API. Over plain http a token would be sent in the clear.
func address(api string) (*url.URL, error) {
	if api == "" {
		api = publicAPI
	}
	base, err := url.Parse(strings.TrimRight(api, "/") + "/")
	if err != nil || base.Host == "" || base.User != nil || base.Scheme != "https" && (base.Scheme != "http" || !isLoopback(base.Hostname())) {
		return nil, reason.NewError("github.address")
	}
	return base, nil
}

func isLoopback(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// isName reports whether a text can be the name of an owner or a repository.
func isName(s string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
	return s != "" && s != "." && s != ".." && strings.Trim(s, letters) == ""
}

// graphqlOf returns the address of GraphQL beside that of REST: /graphql on github.com, /api/graphql beside /api/v3.
func graphqlOf(base *url.URL) string {
	u := *base
	u.Path = strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), "/v3") + "/graphql"
	return u.String()
}

// clean makes what GitHub says fit to print, and removes the tokens.
func (c *api) clean(s string) string { return printable.Short(c.secrets.Clean(s)) }

// Error is an answer that is no success, or the lack of one.
type Error struct {
	Status int // of HTTP; 0 without an answer
	Reason *reason.Error
	// What GitHub says, and why it has blocked a repository.
	message, block string
}

// Error implements error.
func (e *Error) Error() string { return e.Reason.Error() }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Reason }

// Status returns the status of the answer that an error is about; 0 if there was none.
func Status(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// Unsure reports whether a call that failed may have taken effect.
func Unsure(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Status == 0 || e.Status >= http.StatusInternalServerError)
}

// failed makes the error of a call. What GitHub says is quoted, and is fit to print. The token is not in it.
func (c *api) failed(ctx context.Context, call string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	var limited *transport.LimitedError
	if errors.As(err, &limited) {
		lasts := reason.NewError("github.limit-lasts", call, limited.Wait.Round(time.Second))
		return &Error{Status: http.StatusTooManyRequests, Reason: lasts}
	}
	var answer *github.ErrorResponse
	if errors.As(err, &answer) && answer.Response != nil {
		failure := newError(answer.Response.StatusCode, call, c.clean(answer.Message))
		if answer.Block != nil {
			failure.block = c.clean(answer.Block.Reason)
		}
		if strings.HasPrefix(answer.Response.Header.Get("X-Github-Sso"), "required") {
			failure.Reason = reason.NewError("github.sso", call)
		}
		return failure
	}
	return &Error{Reason: reason.NewError("github.unreachable", call, c.clean(err.Error()))}
}

func newError(status int, call, message string) *Error {
	code := "github.failed"
	switch status {
	case http.StatusUnauthorized:
		code = "github.unauthorized"
	case http.StatusForbidden, http.StatusNotFound:
		code = "github.forbidden"
	case http.StatusUnprocessableEntity:
		code = "github.refused"
	case http.StatusTooManyRequests:
		code = "github.rate-limited"
	}
	return &Error{Status: status, Reason: reason.NewError(code, call, fmt.Sprint(status), message), message: message}
}
