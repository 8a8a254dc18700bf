package queue

import (
	"errors"
	"os"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/osfile"
)

// The environment variables that AuthFrom reads. Those that end in _FILE name a file with the value.
const (
	TokenVariable       = "AKGUARD_NATS_TOKEN"
	UserVariable        = "AKGUARD_NATS_USER"
	PasswordVariable    = "AKGUARD_NATS_PASSWORD"
	CredentialsVariable = "AKGUARD_NATS_CREDENTIALS" // the path of a .creds file
)

// Auth is how a worker proves who it is. The zero Auth proves nothing. It holds no secret that printing it could show, and
// reads files again for each connection, so that secrets can be replaced while a sweep runs.
type Auth struct {
	user        string
	secret      func() (string, error) // a token, or the password of user
	credentials string
}

// AuthFrom returns what the environment says.
func AuthFrom(getenv func(string) string) (Auth, error) {
	token, errToken := secretFrom(getenv, TokenVariable)
	password, errPassword := secretFrom(getenv, PasswordVariable)
	auth := Auth{user: getenv(UserVariable), secret: token, credentials: getenv(CredentialsVariable)}
	if auth.user != "" {
		auth.secret = password
	}
	kinds := 0
	for _, set := range []bool{token != nil, auth.user != "", auth.credentials != ""} {
		if set {
			kinds++
		}
	}
	switch {
	case kinds > 1:
		return Auth{}, reason.NewError("queue.auth-two", TokenVariable, UserVariable, CredentialsVariable)
	case (auth.user != "") != (password != nil):
		return Auth{}, reason.NewError("queue.auth-password", UserVariable, PasswordVariable)
	}
	return auth, errors.Join(errToken, errPassword)
}

// secretFrom returns a function for the secret in a variable, or in the file that it names. It is nil if there is neither.
func secretFrom(getenv func(string) string, name string) (func() (string, error), error) {
	if value := getenv(name); value != "" {
		return func() (string, error) { return value, nil }, nil
	}
	file := getenv(name + "_FILE")
	if file == "" {
		return nil, nil
	}
	read := func() (string, error) {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", reason.NewError("queue.secret-file", file, osfile.WithoutPath(err))
		}
		return strings.TrimSpace(string(text)), nil
	}
	_, err := read()
	return read, err
}

// minToken is the length of the shortest token with which the server in this process listens: whoever has it sees findings.
const minToken = 16

// listenToken returns the token that workers need.
func (a Auth) listenToken() (string, error) {
	if a.secret == nil || a.user != "" {
		return "", reason.NewError("queue.listen-token", TokenVariable)
	}
	token, err := a.secret()
	if err == nil && len(token) < minToken {
		err = reason.NewError("queue.token-short", minToken)
	}
	return token, err
}

// currentToken returns the token as it is now. A file that cannot be read makes the server refuse the connection, and the
// client try again.
func (a Auth) currentToken() string {
	token, _ := a.secret()
	return token
}

func (a Auth) options() []nats.Option {
	switch {
	case a.credentials != "":
		return []nats.Option{nats.UserCredentials(a.credentials)}
	case a.user != "":
		return []nats.Option{nats.UserInfoHandler(func() (string, string) { return a.user, a.currentToken() })}
	case a.secret != nil:
		return []nats.Option{nats.TokenHandler(a.currentToken)}
	}
	return nil
}
