package openapi

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"
	"unicode"

	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"

	"github.com/akguard/akguard/rules"
)

// Error is a call that brought no result. Nothing in it comes from the credential: the SDK's own errors, which
// quote the URL or the signed text, are neither kept nor wrapped.
type Error struct {
	Code        string // the service's error code; empty if there was none, or no answer that was understood
	Message     string // the service's words, or ours where there is no Code
	HTTPStatus  int    // zero if no answer came
	RequestID   string
	Unreachable bool // no answer came at all
}

// Error says what happened.
func (e *Error) Error() string {
	switch {
	case e.Code != "":
		return fmt.Sprintf("%s (HTTP %d): %s", e.Code, e.HTTPStatus, e.Message)
	case e.HTTPStatus != 0:
		return fmt.Sprintf("%s (HTTP %d)", e.Message, e.HTTPStatus)
	}
	return e.Message
}

func notUnderstood(status int) *Error {
	return &Error{Message: "the answer was not understood", HTTPStatus: status}
}

// explain turns a failed call into an Error: err is what the SDK made of it, t has seen what happened.
func (c *Client) explain(err error, t *transport, cred rules.Credential) *Error {
	var refusal *sdkerrors.ServerError
	switch {
	case t.err != nil && t.status == 0:
		return &Error{Message: words(t.err, c.timeout), Unreachable: true}
	case t.err != nil:
		return &Error{Message: "the answer was not understood: " + words(t.err, c.timeout), HTTPStatus: t.status}
	case !errors.As(err, &refusal):
		return notUnderstood(t.status)
	}
	hidden := hider(cred, t.signatures)
	code := hidden.Replace(refusal.ErrorCode())
	if !isWord(code) {
		return notUnderstood(t.status)
	}
	e := &Error{Code: code, Message: clean(refusal.Message(), hidden), HTTPStatus: t.status}
	if id := hidden.Replace(refusal.RequestId()); isWord(id) {
		e.RequestID = id
	}
	return e
}

// words names the innermost cause of a transport error. It never quotes an error of a kind that it does not
// know: net/http wraps URLs, proxy passwords and what servers say.
func words(err error, timeout time.Duration) string {
	var (
		op          *net.OpError
		dns         *net.DNSError
		proxy       proxyError
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		errno       syscall.Errno
	)
	switch {
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return "proxy: " + words(op.Err, timeout)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("timeout after %s", timeout)
	case errors.Is(err, errRedirect), errors.Is(err, errTooLong):
		return err.Error()
	case errors.As(err, &proxy):
		return proxy.Error()
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no such host"
	case errors.As(err, &dns):
		return "the host name could not be looked up"
	case errors.As(err, &errno):
		return errno.Error()
	case errors.As(err, &certificate):
		return "its certificate is not trusted"
	case errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error"): // TLS alerts
		return op.Err.Error()
	case errors.As(err, &record):
		return "it does not speak TLS"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed"
	}
	return "the connection failed"
}

// hider masks what of the call a service may echo, plain or percent-encoded once or twice as in the signed text.
func hider(cred rules.Credential, signatures []string) *strings.Replacer {
	var pairs []string
	values := append([]string{cred.Token.Reveal(), cred.Secret.Reveal(), cred.ID.Reveal()}, signatures...)
	for _, value := range values {
		once := url.QueryEscape(value)
		for _, form := range []string{value, once, url.QueryEscape(once)} {
			if form != "" {
				pairs = append(pairs, form, "****")
			}
		}
	}
	return strings.NewReplacer(pairs...)
}

// clean makes a service's message fit to print: without the signed text that SignatureDoesNotMatch quotes,
// without the credential, on one line and short.
func clean(message string, hidden *strings.Replacer) string {
	const limit = 300
	message, _, _ = strings.Cut(message, sdkerrors.MessageContain)
	message = strings.Map(printable, hidden.Replace(message))
	if len(message) > limit {
		message = strings.ToValidUTF8(message[:limit], "") + "…"
	}
	return strings.TrimSpace(message)
}

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return ' '
}

// isWord reports whether s looks like an error code or a request ID: SignatureDoesNotMatch, Throttling.User.
func isWord(s string) bool {
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_"
	return s != "" && len(s) <= 100 && strings.Trim(s, allowed) == ""
}
