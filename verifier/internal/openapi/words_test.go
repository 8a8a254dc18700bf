package openapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"syscall"
	"testing"
	"time"
)

// TestWords is an inside test because a lookup that fails cannot be had on loopback.
func TestWords(t *testing.T) {
	const secret = "https://sts.aliyuncs.com/?AccessKeyId=LTAI&Signature=abc"
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	tests := []struct {
		err  error
		want string
	}{
		{&net.DNSError{Name: "sts", Server: secret, IsNotFound: true}, "no such host"},
		{&net.DNSError{Name: "sts", Err: secret}, "the host name could not be looked up"},
		{os.NewSyscallError("connect", syscall.ECONNREFUSED), "connection refused"},
		{os.NewSyscallError("connect", syscall.ENETUNREACH), "network is unreachable"},
		{context.DeadlineExceeded, "timeout after 4s"},
		{io.EOF, "the connection was closed"},
		{errors.New(secret), "the connection failed"},
	}
	for _, test := range tests {
		for _, err := range []error{test.err, dial(test.err), &url.Error{Op: "Post", URL: secret, Err: dial(test.err)}} {
			if got := words(err, 4*time.Second); got != test.want {
				t.Errorf("words(%q) = %q, want %q", err, got, test.want)
			}
		}
		proxied := fmt.Errorf("%s: %w", secret, &net.OpError{Op: "proxyconnect", Err: dial(test.err)})
		if got := words(proxied, 4*time.Second); got != "proxy: "+test.want {
			t.Errorf("words(%q) = %q, want %q", proxied, got, "proxy: "+test.want)
		}
	}
}
