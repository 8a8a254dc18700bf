package fetch

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/akguard/akguard/rules/reason"
)

// sender sends the requests of a session. It is below go-git's client, so that the credential goes to the host that it is
// for and to no host that this one redirects to, and so that a token that ends between two requests is renewed.
type sender struct {
	scheme, host string // that the credential is for
	user         string
	renew        func(ctx context.Context, refused string) (string, error) // may be nil
	maxRefs      int64

	mu       sync.Mutex
	password string // "" if there is no credential
}

// RoundTrip implements http.RoundTripper.
func (s *sender) RoundTrip(req *http.Request) (*http.Response, error) {
	used := s.credential()
	resp, err := s.send(req, used)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || s.renew == nil || !s.concerns(req) {
		return resp, err
	}
	_ = resp.Body.Close()
	renewed, err := s.renew(req.Context(), used)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.password = renewed
	s.mu.Unlock()
	if req.GetBody != nil {
		if req.Body, err = req.GetBody(); err != nil {
			return nil, err
		}
	}
	return s.send(req, renewed)
}

func (s *sender) credential() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.password
}

// concerns reports whether a request may carry the credential.
func (s *sender) concerns(req *http.Request) bool {
	return req.URL.Scheme == s.scheme && req.URL.Host == s.host
}

func (s *sender) send(req *http.Request, password string) (*http.Response, error) {
	sent := req.Clone(req.Context())
	if s.concerns(req) && (password != "" || s.user != anyUser) {
		sent.SetBasicAuth(s.user, password)
	}
	resp, err := http.DefaultTransport.RoundTrip(sent)
	if err == nil && s.maxRefs > 0 && strings.HasSuffix(req.URL.Path, "/info/refs") {
		resp.Body = &capped{resp.Body, s.maxRefs}
	}
	return resp, err
}

// capped is the body of an answer that may not be longer than a cap.
type capped struct {
	io.ReadCloser
	left int64
}

// Read implements io.Reader. What is past the cap is not handed out together with the error: readers of a fixed size ignore an
// error that comes with all they want.
func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, reason.NewError("git.fetch-refs-size")
	}
	n, err := c.ReadCloser.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}
