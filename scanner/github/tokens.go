package github

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"sync"

	"github.com/akguard/akguard/scanner/printable"
)

// Tokens supplies the token of each request. It is safe for concurrent use.
type Tokens interface {
	// Token returns the token to use now; "" to send none. refused is the token that the server has just refused, or "": a
	// source that can renews it once, and one that cannot returns it again.
	Token(ctx context.Context, refused string) (string, error)
}

// static is a function, so that no print of it shows the token.
type static func() string

// Static returns a source of one token.
func Static(token string) Tokens { return static(func() string { return token }) }

// Token implements Tokens.
func (s static) Token(context.Context, string) (string, error) { return s(), nil }

// maxRemembered is how many tokens a redactor knows. One a minute of a day is more than any App needs.
const maxRemembered = 1440

// redactor removes tokens by their value from texts: their forms change, so no pattern finds them all.
type redactor struct {
	mu     sync.Mutex
	tokens []string
}

// add remembers a token that was sent.
func (r *redactor) add(token string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if token == "" || slices.Contains(r.tokens, token) {
		return
	}
	r.tokens = append(r.tokens, token)
	if len(r.tokens) > maxRemembered {
		r.tokens = r.tokens[1:]
	}
}

func (r *redactor) list() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.tokens)
}

// clean makes what a server says fit to print, and removes the tokens, also as basic authentication writes them.
func (r *redactor) clean(s string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, token := range r.tokens {
		s = strings.ReplaceAll(s, token, "****")
		s = strings.ReplaceAll(s, base64.StdEncoding.EncodeToString([]byte("x-access-token:"+token)), "****")
	}
	return printable.Short(s)
}
