package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
)

const acs3Algorithm = "ACS3-HMAC-SHA256"

// authorization is how a call of today's clients is signed: in headers, over the method, the path, the query, some
// headers and the hash of the body.
type authorization struct {
	id        string // empty: the call is not signed
	signed    []string
	signature string

	method, query string
	header        http.Header // with Host
	bodyHash      string      // of the body as it came, whatever x-acs-content-sha256 says
}

// readHeaders finds out whether the call is one of ACS3: it has that signature, or no parameter says what to do.
func (r *Request) readHeaders(from *http.Request, query map[string]string, body []byte) error {
	value := from.Header.Get("Authorization")
	if value == "" && (r.Params["Action"] != "" || from.Header.Get("X-Acs-Action") == "") {
		return nil
	}
	a := &authorization{method: from.Method, query: canonicalQuery(query), header: from.Header.Clone()}
	a.header.Set("Host", from.Host)
	hash := sha256.Sum256(body)
	a.bodyHash = hex.EncodeToString(hash[:])
	r.acs3 = a
	if value == "" {
		return nil
	}
	return a.parse(value)
}

// Parse reads an Authorization header: ACS3-HMAC-SHA256 Credential=<id>,SignedHeaders=a;b,Signature=<hex>.
func (a *authorization) parse(value string) error {
	algorithm, rest, _ := strings.Cut(value, " ")
	if algorithm != acs3Algorithm {
		return errors.New("the Authorization header is not of " + acs3Algorithm)
	}
	fields := make(map[string]string)
	for _, field := range strings.Split(rest, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(field), "=")
		if _, twice := fields[name]; twice || !ok || value == "" {
			return errors.New("the Authorization header cannot be read")
		}
		fields[name] = value
	}
	if len(fields) != 3 || fields["Credential"] == "" || fields["SignedHeaders"] == "" || fields["Signature"] == "" {
		return errors.New("the Authorization header lacks something, or has too much")
	}
	a.id, a.signature = fields["Credential"], fields["Signature"]
	a.signed = strings.Split(fields["SignedHeaders"], ";")
	return nil
}

// Check refuses calls that lack a header of the protocol, or leave one out of the signature.
func (a *authorization) check() *Failure {
	for _, name := range []string{"x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"} {
		if a.header.Get(name) == "" {
			return Missing(name)
		}
	}
	if !slices.IsSorted(a.signed) {
		return Refusal(http.StatusBadRequest, "IncompleteSignature", "The signed headers are not in order.")
	}
	for _, name := range slices.Sorted(maps.Keys(a.header)) {
		name = strings.ToLower(name)
		must := name == "host" || name == "content-type" || strings.HasPrefix(name, "x-acs-")
		if must && !slices.Contains(a.signed, name) {
			return Refusal(http.StatusBadRequest, "IncompleteSignature", "The signature does not cover "+name+".")
		}
	}
	return nil
}

// canonicalRequest is what the signature covers.
func (a *authorization) canonicalRequest() string {
	var headers strings.Builder
	for _, name := range a.signed {
		values := slices.Clone(a.header.Values(name))
		for i := range values {
			values[i] = strings.TrimSpace(values[i])
		}
		slices.Sort(values)
		headers.WriteString(name + ":" + strings.Join(values, ",") + "\n")
	}
	return strings.Join([]string{a.method, "/", a.query, headers.String(), strings.Join(a.signed, ";"), a.bodyHash}, "\n")
}

func (a *authorization) stringToSign() string {
	hash := sha256.Sum256([]byte(a.canonicalRequest()))
	return acs3Algorithm + "\n" + hex.EncodeToString(hash[:])
}

func (a *authorization) sign(secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(a.stringToSign()))
	return hex.EncodeToString(mac.Sum(nil))
}
