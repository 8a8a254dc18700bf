package github_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/github"
)

func sign(body, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func TestDelivery(t *testing.T) {
	const body, secret = `{"ref":"refs/heads/main","repository":{"id":42}}`, "a shared secret"
	for name, c := range map[string]struct {
		event, signature, body, secret string
		want                           int64
		ok                             bool
	}{
		"push":                  {"push", sign(body, secret), body, secret, 42, true},
		"wiki":                  {"gollum", sign(body, secret), body, secret, 42, true},
		"comment":               {"issue_comment", sign(body, secret), body, secret, 42, true},
		"deleted branch":        {"push", sign(`{"deleted":true,"repository":{"id":42}}`, secret), `{"deleted":true,"repository":{"id":42}}`, secret, 0, true},
		"ping":                  {"ping", sign("{}", secret), "{}", secret, 0, true},
		"another secret":        {"push", sign(body, "x"), body, secret, 0, false},
		"another body":          {"push", sign(body+" ", secret), body, secret, 0, false},
		"no signature":          {"push", "", body, secret, 0, false},
		"SHA-1":                 {"push", strings.Replace(sign(body, secret), "sha256", "sha1", 1), body, secret, 0, false},
		"no secret":             {"push", sign(body, ""), body, "", 0, false},
		"signed, and not JSON":  {"push", sign("<", secret), "<", secret, 0, false},
		"signed, another shape": {"push", sign(`{"repository":7}`, secret), `{"repository":7}`, secret, 0, false},
	} {
		got, err := github.ParseDelivery(c.event, c.signature, []byte(c.body), []byte(c.secret))
		if (err == nil) != c.ok || got.Repository != c.want || got.Extra != (name == "comment") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func FuzzDelivery(f *testing.F) {
	f.Add("push", `{"repository":{"id":1}}`)
	f.Fuzz(func(t *testing.T, event, body string) {
		if _, err := github.ParseDelivery(event, sign(body, "other"), []byte(body), []byte("secret")); err == nil {
			t.Error("a forged signature was accepted")
		}
		_, _ = github.ParseDelivery(event, sign(body, "secret"), []byte(body), []byte("secret"))
	})
}
