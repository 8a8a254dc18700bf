package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/akguard/akguard/rules/reason"
)

// How a message is tried again. A platform that limits the rate is waited for longer, see verdict.
const (
	tries        = 3
	failurePause = 2 * time.Second
	requestTime  = 20 * time.Second
	maxAnswer    = 64 << 10
)

// newClient returns a client that follows no redirect: the receiver would get what is for another one.
func newClient(base *http.Client) *http.Client {
	c := &http.Client{Timeout: requestTime}
	if base != nil {
		c.Transport = base.Transport
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// verdict is what the answer to a request says.
type verdict struct {
	ok    bool
	limit bool          // the rate is limited
	wait  time.Duration // until the next attempt, if the platform says it
	again bool          // another attempt may succeed
	err   error
	// unsure says that the message may have arrived: it was sent, or begun.
	unsure bool
}

// deliver sends a message, as often as it takes.
func (n *Notifier) deliver(ctx context.Context, l *line, about string, m Message) (State, error) {
	deadline := n.opts.Now().Add(n.opts.Patience)
	limits := 0
	for failures := 1; ; {
		if err := n.pace(ctx, l); err != nil {
			return Failed, err
		}
		v := n.attempt(ctx, l, about, m)
		switch {
		case v.ok:
			return Sent, nil
		case v.unsure:
			return Unsure, l.failed(v.err)
		case ctx.Err() != nil:
			return Failed, ctx.Err()
		case v.limit:
			if v.wait == 0 {
				v.wait = l.platform.limitWait << min(limits, 3)
			}
			l.next = n.opts.Now().Add(v.wait)
			limits++
		case !v.again || failures >= tries:
			return Failed, l.failed(v.err)
		default:
			l.next = n.opts.Now().Add(failurePause << failures)
			failures++
		}
		if l.next.After(deadline) {
			return Failed, l.failed(v.err)
		}
	}
}

// pace waits until the target can be sent a message.
func (n *Notifier) pace(ctx context.Context, l *line) error {
	if wait := l.next.Sub(n.opts.Now()); wait > 0 {
		if err := n.opts.Sleep(ctx, wait); err != nil {
			return err
		}
	}
	l.next = n.opts.Now().Add(l.platform.every)
	return ctx.Err()
}

// attempt sends one request.
func (n *Notifier) attempt(ctx context.Context, l *line, about string, m Message) verdict {
	request, err := l.platform.request(l.Target, m, n.opts.Now())
	if err != nil {
		return verdict{err: err}
	}
	var written atomic.Bool
	trace := &httptrace.ClientTrace{WroteHeaders: func() { written.Store(true) }}
	request = request.WithContext(httptrace.WithClientTrace(ctx, trace))
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("User-Agent", "akguard")
	if l.Kind == Webhook {
		request.Header.Set(HeaderID, hash(about))
	}
	response, err := n.client.Do(request)
	if err != nil {
		return verdict{err: reason.NewError("notify.no-answer", withoutAddress(err)), again: true, unsure: written.Load()}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	v := judgeStatus(response, n.opts.Now())
	switch {
	case v.err != nil || v.limit:
		return v
	case err != nil:
		return verdict{err: errors.New("the answer broke off"), unsure: true}
	}
	return l.platform.judge(body)
}

// withoutAddress keeps the innermost error of a request: those around it name the address.
func withoutAddress(err error) error {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &dns):
		return errors.New("the name of the host is not known")
	case errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("timeout")
	case errors.Is(err, context.Canceled):
		return context.Canceled
	}
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return err
}

// judgeStatus judges the status of an answer; the zero verdict says that the body decides.
func judgeStatus(r *http.Response, now time.Time) verdict {
	err := reason.NewError("notify.status", r.StatusCode)
	switch {
	case r.StatusCode == http.StatusTooManyRequests:
		return verdict{limit: true, wait: retryAfter(r.Header.Get("Retry-After"), now), err: err}
	case r.StatusCode/100 == 3:
		return verdict{err: reason.NewError("notify.redirect")}
	case r.StatusCode/100 == 5:
		return verdict{again: true, err: err}
	case r.StatusCode/100 != 2:
		return verdict{err: err}
	}
	return verdict{}
}

// retryAfter returns the wait in a header: seconds, or a date.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(strings.TrimSpace(text)); err == nil {
		return time.Duration(max(seconds, 0)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// checkAddress accepts https, and http to this machine.
func checkAddress(t Target) error {
	address, err := url.Parse(t.Address.Reveal())
	if err != nil || address.Host == "" {
		return reason.NewError("notify.address", t.Name)
	}
	ip := net.ParseIP(address.Hostname())
	local := address.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if address.Scheme != "https" && !(address.Scheme == "http" && local) {
		return reason.NewError("notify.address", t.Name)
	}
	return nil
}

// newRequest returns a request with a body.
func newRequest(address string, body []byte) (*http.Request, error) {
	request, err := http.NewRequest(http.MethodPost, address, strings.NewReader(string(body)))
	if err != nil {
		return nil, errors.New("the address is not one")
	}
	return request, nil
}

// number formats a Unix time.
func number(n int64) string { return fmt.Sprint(n) }
