package cloud

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/rulestest"
)

// TestBucketSignature compares with a signature in the tests of the vendor's own SDKs, such as that for Go.
func TestBucketSignature(t *testing.T) {
	s := bucketScope{time.UnixMilli(1702743657018).UTC(), "cn-hangzhou"}
	h := http.Header{}
	for name, value := range map[string]string{"x-oss-head1": "value", "abc": "value", "ZAbc": "value", "XYZ": "value", "content-type": "text/plain",
		"x-oss-content-sha256": unsignedPayload, "x-oss-date": s.at.Format(ossTime)} {
		h.Set(name, value)
	}
	params := bucketParams(BucketQuery{Params: map[string]string{"param1": "value1", "|param1": "value4", "+param1": "value3", "+param2": "", "|param2": "", "param2": ""}})
	canonical := strings.Join([]string{"PUT", "/bucket/1234%2B-/123/1.txt", params, bucketHeaders(h), "", unsignedPayload}, "\n")
	const want = "e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe"
	if got := s.sign(rules.NewSecret("sk"), canonical); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestBucketURL(t *testing.T) {
	host := &url.URL{Scheme: "https", Host: "oss-cn-beijing.aliyuncs.com"}
	for want, q := range map[string]BucketQuery{
		"https://oss-cn-beijing.aliyuncs.com/?max-keys=1000": {Params: map[string]string{"max-keys": "1000"}},
		"https://logs.oss-cn-beijing.aliyuncs.com/?acl":      {Bucket: "logs", Params: map[string]string{"acl": ""}},
	} {
		if got := bucketURL(host, false, q); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// bucketServer answers every call of OSS, and keeps the last request.
func bucketServer(t *testing.T, status int, body string) (*Client, *http.Request, rules.Credential) {
	t.Helper()
	last := &http.Request{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*last = *r.Clone(context.Background())
		w.Header().Set("X-Oss-Request-Id", "1")
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	c, err := New(Options{Unpaced: true, Endpoints: map[string]string{OSS: server.URL}, Sleep: func(context.Context, time.Duration) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	keys := rulestest.NewKeys(3)
	cred := rules.Credential{ID: rules.NewSecret(keys.ID24()), Secret: rules.NewSecret(keys.Secret()), Token: rules.NewSecret(keys.Token())}
	return c.AsKey(cred), last, cred
}

func TestReadBucket(t *testing.T) {
	c, last, cred := bucketServer(t, 200, "<x/>")
	body, err := c.In("cn-beijing").ReadBucket(t.Context(), BucketQuery{Action: "GetBucketAcl", Bucket: "logs", Params: map[string]string{"acl": ""}})
	if err != nil || string(body) != "<x/>" {
		t.Fatalf("%q, %v", body, err)
	}
	if last.URL.String() != "/logs/?acl" || last.Header.Get("X-Oss-Security-Token") != cred.Token.Reveal() ||
		!strings.Contains(last.Header.Get("Authorization"), "/cn-beijing/oss/aliyun_v4_request,Signature=") {
		t.Errorf("%s %v", last.URL, last.Header)
	}
	for _, bad := range []string{"../x", "a", "A-B", "x.evil.example", "-ab"} {
		if _, err := c.ReadBucket(t.Context(), BucketQuery{Action: "GetBucketAcl", Bucket: bad}); err == nil {
			t.Errorf("bucket %q is called", bad)
		}
	}
}

// TestBucketErrorsHoldNoSecret has OSS quote everything that it was sent.
func TestBucketErrorsHoldNoSecret(t *testing.T) {
	c, last, cred := bucketServer(t, 403, "")
	_, err := c.ReadBucket(t.Context(), BucketQuery{Action: "GetService"})
	if err == nil {
		t.Fatal("an empty refusal is no error")
	}
	_, signature, _ := strings.Cut(last.Header.Get("Authorization"), "Signature=")
	echo := strings.Join([]string{cred.ID.Reveal(), cred.Secret.Reveal(), cred.Token.Reveal(), signature}, " ")
	c, last, _ = bucketServer(t, 403, "<Error><Code>SignatureDoesNotMatch</Code><Message>"+echo+"</Message></Error>")
	_, err = c.ReadBucket(t.Context(), BucketQuery{Action: "GetService"})
	var e *Error
	if !errors.As(err, &e) || e.Code != "SignatureDoesNotMatch" || e.HTTPStatus != 403 {
		t.Fatalf("error %v", err)
	}
	for _, secret := range []string{cred.ID.Reveal(), cred.Secret.Reveal(), cred.Token.Reveal()} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error holds %s: %v", secret, err)
		}
	}
	if last.Method != http.MethodGet {
		t.Errorf("method %s", last.Method)
	}
}
