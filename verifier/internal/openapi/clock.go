package openapi

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// minSkew is the difference between two clocks that is worth correcting: the service allows 15 minutes.
const minSkew = time.Minute

// clock is by how much the service's clock is ahead of this machine's, as far as is known. The SDK signs with the
// machine's clock and lets nobody set another one, so a request is signed anew after it did: see resign. A nil clock
// corrects nothing.
type clock struct{ ahead atomic.Int64 }

// skew is the correction; zero where the machine's clock will do.
func (c *clock) skew() time.Duration {
	if c == nil {
		return 0
	}
	return time.Duration(c.ahead.Load())
}

// learn reads the service's clock off a refusal, and reports whether the call is worth repeating with it: the
// refusal was for the time, and the clock is another one than the call was signed with.
func (c *clock) learn(r *http.Response, body []byte, signedWith time.Duration) bool {
	if c == nil || !refusesTime(r.StatusCode, body) {
		return false
	}
	date, err := http.ParseTime(r.Header.Get("Date"))
	if err != nil {
		return false
	}
	ahead := time.Until(date).Round(time.Second)
	if ahead.Abs() < minSkew {
		ahead = 0
	}
	c.ahead.Store(int64(ahead))
	return (ahead - signedWith).Abs() >= minSkew
}

// refusesTime looks for the codes as they are written in JSON, so that an answer of another form is not decoded here.
func refusesTime(status int, body []byte) bool {
	return status/100 == 4 && (bytes.Contains(body, []byte(`"InvalidTimeStamp.`)) || bytes.Contains(body, []byte(`"IllegalTimestamp"`)))
}

// resign returns the request as it would have been signed at another time: with its time stamp, a nonce of its own
// and the signature over both. It is the RPC V1 signature, the only one that the SDK makes for these services:
// HMAC-SHA1 under the secret and "&", over the method, the path and every parameter, sorted by name, those of the
// form body too.
func resign(r *http.Request, secret string, at time.Time) (*http.Request, error) {
	form, err := formOf(r)
	if err != nil {
		return nil, err
	}
	query := r.URL.Query()
	query.Set("Timestamp", at.UTC().Format("2006-01-02T15:04:05Z"))
	query.Set("SignatureNonce", rand.Text())
	query.Del("Signature")
	mac := hmac.New(sha1.New, []byte(secret+"&"))
	mac.Write([]byte(stringToSign(r.Method, query, form)))
	query.Set("Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))

	signed := r.Clone(r.Context())
	signed.URL.RawQuery = query.Encode()
	if r.GetBody != nil {
		if signed.Body, err = r.GetBody(); err != nil {
			return nil, err
		}
	}
	return signed, nil
}

// formOf reads the parameters in the body, which stays whole.
func formOf(r *http.Request) (url.Values, error) {
	if r.GetBody == nil {
		return nil, nil
	}
	body, err := r.GetBody()
	if err != nil {
		return nil, err
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	return url.ParseQuery(string(text))
}

func stringToSign(method string, query, form url.Values) string {
	all := url.Values{}
	for _, values := range []url.Values{query, form} {
		for name, list := range values {
			all[name] = list
		}
	}
	return method + "&%2F&" + percentEncode(percentText(all.Encode()))
}

// percentText turns a query string into RFC 3986's form of it, in which a space is %20.
func percentText(encoded string) string {
	return strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(encoded)
}

func percentEncode(s string) string { return percentText(url.QueryEscape(s)) }
