package cloud

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/akguard/akguard/rules"
)

// maxAnswer is far larger than any answer.
const maxAnswer = 1 << 20

var (
	errRedirect = errors.New("the answer is a redirect")
	errTooLong  = errors.New("the answer is too long")
)

// transport carries one call and remembers how it went. The SDK has no context parameter, so the call is cancelled here.
// It is not an *http.Transport, because the SDK would replace the dialer, the TLS settings and the proxy of one.
type transport struct {
	ctx    context.Context
	next   http.RoundTripper
	clock  *clock       // nil for an unsigned call
	secret rules.Secret // signs again what the SDK signed with a wrong clock

	signatures []string // of every request that was sent
	status     int      // of the answer; zero if none came
	err        error    // the failure itself, without the URL that http.Client wraps around it
}

// RoundTrip sends the request and reads the whole answer. If the service refuses the request's time stamp, it is sent
// again with the service's own time, and so are later calls.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	skew := t.clock.skew()
	response, body, err := t.exchange(r, skew)
	if err == nil && t.clock.learn(response, body, skew) {
		response, _, err = t.exchange(r, t.clock.skew())
	}
	t.err = err
	return response, err
}

// exchange sends the request, signed for skew from now.
func (t *transport) exchange(r *http.Request, skew time.Duration) (*http.Response, []byte, error) {
	if skew != 0 {
		var err error
		if r, err = resign(r, t.secret.Reveal(), time.Now().Add(skew)); err != nil {
			return nil, nil, err
		}
	}
	t.signatures, t.status = append(t.signatures, r.URL.Query().Get("Signature")), 0
	return t.send(r)
}

func (t *transport) send(r *http.Request) (*http.Response, []byte, error) {
	response, err := t.next.RoundTrip(r.WithContext(t.ctx))
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	t.status = response.StatusCode
	if response.StatusCode/100 == 3 {
		return nil, nil, errRedirect
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, nil, err
	}
	if len(body) > maxAnswer {
		return nil, nil, errTooLong
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, body, nil
}

// proxyError is the status with which a proxy refused to connect.
type proxyError int

func (e proxyError) Error() string {
	return fmt.Sprintf("the proxy answered %d %s", int(e), http.StatusText(int(e)))
}

// checkProxy keeps the status of a refusal; net/http keeps only text that the proxy chose.
func checkProxy(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode != http.StatusOK {
		return proxyError(response.StatusCode)
	}
	return nil
}
