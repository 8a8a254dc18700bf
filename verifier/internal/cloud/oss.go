package cloud

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// OSS has a protocol of its own: REST, XML, and the signature V4. New accounts cannot use the older V1.

// BucketQuery is a call about a bucket, or about all of them, that changes nothing.
type BucketQuery struct {
	Action string // as ActionTrail and permissions name it: GetBucketAcl
	Bucket string // "" for the list of buckets
	Params map[string]string
}

const (
	unsignedPayload = "UNSIGNED-PAYLOAD"
	ossTime         = "20060102T150405Z"
)

// bucketName is what a bucket can be called. It becomes a part of the host's name.
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)

// ReadBucket makes a call in the client's region, repeats it while OSS is busy, and returns the body of the answer.
func (c *Client) ReadBucket(ctx context.Context, q BucketQuery) (body []byte, err error) {
	err = c.retried(ctx, OSS, func() error {
		body, err = c.bucket(ctx, q)
		return err
	})
	return body, err
}

// bucket makes one call.
func (c *Client) bucket(ctx context.Context, q BucketQuery) ([]byte, error) {
	endpoint, cred, err := c.prepare(ctx, OSS)
	if err != nil {
		return nil, err
	}
	if cred.ID.IsZero() || cred.Secret.IsZero() {
		return nil, failure(reason.New("cloud.incomplete-credential"))
	}
	if q.Bucket != "" && !bucketName.MatchString(q.Bucket) {
		return nil, notUnderstood(http.StatusOK) // the list of buckets has a name that none can have
	}
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(limited, http.MethodGet, bucketURL(endpoint, c.endpoints[OSS] != nil, q), nil)
	if err != nil {
		return nil, failure(reason.New("cloud.connection-failed"))
	}
	request.Header.Set("User-Agent", c.userAgent)
	signBucket(request, q, cred, bucketScope{c.Now().UTC(), c.regionID()})
	start := time.Now()
	body, err := c.exchangeBucket(ctx, request, cred)
	if c.trace != nil {
		c.trace(Call{services[OSS].product, q.Action, Code(err), err != nil, time.Since(start), c.quiet})
	}
	return body, err
}

// bucketURL puts the name of the bucket before that of the host, as OSS wants it, or into the path, for endpoints that
// replace the table's.
func bucketURL(endpoint *url.URL, path bool, q BucketQuery) string {
	u := url.URL{Scheme: endpoint.Scheme, Host: endpoint.Host, Path: "/", RawQuery: bucketParams(q)}
	switch {
	case q.Bucket != "" && path:
		u.Path = "/" + q.Bucket + "/"
	case q.Bucket != "":
		u.Host = q.Bucket + "." + u.Host
	}
	return u.String()
}

// bucketParams writes the parameters in order; those without a value, such as acl, without a sign.
func bucketParams(q BucketQuery) string {
	var pairs []string
	for name, value := range q.Params {
		pair := percentEncode(name)
		if value != "" {
			pair += "=" + percentEncode(value)
		}
		pairs = append(pairs, pair)
	}
	slices.SortFunc(pairs, func(a, b string) int {
		nameA, _, _ := strings.Cut(a, "=")
		nameB, _, _ := strings.Cut(b, "=")
		return strings.Compare(nameA, nameB)
	})
	return strings.Join(pairs, "&")
}

// bucketScope is for when and where a signature is good.
type bucketScope struct {
	at     time.Time
	region string
}

func (s bucketScope) String() string {
	return s.at.Format("20060102") + "/" + s.region + "/oss/aliyun_v4_request"
}

// signBucket signs a request with OSS4-HMAC-SHA256. The signature covers the method, the bucket, the parameters and the headers
// of OSS.
func signBucket(r *http.Request, q BucketQuery, cred rules.Credential, s bucketScope) {
	r.Header.Set("X-Oss-Content-Sha256", unsignedPayload)
	r.Header.Set("X-Oss-Date", s.at.Format(ossTime))
	if !cred.Token.IsZero() {
		r.Header.Set("X-Oss-Security-Token", cred.Token.Reveal())
	}
	resource := "/"
	if q.Bucket != "" {
		resource = "/" + q.Bucket + "/"
	}
	canonical := strings.Join([]string{r.Method, resource, bucketParams(q), bucketHeaders(r.Header), "", unsignedPayload}, "\n")
	signature := s.sign(cred.Secret, canonical)
	r.Header.Set("Authorization", "OSS4-HMAC-SHA256 Credential="+cred.ID.Reveal()+"/"+s.String()+",Signature="+signature)
}

// bucketHeaders writes the headers that are always signed, each with a newline.
func bucketHeaders(h http.Header) string {
	lines := map[string]string{}
	for name := range h {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-oss-") || lower == "content-type" {
			lines[lower] = lower + ":" + strings.TrimSpace(h.Get(name)) + "\n"
		}
	}
	var all strings.Builder
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		all.WriteString(lines[name])
	}
	return all.String()
}

// sign derives a key from the secret and the scope, and signs the canonical form of a request with it.
func (s bucketScope) sign(secret rules.Secret, canonical string) string {
	hash := sha256.Sum256([]byte(canonical))
	text := strings.Join([]string{"OSS4-HMAC-SHA256", s.at.Format(ossTime), s.String(), hex.EncodeToString(hash[:])}, "\n")
	key := []byte("aliyun_v4" + secret.Reveal())
	for _, part := range append(strings.Split(s.String(), "/"), text) {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return hex.EncodeToString(key)
}

// exchangeBucket sends a request, and turns a refusal into an Error without any part of the credential.
func (c *Client) exchangeBucket(ctx context.Context, r *http.Request, cred rules.Credential) ([]byte, error) {
	t := &transport{ctx: r.Context(), next: c.next}
	response, err := t.RoundTrip(r)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, fmt.Errorf("calling %s: %w", OSS, ctx.Err())
	case err != nil:
		return nil, &Error{Cause: cause(err, c.timeout), HTTPStatus: t.status, Unreachable: t.status == 0}
	}
	body, err := io.ReadAll(response.Body) // in memory already, and of limited length
	if err != nil || response.Header.Get("X-Oss-Request-Id") == "" {
		return nil, notUnderstood(t.status) // not from OSS
	}
	if response.StatusCode == http.StatusOK {
		return body, nil
	}
	var refused struct{ Code, Message, RequestID string }
	if xml.Unmarshal(body, &refused) != nil {
		return nil, notUnderstood(t.status)
	}
	_, signature, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
	hidden := hider(cred, []string{signature})
	code := hidden.Replace(refused.Code)
	if !isWord(code) {
		return nil, notUnderstood(t.status)
	}
	return nil, &Error{Code: code, Message: rules.MaskIDs(clean(refused.Message, hidden)), HTTPStatus: t.status}
}
