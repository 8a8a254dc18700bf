package github

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/github/budget"
)

const (
	// How often a request is sent that the server fails to serve, and one that it refuses for a limit.
	maxAttempts    = 4
	maxLimited     = 20
	defaultMaxWait = 2 * time.Minute
	maxAnswer      = 64 << 20 // bytes of an answer that are read
	// An answer that is read as a stream may stop for this long.
	maxStall = time.Minute
)

// transport sends requests: with the token to the API alone, again where that is safe, and within the limits of the budget.
type transport struct {
	next    http.RoundTripper
	base    *url.URL
	tokens  Tokens
	secrets *redactor
	budget  *budget.Budget
	// patience returns how long a request waits at most, which may be one patience for all.
	patience func() *budget.Patience
}

// newTransport returns a transport that has a budget of its own, and endless patience.
func newTransport(base *url.URL, tokens Tokens) *transport {
	return &transport{
		next: http.DefaultTransport, base: base, tokens: tokens, secrets: new(redactor), budget: budget.New(budget.Options{}),
		patience: func() *budget.Patience { return budget.NewPatience(forever) },
	}
}

// forever is longer than any limit lasts.
const forever = 365 * 24 * time.Hour

type (
	repeatKey struct{}
	streamKey struct{}
	writeKey  struct{}
)

// repeatable marks a call that may be repeated although it may have taken effect.
func repeatable(ctx context.Context) context.Context {
	return context.WithValue(ctx, repeatKey{}, true)
}

// streamed marks a call whose answer is read as a stream, and not at once.
func streamed(ctx context.Context) context.Context {
	return context.WithValue(ctx, streamKey{}, true)
}

// writing marks a request to GraphQL that changes something.
func writing(ctx context.Context) context.Context {
	return context.WithValue(ctx, writeKey{}, true)
}

func marked(req *http.Request, key any) bool { return req.Context().Value(key) != nil }

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close() // copies of it are sent
	}
	if req.URL.Scheme != t.base.Scheme || req.URL.Host != t.base.Host {
		return t.send(req, "") // a redirect to another host gets no token, and counts towards no limit of ours
	}
	c := call{transport: t, req: req, cost: cost(req, t.base), patience: t.patience()}
	resp, err := c.run()
	var limited *budget.LimitedError
	if errors.As(err, &limited) {
		call := req.Method + " " + req.URL.Path
		return nil, &Error{Status: http.StatusTooManyRequests, Reason: reason.NewError("github.limit-lasts", call, limited.Wait.Round(time.Second))}
	}
	if err == nil { // else go-github refuses the next call by itself
		resp.Header.Del("X-Ratelimit-Remaining")
		resp.Header.Del("X-Ratelimit-Reset")
	}
	return resp, err
}

// cost returns what a request costs: GitHub counts one point for reading, five for writing.
func cost(req *http.Request, base *url.URL) budget.Cost {
	path := "/" + strings.TrimPrefix(req.URL.Path, base.Path)
	c := budget.Cost{Resource: "core", Points: 1}
	switch {
	case req.URL.Path == mustPath(graphqlOf(base)):
		c.Resource, c.GraphQL = "graphql", true
		if marked(req, writeKey{}) {
			c.Points = 5
		}
		return c
	case path == "/search/code":
		c.Resource = "code_search"
	case strings.HasPrefix(path, "/search/"):
		c.Resource = "search"
	}
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		c.Points, c.Content = 5, true
	}
	return c
}

func mustPath(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Path
}

// call is a request on its way to an answer.
type call struct {
	*transport
	req      *http.Request
	cost     budget.Cost
	patience *budget.Patience
	failed   int // times
	limited  int
	renewed  bool // the token
	token    string
}

func (c *call) run() (*http.Response, error) {
	ctx := c.req.Context()
	refused := ""
	for {
		var err error
		if c.token, err = c.tokens.Token(ctx, refused); err != nil {
			return nil, err
		}
		c.secrets.add(c.token)
		if err := c.budget.Take(ctx, c.cost, c.patience); err != nil {
			return nil, err
		}
		resp, answer, err := c.once(ctx)
		if refused = c.refused(ctx, resp); refused != "" {
			continue
		}
		if wait, again := c.again(resp, err, answer); again {
			if err := c.budget.Sleep(ctx, wait, c.patience); err == nil {
				continue
			} else if ctx.Err() != nil {
				return nil, err
			}
		}
		if answer.Limited {
			resp.StatusCode = http.StatusTooManyRequests // whichever way GitHub says so
		}
		return resp, err
	}
}

// once sends the request, and reports what the answer says of limits.
func (c *call) once(ctx context.Context) (*http.Response, budget.Answer, error) {
	resp, err := c.send(c.req, c.token)
	var answer budget.Answer
	if err == nil {
		var body []byte
		if whole, ok := resp.Body.(*wholeBody); ok {
			body = whole.text
		}
		answer = budget.Read(resp.StatusCode, resp.Header, body, c.cost, c.budget.Now())
	}
	if stream, ok := bodyOf(resp).(*stream); ok { // it is under way until it is closed
		stream.done = func() { c.budget.Done(ctx, answer) }
		return resp, answer, err
	}
	c.budget.Done(ctx, answer)
	return resp, answer, err
}

func bodyOf(resp *http.Response) io.ReadCloser {
	if resp == nil {
		return nil
	}
	return resp.Body
}

// refused returns the token if the server has refused it, and there is another one. That is tried once.
func (c *call) refused(ctx context.Context, resp *http.Response) string {
	if resp == nil || resp.StatusCode != http.StatusUnauthorized || c.renewed || c.token == "" {
		return ""
	}
	c.renewed = true
	token, err := c.tokens.Token(ctx, c.token)
	if err != nil || token == c.token {
		return ""
	}
	return c.token
}

// again reports whether to send the request again, and when. After a limit, the budget knows how long to wait.
func (c *call) again(resp *http.Response, err error, answer budget.Answer) (time.Duration, bool) {
	if answer.Limited {
		c.limited++
		return 0, c.limited < maxLimited
	}
	repeat := c.req.Method == http.MethodGet || marked(c.req, repeatKey{})
	failed := err != nil || resp.StatusCode >= http.StatusInternalServerError
	pending := err == nil && resp.StatusCode == http.StatusAccepted && c.req.Method == http.MethodGet
	if !pending && !(failed && repeat) {
		return 0, false
	}
	c.failed++
	return time.Second << (c.failed - 1), c.failed < maxAttempts
}

// send sends a request once, and reads the answer.
func (t *transport) send(req *http.Request, token string) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	timer := time.AfterFunc(requestTimeout, cancel)
	resp, err := t.next.RoundTrip(prepare(req.Clone(ctx), req, token))
	if err == nil && marked(req, streamKey{}) && resp.StatusCode < http.StatusMultipleChoices {
		resp.Body = &stream{ReadCloser: resp.Body, timer: timer, cancel: cancel}
		return resp, nil
	}
	defer cancel()
	defer timer.Stop()
	if err != nil {
		if ctx.Err() != nil && req.Context().Err() == nil {
			err = errTimeout
		}
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	_ = resp.Body.Close()
	if err == nil && len(body) > maxAnswer {
		err = reason.NewError("github.answer-too-large", int64(maxAnswer))
	}
	if err != nil {
		return nil, err
	}
	resp.Body = &wholeBody{bytes.NewReader(body), body}
	return resp, nil
}

var errTimeout = errors.New("timeout")

func prepare(sent, req *http.Request, token string) *http.Request {
	if req.GetBody != nil {
		if body, err := req.GetBody(); err == nil {
			sent.Body = body
		}
	}
	if token != "" {
		sent.Header.Set("Authorization", "Bearer "+token)
	}
	return sent
}

// wholeBody is an answer that was read at once.
type wholeBody struct {
	*bytes.Reader
	text []byte
}

// Close implements io.Closer.
func (*wholeBody) Close() error { return nil }

// stream is an answer that is read bit by bit. It ends if nothing comes for a while.
type stream struct {
	io.ReadCloser
	timer  *time.Timer
	cancel context.CancelFunc
	done   func() // may be nil
}

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) {
	s.timer.Reset(maxStall)
	return s.ReadCloser.Read(p)
}

// Close implements io.Closer.
func (s *stream) Close() error {
	s.timer.Stop()
	err := s.ReadCloser.Close()
	s.cancel()
	if s.done != nil {
		s.done()
		s.done = nil
	}
	return err
}
