package cloud

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
)

// Plain is a call of a service that takes no AccessKey, but a token or a password of its own.
type Plain struct {
	Service, Action string // as a trace names them
	Method, Path    string
	Params          url.Values // of the URL
	Header          http.Header
	Body            string // JSON
}

// PlainAnswer is what a service answered to a Plain call.
type PlainAnswer struct {
	Status int
	Body   []byte
}

// Ask makes a call once, in the pace of its service. Any answer of the service is a PlainAnswer, whatever its status. The error is an
// *Error, or wraps ctx's if ctx ended the call; it holds neither the URL, which may have a token in it, nor a header.
func (c *Client) Ask(ctx context.Context, p Plain) (PlainAnswer, error) {
	endpoint, err := c.Endpoint(p.Service)
	if err != nil {
		return PlainAnswer{}, failure(reason.New("cloud.connection-failed"))
	}
	var a PlainAnswer
	err = c.paced(ctx, p.Service, func() error {
		start := time.Now()
		var err error
		a, err = c.askOnce(ctx, endpoint, p)
		if c.trace != nil {
			c.trace(Call{services[p.Service].product, p.Action, Code(err), err != nil, time.Since(start), c.quiet})
		}
		return err
	})
	return a, err
}

func (c *Client) askOnce(ctx context.Context, endpoint *url.URL, p Plain) (PlainAnswer, error) {
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	u := url.URL{Scheme: endpoint.Scheme, Host: endpoint.Host, Path: p.Path, RawQuery: p.Params.Encode()}
	request, err := http.NewRequestWithContext(limited, p.Method, u.String(), strings.NewReader(p.Body))
	if err != nil {
		return PlainAnswer{}, failure(reason.New("cloud.connection-failed"))
	}
	for name, values := range p.Header {
		request.Header[name] = values
	}
	request.Header.Set("User-Agent", c.userAgent)
	if p.Body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	t := &transport{ctx: limited, next: c.next}
	response, body, err := t.send(request)
	switch {
	case err != nil && ctx.Err() != nil:
		return PlainAnswer{}, fmt.Errorf("calling %s: %w", p.Service, ctx.Err())
	case err != nil:
		return PlainAnswer{}, &Error{Cause: cause(err, c.timeout), HTTPStatus: t.status, Unreachable: t.status == 0, Broken: broke(err)}
	}
	return PlainAnswer{response.StatusCode, body}, nil
}
