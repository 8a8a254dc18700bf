package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"reflect"
	"syscall"
	"testing"
	"time"

	"github.com/akguard/akguard/rules/reason"
)

// TestCause is an inside test because a lookup that fails cannot be had on loopback.
func TestCause(t *testing.T) {
	const secret = "https://sts.aliyuncs.com/?AccessKeyId=LTAI&Signature=abc"
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	tests := []struct {
		err  error
		want reason.Reason
	}{
		{&net.DNSError{Name: "sts", Server: secret, IsNotFound: true}, reason.New("cloud.no-such-host")},
		{&net.DNSError{Name: "sts", Err: secret}, reason.New("cloud.lookup-failed")},
		{os.NewSyscallError("connect", syscall.ECONNREFUSED), reason.New("cloud.system", "connection refused")},
		{os.NewSyscallError("connect", syscall.ENETUNREACH), reason.New("cloud.system", "network is unreachable")},
		{context.DeadlineExceeded, reason.New("cloud.timeout", 4*time.Second)},
		{io.EOF, reason.New("cloud.closed")},
		{errors.New(secret), reason.New("cloud.connection-failed")},
	}
	for _, test := range tests {
		for _, err := range []error{test.err, dial(test.err), &url.Error{Op: "Post", URL: secret, Err: dial(test.err)}} {
			if got := cause(err, 4*time.Second); !reflect.DeepEqual(got, test.want) {
				t.Errorf("cause(%q) = %v, want %v", err, got, test.want)
			}
		}
		proxied := fmt.Errorf("%s: %w", secret, &net.OpError{Op: "proxyconnect", Err: dial(test.err)})
		if got := cause(proxied, 4*time.Second); !reflect.DeepEqual(got, reason.New("cloud.proxy", test.want)) {
			t.Errorf("cause(%q) = %v, want that of the proxy", proxied, got)
		}
	}
}
