package github

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/github/transport"
)

// AppOptions say which App asks for tokens. ID and Key are required, and Installation or Owner.
type AppOptions struct {
	ID           string                            // of the App, or its client ID
	Key          []byte                            // the private key, as the PEM file that GitHub hands out
	Installation int64                             // 0: looked up by Owner
	Owner        string                            // the organization or user that has installed the App
	API          string                            // as GITHUB_API_URL; "" is github.com's
	HTTP         *http.Client                      // nil: one with a timeout for each request
	Slow         func(waited, limit time.Duration) // as AccountOptions.Slow
}

const (
	// GitHub accepts an assertion for ten minutes at most. It is dated back, as GitHub advises, because clocks differ.
	assertionAge  = time.Minute
	assertionLife = 8 * time.Minute
	// A token is renewed before it ends, so that a request never has one that ends on its way.
	maxEarly = 5 * time.Minute
)

// app is a source of installation tokens. Callers that need a new one at the same time share one request.
type app struct {
	*api
	installation int64
	owner        string
	turn         chan struct{} // held by who renews

	mu    sync.Mutex
	token rules.Secret
	renew time.Time // when to renew it
}

// NewApp returns the tokens of an App's installation. They last an hour, and are renewed.
func NewApp(o AppOptions) (Tokens, error) {
	base, err := address(o.API)
	if err != nil {
		return nil, err
	}
	key, err := parseKey(o.Key)
	if err != nil {
		return nil, err
	}
	if o.ID == "" || o.Installation == 0 && !isName(o.Owner) {
		return nil, reason.NewError("github.app-incomplete")
	}
	signs := &assertions{id: o.ID, sign: signer(key)}
	t := newTransport(base, signs)
	t.Slow = o.Slow
	a := &app{api: newAPI(base, o.HTTP, t), installation: o.Installation, owner: o.Owner, turn: make(chan struct{}, 1)}
	t.Next = &dated{t.Next, signs}
	return a, nil
}

// Token implements Tokens.
func (a *app) Token(ctx context.Context, refused string) (string, error) {
	if token, ok := a.present(refused); ok {
		return token, nil
	}
	select {
	case a.turn <- struct{}{}:
		defer func() { <-a.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if token, ok := a.present(refused); ok { // another caller has renewed it
		return token, nil
	}
	return a.create(ctx)
}

// present returns the token unless it is to be renewed.
func (a *app) present(refused string) (string, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	token := a.token.Reveal()
	return token, token != "" && token != refused && time.Now().Before(a.renew)
}

// create asks for a token.
func (a *app) create(ctx context.Context) (string, error) {
	if err := a.find(ctx); err != nil {
		return "", err
	}
	address := fmt.Sprintf("app/installations/%d/access_tokens", a.installation)
	req, err := a.rest.NewRequest(http.MethodPost, address, nil)
	var answer struct {
		Token   string    `json:"token"`
		Expires time.Time `json:"expires_at"`
	}
	start := time.Now()
	if err == nil {
		resp, doErr := a.rest.Do(transport.Repeatable(ctx), req, &answer)
		if err = doErr; err == nil {
			start = clock(resp.Header, start)
		}
	}
	if err != nil {
		return "", a.failed(ctx, "POST /"+address, err)
	}
	if answer.Token == "" {
		return "", newError(http.StatusOK, "POST /"+address, "")
	}
	a.secrets.Add(answer.Token)
	life := answer.Expires.Sub(start)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.token, a.renew = rules.NewSecret(answer.Token), time.Now().Add(life-min(maxEarly, life/4))
	return answer.Token, nil
}

// clock returns the time of the server, whose clock may not be ours.
func clock(h http.Header, fallback time.Time) time.Time {
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		return at
	}
	return fallback
}

// find looks up the installation. The turn is held.
func (a *app) find(ctx context.Context) error {
	for _, kind := range []string{"orgs", "users"} {
		if a.installation != 0 {
			return nil
		}
		address := kind + "/" + a.owner + "/installation"
		req, err := a.rest.NewRequest(http.MethodGet, address, nil)
		var answer struct {
			ID int64 `json:"id"`
		}
		if err == nil {
			_, err = a.rest.Do(ctx, req, &answer)
		}
		if err = a.failed(ctx, "GET /"+address, err); err != nil && !Missing(err) {
			return err
		}
		a.installation = answer.ID
	}
	if a.installation == 0 {
		return reason.NewError("github.app-not-installed", a.owner)
	}
	return nil
}

// assertions is the source of what an App asks for tokens with: a JSON Web Token that it signs.
type assertions struct {
	id    string
	sign  func(text string) ([]byte, error)
	ahead atomic.Int64 // by how many nanoseconds the clock of the server is ahead of ours
}

// Token implements Tokens. After a refusal the times in it are those of the server, which may have another clock.
func (a *assertions) Token(context.Context, string) (string, error) {
	return assertion(a.id, time.Now().Add(time.Duration(a.ahead.Load())), a.sign)
}

// dated tells the assertions what time it is for the server.
type dated struct {
	http.RoundTripper
	*assertions
}

// RoundTrip implements http.RoundTripper.
func (d *dated) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := d.RoundTripper.RoundTrip(r)
	if err == nil {
		if ahead := time.Until(clock(resp.Header, time.Now())); ahead.Abs() > assertionAge/2 {
			d.ahead.Store(int64(ahead))
		}
	}
	return resp, err
}

func assertion(id string, now time.Time, sign func(string) ([]byte, error)) (string, error) {
	issued := now.Add(-assertionAge)
	claims, err := json.Marshal(map[string]any{"iat": issued.Unix(), "exp": now.Add(assertionLife).Unix(), "iss": id})
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + encode(claims)
	signature, err := sign(text)
	if err != nil {
		return "", errors.New("signing for the App failed") // the cause may tell of the key
	}
	return text + "." + encode(signature), nil
}

// signer is a function, so that no print shows the key.
func signer(key *rsa.PrivateKey) func(string) ([]byte, error) {
	return func(text string) ([]byte, error) {
		sum := sha256.Sum256([]byte(text))
		return rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	}
}

// parseKey reads a private key in PEM, in either form that is in use.
func parseKey(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, reason.NewError("github.app-key")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	rsaKey, ok := key.(*rsa.PrivateKey)
	if err != nil || !ok {
		return nil, reason.NewError("github.app-key")
	}
	return rsaKey, nil
}
