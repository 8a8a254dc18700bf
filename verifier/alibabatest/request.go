package alibabatest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const maxBody = 1 << 20

// request is one RPC call: the parameters of its query string and of its form body together.
type request struct {
	method string
	params map[string]string
}

// parse reads a call. It refuses what Alibaba Cloud's clients do not send and what could be read in two ways.
func parse(r *http.Request) (request, error) {
	req := request{method: r.Method, params: make(map[string]string)}
	if r.Method != http.MethodGet && r.Method != http.MethodPost || r.URL.Path != "/" {
		return req, errors.New("an RPC call is a GET or a POST of /")
	}
	if err := req.add(r.URL.RawQuery); err != nil {
		return req, fmt.Errorf("reading the query: %w", err)
	}
	if r.Method != http.MethodPost {
		return req, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		return req, errors.New("the body is too long, or broke off")
	}
	if err := req.add(string(body)); err != nil {
		return req, fmt.Errorf("reading the form: %w", err)
	}
	return req, nil
}

func (r request) add(encoded string) error {
	values, err := url.ParseQuery(encoded)
	if err != nil {
		return errors.New("it is not percent-encoded")
	}
	for name, all := range values {
		if _, ok := r.params[name]; ok || len(all) > 1 {
			return fmt.Errorf("parameter %q comes twice", name)
		}
		r.params[name] = all[0]
	}
	return nil
}

// stringToSign is what an RPC V1 signature covers: the method, the path, and every parameter but the signature,
// sorted by name.
func (r request) stringToSign() string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(r.params)) {
		if name != "Signature" {
			pairs = append(pairs, percentEncode(name)+"="+percentEncode(r.params[name]))
		}
	}
	return r.method + "&%2F&" + percentEncode(strings.Join(pairs, "&"))
}

// signature is the RPC V1 signature under secret.
func (r request) signature(secret string) string {
	mac := hmac.New(sha1.New, []byte(secret+"&"))
	mac.Write([]byte(r.stringToSign()))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// percentEncode leaves RFC 3986's unreserved characters, unlike url.QueryEscape.
func percentEncode(s string) string {
	const unreserved = alphanum + "-_.~"
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(unreserved, s[i]) >= 0 {
			b.WriteByte(s[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", s[i])
		}
	}
	return b.String()
}
