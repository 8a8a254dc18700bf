package transport

import (
	"encoding/base64"
	"slices"
	"strings"
	"sync"

	"github.com/akguard/akguard/rules"
)

// maxRemembered is how many tokens a Redactor knows. One a minute of a day is more than any App needs.
const maxRemembered = 1440

// Redactor removes tokens by their value from texts: their forms change, so no pattern finds them all.
type Redactor struct {
	mu     sync.Mutex
	tokens []rules.Secret
}

// Add remembers a token.
func (r *Redactor) Add(token string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if token == "" || slices.ContainsFunc(r.tokens, func(known rules.Secret) bool { return known.Reveal() == token }) {
		return
	}
	r.tokens = append(r.tokens, rules.NewSecret(token))
	if len(r.tokens) > maxRemembered {
		r.tokens = r.tokens[1:]
	}
}

// List returns the tokens.
func (r *Redactor) List() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]string, len(r.tokens))
	for i, known := range r.tokens {
		out[i] = known.Reveal()
	}
	return out
}

// Clean removes the tokens from a text, also as basic authentication writes them.
func (r *Redactor) Clean(s string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, known := range r.tokens {
		token := known.Reveal()
		s = strings.ReplaceAll(s, token, "****")
		s = strings.ReplaceAll(s, base64.StdEncoding.EncodeToString([]byte("x-access-token:"+token)), "****")
	}
	return s
}
