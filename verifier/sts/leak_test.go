package sts_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/sts"
)

// childEndpoints tells this program to check the credential in childKey at each endpoint and to print the
// verdicts, instead of testing, so that all it prints in doing so can be searched.
const (
	childEndpoints = "AKGUARD_TEST_ENDPOINTS"
	childKey       = "AKGUARD_TEST_KEY"
)

func TestMain(m *testing.M) {
	if endpoints := os.Getenv(childEndpoints); endpoints != "" {
		parts := strings.Fields(os.Getenv(childKey))
		c := rules.Credential{Type: rules.STS, ID: rules.NewSecret(parts[0]),
			Secret: rules.NewSecret(parts[1]), Token: rules.NewSecret(parts[2])}
		for endpoint := range strings.FieldsSeq(endpoints) {
			checkAndPrint(endpoint, c)
		}
		return
	}
	os.Exit(m.Run())
}

func checkAndPrint(endpoint string, c rules.Credential) {
	reached, err := connection.New(connection.Options{Endpoints: map[string]string{"sts": endpoint}})
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	checker, err := sts.New(sts.Options{Connection: reached, Timeout: 200 * time.Millisecond})
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	v := checker.Verify(context.Background(), c)
	fmt.Printf("verdict: %+v %#v %+v\n", v, v, v.Identity)
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL
}

// echo answers with all that it was sent, in a place that a refusal is read from.
func echo(format string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		id := r.URL.Query().Get("AccessKeyId")
		w.Header().Set("Location", "http://127.0.0.1:1/?"+r.URL.RawQuery)
		status := http.StatusBadRequest
		if strings.HasPrefix(format, "redirect") {
			status = http.StatusTemporaryRedirect
		}
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, format, id, r.URL.RawQuery, url.QueryEscape(r.URL.RawQuery))
	}
}

// misbehaviours are servers that the credential meets: every fault, and some that repeat what they were sent.
func misbehaviours(t *testing.T, account *alibabatest.Account) map[string]http.HandlerFunc {
	all := map[string]http.HandlerFunc{
		"echo in code":     echo(`{"Code":"%s","Message":"%s %s"}`),
		"echo in message":  echo(`{"Code":"Forbidden","Message":"%s %s %s"}`),
		"echo in text":     echo(`%s %s %s`),
		"echo in ID":       echo(`{"Code":"Forbidden","RequestId":"%s","Message":"%s %s"}`),
		"redirect to echo": echo(`redirect %s %s %s`),
	}
	for name, fault := range map[string]alibabatest.Fault{
		"hang":        {Hang: true},
		"reset":       {Reset: true},
		"throttled":   alibabatest.Throttled(),
		"unavailable": alibabatest.Unavailable(),
		"not JSON":    alibabatest.NotJSON(),
		"numeric":     alibabatest.NumericCode(),
		"new code":    {Code: "Brand.New"},
	} {
		s := newServer(t, account)
		s.Inject(fault, -1)
		all[name] = s.ServeHTTP
	}
	late := newServer(t, account)
	late.SetClock(func() time.Time { return time.Now().Add(time.Hour) })
	all["clock"] = late.ServeHTTP
	all["live"] = newServer(t, account).ServeHTTP
	all["not found"] = newServer(t).ServeHTTP
	return all
}

func TestNothingLeaks(t *testing.T) {
	account := alibabatest.NewAccount()
	c := account.AddSession("deploy", "run-1", time.Now().Add(2*time.Hour)).Credential()
	var mu sync.Mutex
	secrets := []string{c.ID.Reveal(), c.Secret.Reveal(), c.Token.Reveal(), c.Token.Reveal()[:40], "Signature="}
	var endpoints []string
	for _, handler := range misbehaviours(t, account) {
		endpoints = append(endpoints, serve(t, func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			secrets = append(secrets, r.URL.Query().Get("Signature"))
			mu.Unlock()
			handler(w, r)
		}))
	}
	asked := len(endpoints)
	endpoints = append(endpoints, "http://127.0.0.1:1", "http://sts.aliyuncs.com")
	wrong := c.Secret.Reveal()[:42] + "xx" // the answer quotes the signed text
	for _, secret := range []string{c.Secret.Reveal(), wrong} {
		out := runChild(t, strings.Join(endpoints, " "), c.ID.Reveal()+" "+secret+" "+c.Token.Reveal())
		if n := strings.Count(out, "verdict: ") + strings.Count(out, "error: "); n != len(endpoints) {
			t.Fatalf("%d results of %d:\n%s", n, len(endpoints), out)
		}
		mu.Lock()
		for _, secret := range append(secrets, wrong) {
			if strings.Contains(out, secret) || strings.Contains(out, url.QueryEscape(secret)) {
				t.Errorf("%q is in the output:\n%s", secret, out)
			}
		}
		mu.Unlock()
	}
	if got, want := len(secrets)-5, 2*(asked+1); got != want { // the clock's is signed twice
		t.Errorf("%d signatures seen, want %d", got, want)
	}
}

func runChild(t *testing.T, endpoints, key string) string {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childEndpoints+"="+endpoints, childKey+"="+key,
		"DEBUG=sdk", "GORACE=atexit_sleep_ms=0")
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("checking: %v: %s", err, out)
	}
	return string(out)
}
