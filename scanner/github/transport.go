package github

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	maxAttempts    = 4
	defaultMaxWait = 2 * time.Minute
	maxAnswer      = 64 << 20 // bytes of an answer that are read
	// GitHub takes 80 requests a minute that create something. The first ones need not wait.
	unpaced = 20
	pace    = time.Second
)

// transport sends requests: with the token to the API alone, again where that is safe, and never faster than GitHub likes.
type transport struct {
	next    http.RoundTripper
	base    *url.URL
	tokens  Tokens
	secrets *redactor
	sleep   func(context.Context, time.Duration) error

	mu       sync.Mutex
	patience time.Duration // left to wait
	writes   int
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

type repeatKey struct{}

// repeatable marks a call that may be repeated although it may have taken effect.
func repeatable(ctx context.Context) context.Context {
	return context.WithValue(ctx, repeatKey{}, true)
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	again := req.Method == http.MethodGet || req.Context().Value(repeatKey{}) != nil
	if req.Method != http.MethodGet {
		if err := t.slow(req.Context()); err != nil {
			return nil, err
		}
	}
	if req.Body != nil {
		defer req.Body.Close() // copies of it are sent
	}
	for attempt := 1; ; attempt++ {
		resp, err := t.send(req)
		limited := err == nil && isLimited(resp)
		failed := err != nil || resp.StatusCode >= http.StatusInternalServerError
		if attempt < maxAttempts && (limited || failed && again) && t.wait(req.Context(), resp, attempt) {
			continue
		}
		if limited {
			resp.StatusCode = http.StatusTooManyRequests // whichever way GitHub says so
		}
		if err == nil { // else go-github refuses the next call by itself
			resp.Header.Del("X-Ratelimit-Remaining")
			resp.Header.Del("X-Ratelimit-Reset")
		}
		return resp, err
	}
}

// slow waits between calls that create something.
func (t *transport) slow(ctx context.Context) error {
	t.mu.Lock()
	t.writes++
	free := t.writes <= unpaced
	t.mu.Unlock()
	if free {
		return nil
	}
	return t.sleep(ctx, pace)
}

// send sends a request once, and reads the answer.
func (t *transport) send(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), requestTimeout)
	defer cancel()
	sent := req.Clone(ctx)
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		sent.Body = body
	}
	if sent.URL.Scheme == t.base.Scheme && sent.URL.Host == t.base.Host {
		token, err := t.tokens.Token(ctx, "")
		if err != nil {
			return nil, err
		}
		if t.secrets.add(token); token != "" {
			sent.Header.Set("Authorization", "Bearer "+token)
		}
	}
	resp, err := t.next.RoundTrip(sent)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// isLimited reports whether an answer is about a rate limit: status 429, or 403 with one of the signs of a limit.
func isLimited(resp *http.Response) bool {
	if resp.StatusCode == http.StatusTooManyRequests {
		return true
	}
	if resp.StatusCode != http.StatusForbidden {
		return false
	}
	if resp.Header.Get("Retry-After") != "" || resp.Header.Get("X-Ratelimit-Remaining") == "0" {
		return true
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return err == nil && strings.Contains(strings.ToLower(string(body)), "secondary rate limit")
}

// wait waits before the next attempt. It reports false if that would take more patience than is left.
func (t *transport) wait(ctx context.Context, resp *http.Response, attempt int) bool {
	d := time.Duration(1<<(attempt-1)) * time.Second
	if resp != nil {
		if asked, ok := asked(resp.Header, time.Now()); ok {
			d = asked
		}
	}
	t.mu.Lock()
	enough := d <= t.patience
	if enough {
		t.patience -= d
	}
	t.mu.Unlock()
	return enough && ctx.Err() == nil && t.sleep(ctx, d) == nil
}

// asked returns how long a server asks to wait.
func asked(h http.Header, now time.Time) (time.Duration, bool) {
	if after := h.Get("Retry-After"); after != "" {
		if seconds, err := strconv.ParseInt(after, 10, 32); err == nil && seconds >= 0 {
			return time.Duration(seconds) * time.Second, true
		}
		if at, err := http.ParseTime(after); err == nil {
			return max(0, at.Sub(now)), true
		}
	}
	if h.Get("X-Ratelimit-Remaining") != "0" {
		return 0, false
	}
	seconds, err := strconv.ParseInt(h.Get("X-Ratelimit-Reset"), 10, 64)
	if err != nil {
		return 0, false
	}
	return max(0, time.Unix(seconds, 0).Sub(now)+time.Second), true
}
