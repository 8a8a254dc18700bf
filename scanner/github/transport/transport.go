// Package transport sends the requests of the clients of GitHub's API, below go-github, which knows only some of the ways in
// which GitHub limits: it sees the status and the headers of each answer.
//
// A request has the token, if it is for the host of the API, also after a redirect. It waits for its turn in the budget. It is
// sent again after a refusal for a limit, after a failure of the server if that is safe, and once with a new token if the
// server refuses the old one. A list that has not changed since is not sent again by the server, and counts less.
package transport

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
)

const (
	// How often a request is sent that the server fails to serve, and one that it refuses for a limit.
	maxAttempts    = 4
	maxLimited     = 20
	requestTimeout = 30 * time.Second
	slowAfter      = 5 * time.Second
	maxAnswer      = 64 << 20 // bytes of an answer that are read
	// An answer that is read as a stream may stop for this long.
	maxStall = time.Minute
)

// Tokens supplies the token of each request. It is safe for concurrent use.
type Tokens interface {
	// Token returns the token to use now; "" to send none. refused is the token that the server has just refused, or "": a
	// source that can renews it once, and one that cannot returns it again.
	Token(ctx context.Context, refused string) (string, error)
}

// Transport is an http.RoundTripper. It is safe for concurrent use.
type Transport struct {
	Next    http.RoundTripper
	Base    *url.URL // of the API; its path ends in a slash
	GraphQL string   // the address of GraphQL
	Tokens  Tokens
	Secrets *Redactor // learns the tokens
	Budget  *Budget
	// Patience returns how long a request waits at most, which may be one patience for all.
	Patience func() *Patience
	Cache    *Cache // nil: none
	// Slow is told when an answer has not come for a while, for how long that is and how long is waited at most; may be nil.
	Slow func(waited, limit time.Duration)
}

type (
	repeatKey struct{}
	streamKey struct{}
	writeKey  struct{}
)

// Repeatable marks a call that may be repeated although it may have taken effect.
func Repeatable(ctx context.Context) context.Context {
	return context.WithValue(ctx, repeatKey{}, true)
}

// Streamed marks a call whose answer is read as a stream, and not at once.
func Streamed(ctx context.Context) context.Context {
	return context.WithValue(ctx, streamKey{}, true)
}

// Writing marks a request to GraphQL that changes something.
func Writing(ctx context.Context) context.Context {
	return context.WithValue(ctx, writeKey{}, true)
}

func marked(req *http.Request, key any) bool { return req.Context().Value(key) != nil }

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close() // copies of it are sent
	}
	if req.URL.Scheme != t.Base.Scheme || req.URL.Host != t.Base.Host {
		return t.send(req, "") // a redirect to another host gets no token, and counts towards no limit of ours
	}
	c := call{Transport: t, req: req, cost: t.cost(req), patience: t.Patience()}
	resp, err := c.run()
	if err == nil { // else go-github refuses the next call by itself
		resp.Header.Del("X-Ratelimit-Remaining")
		resp.Header.Del("X-Ratelimit-Reset")
	}
	return resp, err
}

// cost returns what a request costs: GitHub counts one point for reading, five for writing.
func (t *Transport) cost(req *http.Request) Cost {
	path := "/" + strings.TrimPrefix(req.URL.Path, t.Base.Path)
	c := Cost{Resource: "core", Points: 1}
	switch {
	case strings.HasSuffix(t.GraphQL, req.URL.Host+req.URL.Path):
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

// call is a request on its way to an answer.
type call struct {
	*Transport
	req      *http.Request
	cost     Cost
	patience *Patience
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
		if c.token, err = c.Tokens.Token(ctx, refused); err != nil {
			return nil, err
		}
		c.Secrets.Add(c.token)
		if err := c.Budget.Take(ctx, c.cost, c.patience); err != nil {
			return nil, err
		}
		resp, answer, err := c.once(ctx)
		if refused = c.refused(ctx, resp); refused != "" {
			continue
		}
		if wait, again := c.again(resp, err, answer); again {
			if err := c.Budget.Sleep(ctx, wait, c.patience); err == nil {
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
func (c *call) once(ctx context.Context) (*http.Response, Answer, error) {
	req := c.req
	stored := c.Cache.get(req, c.token)
	if stored != nil {
		req = req.Clone(ctx)
		req.Header.Set("If-None-Match", stored.tag)
	}
	resp, err := c.send(req, c.token)
	var answer Answer
	if err == nil {
		var body []byte
		if whole, ok := resp.Body.(*wholeBody); ok {
			body = whole.text
		}
		answer = ReadAnswer(resp.StatusCode, resp.Header, body, c.cost, c.Budget.Now())
	}
	if stream, ok := bodyOf(resp).(*stream); ok { // it is under way until it is closed
		stream.done = func() { c.Budget.Done(ctx, answer) }
		return resp, answer, err
	}
	c.Budget.Done(ctx, answer)
	if err == nil {
		resp = c.Cache.resolve(c.req, c.token, stored, resp)
	}
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
	token, err := c.Tokens.Token(ctx, c.token)
	if err != nil || token == c.token {
		return ""
	}
	return c.token
}

// again reports whether to send the request again, and when. After a limit, the budget knows how long to wait.
func (c *call) again(resp *http.Response, err error, answer Answer) (time.Duration, bool) {
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
func (t *Transport) send(req *http.Request, token string) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	timer := time.AfterFunc(requestTimeout, cancel)
	if t.Slow != nil {
		defer time.AfterFunc(slowAfter, func() { t.Slow(slowAfter, requestTimeout) }).Stop()
	}
	resp, err := t.Next.RoundTrip(prepare(req.Clone(ctx), req, token))
	if err == nil && marked(req, streamKey{}) && resp.StatusCode < http.StatusMultipleChoices {
		timer.Stop()
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
	defer s.timer.Stop() // who reads may take longer
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
