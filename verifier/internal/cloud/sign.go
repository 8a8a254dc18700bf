package cloud

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// resign signs a request for another time: the SDK signs with this machine's clock and accepts no other. The copy has
// the new time stamp, a new nonce and a signature over both. It is the RPC V1 signature, the only one that the SDK makes
// for these services: HMAC-SHA1 with the key secret+"&" over the method, the path and every parameter sorted by name,
// including those of the form body.
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

// formOf reads the parameters in the body, and leaves the body unread.
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
