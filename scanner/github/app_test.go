package github_test

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
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/github"
)

// appServer is GitHub for an App that user wei has installed.
type appServer struct {
	*httptest.Server
	mu      sync.Mutex
	key     *rsa.PrivateKey
	life    time.Duration
	ahead   time.Duration // of the server's clock
	created int
	wrong   []string
	refuse  bool
}

func newAppServer(t *testing.T) *appServer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s := &appServer{key: key, life: time.Hour}
	s.Server = httptest.NewServer(s)
	t.Cleanup(func() {
		s.Close()
		for _, text := range s.wrong {
			t.Error(text)
		}
	})
	return s
}

func (s *appServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"message":%q}`, r.Header.Get("Authorization"))
		return
	}
	now := time.Now().Add(s.ahead)
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	if err := s.check(now, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")); err != nil {
		if s.wrong = append(s.wrong, err.Error()); s.ahead != 0 {
			s.wrong = nil
		}
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"message":"'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"}`)
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /users/wei/installation":
		fmt.Fprint(w, `{"id":42}`)
	case "POST /app/installations/42/access_tokens":
		s.created++
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"token":"ghs_%040d","expires_at":%q}`, s.created, now.Add(s.life).UTC().Format(time.RFC3339))
	default:
		http.NotFound(w, r)
	}
}

// check checks an assertion as GitHub does.
func (s *appServer) check(at time.Time, jwt string) error {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return errors.New("no JWT")
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(&s.key.PublicKey, crypto.SHA256, sum[:], signature); err != nil {
		return err
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return err
	}
	var claims struct {
		Issued, Ends int64
		Issuer       string
	}
	var raw map[string]any
	err = json.Unmarshal(text, &raw)
	claims.Issued, claims.Ends, claims.Issuer = int64(raw["iat"].(float64)), int64(raw["exp"].(float64)), raw["iss"].(string)
	now := at.Unix()
	if claims.Issuer != "Iv1.a" || claims.Issued > now-59 || claims.Ends <= now || claims.Ends > now+600 || claims.Ends-claims.Issued > 600 {
		return fmt.Errorf("claims %s", text)
	}
	return err
}

func (s *appServer) options() github.AppOptions {
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(s.key)})
	return github.AppOptions{ID: "Iv1.a", Key: text, Owner: "wei", API: s.URL}
}

// Many callers share one token, and one renewal of it.
func TestApp(t *testing.T) {
	s := newAppServer(t)
	tokens, err := github.NewApp(s.options())
	if err != nil {
		t.Fatal(err)
	}
	all := func(refused string) string {
		var group sync.WaitGroup
		var mu sync.Mutex
		got := map[string]bool{}
		for range 50 {
			group.Go(func() {
				token, err := tokens.Token(t.Context(), refused)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				got[token] = true
			})
		}
		group.Wait()
		if len(got) != 1 {
			t.Errorf("%d tokens", len(got))
		}
		for token := range got {
			return token
		}
		return ""
	}
	first := all("")
	second := all(first)
	if s.created != 2 || first == second || first == "" {
		t.Errorf("%d tokens created: %s, %s", s.created, first, second)
	}
	if text := fmt.Sprintf("%v %+v %#v", tokens, tokens, tokens); strings.Contains(text, second) {
		t.Error("the token is printed")
	}
}

// A token is renewed before it ends.
func TestAppRenews(t *testing.T) {
	s := newAppServer(t)
	s.life = 2 * time.Second
	o := s.options()
	o.Installation = 42
	tokens, err := github.NewApp(o)
	if err != nil {
		t.Fatal(err)
	}
	first, err1 := tokens.Token(t.Context(), "")
	time.Sleep(s.life)
	second, err2 := tokens.Token(t.Context(), "")
	if err := errors.Join(err1, err2); err != nil || first == second {
		t.Error(err, first, second)
	}
}

// A server may have another clock: then its time is in what the App signs, and tokens are renewed in time by ours.
func TestAppClock(t *testing.T) {
	for _, ahead := range []time.Duration{-3 * time.Hour, 3 * time.Hour} {
		s := newAppServer(t)
		s.ahead = ahead
		tokens, err := github.NewApp(s.options())
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := tokens.Token(t.Context(), ""); err != nil {
				t.Error(err)
			}
		}
		if s.created != 1 {
			t.Errorf("%d tokens created", s.created)
		}
	}
}

func TestAppKeys(t *testing.T) {
	s := newAppServer(t)
	o := s.options()
	pkcs8, err := x509.MarshalPKCS8PrivateKey(s.key)
	if err != nil {
		t.Fatal(err)
	}
	o.Key = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	tokens, err := github.NewApp(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tokens.Token(t.Context(), ""); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*github.AppOptions){
		"no key": func(o *github.AppOptions) { o.Key = nil },
		"bad key": func(o *github.AppOptions) {
			o.Key = []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
		},
		"no ID":    func(o *github.AppOptions) { o.ID = "" },
		"no owner": func(o *github.AppOptions) { o.Owner = "" },
		"http":     func(o *github.AppOptions) { o.API = "http://github.example.com" },
	} {
		bad := s.options()
		change(&bad)
		if _, err := github.NewApp(bad); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	o.Owner = "nobody"
	tokens, err = github.NewApp(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tokens.Token(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "not-installed") {
		t.Error(err)
	}
}

// What the App signs is in no error, and waiting for a token ends with the context.
func TestAppErrors(t *testing.T) {
	s := newAppServer(t)
	s.refuse = true
	tokens, err := github.NewApp(s.options())
	if err != nil {
		t.Fatal(err)
	}
	_, err = tokens.Token(t.Context(), "")
	if github.Status(err) != http.StatusUnauthorized || strings.Contains(err.Error(), "eyJ") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tokens.Token(ctx, ""); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func FuzzAppKey(f *testing.F) {
	f.Add([]byte("-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----\n"))
	f.Fuzz(func(t *testing.T, key []byte) {
		_, _ = github.NewApp(github.AppOptions{ID: "1", Owner: "wei", Key: key})
	})
}
