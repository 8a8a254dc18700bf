package github

import (
	"context"

	"github.com/akguard/akguard/scanner/github/transport"
)

// Tokens supplies the token of each request. It is safe for concurrent use.
type Tokens = transport.Tokens

// static is a function, so that no print of it shows the token.
type static func() string

// Static returns a source of one token.
func Static(token string) Tokens { return static(func() string { return token }) }

// Token implements Tokens.
func (s static) Token(context.Context, string) (string, error) { return s(), nil }
