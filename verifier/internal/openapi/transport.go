package openapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// maxAnswer is far above what any call answers.
const maxAnswer = 1 << 20

var (
	errRedirect = errors.New("the answer is a redirect")
	errTooLong  = errors.New("the answer is too long")
)

// transport carries one call and remembers how it went. The SDK knows no context, so the call ends here with
// it; and it is not an *http.Transport, whose dialer, TLS settings and proxy the SDK would replace.
type transport struct {
	ctx  context.Context
	next http.RoundTripper

	signature string
	status    int   // of the answer; zero if none came
	err       error // the failure itself, without the URL that http.Client wraps around it
}

// RoundTrip sends the request and reads the whole answer.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	t.signature = r.URL.Query().Get("Signature")
	response, err := t.exchange(r)
	t.err = err
	return response, err
}

func (t *transport) exchange(r *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(r.WithContext(t.ctx))
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	t.status = response.StatusCode
	if response.StatusCode/100 == 3 {
		return nil, errRedirect
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxAnswer {
		return nil, errTooLong
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// proxyError is a proxy's refusal to connect.
type proxyError int

func (e proxyError) Error() string {
	return fmt.Sprintf("the proxy answered %d %s", int(e), http.StatusText(int(e)))
}

// checkProxy keeps the status of a refusal, of which net/http keeps only words that the proxy chose.
func checkProxy(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode != http.StatusOK {
		return proxyError(response.StatusCode)
	}
	return nil
}
