package wire

import (
	"cmp"
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

// Request is one RPC call: the parameters of its query string and of its form body together, and what the headers
// of an ACS3 call say.
type Request struct {
	method    string
	Params    map[string]string
	acs3      *authorization // nil: signed by RPC V1, or not at all
	oss       *bucketCall    // of a call of OSS, which has a protocol of its own
	Source    string         // the caller's address
	UserAgent string
	host      string
	direct    Operation // of a call that was not sent
}

// Parse reads a call. It refuses what Alibaba Cloud's clients do not send and what could be read in two ways.
func Parse(r *http.Request) (Request, error) {
	if isBucketCall(r) {
		return parseBucketCall(r)
	}
	req := Request{method: r.Method, Params: make(map[string]string), UserAgent: r.UserAgent(), host: r.Host}
	if r.Method != http.MethodGet && r.Method != http.MethodPost || r.URL.Path != "/" {
		return req, errors.New("an RPC call is a GET or a POST of /")
	}
	if err := req.add(r.URL.RawQuery); err != nil {
		return req, fmt.Errorf("reading the query: %w", err)
	}
	query := maps.Clone(req.Params)
	body, err := readBody(r)
	if err != nil {
		return req, err
	}
	if err := req.add(string(body)); err != nil {
		return req, fmt.Errorf("reading the form: %w", err)
	}
	return req, req.readHeaders(r, query, body)
}

// readBody leaves a GET's body alone.
func readBody(r *http.Request) ([]byte, error) {
	if r.Method == http.MethodGet {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		return nil, errors.New("the body is too long, or broke off")
	}
	return body, nil
}

func (r Request) add(encoded string) error {
	values, err := url.ParseQuery(encoded)
	if err != nil {
		return errors.New("it is not percent-encoded")
	}
	for name, all := range values {
		if _, ok := r.Params[name]; ok || len(all) > 1 {
			return fmt.Errorf("parameter %q comes twice", name)
		}
		r.Params[name] = all[0]
	}
	return nil
}

// What a call says about itself is in its parameters or, for ACS3, in its headers.

func (r Request) action() string  { return r.own("Action", "X-Acs-Action") }
func (r Request) version() string { return r.own("Version", "X-Acs-Version") }

// KeyID returns the ID of the key that the call claims.
func (r Request) KeyID() string {
	if r.oss != nil {
		return r.oss.id
	}
	return r.own("AccessKeyId", "")
}

// Nonce returns the nonce of the signature; empty for one that may come twice.
func (r Request) Nonce() string { return r.own("SignatureNonce", "X-Acs-Signature-Nonce") }

// Timestamp returns the time at which the call was signed.
func (r Request) Timestamp() string {
	if r.oss != nil {
		return r.oss.timestamp()
	}
	return r.own("Timestamp", "X-Acs-Date")
}

// IsBucketCall reports whether the call is one of OSS.
func (r Request) IsBucketCall() bool { return r.oss != nil }

// Token reports whether there is a security token at all, even an empty one.
func (r Request) Token() (string, bool) {
	if r.oss != nil {
		values, ok := r.oss.header["X-Oss-Security-Token"]
		return strings.Join(values, ","), ok
	}
	if r.acs3 != nil {
		values, ok := r.acs3.header["X-Acs-Security-Token"]
		return strings.Join(values, ","), ok
	}
	token, ok := r.Params["SecurityToken"]
	return token, ok
}

func (r Request) own(parameter, header string) string {
	switch {
	case r.acs3 == nil:
		return r.Params[parameter]
	case header == "":
		return r.acs3.id
	default:
		return r.acs3.header.Get(header)
	}
}

// Region returns the region in which the call is made, empty if the call does not say. On one loopback address the host
// name does not say it either.
func (r Request) Region() string {
	if r.oss != nil {
		return r.oss.region()
	}
	return r.Params["RegionId"]
}

// Operation names what a call asks for.
type Operation struct{ Service, Action string }

// Operation derives the service from the API version: on one loopback address the host name does not name it.
func (r Request) Operation() Operation {
	switch {
	case r.direct != (Operation{}):
		return r.direct
	case r.oss != nil:
		return Operation{"Oss", r.oss.action(r.method)}
	}
	service := map[string]string{
		"2015-04-01": "Sts",
		"2015-05-01": "Ram",
		"2019-08-15": "Ims",
		"2020-07-06": "Actiontrail",
		"2020-03-31": "ResourceManager",
		"2014-05-26": "Ecs",
		"2014-08-28": "Ess",
		"2018-08-08": "Eci",
		"2014-08-15": "Rds",
		"2017-12-14": "BssOpenApi",
		"2018-12-03": "Sas",
		"2022-12-01": "ResourceCenter",
	}[r.version()]
	return Operation{service, r.action()}
}

// Direct returns a call that was not sent, and so is not signed.
func Direct(op Operation, keyID string, params map[string]string) Request {
	r := Request{method: http.MethodPost, Params: maps.Clone(params), direct: op}
	if r.Params == nil {
		r.Params = map[string]string{}
	}
	r.Params["AccessKeyId"] = keyID
	return r
}

// Check refuses calls that lack a parameter of the RPC protocol, or are signed in another way.
func (r Request) Check() *Failure {
	if r.oss != nil {
		return nil
	}
	if r.acs3 != nil {
		return r.acs3.check()
	}
	for _, name := range []string{"Action", "Signature", "SignatureNonce", "Timestamp", "Version"} {
		if r.Params[name] == "" {
			return Missing(name)
		}
	}
	if r.Params["SignatureMethod"] != "HMAC-SHA1" || r.Params["SignatureVersion"] != "1.0" {
		return Refusal(http.StatusBadRequest, "InvalidParameter", "Only HMAC-SHA1 signatures of version 1.0 are known here.")
	}
	return nil
}

// Verify reports whether the call was signed under the secret; if not, it returns what the signature had to cover.
func (r Request) Verify(secret string) (stringToSign string, ok bool) {
	if r.oss != nil {
		return r.oss.stringToSign(r.method), hmac.Equal([]byte(r.oss.signature), []byte(r.oss.sign(r.method, secret)))
	}
	if r.acs3 != nil {
		return r.acs3.stringToSign(), hmac.Equal([]byte(r.acs3.signature), []byte(r.acs3.sign(secret)))
	}
	return r.stringToSign(), hmac.Equal([]byte(r.Params["Signature"]), []byte(r.signature(secret)))
}

// stringToSign is what an RPC V1 signature covers: the method, the path, and every parameter but the signature,
// sorted by name.
func (r Request) stringToSign() string {
	signed := maps.Clone(r.Params)
	delete(signed, "Signature")
	return r.method + "&%2F&" + percentEncode(canonicalQuery(signed))
}

// signature is the RPC V1 signature under secret.
func (r Request) signature(secret string) string {
	mac := hmac.New(sha1.New, []byte(secret+"&"))
	mac.Write([]byte(r.stringToSign()))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// canonicalQuery sorts the parameters by name.
func canonicalQuery(params map[string]string) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		pairs = append(pairs, percentEncode(name)+"="+percentEncode(params[name]))
	}
	return strings.Join(pairs, "&")
}

// percentEncode leaves RFC 3986's unreserved characters, unlike url.QueryEscape.
func percentEncode(s string) string {
	const unreserved = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.~"
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

// wantsJSON reports which of the two formats the call asks for. RPC V1 answers in XML by default; ACS3
// in JSON.
func (r Request) wantsJSON() bool {
	if r.oss != nil {
		return false
	}
	format := r.Params["Format"]
	if r.acs3 != nil {
		format = cmp.Or(format, "JSON")
	}
	return strings.EqualFold(format, "JSON")
}
