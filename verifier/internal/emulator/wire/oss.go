package wire

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
)

const ossAlgorithm = "OSS4-HMAC-SHA256"

// bucketCall is what a call of OSS says: its parameters are in the URL, the headers and the body, and its signature covers the
// method, the bucket and object, the parameters and the headers of OSS.
type bucketCall struct {
	bucket, object, sub string // sub is what of a bucket the call is about: acl
	id, scope           string // of the signature
	signature           string
	query               string
	header              http.Header
}

// ossActions are the calls by their method and what of a bucket they are about. Others are about objects.
var ossActions = map[string]string{
	"GET acl": "GetBucketAcl", "GET policy": "GetBucketPolicy", "GET logging": "GetBucketLogging",
	"PUT acl": "PutBucketAcl", "PUT policy": "PutBucketPolicy", "PUT logging": "PutBucketLogging",
	"DELETE policy": "DeleteBucketPolicy", "DELETE logging": "DeleteBucketLogging", "PUT ": "PutBucket", "GET ": "GetBucket",
}

// isBucketCall reports whether a call is signed as those of OSS are.
func isBucketCall(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Authorization"), ossAlgorithm+" ")
}

// parseBucketCall reads a call of OSS. The bucket is in the path: on one loopback address it cannot be in the host.
func parseBucketCall(r *http.Request) (Request, error) {
	req := Request{method: r.Method, Params: map[string]string{}, UserAgent: r.UserAgent(), host: r.Host}
	c := &bucketCall{header: r.Header.Clone(), query: r.URL.RawQuery}
	req.oss = c
	c.bucket, c.object, _ = strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	for name := range r.URL.Query() {
		if slices.Contains([]string{"acl", "policy", "logging"}, name) {
			c.sub = name
		}
	}
	rest := strings.TrimPrefix(r.Header.Get("Authorization"), ossAlgorithm+" ")
	for _, field := range strings.Split(rest, ",") {
		switch name, value, _ := strings.Cut(strings.TrimSpace(field), "="); name {
		case "Credential":
			c.id, c.scope, _ = strings.Cut(value, "/")
		case "Signature":
			c.signature = value
		}
	}
	if c.id == "" || c.scope == "" || c.signature == "" {
		return req, errors.New("the Authorization header cannot be read")
	}
	body, err := readBody(r)
	if err != nil {
		return req, err
	}
	req.Params["bucketName"], req.Params["objectName"] = c.bucket, c.object
	req.Params["acl"], req.Params["body"] = r.Header.Get("X-Oss-Acl"), string(body)
	for name, value := range req.Params {
		if value == "" {
			delete(req.Params, name)
		}
	}
	return req, nil
}

func (c *bucketCall) action(method string) string {
	switch {
	case c.bucket == "":
		return "GetService"
	case c.object != "":
		return map[string]string{"GET": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject"}[method]
	}
	return ossActions[method+" "+c.sub]
}

// region is the one for which the call is signed.
func (c *bucketCall) region() string {
	parts := strings.Split(c.scope, "/")
	if len(parts) != 4 {
		return ""
	}
	return parts[1]
}

// timestamp writes the time of the call as other calls do.
func (c *bucketCall) timestamp() string {
	t := c.header.Get("X-Oss-Date")
	if len(t) != len("20060102T150405Z") {
		return t
	}
	return t[:4] + "-" + t[4:6] + "-" + t[6:11] + ":" + t[11:13] + ":" + t[13:]
}

func (c *bucketCall) stringToSign(method string) string {
	resource := "/"
	if c.bucket != "" {
		resource = "/" + c.bucket + "/" + c.object
	}
	pairs := strings.FieldsFunc(c.query, func(r rune) bool { return r == '&' })
	slices.Sort(pairs)
	var headers strings.Builder
	for _, name := range slices.Sorted(maps.Keys(c.header)) {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-oss-") || lower == "content-type" {
			headers.WriteString(lower + ":" + strings.TrimSpace(c.header.Get(name)) + "\n")
		}
	}
	canonical := strings.Join([]string{method, resource, strings.Join(pairs, "&"), headers.String(), "",
		cmp.Or(c.header.Get("X-Oss-Content-Sha256"), "UNSIGNED-PAYLOAD")}, "\n")
	hash := sha256.Sum256([]byte(canonical))
	return strings.Join([]string{ossAlgorithm, c.header.Get("X-Oss-Date"), c.scope, hex.EncodeToString(hash[:])}, "\n")
}

func (c *bucketCall) sign(method, secret string) string {
	key := []byte("aliyun_v4" + secret)
	for _, part := range append(strings.Split(c.scope, "/"), c.stringToSign(method)) {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return hex.EncodeToString(key)
}
