package cloud

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
	"unicode"

	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// Error is a call that brought no result. Nothing in it comes from the credential: the SDK's own errors, which quote
// the URL or the signed text, are neither kept nor wrapped.
type Error struct {
	Code        string        // the service's error code; "" if there was no answer, or none that was understood
	Message     string        // the service's words, if there is a Code
	Cause       reason.Reason // what went wrong, if there is no Code
	HTTPStatus  int           // zero if no answer came
	RequestID   string
	Unreachable bool // no answer came at all
	Broken      bool // the connection broke before the whole answer had come
}

// Reason returns the error as a fact.
func (e *Error) Reason() reason.Reason {
	switch {
	case e.Code != "":
		return reason.New("cloud.refused", e.Code, e.HTTPStatus, e.Message)
	case e.HTTPStatus != 0 && e.Cause.IsZero():
		return reason.New("cloud.not-understood", e.HTTPStatus)
	case e.HTTPStatus != 0:
		return reason.New("cloud.unusable-answer", e.HTTPStatus, e.Cause)
	}
	return e.Cause
}

// Error returns the reason's code and arguments.
func (e *Error) Error() string { return e.Reason().String() }

// As lets errors.As find the reason of the error, as that of a *reason.Error.
func (e *Error) As(target any) bool {
	known, ok := target.(**reason.Error)
	if ok {
		*known = &reason.Error{Reason: e.Reason(), Err: e}
	}
	return ok
}

func failure(r reason.Reason) *Error { return &Error{Cause: r} }

func notUnderstood(status int) *Error { return &Error{HTTPStatus: status} }

// explain turns a failed call into an Error: err is what the SDK made of it, t has seen what happened.
func (c *Client) explain(err error, t *transport, cred rules.Credential) *Error {
	var refusal *sdkerrors.ServerError
	switch {
	case t.err != nil:
		return &Error{Cause: cause(t.err, c.timeout), HTTPStatus: t.status, Unreachable: t.status == 0, Broken: broke(t.err)}
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

// broke reports whether a connection that was made ended too early: it was reset or closed.
func broke(err error) bool {
	var op *net.OpError
	if errors.As(err, &op) {
		return (op.Op == "read" || op.Op == "write") && !op.Timeout()
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// cause names the innermost cause of a transport error. It never quotes an error of a kind that it does not know:
// net/http wraps URLs, proxy passwords and what servers say.
func cause(err error, timeout time.Duration) reason.Reason {
	var (
		op     *net.OpError
		dns    *net.DNSError
		proxy  proxyError
		errno  syscall.Errno
		record tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return reason.New("cloud.proxy", cause(op.Err, timeout))
	case errors.Is(err, context.DeadlineExceeded):
		return reason.New("cloud.timeout", timeout)
	case errors.Is(err, errRedirect):
		return reason.New("cloud.redirect")
	case errors.Is(err, errTooLong):
		return reason.New("cloud.too-long")
	case errors.As(err, &proxy):
		return reason.New("cloud.proxy-status", int(proxy), http.StatusText(int(proxy)))
	case errors.As(err, &dns) && dns.IsNotFound:
		return reason.New("cloud.no-such-host")
	case errors.As(err, &dns):
		return reason.New("cloud.lookup-failed")
	case errors.As(err, &errno):
		return reason.New("cloud.system", errno.Error())
	case errors.As(err, &record):
		return reason.New("cloud.no-tls")
	}
	return closedOrTLS(err)
}

func closedOrTLS(err error) reason.Reason {
	var op *net.OpError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate):
		return reason.New("cloud.certificate")
	case errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error"): // TLS alerts
		return reason.New("cloud.tls", op.Err.Error())
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return reason.New("cloud.closed")
	}
	return reason.New("cloud.connection-failed")
}

// hider masks what a service may echo of a call: plain, or percent-encoded once or twice as in the signed text.
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

// clean makes a service's message fit to print: without the signed text that SignatureDoesNotMatch quotes, without the
// credential, short and on one line.
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
