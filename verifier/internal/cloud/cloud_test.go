package cloud_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// childEndpoint tells this program to make one call and print its error, instead of testing: some things are
// read from the environment once, when a process starts.
const childEndpoint = "AKGUARD_TEST_ENDPOINT"

func TestMain(m *testing.M) {
	if endpoint, ok := os.LookupEnv(childEndpoint); ok {
		client, err := cloud.New(cloud.Options{Endpoints: at(endpoint)})
		if err == nil {
			_, err = client.AsKey(credential()).GetCallerIdentity(context.Background())
		}
		var e *cloud.Error
		if errors.As(err, &e) {
			err = errors.New(fmt.Sprint(e.Reason().Code, e.Cause.Args(), e.HTTPStatus))
		}
		fmt.Println("error:", err)
		return
	}
	os.Exit(m.Run())
}

// runChild makes one call in a process with more environment, and returns all that it printed.
func runChild(t *testing.T, endpoint string, env ...string) string {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childEndpoint+"="+endpoint, "GORACE=atexit_sleep_ms=0")
	child.Env = append(child.Env, env...)
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("running the call: %v: %s", err, out)
	}
	return string(out)
}

// at has all services answer at one URL; "" is their own endpoints.
func at(endpoint string) map[string]string {
	if endpoint == "" {
		return nil
	}
	all := map[string]string{}
	for _, name := range cloud.Services() {
		all[name] = endpoint
	}
	return all
}

func credential() rules.Credential { return alibabatest.NewAccount().AddKey("ci").Credential() }

func call(t *testing.T, o cloud.Options, c rules.Credential) error {
	t.Helper()
	client, err := cloud.New(o)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.AsKey(c).Once().GetCallerIdentity(t.Context())
	return err
}

// wantError checks the error of a failed call.
func wantError(t *testing.T, err error, want cloud.Error) {
	t.Helper()
	var got *cloud.Error
	if !errors.As(err, &got) {
		t.Fatalf("error %v is not an *Error", err)
	}
	if !reflect.DeepEqual(*got, want) {
		t.Errorf("got %+v, want %+v", *got, want)
	}
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL
}

func TestEndpointURLs(t *testing.T) {
	tests := []struct{ endpoint, wantErr string }{
		{"https://sts.cn-beijing.aliyuncs.com", ""},
		{"https://sts.aliyuncs.com/", ""},
		{"http://127.0.0.1:8080", ""},
		{"http://127.1.2.3", ""},
		{"http://[::1]:8080", ""},
		{"http://localhost:8080", ""},
		{"http://sts.aliyuncs.com", "cloud.endpoint-plain-http"},
		{"http://10.0.0.1", "cloud.endpoint-plain-http"},
		{"http://127.0.0.1.example.com", "cloud.endpoint-plain-http"},
		{"http://localhost.example.com", "cloud.endpoint-plain-http"},
		{"ftp://sts.aliyuncs.com", "cloud.endpoint-scheme"},
		{"sts.aliyuncs.com", "cloud.endpoint-not-url"},
		{"127.0.0.1:8080", "cloud.endpoint-not-url"},
		{"https://", "cloud.endpoint-not-url"},
		{"https://:443", "cloud.endpoint-not-url"},
		{"https://sts.aliyuncs.com/path", "cloud.endpoint-host-only"},
		{"https://sts.aliyuncs.com?a=b", "cloud.endpoint-host-only"},
		{"https://user:hunter2@sts.aliyuncs.com", "cloud.endpoint-host-only"},
		{"https://user:hunter2@sts aliyuncs.com", "cloud.endpoint-not-url"},
	}
	for _, test := range tests {
		_, err := cloud.New(cloud.Options{Endpoints: at(test.endpoint)})
		switch {
		case test.wantErr == "" && err != nil:
			t.Errorf("%q: %v", test.endpoint, err)
		case test.wantErr != "" && (err == nil || !strings.Contains(err.Error(), test.wantErr)):
			t.Errorf("%q: error %v, want one with %q", test.endpoint, err, test.wantErr)
		case err != nil && strings.Contains(err.Error(), "hunter2"):
			t.Errorf("%q: error %v holds a password", test.endpoint, err)
		}
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	var reached atomic.Int32
	other := serve(t, func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		endpoint := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other, status) })
		err := call(t, cloud.Options{Endpoints: at(endpoint)}, credential())
		wantError(t, err, cloud.Error{Cause: reason.New("cloud.redirect"), HTTPStatus: status})
	}
	if reached.Load() != 0 {
		t.Error("a redirect was followed")
	}
}

func TestOddAnswers(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
	}{
		{"empty", 200, ""},
		{"no content", 204, ""},
		{"HTML", 200, "<html>"},
		{"JSON without an account", 200, `{"RequestId":"1"}`},
		{"JSON array", 200, `[1,2]`},
		{"JSON null", 200, `null`},
		{"null account", 200, `{"AccountId":null}`},
		{"account as an object", 200, `{"AccountId":{}}`},
		{"numeric code", 400, `{"Code":404,"Message":"x"}`},
		{"numeric message", 400, `{"Code":"Forbidden","Message":1}`},
		{"detail as a list", 403, `{"Code":"NoPermission","AccessDeniedDetail":[]}`},
		{"code of several words", 400, `{"Code":"not a code"}`},
		{"code with an escape sequence", 400, `{"Code":"\u001b[31mred"}`},
		{"HTML refusal", 502, "<h1>Bad Gateway</h1>"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			endpoint := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			})
			err := call(t, cloud.Options{Endpoints: at(endpoint)}, credential())
			wantError(t, err, cloud.Error{HTTPStatus: test.status})
		})
	}
}

func TestEndlessAnswer(t *testing.T) {
	endpoint := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	err := call(t, cloud.Options{Endpoints: at(endpoint)}, credential())
	wantError(t, err, cloud.Error{Cause: reason.New("cloud.too-long"), HTTPStatus: 200})
}

func TestAnswerThatBreaksOff(t *testing.T) {
	endpoint := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte(`{"AccountId":"1`))
	})
	err := call(t, cloud.Options{Endpoints: at(endpoint)}, credential())
	wantError(t, err, cloud.Error{Cause: reason.New("cloud.closed"), HTTPStatus: 200, Broken: true})
}

func TestRefusalIsKeptWithoutTheCredential(t *testing.T) {
	c := alibabatest.NewAccount().AddSession("r", "s", time.Now()).Credential()
	endpoint := serve(t, func(w http.ResponseWriter, r *http.Request) {
		signature := r.URL.Query().Get("Signature")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `{"Code":"Throttling","RequestId":"AB-1","Message":"%s %s %s %s %s\n%s"}`,
			c.ID.Reveal(), c.Secret.Reveal(), c.Token.Reveal(), signature, url.QueryEscape(signature), strings.Repeat("x", 1000))
	})
	wantError(t, call(t, cloud.Options{Endpoints: at(endpoint)}, c), cloud.Error{
		Code:       "Throttling",
		Message:    "**** **** **** **** **** " + strings.Repeat("x", 275) + "…",
		HTTPStatus: 400,
		RequestID:  "AB-1",
	})
}

func TestRequestIDHoldsNoCredential(t *testing.T) {
	c := credential()
	endpoint := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `{"Code":"Throttling","Message":"x","RequestId":"for-%s"}`, c.ID.Reveal())
	})
	err := call(t, cloud.Options{Endpoints: at(endpoint)}, c)
	wantError(t, err, cloud.Error{Code: "Throttling", Message: "x", HTTPStatus: 400})
}

func TestIncompleteCredentialIsNotSent(t *testing.T) {
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAIfromEnvironment")
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret")
	endpoint := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a call was made") })
	c := credential()
	for _, cut := range []rules.Credential{{}, {ID: c.ID}, {Secret: c.Secret}} {
		err := call(t, cloud.Options{Endpoints: at(endpoint)}, cut)
		wantError(t, err, cloud.Error{Cause: reason.New("cloud.incomplete-credential")})
	}
}

func TestUserAgent(t *testing.T) {
	endpoint := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		if agent := r.UserAgent(); !strings.Contains(agent, "akguard-test") {
			t.Errorf("User-Agent is %q", agent)
		}
	})
	_ = call(t, cloud.Options{Endpoints: at(endpoint), UserAgent: "akguard-test"}, credential())
}

func TestContextEndsCall(t *testing.T) {
	account := alibabatest.NewAccount()
	s, err := alibabatest.NewServer(account)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Inject(alibabatest.Fault{Hang: true}, -1)
	client, err := cloud.New(cloud.Options{Endpoints: at(s.URL), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err = client.AsKey(account.AddKey("ci").Credential()).GetCallerIdentity(ctx)
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 2*time.Second {
		t.Errorf("after %s: %v", time.Since(start), err)
	}
	var e *cloud.Error
	if errors.As(err, &e) {
		t.Errorf("the caller's own deadline is blamed on the service: %+v", e)
	}
}

// tlsServer serves an emulated account over TLS up to the version.
func tlsServer(t *testing.T, maxVersion uint16, handler http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: maxVersion}
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are meant
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func TestTLS(t *testing.T) {
	account := alibabatest.NewAccount()
	emulated, err := alibabatest.NewServer(account)
	if err != nil {
		t.Fatal(err)
	}
	defer emulated.Close()
	modern := tlsServer(t, tls.VersionTLS13, emulated)
	old := tlsServer(t, tls.VersionTLS11, emulated)
	trusted := x509.NewCertPool()
	trusted.AddCert(modern.Certificate())
	tests := []struct {
		name     string
		endpoint string
		roots    *x509.CertPool
		want     reason.Reason
	}{
		{"trusted", modern.URL, trusted, reason.Reason{}},
		{"not trusted", modern.URL, nil, reason.New("cloud.certificate")},
		{"TLS 1.1", old.URL, trusted, reason.New("cloud.tls", "tls: protocol version not supported")},
		{"no TLS", strings.Replace(emulated.URL, "http:", "https:", 1), trusted, reason.New("cloud.no-tls")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := account.AddKey("ci").Credential()
			err := call(t, cloud.Options{Endpoints: at(test.endpoint), RootCAs: test.roots}, c)
			if test.want.IsZero() && err == nil {
				return
			}
			wantError(t, err, cloud.Error{Cause: test.want, Unreachable: true})
		})
	}
	if n := emulated.Calls("Sts", "GetCallerIdentity"); n != 1 {
		t.Errorf("%d calls arrived, want the trusted one alone", n)
	}
}

func TestProxyIsUsed(t *testing.T) {
	asked := make(chan string, 1)
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.Host
		w.WriteHeader(http.StatusProxyAuthRequired)
	})
	address := strings.TrimPrefix(proxy, "http://") // as people write it; the SDK itself would fail to parse it
	out := runChild(t, "", "HTTPS_PROXY="+address, "NO_PROXY=+.example.com")
	if want := "error: cloud.proxy-status[407 Proxy Authentication Required] 0\n"; out != want {
		t.Errorf("the call printed %q, want %q", out, want)
	}
	select {
	case request := <-asked:
		if request != "CONNECT sts.aliyuncs.com:443" {
			t.Errorf("the proxy got %s", request)
		}
	default:
		t.Error("the proxy was not asked")
	}
}

func TestUnreachableProxy(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	out := runChild(t, "", "HTTPS_PROXY=http://user:hunter2@"+address, "NO_PROXY=")
	if !strings.HasPrefix(out, "error: cloud.proxy") || !strings.Contains(out, "connection refused") || strings.Contains(out, "hunter2") {
		t.Errorf("the call printed %q", out)
	}
}

func TestDebugVariableDoesNotPrintTheCall(t *testing.T) {
	endpoint := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	for _, debug := range []string{"sdk", "a,sdk", "sdk,sdk,"} {
		out := runChild(t, endpoint, "DEBUG="+debug)
		if want := "error: cloud.not-understood[] 418\n"; out != want {
			t.Errorf("with DEBUG=%s the call printed %q, want %q", debug, out, want)
		}
	}
}
